"""Comparing calls with marked beats."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.evaluation.bootstrap import Plan
from riskmodels.signals.ectopy.evaluation import best_threshold, counts, counts_found, rates, report
from riskmodels.signals.rhythm.matching import TOLERANCE, partners


def test_beats_of_unknown_class_do_not_count():
    found = counts(np.array([True, True, False, False]), np.array([1, 0, 1, np.nan]))
    assert found == (3, 1, 1, 1)


def test_a_call_beside_every_marked_beat_is_wrong_and_an_unfound_one_is_missed():
    found = counts_found(np.array([True, True]), np.array([1.0, 2.5]), np.array([1.0, 1.0]), np.array([1.05, 4.0]))
    assert found == (2, 1, 1, 1)


def test_a_call_on_a_beat_of_unknown_class_is_neither_right_nor_wrong():
    found = counts_found(np.array([True]), np.array([1.0]), np.array([np.nan]), np.array([1.0]))
    assert found == (0, 0, 0, 0)


def test_nothing_found_is_all_missed():
    empty = np.empty(0)
    assert counts_found(np.zeros(0, bool), empty, np.array([1.0, 0]), np.array([1.0, 2])) == (2, 0, 0, 1)


times = st.lists(st.floats(0, 30), max_size=25, unique=True).map(lambda x: np.array(sorted(x)))


@given(times, times)
def test_partners_are_near_and_each_is_met_once(found, marked):
    partner = partners(found, marked)
    met = partner[partner >= 0]
    assert len(set(met.tolist())) == len(met)
    assert (np.abs(found[met] - marked[partner >= 0]) <= TOLERANCE).all()


def test_rates_are_those_of_the_textbook():
    found = rates(np.array([[8, 2, 4], [0, 0, 0]]))
    assert found["sensitivity"][0] == 8 / 12
    assert found["ppv"][0] == 0.8
    assert found["f1"][0] == 16 / 22
    assert all(np.isnan(values[1]) for values in found.values())


def test_people_are_drawn_whole():
    people = {1: counts(np.ones(4, bool), np.ones(4)), 2: counts(np.zeros(4, bool), np.ones(4))}
    found = report(people, Plan(replicates=200))
    value, low, high = found["metrics"]["sensitivity"]
    assert (value, low, high) == (0.5, 0.0, 1.0)
    assert found["people"][1] == {"record": 2, "beats": 4, "right": 0, "wrong": 0, "missed": 4}


@given(st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=2, max_size=40))
def test_no_other_threshold_does_better(pairs):
    score = np.array([float(value) for value, _ in pairs])
    truth = np.array([float(mark) for _, mark in pairs])
    if not truth.any():
        return
    threshold, told = best_threshold([score], [truth])

    def f1(limit: float) -> float:
        _, right, wrong, missed = counts(score > limit, truth)
        return 2 * right / (2 * right + wrong + missed)

    assert f1(threshold) == told == max(f1(limit) for limit in np.arange(-6, 6, 0.5))
