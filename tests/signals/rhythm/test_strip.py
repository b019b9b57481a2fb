"""A strip lies on paper as it should: millimetres, grid, and extremes that are kept when points are left out."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodels.signals.rhythm.strip import THIN, strip
from tests.signals.rhythm.made import RATE, beats_at, made, regular

ECG = made(beats_at(regular(600), 600))


def test_ten_seconds_are_250_mm_and_every_value_is_drawn() -> None:
    drawn = strip(ECG, 0, 100, 8)
    assert drawn.exact
    assert drawn.size_mm == (200, 25)
    np.testing.assert_array_equal(drawn.millivolts, ECG.millivolts[0, 25_000:27_000])


def test_grid_of_one_and_five_millimetres() -> None:
    drawn = strip(ECG, 0, 100, 8)
    upright, level = drawn.lines()
    np.testing.assert_allclose(np.diff(upright), 0.2)
    np.testing.assert_allclose(np.diff(level), 0.5)
    assert [len(lines) for lines in drawn.lines(THIN)] == [201, 26]


def test_long_stretches_keep_lowest_and_highest() -> None:
    drawn = strip(ECG, 0, 0, 600)
    assert not drawn.exact
    assert len(drawn.seconds) == 2000
    assert (np.diff(drawn.seconds) >= 0).all()
    assert drawn.millivolts.max() == ECG.millivolts.max()
    assert drawn.millivolts.min() == pytest.approx(ECG.millivolts.min())


def test_kept_within_the_recording() -> None:
    drawn = strip(ECG, 0, 598, 10)
    assert (drawn.first, drawn.last) == (590, 600)
    assert strip(made(beats_at(regular(12), 12)), 0, 5, 60).last == 12


def test_missing_values_break_the_line() -> None:
    trace = beats_at(regular(600), 600)
    trace[round(100 * RATE) : round(300 * RATE)] = np.nan
    drawn = strip(made(trace), 0, 0, 600)
    assert np.isnan(drawn.millivolts).mean() == pytest.approx(1 / 3, abs=0.01)
    assert np.isfinite((drawn.low, drawn.high)).all()
