"""The dependency audit against a service of this test: found, accepted, expired, unreachable, useless."""

from __future__ import annotations

import datetime
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import audit_dependencies as audit
import pytest
from packaging.markers import Marker

import locks

ROOT = Path(__file__).resolve().parents[2]
TODAY = datetime.date(2026, 11, 24)
ADVISORY = {
    "schema_version": "1.4.0",
    "id": "GHSA-test-test-test",
    "aliases": ["CVE-2026-4711"],
    "summary": "Reads beyond its end.",
    "affected": [
        {
            "package": {"name": "frail", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.3"}]}],
        }
    ],
}


class _Service(BaseHTTPRequestHandler):
    """Answers as OSV does."""

    known: dict[str, Any]

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = json.dumps(self.known.get(question["package"]["name"], {})).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def service() -> Iterator[Callable[..., str]]:
    """Starts a service that knows so much, and gives its address."""
    started: list[tuple[HTTPServer, threading.Thread]] = []

    def start(**known: Any) -> str:
        handler = type("Service", (_Service,), {"known": {"jinja2": {"vulns": [{"id": "x"}]}} | known})
        server = HTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        started.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}/v1/query"

    yield start
    for server, thread in started:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A folder in which two packages are installed."""
    for name, version in (("frail", "1.2"), ("sound", "2.0")):
        place = tmp_path / "site" / f"{name}-{version}.dist-info"
        place.mkdir(parents=True)
        (place / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (place / "INSTALLER").write_text("pip\n")
        (place / "RECORD").write_text("")
    return tmp_path / "site"


def accepted(folder: Path, text: str) -> Path:
    path = folder / "accepted.toml"
    path.write_text(text)
    return path


ENTRY = '[[accepted]]\nid = "CVE-2026-4711"\npackage = "frail"\nreason = "never called"\nuntil = {until}\n'


def run(url: str, packages: Path, text: str = "", *more: str) -> int:
    list_of = accepted(packages.parent, text)
    arguments = ["--osv-url", url, "--path", str(packages), "--accepted", str(list_of), *more]
    return int(audit.main(arguments, today=TODAY))


class TestReachable:
    def test_nothing_known_passes_with_the_number_of_packages(
        self, service: Callable[..., str], packages: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(service(), packages) == 0
        assert "2 packages, 0 known vulnerabilities" in capsys.readouterr().out

    def test_known_vulnerability_fails_naming_package_advisory_and_remedy(
        self, service: Callable[..., str], packages: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(service(frail={"vulns": [ADVISORY]}), packages) == 1
        said = capsys.readouterr().out
        for words in ("frail 1.2", "GHSA-test-test-test", "CVE-2026-4711", "fixed in 1.3", "Reads beyond"):
            assert words in said

    def test_accepted_one_passes_and_is_still_named(
        self, service: Callable[..., str], packages: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(service(frail={"vulns": [ADVISORY]}), packages, ENTRY.format(until=TODAY)) == 0
        assert "never called" in capsys.readouterr().out

    def test_acceptance_ends_on_its_day(self, service: Callable[..., str], packages: Path) -> None:
        assert run(service(frail={"vulns": [ADVISORY]}), packages, ENTRY.format(until="2026-11-23")) == 1

    def test_acceptance_of_another_package_does_not_count(self, service: Callable[..., str], packages: Path) -> None:
        other = ENTRY.format(until=TODAY).replace("frail", "sound")
        assert run(service(frail={"vulns": [ADVISORY]}), packages, other) == 1

    def test_acceptance_that_is_no_longer_needed_is_told(
        self, service: Callable[..., str], packages: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(service(), packages, ENTRY.format(until=TODAY)) == 0
        assert "take it off the list" in capsys.readouterr().out


class TestLocks:
    """What may be installed, whatever is installed here."""

    def test_vulnerability_of_a_locked_package_fails(
        self, service: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        lock = tmp_path / "lock.txt"
        lock.write_text(f"frail==1.2 \\\n    --hash=sha256:{'0' * 64}\n    # via -r requirements.txt\n")
        url = service(frail={"vulns": [ADVISORY]})
        assert audit.main(["--osv-url", url, "--lock", str(lock)], today=TODAY) == 1
        assert "frail 1.2" in capsys.readouterr().out

    def test_lock_without_hashes_is_not_audited(
        self, service: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        lock = tmp_path / "lock.txt"
        lock.write_text("frail==1.2\n")
        assert audit.main(["--osv-url", service(), "--lock", str(lock), "--require"], today=TODAY) == 1
        assert "NOT AUDITED" in capsys.readouterr().out

    def test_every_package_of_this_project_is_asked_about(
        self, service: Callable[..., str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert audit.main(["--osv-url", service()], today=TODAY) == 0
        locked = {name for path in audit.LOCKS for name in for_here(path.read_text())}
        assert f"dependency audit: {len(locked)} packages, 0 known" in capsys.readouterr().out

    def test_no_lock_is_left_out_but_the_other_build_of_the_same_torch(self) -> None:
        assert {path.name for path in (ROOT / "locks").iterdir()} - {path.name for path in audit.LOCKS} == {
            "torch-cpu.txt"
        }


def for_here(lock: str) -> set[str]:
    """Names of the packages of a lock that this machine would install."""
    return {one.name for one in locks.read(lock) if not one.marker or Marker(one.marker).evaluate()}


class TestUnreachable:
    def test_without_a_network_it_says_so_and_lint_goes_on(
        self, packages: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run("http://127.0.0.1:1/v1/query", packages) == 0
        assert "NOT AUDITED" in capsys.readouterr().out

    def test_it_fails_where_an_audit_is_required(self, packages: Path) -> None:
        assert run("http://127.0.0.1:1/v1/query", packages, "", "--require") == 1

    @pytest.mark.parametrize("answer", [{}, {"vulns": []}, ["a page of a proxy"]])
    def test_service_that_knows_nothing_is_not_believed(
        self, service: Callable[..., str], packages: Path, answer: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(service(jinja2=answer), packages) == 0
        assert "NOT AUDITED" in capsys.readouterr().out

    def test_service_that_breaks_off_midway_is_no_clean_bill(
        self, service: Callable[..., str], packages: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(service(sound=["not OSV"]), packages) == 0
        assert "NOT AUDITED, pip-audit ended without an answer" in capsys.readouterr().out


class TestAcceptances:
    @pytest.mark.parametrize("line", ["reason", "until", "package"])
    def test_entry_without_reason_day_or_package_is_refused(self, packages: Path, line: str) -> None:
        entry = "\n".join(row for row in ENTRY.format(until=TODAY).splitlines() if not row.startswith(line))
        with pytest.raises(SystemExit, match="needs"):
            run("http://127.0.0.1:1/v1/query", packages, entry)

    def test_list_of_this_project_can_be_read(self) -> None:
        assert all(entry.reason for entry in audit.read_accepted(audit.ACCEPTED))


def test_lint_runs_the_audit() -> None:
    lint = (ROOT / "Makefile").read_text().split("\nlint:", 1)[1].split("\n\n", 1)[0]
    assert "tools/audit_dependencies.py" in lint
