"""Series of pressures made for a test."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from riskmodels.signals.pressure.series import DAY_LONG, HOME, PressureSeries, within

_HOUR = 3600.0


@pytest.fixture
def day_long() -> PressureSeries:
    """24 hours from 09:00: every half hour 140/90 by day and 119/76.5 from 23:00 to 07:00; no diary."""
    seconds = 9 * _HOUR + np.arange(48) * _HOUR / 2
    asleep = within(seconds / _HOUR % 24, 23, 7)
    wobble = np.tile([-2.0, 2.0], 24)
    return PressureSeries(
        seconds,
        np.where(asleep, 119.0, 140.0) + wobble,
        np.where(asleep, 76.5, 90.0) + wobble,
        np.where(asleep, 55.0, 70.0),
        np.full(48, -1, dtype=np.int8),
        date(2026, 3, 3),
        DAY_LONG,
    )


@pytest.fixture
def week() -> PressureSeries:
    """Seven days of two readings each morning and evening: the first day at 160/100, the others at 130/80."""
    times = np.array([8.0, 8.05, 20.0, 20.05]) * _HOUR
    seconds = (np.arange(7)[:, None] * 24 * _HOUR + times).ravel()
    first = seconds < 24 * _HOUR
    wobble = np.tile([-1.0, 1.0], 14)
    return PressureSeries(
        seconds,
        np.where(first, 160.0, 130.0) + wobble,
        np.where(first, 100.0, 80.0) + wobble,
        np.full(28, np.nan),
        np.full(28, -1, dtype=np.int8),
        date(2026, 3, 2),
        HOME,
    )
