"""Bundles as hospitals send them, given to us because they went wrong once: read by the command as by the page."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from riskmodels.cli.main import main

READ = {
    "rx_197361": {"bp_medication": 1.0},
    "rx_314076": {"bp_medication": 1.0},
    "bp_value_string": {"systolic_bp": 150.0, "diastolic_bp": 90.0},
    "report_holds_the_date": {"total_cholesterol": 231.0},
    "unit_upper_case": {"total_cholesterol": 231.0},
    "other_server": {},
}


@pytest.mark.shared_data
@pytest.mark.parametrize("name", READ)
def test_the_command_reads_what_the_case_holds(
    name: str, shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, made = shared / "cases" / "fhir" / f"{name}.json", tmp_path / "cohort.parquet"
    assert main(["data", "fhir", str(source), "--processes", "1", "--at", "2026-11-30", "--out", str(made)]) == 0
    row = pd.read_parquet(made).drop(columns=["person_id", "index_date"]).iloc[0].dropna().to_dict()
    assert row == {"age": 57.0, "sex": 1.0} | READ[name]
    said = capsys.readouterr().out
    assert ("by the name of a medicine" in said) == name.startswith("rx")
    assert ("its patient is not there" in said) == (name == "other_server")
