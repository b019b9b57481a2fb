"""Known vulnerabilities of the locked packages, by pip-audit and the advisory service of OSV.

    python tools/audit_dependencies.py [--require] [--osv-url URL] [--lock FILE]... [--path FOLDER] [--accepted FILE]

Ends with 1 when a vulnerability is found that accepted_vulnerabilities.toml does not name with a reason and a day that
is still to come. Where the service cannot be reached, or does not know even a vulnerability that everybody knows, it
says that nothing was audited and ends with 0, so that linting works without a network; with ``--require`` with 1.
"""

from __future__ import annotations

import argparse
import datetime
import json
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import locks

OSV = "https://api.osv.dev/v1/query"
ACCEPTED = Path(__file__).with_name("accepted_vulnerabilities.toml")
#: a release whose vulnerabilities are known since 2016: a service that knows none of them is no service
CANARY = {"package": {"name": "jinja2", "ecosystem": "PyPI"}, "version": "2.4.1"}
#: all that may be installed, whatever is installed here; the CPU build of torch is the same release as PyPI's
LOCKS = tuple(locks.ROOT / "locks" / name for names in locks.ASKED.values() for name in names)
#: seconds: for one answer, and for the whole audit
PATIENCE, LONGEST = 10, 600


class NotAuditedError(Exception):
    """Nothing can be said about the packages; the text says why."""


@dataclass(frozen=True)
class Found:
    """A known vulnerability of a package.

    Args:
        package: its name.
        version: the one locked.
        names: of the vulnerability: its id and aliases.
        fixed: versions without it.
        text: what it is.
    """

    package: str
    version: str
    names: tuple[str, ...]
    fixed: tuple[str, ...]
    text: str

    def words(self) -> str:
        """On one line."""
        fixed = f"fixed in {', '.join(self.fixed)}" if self.fixed else "no fixed version yet"
        return f"{self.package} {self.version}: {' = '.join(self.names)} ({fixed}) {self.text[:160]}"


@dataclass(frozen=True)
class Accepted:
    """A vulnerability that may pass, why, and until when."""

    name: str
    package: str
    reason: str
    until: datetime.date


def main(arguments: Sequence[str] | None = None, today: datetime.date | None = None) -> int:
    """Audit and say what was found.

    Args:
        arguments: of the command; those of the process when None.
        today: the day that acceptances are held against.

    Returns:
        0 or 1, see the module.
    """
    options = _options(arguments)
    accepted = read_accepted(options.accepted)
    try:
        ask_canary(options.osv_url)
        audited, found = audit(options.osv_url, _where(options))
    except NotAuditedError as error:
        _say(f"dependency audit: NOT AUDITED, {error}")
        return 1 if options.require else 0
    return report(audited, found, accepted, today or datetime.datetime.now(tz=datetime.UTC).date())


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Known vulnerabilities of the locked packages.")
    parser.add_argument("--require", action="store_true", help="fail when nothing could be audited")
    parser.add_argument("--osv-url", default=OSV, help="an own service of the same kind")
    parser.add_argument("--lock", type=Path, action="append", help="lock to audit instead of the project's")
    parser.add_argument("--path", type=Path, help="folder of installed packages to audit instead of locks")
    parser.add_argument("--accepted", type=Path, default=ACCEPTED, help="what may pass, and until when")
    return parser.parse_args(arguments)


def _where(options: argparse.Namespace) -> list[str]:
    if options.path:
        return ["--path", str(options.path)]
    files = [part for lock in options.lock or LOCKS for part in ("--requirement", str(lock))]
    return ["--require-hashes", "--disable-pip", *files]


def read_accepted(path: Path) -> list[Accepted]:
    """The vulnerabilities that may pass.

    Raises:
        SystemExit: when an entry lacks its package, reason or day.
    """
    entries: list[Mapping[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8")).get("accepted", [])
    try:
        made = [Accepted(e["id"], e["package"], e["reason"].strip(), e["until"]) for e in entries]
    except (KeyError, AttributeError) as error:
        raise SystemExit(f"{path.name}: an entry needs id, package, reason and until ({error})") from None
    for entry in made:
        if not entry.reason or not isinstance(entry.until, datetime.date):
            raise SystemExit(f"{path.name}: {entry.name} needs a reason, and a day such as 2026-12-31")
    return made


def ask_canary(url: str) -> None:
    """Ask the service for a vulnerability that it must know.

    Raises:
        NotAuditedError: when it cannot be reached, or does not know it.
    """
    question = urllib.request.Request(  # noqa: S310
        url, json.dumps(CANARY).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(question, timeout=PATIENCE) as answer:  # noqa: S310
            known = json.loads(answer.read()).get("vulns", [])
    except (urllib.error.URLError, OSError) as error:
        raise NotAuditedError(f"{url} cannot be reached ({getattr(error, 'reason', error)})") from None
    except (ValueError, AttributeError):
        raise NotAuditedError(f"{url} does not answer as OSV does") from None
    if not known:
        raise NotAuditedError(f"{url} knows no vulnerability of jinja2 2.4.1, so it knows none of ours either")


def audit(url: str, where: Sequence[str]) -> tuple[int, list[Found]]:
    """Run pip-audit.

    Args:
        url: of the advisory service.
        where: pip-audit's arguments that say which packages.

    Returns:
        How many packages were looked up, and what is known of them.

    Raises:
        NotAuditedError: when it ends without an answer, or packages were left out.
    """
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"]
    command += ["--timeout", str(PATIENCE), "--vulnerability-service", "osv", "--osv-url", url]
    command += where
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=False)  # noqa: S603
        packages = json.loads(done.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        raise NotAuditedError(f"pip-audit had no answer after {LONGEST} s") from None
    except (ValueError, KeyError):
        last = (done.stderr.strip().splitlines() or ["no output"])[-1]
        raise NotAuditedError(f"pip-audit ended without an answer: {last[:300]}") from None
    left_out = [package["name"] for package in packages if "skip_reason" in package]
    if left_out:
        raise NotAuditedError(f"pip-audit left out {len(left_out)} packages: {', '.join(left_out[:10])}")
    return len(packages), [_found(package, one) for package in packages for one in package["vulns"]]


def _found(package: Mapping[str, Any], one: Mapping[str, Any]) -> Found:
    names = (one["id"], *one.get("aliases", ()))
    return Found(package["name"], package["version"], names, tuple(one["fix_versions"]), one.get("description", ""))


def report(audited: int, found: Sequence[Found], accepted: Sequence[Accepted], today: datetime.date) -> int:
    """Say what was found; 1 when something of it may not pass."""
    failed = 0
    for one in found:
        entry = next((a for a in accepted if a.name in one.names and a.package == one.package), None)
        if entry is None:
            failed += 1
            _say(f"dependency audit: VULNERABLE {one.words()}")
        elif entry.until < today:
            failed += 1
            _say(f"dependency audit: accepted until {entry.until} only: {one.words()}")
        else:
            _say(f"dependency audit: accepted until {entry.until}, {entry.reason}: {one.words()}")
    for entry in accepted:
        if not any(entry.name in one.names and entry.package == one.package for one in found):
            _say(f"dependency audit: {entry.name} of {entry.package} is gone; take it off the list")
    _say(f"dependency audit: {audited} packages, {len(found)} known vulnerabilities, {failed} not accepted")
    return 1 if failed else 0


def _say(text: str) -> None:
    sys.stdout.write(" ".join(text.split()) + "\n")


if __name__ == "__main__":
    sys.exit(main())
