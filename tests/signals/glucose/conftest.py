"""Series of invented readings for the tests of glucose."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from riskmodels.signals.glucose.series import GlucoseSeries


def series_of(
    values: list[float] | np.ndarray, minutes: float = 5, start: float = 0, unit: str = "mg/dL"
) -> GlucoseSeries:
    """Values one after the other, from so many seconds after midnight of 2026-03-01."""
    mg_dl = np.asarray(values, dtype=np.float64)
    seconds = start + 60 * minutes * np.arange(len(mg_dl))
    return GlucoseSeries(seconds, mg_dl, np.zeros(len(mg_dl), np.int8), date(2026, 3, 1), minutes, "test", unit)


def living(days: float = 14, minutes: float = 5, seed: int = 0) -> GlucoseSeries:
    """A fortnight that goes up and down as glucose does, in whole mg/dL."""
    rng = np.random.default_rng(seed)
    n = round(days * 24 * 60 / minutes)
    slow = np.cumsum(rng.normal(0, 3 * np.sqrt(minutes / 5), n))
    slow -= np.linspace(0, slow[-1], n)
    hours = np.arange(n) * minutes / 60
    value = 150 + 25 * np.sin(2 * np.pi * hours / 24) + 30 * np.sin(2 * np.pi * hours / 5.3) + np.clip(slow, -60, 60)
    return series_of(np.clip(np.round(value + rng.normal(0, 2, n)), 45, 390), minutes)


@pytest.fixture
def fortnight() -> GlucoseSeries:
    return living()
