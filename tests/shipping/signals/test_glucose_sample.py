"""The committed fortnight is the one that is extracted, its card says so, and the page's reader reads it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from riskmodels import SAMPLES
from riskmodels.errors import SourceDataError
from riskmodels.shipping.signals.glucose_sample import FORTNIGHT, FORTNIGHT_SHA256, PERSON, extract_fortnight
from riskmodels.signals.glucose.files import read_glucose
from riskmodels.signals.glucose.quality import check_glucose


def test_committed_fortnight_is_the_extracted_one(shared: Path, tmp_path: Path) -> None:
    written = extract_fortnight(shared, tmp_path)
    assert written.read_bytes() == (SAMPLES / FORTNIGHT).read_bytes()
    assert hashlib.sha256(written.read_bytes()).hexdigest() == FORTNIGHT_SHA256


def test_card_states_hash_licence_person_and_command() -> None:
    card = (SAMPLES / "README.md").read_text(encoding="utf-8")
    for said in (
        FORTNIGHT_SHA256,
        "CC0",
        PERSON,
        "python -m riskmodels signals sample",
        "10.6084/m9.figshare.28136294.v1",
    ):
        assert said in card


def test_person_is_of_the_published_test_split(shared: Path) -> None:
    splits = (shared / "signals" / "cgm_open" / "published_splits.csv").read_text(encoding="utf-8")
    assert f"{PERSON},T1D,test,PhysioCGM" in splits


def test_fortnight_makes_a_full_report_and_a_forecast() -> None:
    checked = check_glucose(read_glucose(FORTNIGHT, (SAMPLES / FORTNIGHT).read_bytes()))
    assert (checked.refused, checked.partly, checked.forecast_refused) == ("", "", "")
    assert all(check.passed for check in checked.checks)


def test_another_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceDataError, match="There is no"):
        extract_fortnight(tmp_path, tmp_path / "out")
    table = tmp_path / "signals" / "cgm_open" / "cgm.parquet"
    table.parent.mkdir(parents=True)
    table.write_bytes(b"PAR1")
    with pytest.raises(SourceDataError, match="SHA-256 differs"):
        extract_fortnight(tmp_path, tmp_path / "out")
