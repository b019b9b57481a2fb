"""Windows: cells hang on the moment, nothing of the future enters the history."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.signals.forecast.windows import HISTORY, STEPS, cut, fill, sensor_interval


def test_regular_readings_fall_into_their_cells() -> None:
    seconds = np.arange(100) * 300.0
    windows = cut(seconds, np.arange(100.0), np.asarray([50]), 5)
    assert windows.history[0].tolist() == list(range(15, 51))
    assert windows.future[0].tolist() == list(range(51, 63))
    assert windows.earlier[0].tolist() == [13, 14]
    assert windows.judged.all()


def test_the_time_of_day_is_that_of_now() -> None:
    seconds = np.arange(400) * 300.0
    assert cut(seconds, seconds, np.asarray([288 + 72]), 5).day[0] == 0.25


@given(
    st.lists(st.floats(20, 1500), min_size=60, max_size=150),
    st.integers(0, 59),
)
def test_no_reading_after_now_changes_the_history(gaps: list[float], now: int) -> None:
    seconds = np.cumsum(gaps)
    values = np.arange(len(gaps), dtype=np.float64)
    changed = np.where(np.arange(len(gaps)) > now, 999.0, values)
    before, after = (cut(seconds, v, np.asarray([now]), 5) for v in (values, changed))
    np.testing.assert_array_equal(before.filled, after.filled)
    assert before.now[0] == now
    future = before.future[0][~np.isnan(before.future[0])]
    assert (future > now).all()


def test_a_repeated_reading_is_the_one_before_and_at_most_two_cells_old() -> None:
    cells = np.asarray([[np.nan, 1, np.nan, np.nan, np.nan, 2]], np.float32)
    np.testing.assert_array_equal(fill(cells), [[np.nan, 1, 1, 1, np.nan, 2]])


def test_a_gap_in_the_history_makes_a_window_unusable() -> None:
    seconds = np.delete(np.arange(100) * 300.0, slice(40, 43))
    mg_dl = np.full(len(seconds), 100.0)
    windows = cut(seconds, mg_dl, np.arange(len(seconds)), 5)
    broken = (seconds[:, None] >= 43 * 300) & (seconds[:, None] <= (39 + HISTORY) * 300)
    assert not windows.usable[broken[:, 0]].any()
    assert windows.usable[seconds >= (43 + HISTORY) * 300].all()
    assert not windows.usable[: HISTORY - 1].any()


def test_a_thinned_window_is_that_of_a_15_minute_sensor() -> None:
    seconds = np.arange(200) * 300.0
    mg_dl = 100 + 30 * np.sin(np.arange(200) / 7)
    thinned = cut(seconds, mg_dl, np.asarray([99]), 5).thinned()
    sparse = cut(seconds[::3], mg_dl[::3], np.asarray([33]), 15)
    np.testing.assert_array_equal(thinned.filled, sparse.filled)
    np.testing.assert_array_equal(thinned.history, sparse.history)
    assert thinned.interval[0] == 15
    assert np.isfinite(sparse.future[0, 2::3]).all()
    assert np.isnan(sparse.future[0, [0, 1, 3]]).all()
    assert sparse.judged.all()


def test_doubled_readings_are_one_cell() -> None:
    seconds = np.sort(np.concatenate([np.arange(100) * 300.0, np.arange(100) * 300.0 + 60]))
    windows = cut(seconds, seconds, np.asarray([120]), 5)
    np.testing.assert_allclose(np.diff(windows.history[0]), 300)


def test_a_low_ahead_is_a_reading_below_70() -> None:
    seconds = np.arange(60) * 300.0
    for last, low in ((69.9, True), (70.0, False)):
        mg_dl = np.full(60, 100.0)
        mg_dl[40 + STEPS] = last
        assert cut(seconds, mg_dl, np.asarray([40]), 5).low_ahead[0] == low


def test_the_interval_is_the_middle_of_the_gaps() -> None:
    assert sensor_interval(np.arange(20) * 300.0) == 5
    assert sensor_interval(np.arange(20) * 905.0) == 15
    assert sensor_interval(np.arange(20) * 3600.0) == 0
