"""Burden, couplets and runs."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.signals.ectopy.calls import BeatCalls, burden_by_hour, couplets, in_a_row, runs


def called(marks: str, step: float = 1.0, stretch: list[int] | None = None) -> BeatCalls:
    """V ventricular, N another, ? not seen; one beat a step."""
    ventricular = np.array([mark == "V" for mark in marks], bool)
    probability = np.array([np.nan if mark == "?" else float(mark == "V") for mark in marks])
    numbers = np.array(stretch or [0] * len(marks), np.int64)
    return BeatCalls(np.arange(len(marks)) * step, numbers, probability, ventricular)


def test_two_are_a_couplet_and_three_a_run():
    calls = called("NVNVVNVVVN", step=0.5)
    assert [(row.first, row.beats) for row in in_a_row(calls)] == [(1, 1), (3, 2), (6, 3)]
    assert [row.seconds for row in couplets(calls)] == [1.5]
    (run,) = runs(calls)
    assert (run.beats, run.seconds, run.rate) == (3, 3.0, 120.0)


def test_nothing_is_counted_across_a_gap_or_a_beat_not_seen():
    assert [row.beats for row in in_a_row(called("VVVV", stretch=[0, 0, 1, 1]))] == [2, 2]
    assert [row.beats for row in in_a_row(called("VV?V"))] == [2, 1]


def test_a_single_beat_has_no_rate():
    assert np.isnan(in_a_row(called("NVN"))[0].rate)


def test_burden_leaves_out_what_was_not_seen():
    assert called("VNN?").burden == 1 / 3
    assert np.isnan(called("??").burden)
    assert np.isnan(called("").burden)


def test_an_hour_without_beats_stands_with_none():
    calls = BeatCalls(
        np.array([10.0, 20.0, 7300.0]), np.array([0, 0, 1]), np.array([1.0, 0, 1]), np.array([True, False, True])
    )
    assert burden_by_hour(calls) == ((0, 2, 1), (1, 0, 0), (2, 1, 1))
    assert burden_by_hour(called("")) == ()


@given(st.text("VN?", max_size=60), st.floats(0.3, 900))
def test_every_ventricular_beat_is_in_one_row_and_one_hour(marks, step):
    calls = called(marks, step)
    rows = in_a_row(calls)
    places = [place for row in rows for place in range(row.first, row.first + row.beats)]
    assert places == np.flatnonzero(calls.ventricular).tolist()
    assert len(rows) == sum(1 for i, m in enumerate(marks) if m == "V" and (i == 0 or marks[i - 1] != "V"))
    hours = burden_by_hour(calls)
    assert sum(hour.beats for hour in hours) == calls.seen
    assert sum(hour.ventricular for hour in hours) == calls.ventricular.sum()
