"""Curves and metrics of one score."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import precision_recall_curve, roc_curve

from riskmodels.evaluation import Plan, auroc
from riskmodels.shipping.evidence.validation import POINTS, curves, decide, validate

RNG = np.random.default_rng(7)
RISK = RNG.beta(1, 8, 3000)
LABEL = (RNG.random(3000) < RISK).astype(float)
ONE = np.ones(3000)
PLAN = Plan(20, 1)


def test_curve_has_at_most_a_hundred_points_and_the_area_of_all() -> None:
    roc, pr = curves(LABEL, RISK, ONE)
    x, y = np.array(roc).T
    assert len(roc) <= POINTS
    assert len(pr) <= POINTS
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
    assert np.trapezoid(y, x) == pytest.approx(auroc(LABEL, RISK), abs=0.003)


def test_points_are_those_of_scikit_learn() -> None:
    roc, pr = curves(LABEL[:80], RISK[:80], ONE[:80])
    false, true, _ = roc_curve(LABEL[:80], RISK[:80], drop_intermediate=False)
    assert {(round(x, 9), round(y, 9)) for x, y in roc} <= {
        (round(x, 9), round(y, 9)) for x, y in zip(false, true, strict=True)
    }
    precision, recall, _ = precision_recall_curve(LABEL[:80], RISK[:80])
    assert {(round(x, 9), round(y, 9)) for x, y in pr} <= {
        (round(x, 9), round(y, 9)) for x, y in zip(recall, precision, strict=True)
    }


def test_equal_scores_are_one_point() -> None:
    roc, _ = curves(np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.5, 0.5, 0.5, 0.1]), np.ones(4))
    assert roc == [[0.0, 0.0], [0.5, 1.0], [1.0, 1.0]]


def test_weight_counts_as_people() -> None:
    twice = np.r_[np.full(1000, 2.0), np.ones(2000)]
    again = np.r_[np.arange(1000), np.arange(3000)]
    weighted, repeated = curves(LABEL, RISK, twice)[0], curves(LABEL[again], RISK[again], np.ones(4000))[0]
    assert np.allclose(weighted, repeated)


def test_block_holds_what_the_page_draws() -> None:
    found = validate(LABEL, RISK, ONE, name="all inputs", inputs=["age"], plan=PLAN)
    assert (found["n"], found["events"], len(found["deciles"]), len(found["curve"])) == (3000, LABEL.sum(), 10, 40)
    value, low, high = found["metrics"]["auroc"]
    assert value is not None and low is not None and high is not None  # noqa: PT018
    assert low < value < high


def test_decision_of_two_scores_is_on_the_people_who_have_both() -> None:
    half = np.where(np.arange(3000) < 1500, RISK, np.nan)
    found = decide("diabetes", LABEL, {"this model": RISK, "FINDRISC": half}, ONE, {"FINDRISC": "a note"}, PLAN)
    assert found is not None
    assert found["n"] == 1500
    assert found["scores"]["this model"] == found["scores"]["FINDRISC"]
    assert len(found["treat_all"]) == len(found["thresholds"]) == len(found["scores"]["FINDRISC"])


def test_outcome_without_stated_thresholds_has_no_decision_curve() -> None:
    assert decide("cvd_10y", LABEL, {"this model": RISK}, ONE, {}, PLAN) is None
