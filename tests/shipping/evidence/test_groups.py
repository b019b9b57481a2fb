"""Observed against expected in groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.evaluation import Plan, calibration_in_the_large
from riskmodels.shipping.evidence.groups import calibration_groups, share

RNG = np.random.default_rng(11)
N = 4000
RISK = RNG.beta(2, 20, N)
LABEL = (RNG.random(N) < RISK).astype(float)
ONE = np.ones(N)
PLAN = Plan(60, 1)
PART = np.full(N, "test", dtype=object)


def test_estimates_that_are_right_have_a_ratio_about_one_and_half_of_them_about_two() -> None:
    right, half = share(LABEL, RISK, ONE, PLAN), share(LABEL, RISK / 2, ONE, PLAN)
    value, low, high = right["ratio"]
    assert value is not None and low is not None and high is not None  # noqa: PT018
    assert low < 1 < high
    assert half["ratio"][0] == pytest.approx(2 * value)
    assert right["in_the_large"][0] == pytest.approx(calibration_in_the_large(LABEL, RISK), abs=1e-6)


def test_probabilities_as_labels_are_compared_as_they_are() -> None:
    found = share(RISK, RISK, ONE, PLAN)
    assert found["ratio"] == pytest.approx([1, 1, 1])
    assert found["in_the_large"] == pytest.approx([0, 0, 0], abs=1e-6)


def test_few_events_give_shares_and_no_ratio() -> None:
    label = np.zeros(N)
    label[:4] = 1
    found = share(label, RISK, ONE, PLAN)
    assert found["observed"] == pytest.approx(4 / N)
    assert found["ratio"] == [None, None, None]


def test_survey_weight_counts_as_people() -> None:
    weight = np.where(LABEL == 1, 2.0, 1.0)
    by = pd.DataFrame({"all": ["all"] * N})
    (found,) = calibration_groups(LABEL, RISK, ONE, weight, by, PART, PLAN)
    assert found["weighted"] is not None
    assert found["weighted"]["observed"] == pytest.approx(2 * LABEL.sum() / weight.sum())
    assert found["unweighted"]["observed"] == pytest.approx(LABEL.mean())


def test_people_without_a_survey_weight_count_unweighted_alone() -> None:
    weight = np.where(np.arange(N) < 1000, 5.0, np.nan)
    (found,) = calibration_groups(LABEL, RISK, ONE, weight, pd.DataFrame({"all": ["all"] * N}), PART, PLAN)
    assert (found["n"], found["n_weighted"]) == (N, 1000)


def test_group_without_any_survey_weight_has_no_weighted_share() -> None:
    by = pd.DataFrame({"cycle": np.where(np.arange(N) < 2000, "2015–2016", "2017–2018")})
    weight = np.where(np.arange(N) < 2000, 5.0, np.nan)
    first, second = calibration_groups(LABEL, RISK, ONE, weight, by, PART, PLAN)
    assert first["weighted"] is not None
    assert second["weighted"] is None


def test_person_of_no_level_is_in_no_group_of_the_division() -> None:
    by = pd.DataFrame({"origin": pd.Series(["a", None] * (N // 2))})
    (found,) = calibration_groups(LABEL, RISK, ONE, np.full(N, np.nan), by, PART, PLAN)
    assert (found["level"], found["n"]) == ("a", N // 2)
