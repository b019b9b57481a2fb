"""What glucose and HbA1c would probably do along a plan that does not move them."""

from __future__ import annotations

import pandas as pd
import pytest

from riskmodels.changes.links import load_links
from riskmodels.changes.markers import markers_text

PATIENT = pd.Series({"diabetes": 0.0, "bmi": 33.0, "glucose": 109.0, "hba1c": 6.0})


def test_glucose_follows_the_weight_by_the_populations_line() -> None:
    told = markers_text("diabetes", PATIENT, -5.0, load_links())
    assert "Glucose is held at 109 mg/dL" in told
    assert "would probably be about 106 mg/dL" in told
    assert "HbA1c is held at 6.0 %" in told
    assert "regression among" in told


def test_it_is_not_said_to_fall_below_where_there_is_nothing_to_gain() -> None:
    patient = PATIENT.copy()
    patient["glucose"] = 101.0
    assert "about 100 mg/dL" in markers_text("diabetes", patient, -30.0, load_links())


@pytest.mark.parametrize(("outcome", "change"), [("cvd_10y", -5.0), ("diabetes", 0.0)])
def test_nothing_is_said_where_it_is_no_diagnosis_or_weight_stays(outcome: str, change: float) -> None:
    assert markers_text(outcome, PATIENT, change, load_links()) == ""


def test_an_unknown_marker_is_not_spoken_of() -> None:
    assert markers_text("diabetes", PATIENT.drop(["glucose", "hba1c"]), -5.0, load_links()) == ""
