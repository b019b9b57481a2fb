"""Whom a model answers, on nine invented people."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodels.evaluation.calibration import wilson
from riskmodels.evaluation.reach import reach


def texts(*words: str) -> np.ndarray:
    return np.array(words, dtype=object)


SAID = {
    "refused": texts("", "", "", "", "", "", "far", "far", "age"),
    "held": texts("", "", "", "bmi", "bmi", "hdl", "", "", ""),
    "bound": texts("", "", "", "at least", "at least", "at most", "", "", ""),
}
RISK = np.array([0.1, 0.2, 0.3, 0.4, 0.6, 0.2, np.nan, np.nan, np.nan])
LABEL = np.array([0.0, 0, 1, 1, np.nan, 0, 1, 0, 1])


def test_shares_and_reasons_add_up() -> None:
    found = reach(SAID, RISK, RISK / 2, RISK * 1.5)
    assert found["n"] == 9
    assert found["refused"]["n"] == sum(found["refused"]["reasons"].values()) == 3
    assert list(found["refused"]["reasons"].items()) == [("far", 2), ("age", 1)]
    assert found["held"]["share"] == pytest.approx(3 / 9)
    assert (found["held"]["low"], found["held"]["high"]) == wilson(3 / 9, 9)
    assert "groups" not in found


def test_observed_beside_predicted_where_the_label_is_known() -> None:
    groups = {g["group"]: g for g in reach(SAID, RISK, RISK / 2, RISK * 1.5, LABEL)["groups"]}
    held = groups["held"]
    assert (held["n"], held["events"], held["observed"]) == (2, 1, 0.5)
    assert held["predicted"] == pytest.approx(0.3)
    assert held["mean_low"] == pytest.approx(0.15)
    assert held["mean_high"] == pytest.approx(0.45)
    assert groups["inside the data"]["n"] == 3
    assert groups["at least"]["observed"] == 1
    assert groups["at most"]["observed"] == 0


def test_a_group_of_nobody_has_no_figures() -> None:
    (either,) = (g for g in reach(SAID, RISK, RISK, RISK, LABEL)["groups"] if g["group"] == "held, higher or lower")
    assert either == {"group": "held, higher or lower", "n": 0, "events": 0}
