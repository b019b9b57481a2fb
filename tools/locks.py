"""The locks: every package that is installed, with the hashes of the files it may come from.

    python tools/locks.py    # do they fit requirements*.txt? Ends with 1 and says where they do not

Needs nothing but Python and no network, since it runs before anything is installed. Made by make_locks.py.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: each requirements file, and the locks that hold what it asks for beyond the files before it
ASKED: Mapping[str, tuple[str, ...]] = {
    "requirements.txt": ("app.txt", "torch-pypi.txt"),
    "requirements-scale.txt": ("scale.txt",),
    "requirements-research.txt": ("research.txt",),
    "requirements-dev.txt": ("dev.txt",),
}
#: the same torch without CUDA, from PyTorch's own index
CPU_LOCK = "torch-cpu.txt"
#: stands in every lock: a package that is built on the spot runs code of its own, and fetches more without hashes
WHEELS_ONLY = "--only-binary :all:"
REMEDY = "run `make lock` and commit what it writes"
_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(\[[\w,-]+\])?==(?P<version>[^\s;\\]+)\s*(;\s*(?P<marker>[^\\]+?))?\s*\\?")


@dataclass(frozen=True)
class Locked:
    """One package of a lock.

    Args:
        name: as the registry writes it: small letters, hyphens.
        version: the one release that may be installed.
        marker: the machines it is for, as in PEP 508; empty for all.
        hashes: SHA-256 of each file of that release, in hexadecimal digits.
        via: packages and requirements files that ask for it.
        text: its lines in the lock.
    """

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    via: tuple[str, ...]
    text: str


def normal(name: str) -> str:
    """A package's name as the registry compares it.

    Source: PEP 503.
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def read(text: str) -> list[Locked]:
    """The packages of a lock.

    Raises:
        ValueError: for a line that is no pin, such as an option that would name another index.
    """
    blocks = re.split(r"^(?=[^\s#])", text, flags=re.MULTILINE)[1:]
    return [_locked(block) for block in blocks if block.strip() != WHEELS_ONLY]


def _locked(block: str) -> Locked:
    first, *rest = block.rstrip().splitlines()
    found = _PIN.fullmatch(first)
    if found is None:
        raise ValueError(f"{first!r} is no pinned package")
    hashes = tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})\b", block))
    told = [line.strip("# ").removeprefix("via").strip() for line in rest if line.strip().startswith("#")]
    name, version, marker = normal(found["name"]), found["version"], found["marker"] or ""
    return Locked(name, version, marker, hashes, tuple(who for who in told if who), block)


def asked(text: str) -> dict[str, str]:
    """Name and version of what a requirements file asks for.

    Raises:
        ValueError: for a requirement without ``==``.
    """
    wanted: dict[str, str] = {}
    for line in (line.split("#")[0].strip() for line in text.splitlines()):
        if not line or line.startswith("-r "):
            continue
        found = _PIN.fullmatch(line)
        if found is None:
            raise ValueError(f"{line!r} is not pinned with ==")
        wanted[normal(found["name"])] = found["version"]
    return wanted


def load(root: Path, lock: str) -> list[Locked]:
    """The packages of one of the project's locks.

    Raises:
        ValueError: also for a lock that would let packages be built.
    """
    text = (root / "locks" / lock).read_text(encoding="utf-8")
    if WHEELS_ONLY not in text.splitlines():
        raise ValueError(f"{lock} lacks the line {WHEELS_ONLY}")
    return read(text)


def problems(root: Path = ROOT) -> list[str]:
    """Where locks and requirements files do not fit together; empty when they do."""
    try:
        return [*_unfit(root), *_unfit_cpu(root)]
    except (OSError, ValueError) as error:
        return [str(error)]


def _unfit(root: Path) -> Iterator[str]:
    seen: dict[tuple[str, str], str] = {}
    for requirements, locks in ASKED.items():
        wanted = asked((root / requirements).read_text(encoding="utf-8"))
        held = {lock: load(root, lock) for lock in locks}
        pins = [one for packages in held.values() for one in packages]
        for name, version in wanted.items():
            found = [one.version for one in pins if one.name == name]
            if found != [version]:
                yield f"{requirements} asks for {name} {version}, its lock has {', '.join(found) or 'none'}"
        for one in pins:
            if f"-r {requirements}" in one.via and one.name not in wanted:
                yield f"{requirements} no longer asks for {one.name}, which is locked"
        for lock, packages in held.items():
            yield from _flaws(lock, packages, seen)


def _flaws(lock: str, packages: list[Locked], seen: dict[tuple[str, str], str]) -> Iterator[str]:
    for one in packages:
        if not one.hashes:
            yield f"{lock}: {one.name} has no hash"
        if (one.name, one.marker) in seen:
            yield f"{lock}: {one.name} is locked in {seen[one.name, one.marker]} too"
        seen[one.name, one.marker] = lock


def _unfit_cpu(root: Path) -> Iterator[str]:
    wanted = asked((root / "requirements.txt").read_text(encoding="utf-8")).get("torch")
    found = load(root, CPU_LOCK)
    if [(one.name, one.version) for one in found] != [("torch", f"{wanted}+cpu")]:
        yield f"requirements.txt asks for torch {wanted}, {CPU_LOCK} has another"
    yield from _flaws(CPU_LOCK, found, {})


def main() -> int:
    """Say what does not fit; 1 when something does not."""
    found = problems()
    for line in found:
        sys.stdout.write(f"locks: {line}\n")
    if found:
        sys.stdout.write(f"locks: {REMEDY}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
