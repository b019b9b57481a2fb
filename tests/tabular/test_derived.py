"""What was done to a model, in words."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodels.tabular.derived import cautioned, change_text, edit_text, group_of, notes

DAY = "2026-11-29T10:00:00+00:00"
GROUP = {"outcome": "diabetes", "method": "intercept", "date": DAY, "group": {"column": "ancestry", "value": "Asian"}}
STATED = {"outcome": "diabetes", "method": "local prevalence", "date": DAY, "stated": 0.06, "shift": -0.461}


def test_group_of_an_earlier_step_still_holds() -> None:
    later = STATED | {"before": GROUP}
    assert group_of(later) == group_of(later, "diabetes") == "“ancestry” is “Asian”"
    assert group_of(later, "cvd_10y") == group_of(STATED) == group_of(None) == ""


def test_every_estimate_for_a_group_says_so() -> None:
    cautions = np.array([["", ""], ["BMI near the edge", "x"]], dtype=object)
    found = cautioned({"derived": GROUP}, ("diabetes", "cvd_10y"), cautions)
    only = "recalibrated here only for people whose “ancestry” is “Asian”"
    assert found[:, 0].tolist() == [only, f"BMI near the edge; {only}"]
    assert found[:, 1].tolist() == ["", "x"]
    assert cautions[0, 0] == ""


def test_model_as_it_was_trained_has_no_notes_and_no_caution() -> None:
    cautions = np.array([[""]], dtype=object)
    assert notes({}, "diabetes") == ()
    assert cautioned({}, ("diabetes",), cautions) is cautions


def test_steps_are_told_the_last_first() -> None:
    assert notes({"derived": STATED | {"before": GROUP}}, "diabetes") == (
        "Shifted by −0.46 log-odds to a prevalence of 6 % stated on 2026-11-29.",
        "Recalibrated here (intercept) only for people whose “ancestry” is “Asian” on 2026-11-29.",
    )


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"name": "bmi", "kind": "flatten"}, "The curve of body mass index was made level from 40.0 to 60.0 kg/m²"),
        ({"name": "bmi", "kind": "cut below"}, "The curve of body mass index was cut below 60.0 kg/m²"),
        ({"name": "smoking", "kind": "flatten", "low": 0, "high": 2}, "was made level from never to current"),
    ],
)
def test_edit_is_told_with_its_unit(entries: dict[str, object], said: str) -> None:
    told = {"low": 40.0, "high": 60.0, "date": DAY} | entries
    assert said in edit_text(told)
    assert edit_text(told).endswith("on 2026-11-29.")


def test_every_part_of_an_edit_is_told() -> None:
    parts = [{"kind": "cut above", "low": 45.0, "high": 45.0}, {"kind": "smooth", "low": 20.0, "high": 30.0}]
    step = {"outcome": "diabetes", "method": "curve edit", "input": "bmi", "parts": parts, "date": DAY}
    assert change_text(step) == (
        "The curve of body mass index was cut above 45.0 kg/m² on 2026-11-29. "
        "The curve of body mass index was smoothed from 20.0 to 30.0 kg/m² on 2026-11-29."
    )
