"""Net benefit by hand and its limits."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodels.errors import InputError
from riskmodels.evaluation import Plan, net_benefit

LABEL = [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]
SCORE = [0.9, 0.3, 0.5, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]


def test_net_benefit_by_hand():
    # at 0.25: 2 true and 1 false positive of 10, odds 1/3; everybody: 0.2 − 0.8/3
    row = net_benefit(LABEL, SCORE, [0.25], plan=Plan(0)).iloc[0]
    assert row["net_benefit"] == pytest.approx(0.2 - 0.1 / 3)
    assert row["treat_all"] == pytest.approx(0.2 - 0.8 / 3)
    assert row["gain"] == pytest.approx(0.2 - 0.1 / 3)
    assert row["flagged"] == pytest.approx(0.3)


def test_a_score_at_the_threshold_is_treated():
    assert net_benefit(LABEL, SCORE, [0.3], plan=Plan(0))["flagged"].iloc[0] == pytest.approx(0.3)


def test_below_every_score_it_equals_treating_everybody():
    row = net_benefit(LABEL, SCORE, [0.05], plan=Plan(0)).iloc[0]
    assert row["net_benefit"] == pytest.approx(row["treat_all"])
    assert row["gain"] == pytest.approx(0)


def test_weights_count_as_repeated_people():
    times = [2, 1, 3, 1, 1, 1, 2, 1, 1, 1]
    weighted = net_benefit(LABEL, SCORE, [0.15, 0.4], times, Plan(0))
    repeated = net_benefit(np.repeat(LABEL, times), np.repeat(SCORE, times), [0.15, 0.4], plan=Plan(0))
    assert weighted["net_benefit"].to_numpy() == pytest.approx(repeated["net_benefit"].to_numpy())


def test_band_encloses_the_curve_and_repeats_for_a_seed():
    rng = np.random.default_rng(0)
    p = rng.random(500)
    label = (rng.random(500) < p).astype(float)
    first, again = (net_benefit(label, p, [0.2, 0.5], plan=Plan(200, seed=1)) for _ in range(2))
    assert first.equals(again)
    assert (first["low"] < first["net_benefit"]).all()
    assert (first["net_benefit"] < first["high"]).all()
    assert (first["gain_low"] < first["gain"]).all()


def test_one_class_is_not_estimable():
    table = net_benefit([0, 0], [0.1, 0.4], [0.2], plan=Plan(10))
    assert table[["net_benefit", "low", "high", "treat_all"]].isna().all(axis=None)


@pytest.mark.parametrize("threshold", [0, 1, 15])
def test_a_threshold_outside_0_to_1_is_refused(threshold):
    with pytest.raises(InputError, match="not between 0 and 1"):
        net_benefit(LABEL, SCORE, [threshold])
