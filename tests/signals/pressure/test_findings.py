"""Dipping, surge, load and variability against values worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.signals.pressure.estimates import Estimate
from riskmodels.signals.pressure.findings import (
    average_real,
    dipping_class,
    find_dipping,
    find_load,
    find_surge,
    find_variability,
)
from riskmodels.signals.pressure.periods import WHOLE, find_periods
from riskmodels.signals.pressure.series import PressureSeries


@pytest.mark.parametrize(
    ("percent", "name"),
    [(20.1, "extreme"), (20, "normal"), (10, "normal"), (9.9, "reduced"), (0, "reduced"), (-0.1, "reverse")],
)
def test_classes_of_dipping(percent: float, name: str) -> None:
    assert dipping_class(percent) == name


def test_dipping_is_the_fall_in_per_cent_of_the_day() -> None:
    day, night = Estimate.of(140, 1, 40, 41), Estimate.of(119, 1, 15, 16)
    found = find_dipping((day, day), (night, night))
    assert found.percent.value == pytest.approx(15.0)
    # delta method: standard error = 100 × √((1/140)² + (119 × 1/140²)²)
    assert found.percent.error == pytest.approx(100 * np.hypot(1 / 140, 119 / 140**2))
    assert (found.name, found.open) == ("normal", False)


def test_dipping_near_a_border_is_open() -> None:
    day, night = Estimate.of(140, 2, 40, 41), Estimate.of(125.5, 2, 15, 16)
    assert find_dipping((day, day), (night, night)).open


def test_surge_as_defined_by_kario(day_long: PressureSeries) -> None:
    series = day_long.with_diary(asleep=23, awake=7)
    systolic = series.systolic.copy()
    lowest = int(np.flatnonzero(series.hour == 3)[0])
    systolic[lowest - 1 : lowest + 2] = 110, 100, 114
    woke = int(np.flatnonzero(series.hour == 7)[0])
    systolic[woke : woke + 4] = 150, 152, 148, 146
    systolic[(series.hour > 8.5) & (series.hour < 9)] = 200
    changed = replace(series, systolic=systolic)
    found = find_surge(changed, find_periods(changed))
    assert found.trough == pytest.approx((110 + 100 + 114) / 3)
    assert found.morning == pytest.approx(np.mean([150, 152, 148, 146]))
    assert found.value == pytest.approx(found.morning - found.trough)


def test_a_nap_is_no_night(day_long: PressureSeries) -> None:
    series = day_long.with_diary(asleep=23, awake=7)
    whole = find_surge(series, find_periods(series))
    awake = series.awake.copy()
    awake[(series.hour >= 14) & (series.hour < 15)] = 0
    napped = replace(series, awake=awake)
    assert find_surge(napped, find_periods(napped)) == whole


def test_fixed_hours_give_no_surge(day_long: PressureSeries) -> None:
    found = find_surge(day_long, find_periods(day_long))
    assert np.isnan(found.value)
    assert "diary" in found.reason


def test_a_record_that_ends_asleep_has_no_surge(day_long: PressureSeries) -> None:
    series = day_long.with_diary(asleep=23, awake=7)
    series = series.pick(np.arange(len(series)) < 40)
    assert find_surge(series, find_periods(series)).reason == "the record does not hold the waking"


def test_load_counts_readings_from_the_threshold_on(day_long: PressureSeries) -> None:
    periods = find_periods(day_long, WHOLE)
    night = find_load(day_long, "night", periods.night)
    # 117/74.5 and 121/78.5 in turn; the threshold of the night is 120/70
    assert (night.systolic, night.diastolic, night.n) == (50, 100, 16)


def test_average_real_variability_is_weighted_by_time() -> None:
    assert average_real(np.array([120.0, 130, 124]), np.array([0.0, 1200, 4800])) == pytest.approx(
        (1200 * 10 + 3600 * 6) / 4800
    )


def test_weighted_deviation_is_that_of_day_and_night_by_their_hours(day_long: PressureSeries) -> None:
    periods = find_periods(day_long, WHOLE)
    found = find_variability(day_long, periods, frozenset({"day", "night", "24 hours"}), "systolic")
    day, night = day_long.systolic[periods.day].std(ddof=1), day_long.systolic[periods.night].std(ddof=1)
    assert found.weighted == pytest.approx((16 * day + 8 * night) / 24)
    assert found.all_day > found.weighted, "the fall at night is no part of the weighted one"


def test_without_night_there_is_no_weighted_deviation(day_long: PressureSeries) -> None:
    found = find_variability(day_long, find_periods(day_long), frozenset({"day"}), "systolic")
    assert np.isnan([found.night, found.all_day, found.weighted, found.real]).all()


@given(values=st.lists(st.floats(60, 240), min_size=2, max_size=40), shift=st.floats(-50, 50))
def test_variability_does_not_depend_on_the_level(values: list[float], shift: float) -> None:
    seconds = np.cumsum(np.full(len(values), 900.0))
    plain = average_real(np.array(values), seconds)
    assert average_real(np.array(values) + shift, seconds) == pytest.approx(plain, abs=1e-9)
    assert 0 <= plain <= max(values) - min(values) + 1e-9
