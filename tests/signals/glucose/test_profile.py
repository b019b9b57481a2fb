"""The profile by time of day and the strips by day."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from riskmodels.signals.glucose.profile import PERCENTILES, profile_of, strips_of
from riskmodels.signals.glucose.series import GlucoseSeries
from riskmodels.signals.glucose.targets import TARGETS
from tests.signals.glucose.conftest import living, series_of


def test_percentiles_are_those_of_the_readings_within_half_an_hour(fortnight: GlucoseSeries) -> None:
    profile = profile_of(fortnight)
    place = int(np.flatnonzero(profile.minutes == 720)[0])
    of_day = fortnight.seconds % 86_400
    pooled = fortnight.mg_dl[np.abs(of_day - 43_200) <= 1800]
    np.testing.assert_allclose(profile.percentiles[:, place], np.percentile(pooled, PERCENTILES))
    assert profile.percentiles.shape == (5, 96)
    assert (np.diff(profile.percentiles, axis=0) >= 0).all()


def test_midnight_has_both_its_sides(fortnight: GlucoseSeries) -> None:
    of_day = fortnight.seconds % 86_400
    pooled = fortnight.mg_dl[(of_day <= 1800) | (of_day >= 86_400 - 1800)]
    np.testing.assert_allclose(profile_of(fortnight).percentiles[:, 0], np.percentile(pooled, PERCENTILES))


@pytest.mark.parametrize(
    ("days", "lines"), [(1, [False, False, True, False, False]), (3, [False, True, True, True, False])]
)
def test_few_days_have_no_outer_lines(days: int, lines: list[bool]) -> None:
    profile = profile_of(living(days=days))
    assert np.isfinite(profile.percentiles[:, 48]).tolist() == lines


def test_a_time_of_day_without_readings_is_empty() -> None:
    whole = living(days=6)
    hour = whole.seconds % 86_400 / 3600
    profile = profile_of(whole.taken((hour < 10) | (hour > 14)))
    assert np.isnan(profile.percentiles[:, 48]).all()
    assert profile.days[48] == 0


def test_strips_are_the_days_with_what_was_found() -> None:
    series = series_of([*[60.0] * 72, *[100.0] * 144, *[200.0] * 72, *[120.0] * 144])
    first, second = strips_of(series, TARGETS["diabetes"])
    assert (first.below, first.in_range, first.above) == (25.0, 50.0, 25.0)
    assert (first.day, second.day) == (date(2026, 3, 1), date(2026, 3, 2))
    assert (first.worn, second.worn) == (1.0, 0.5)
    assert second.seconds[0] == 0
    assert second.mean == 120
