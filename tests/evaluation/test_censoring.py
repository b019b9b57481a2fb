"""Weights at a horizon: worked by hand, and against the Aalen–Johansen estimator."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodels.errors import InputError
from riskmodels.evaluation import ipcw


def aalen_johansen(event: np.ndarray, time: np.ndarray, horizon: float) -> float:
    """Cumulative incidence of event 1, straight from its definition."""
    alive, incidence = 1.0, 0.0
    for t in np.unique(time[time <= horizon]):
        at_risk = np.sum(time >= t)
        incidence += alive * np.sum((time == t) & (event == 1)) / at_risk
        alive *= 1 - np.sum((time == t) & (event > 0)) / at_risk
    return incidence


def test_five_people_by_hand():
    # in sight just before: 2 → 1; 4 → 1 − 1/4 (the one lost at 3 of four); 6 → ¾ · (1 − ½) (lost at 5, of two)
    found = ipcw([1, 0, 2, 0, 0], [2, 3, 4, 5, 10], horizon=6)
    assert found.label == pytest.approx([1, np.nan, 0, np.nan, 0], nan_ok=True)
    assert found.weight == pytest.approx([1, 0, 4 / 3, 0, 8 / 3])


def test_events_come_before_censoring_at_the_same_time():
    found = ipcw([1, 0, 0], [3, 3, 10], horizon=6)
    assert found.weight == pytest.approx([1, 0, 2])


def test_at_the_horizon_an_event_counts_and_a_censored_person_is_known():
    found = ipcw([1, 0, 2, 0], [120, 120, 120, 200], horizon=120)
    assert found.label == pytest.approx([1, 0, 0, 0])
    assert found.weight == pytest.approx([1, 1, 1, 1])


def test_an_event_after_the_horizon_is_none_at_the_horizon():
    assert ipcw([1, 0], [130, 140], horizon=120).label == pytest.approx([0, 0])


def test_people_without_follow_up_have_no_label_and_do_not_count():
    known = ipcw([1, 0, 0], [3, 4, 10], horizon=6)
    more = ipcw([1, 0, 0, np.nan, 0], [3, 4, 10, 5, np.nan], horizon=6)
    assert more.weight == pytest.approx([*known.weight, 0, 0])
    assert np.isnan(more.label[3:]).all()


@given(st.integers(0, 10_000), st.integers(5, 60))
@settings(max_examples=100)
def test_weighted_share_of_events_is_the_aalen_johansen_incidence(seed: int, n: int):
    rng = np.random.default_rng(seed)
    event, time = rng.integers(0, 3, n), rng.integers(1, 13, n).astype(float)
    event[0], time[0] = 0, 20  # someone is in sight at the horizon
    found = ipcw(event, time, horizon=8)
    share = np.sum(found.weight[found.label == 1]) / n
    assert found.weight.sum() == pytest.approx(n)
    assert share == pytest.approx(aalen_johansen(event, time, 8))


def test_sampling_weights_count_as_repeated_people():
    event, time, times = [1, 0, 2, 0, 0], [2, 3, 4, 5, 10], [3, 1, 2, 2, 4]
    weighted = ipcw(event, time, 6, weight=times)
    repeated = ipcw(np.repeat(event, times), np.repeat(time, times), 6)
    first = np.r_[0, np.cumsum(times)[:-1]]
    assert weighted.weight == pytest.approx(repeated.weight[first])


@pytest.mark.parametrize(
    ("event", "months", "weight", "words"),
    [
        ([0, 3], [1, 2], None, "not 0, 1 or 2"),
        ([0, 1], [1, -2], None, "negative"),
        ([0, 1], [1, 2, 3], None, "2, 3 and 2"),
        ([0, 1], [1, 2], [1, -1], "sampling weight"),
    ],
)
def test_impossible_follow_up_is_refused(event, months, weight, words):
    with pytest.raises(InputError, match=words):
        ipcw(event, months, weight=weight)
