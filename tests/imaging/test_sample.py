"""The committed sample is the published picture, and its card says so."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from riskmodels import SAMPLES
from riskmodels.errors import SourceDataError
from riskmodels.imaging import sample
from riskmodels.imaging.picture import open_picture
from riskmodels.imaging.sample import FILE, SOURCE, extract_sample


def test_committed_sample_is_the_published_one() -> None:
    assert hashlib.sha256((SAMPLES / FILE).read_bytes()).hexdigest() == SOURCE.sha256


def test_card_states_hash_licence_and_command() -> None:
    card = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert SOURCE.sha256 in card
    assert "CC0" in card
    assert "python -m riskmodels imaging sample" in card


def test_sample_opens_at_its_full_size() -> None:
    assert open_picture((SAMPLES / FILE).read_bytes()).size == (1411, 1411)


def test_sample_is_taken_from_the_installed_package(tmp_path: Path) -> None:
    pytest.importorskip("skimage")
    path = extract_sample(out=tmp_path)
    assert path == tmp_path / FILE
    assert path.read_bytes() == (SAMPLES / FILE).read_bytes()


def test_sample_is_taken_from_a_wheel(tmp_path: Path) -> None:
    wheel = tmp_path / "scikit_image-0.26.0.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(SAMPLES / FILE, SOURCE.path)
    assert extract_sample(wheel, tmp_path / "out").read_bytes() == (SAMPLES / FILE).read_bytes()


def test_another_picture_is_refused_and_not_written(tmp_path: Path) -> None:
    other = tmp_path / "retina.jpg"
    other.write_bytes(b"\xff\xd8\xff")
    with pytest.raises(SourceDataError, match="SHA-256 differs"):
        extract_sample(other, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_without_the_package_there_is_no_installed_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "PACKAGE", "no-such-package-installed")
    assert sample._installed() is None
