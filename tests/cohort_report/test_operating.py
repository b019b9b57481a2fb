from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_curve

from riskmodels.cohort_report.operating import RATES, operating_points
from riskmodels.evaluation import Plan, wilson

PLAN = Plan(replicates=100)
LABEL = np.array([1, 1, 1, 0, 0, 0, 0, 1.0])
RISK = np.array([0.9, 0.6, 0.2, 0.7, 0.3, 0.1, 0.1, np.nan])


def test_rates_by_hand() -> None:
    row = operating_points(LABEL, RISK, [0.5], PLAN).iloc[0]
    assert row["n_flagged"] == 3
    assert [row[r] for r in RATES] == pytest.approx([2 / 3, 3 / 4, 2 / 3, 3 / 4, 3 / 7])


def test_curve_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    label = (rng.random(400) < 0.3).astype(float)
    risk = np.clip(0.3 * label + rng.random(400) * 0.7, 0, 1)
    found = operating_points(label, risk, None, PLAN)
    false, true, at = roc_curve(label, risk, drop_intermediate=False)
    expected = {t: (a, b) for t, a, b in zip(at, true, false, strict=True)}
    exact = found[found["threshold"].isin(expected)]
    assert len(exact) > 5
    for _, row in exact.iterrows():
        assert (row["sensitivity"], 1 - row["specificity"]) == pytest.approx(expected[row["threshold"]])


def test_nobody_flagged_has_no_predictive_value() -> None:
    row = operating_points(LABEL, RISK, [0.95], PLAN).iloc[0]
    assert row["sensitivity"] == 0
    assert np.isnan(row["ppv"])


def test_rate_of_one_has_wilsons_interval() -> None:
    row = operating_points(LABEL, RISK, [0.05], PLAN).iloc[0]
    assert (row["sensitivity_low"], row["sensitivity_high"]) == wilson(1.0, 3)


def test_one_class_only_gives_no_error() -> None:
    found = operating_points(np.ones(20), np.linspace(0.1, 0.9, 20), [0.5], PLAN).iloc[0]
    assert np.isnan(found["specificity"])
    assert found["ppv"] == 1


def test_nobody_at_all_gives_no_error() -> None:
    found = operating_points(np.array([]), np.array([]), [0.5], PLAN)
    assert found["sensitivity"].isna().all()
