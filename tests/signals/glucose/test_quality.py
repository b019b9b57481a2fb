"""Checks: interpolated sensors are found and thinned, several intervals settled, wear, gaps, limits and dates told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.signals.glucose.files import read_glucose
from riskmodels.signals.glucose.quality import at_limit, check_glucose, flat_runs, interpolation
from riskmodels.signals.glucose.series import CheckedGlucose, GlucoseSeries
from tests.signals.glucose.conftest import living, series_of

TODAY = date(2026, 11, 30)


def passed(checked: CheckedGlucose) -> dict[str, bool]:
    return {check.name: check.passed for check in checked.checks}


def detail(checked: CheckedGlucose, name: str) -> str:
    return next(check.detail for check in checked.checks if check.name == name)


def drawn_out(series: GlucoseSeries, decimals: int, skip: int = 0) -> GlucoseSeries:
    """A 15-minute series on straight lines of 5 minutes, beginning anywhere between two readings."""
    seconds = np.arange(series.seconds[0], series.seconds[-1] + 1, 300.0)[skip:]
    value = np.round(np.interp(seconds, series.seconds, series.mg_dl), decimals)
    return replace(series, seconds=seconds, mg_dl=value, beyond=np.zeros(len(value), np.int8), minutes=5.0)


def test_a_fortnight_passes_everything() -> None:
    checked = check_glucose(living(), TODAY)
    assert all(passed(checked).values())
    assert (checked.refused, checked.partly, checked.forecast_refused) == ("", "", "")


def test_the_interpolated_case_is_thinned_on_the_right_points(shared: Path) -> None:
    data = (shared / "cases" / "signals" / "cgm_15min_interpolated_to_5.csv").read_bytes()
    checked = check_glucose(read_glucose("x", data), TODAY)
    assert len(checked.series) == 96
    assert checked.series.minutes == 15.0
    assert (checked.series.seconds % 900 == 0).all()
    assert "Every third point is a reading" in detail(checked, "Sampling")


@pytest.mark.parametrize("name", ["cgm_native_5min.csv", "cgm_mmol_gap_lo_hi.csv"])
def test_the_other_cases_are_left_as_they_are(shared: Path, name: str) -> None:
    series = read_glucose(name, (shared / "cases" / "signals" / name).read_bytes())
    checked = check_glucose(series, TODAY)
    assert len(checked.series) == len(series)
    assert (checked.refused, checked.forecast_refused) == ("", "")
    assert checked.partly


@given(skip=st.integers(0, 2), decimals=st.sampled_from([1, 2, 6]), seed=st.integers(0, 20))
def test_the_readings_of_an_interpolated_sensor_are_found_again(skip: int, decimals: int, seed: int) -> None:
    sensor = living(days=2, minutes=15, seed=seed)
    checked = check_glucose(drawn_out(sensor, decimals, skip), TODAY)
    kept = sensor.mg_dl[1:] if skip else sensor.mg_dl
    assert checked.series.minutes == 15.0
    np.testing.assert_array_equal(checked.series.mg_dl, kept)


@given(seed=st.integers(0, 30))
def test_a_sensor_of_5_minutes_is_not_taken_for_an_interpolated_one(seed: int) -> None:
    series = living(days=2, seed=seed)
    assert interpolation(series)[0] < 0.3
    assert len(check_glucose(series, TODAY).series) == len(series)


def test_readings_on_another_third_behind_a_gap_are_found_too() -> None:
    first, second = living(days=2, minutes=15, seed=1), living(days=2, minutes=15, seed=2)
    behind = replace(second, seconds=second.seconds + first.seconds[-1] + 3 * 3600 + 300 + 150)
    one, two = drawn_out(replace(first, seconds=first.seconds + 150), 1), drawn_out(behind, 1)
    joined = replace(
        one,
        seconds=np.concatenate([one.seconds, two.seconds]),
        mg_dl=np.concatenate([one.mg_dl, two.mg_dl]),
        beyond=np.concatenate([one.beyond, two.beyond]),
    )
    checked = check_glucose(joined, TODAY)
    np.testing.assert_array_equal(checked.series.mg_dl, np.concatenate([first.mg_dl, second.mg_dl]))


def test_lines_whose_readings_cannot_be_told_forbid_a_forecast() -> None:
    hours = np.arange(0, 48 * 12)
    series = series_of(np.interp(hours, np.arange(0, 600, 100), [100, 180, 120, 220, 90, 150]))
    checked = check_glucose(series, TODAY)
    assert not passed(checked)["Sampling"]
    assert "where the readings are cannot be told" in checked.forecast_refused
    assert checked.refused == ""


def test_a_sensor_of_one_minute_is_used_every_5() -> None:
    checked = check_glucose(living(days=2, minutes=1), TODAY)
    assert (checked.series.minutes, len(checked.series)) == (5.0, 2 * 288)
    assert "the first of each 5 minutes is used" in " ".join(checked.series.notes)


def test_a_mix_of_3_and_5_minutes_is_used_every_5() -> None:
    steps = np.tile([180.0] * 30 + [300.0] * 30, 20)
    seconds = np.concatenate([[0.0], np.cumsum(steps)])
    series = replace(series_of(living(days=5).mg_dl[: len(seconds)], 3), seconds=seconds)
    checked = check_glucose(series, TODAY)
    assert checked.series.minutes == 5.0
    assert (np.diff(checked.series.seconds) >= 180).all()
    assert not checked.series.gap_before().any()


@pytest.mark.parametrize(
    ("series", "reason"),
    [
        (series_of([100.0]), "one reading"),
        (living(days=0.5), "12.0 h: a report needs 18 h"),
        (series_of([40.0] * 400), "More than half of the readings are at the sensor's limit"),
    ],
)
def test_too_little_is_refused_with_the_reason(series: GlucoseSeries, reason: str) -> None:
    checked = check_glucose(series, TODAY)
    assert reason in checked.refused
    assert checked.forecast_refused


def test_five_days_and_half_the_time_make_a_report_in_part() -> None:
    whole = living(days=5)
    checked = check_glucose(whole.taken((whole.seconds // 3600).astype(int) % 2 == 0), TODAY)
    assert "5.0 days instead of 14" in checked.partly or "4.9" in checked.partly
    assert "50% of the time instead of 70%" in checked.partly


def test_gaps_are_counted_and_one_missing_reading_is_none() -> None:
    whole = living(days=3)
    kept = np.ones(len(whole), bool)
    kept[100] = False
    assert not whole.taken(kept).gap_before().any()
    kept[300:400] = False
    holed = whole.taken(kept)
    assert holed.gap_before().sum() == 1
    assert "1 gap of 8.4 h together" in detail(check_glucose(holed, TODAY), "Gaps")


def test_numbers_that_stop_at_40_and_400_are_limits() -> None:
    series = series_of(np.clip(living().mg_dl * 6 - 750, 40, 400))
    low, high = at_limit(series)
    assert low.any()
    assert high.any()
    assert "the mean is about what is given" in detail(check_glucose(series, TODAY), "Sensor's limits")
    assert not at_limit(series_of([100.0, 399.0, 180.0]))[1].any()


def test_a_value_that_stands_still_is_found_but_not_at_the_limit() -> None:
    value = living(days=2).mg_dl
    value[100:150] = 131
    value[300:350] = 40
    assert flat_runs(series_of(value)) == ((30_000.0, 44_700.0),)
    assert not passed(check_glucose(series_of(value), TODAY))["Flat stretches"]


def test_the_last_days_of_a_long_series_can_be_taken() -> None:
    long = living(days=20)
    kept = long.last_days(14)
    assert (len(kept), kept.seconds[-1]) == (14 * 288, long.seconds[-1])
    assert "Only the last 14 days are reported." in kept.notes
    assert long.last_days(30) is long


def test_dates_in_the_future_are_told() -> None:
    checked = check_glucose(living(), date(2026, 3, 10))
    assert not passed(checked)["Dates"]
    assert "in the future" in detail(checked, "Dates")
    assert checked.refused == ""


def test_no_forecast_of_an_interval_it_does_not_know() -> None:
    assert "not every 10" in check_glucose(living(days=2, minutes=10), TODAY).forecast_refused


def test_no_forecast_behind_a_gap_or_at_the_limit() -> None:
    whole = living(days=2)
    kept = np.ones(len(whole), bool)
    kept[-20:-10] = False
    assert "not unbroken" in check_glucose(whole.taken(kept), TODAY).forecast_refused
    value = whole.mg_dl.copy()
    value[-1] = 40
    assert "at its limit" in check_glucose(series_of(value), TODAY).forecast_refused
