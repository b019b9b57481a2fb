"""The report of day-long records and home series: in whole, in part, refused; the office; what may be entered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from riskmodels.signals.pressure.periods import NARROW, WHOLE, find_periods
from riskmodels.signals.pressure.series import Failed, PressureSeries
from riskmodels.signals.pressure.summary import summarise
from riskmodels.signals.pressure.validity import expected_readings


class TestDayLong:
    def test_means_by_fixed_hours(self, day_long: PressureSeries) -> None:
        report = summarise(day_long)
        assert {name: round(mean.systolic.value, 6) for name, mean in report.means.items()} == {
            "24 hours": round(float(day_long.systolic.mean()), 6),
            "day": 140,
            "night": 119,
        }
        assert report.refused == ""
        assert report.periods is not None
        assert NARROW.source in report.periods.text
        assert all(check.passed for check in report.checks)
        assert report.dipping is not None
        assert report.dipping.percent.value == pytest.approx(15)

    def test_the_diary_goes_before_fixed_hours(self, day_long: PressureSeries) -> None:
        report = summarise(day_long.with_diary(asleep=22, awake=6))
        assert report.periods is not None
        assert report.periods.by_diary
        assert report.periods.hours == pytest.approx((16, 8), abs=0.6)
        assert report.means["night"].systolic.value == pytest.approx((14 * 119 + 2 * 140) / 16)

    def test_an_interval_of_the_whole_does_not_count_the_fall_as_noise(self, day_long: PressureSeries) -> None:
        mean = summarise(day_long, hours=WHOLE).means["24 hours"].systolic
        naive = 1.96 * day_long.systolic.std(ddof=1) / np.sqrt(48)
        assert mean.high - mean.value < naive

    def test_few_readings_at_night_leave_the_day(self, day_long: PressureSeries) -> None:
        few = day_long.pick(~((day_long.hour >= 2) & (day_long.hour < 6)))
        report = summarise(few)
        assert set(report.means) == {"day"}
        assert report.refused == ""
        assert report.missing["night"].startswith("readings at night: 2; 7 are asked for")
        assert report.dipping is None
        assert report.entered is not None
        assert report.entered.period == "day"

    def test_few_readings_altogether_are_refused(self, day_long: PressureSeries) -> None:
        report = summarise(day_long.pick(np.arange(48) % 6 == 0))
        assert report.means == {}
        assert "readings by day" in report.refused
        assert report.entered is not None
        assert report.entered.facts == {}

    def test_readings_that_failed_count_as_expected(self, day_long: PressureSeries) -> None:
        failed = tuple(Failed(float("nan"), "EC 7") for _ in range(30))
        report = summarise(replace(day_long, failed=failed))
        assert "24 hours" in report.missing
        assert "48 of 78 expected (62%)" in report.missing["24 hours"]
        assert {"day", "night"} == set(report.means)

    def test_a_gap_counts_as_readings_that_are_absent(self, day_long: PressureSeries) -> None:
        assert expected_readings(day_long) == 48
        assert expected_readings(day_long.pick((np.arange(48) < 20) | (np.arange(48) >= 30))) == 48

    def test_another_interval_at_night_is_no_gap(self, day_long: PressureSeries) -> None:
        night = find_periods(day_long, WHOLE).night
        hourly = day_long.pick(~night | (np.arange(48) % 2 == 0))
        assert expected_readings(hourly) == pytest.approx(len(hourly), abs=2)

    def test_no_pulse_gives_none(self, day_long: PressureSeries) -> None:
        assert summarise(replace(day_long, pulse=np.full(48, np.nan))).means["day"].pulse is None

    def test_the_hourly_mean_does_not_lean_to_the_day(self, day_long: PressureSeries) -> None:
        night = find_periods(day_long, WHOLE).night
        report = summarise(day_long.pick(~night | (np.arange(48) % 2 == 0)), hours=WHOLE)
        assert report.evened is not None
        assert report.evened[0] < report.means["24 hours"].systolic.value


class TestHome:
    def test_the_first_day_is_left_out(self, week: PressureSeries) -> None:
        report = summarise(week)
        assert report.means["home"].systolic.value == pytest.approx(130)
        assert report.means["home"].systolic.n == 24
        assert set(report.means) == {"home", "morning", "evening"}
        assert report.means["home"].categories == {"ESC 2024": "elevated", "AHA/ACC 2025": "as stage 1 hypertension"}

    @pytest.mark.parametrize(("days", "why"), [(2, "days: 2; at least 3"), (0, "")])
    def test_fewer_than_three_days_are_refused(self, week: PressureSeries, days: int, why: str) -> None:
        report = summarise(week.pick(week.day < days) if days else week)
        assert report.refused.startswith(why)
        assert bool(report.means) == (not why)

    def test_few_readings_are_refused(self, week: PressureSeries) -> None:
        report = summarise(week.pick(np.arange(28) % 4 == 0))
        assert report.refused == "readings: 7; 12 are asked for"

    def test_of_a_long_diary_the_last_seven_days_count(self, week: PressureSeries) -> None:
        seconds = np.concatenate([week.seconds, week.seconds + 30 * 86400])
        twice = replace(
            week,
            seconds=seconds,
            systolic=np.tile(week.systolic, 2),
            diastolic=np.tile(week.diastolic, 2),
            pulse=np.tile(week.pulse, 2),
            awake=np.tile(week.awake, 2),
        )
        report = summarise(twice)
        assert report.means["home"].systolic.n == 24
        assert any("its last 7 with readings" in note for note in report.notes)

    def test_no_time_of_day_gives_no_morning(self, week: PressureSeries) -> None:
        noon = (week.day * 86400 + 43200).astype(np.float64)
        report = summarise(replace(week, seconds=noon, times_known=False))
        assert "morning" not in report.means


class TestOffice:
    @pytest.mark.parametrize(
        ("office", "untreated"),
        [((150, 95), "sustained hypertension"), ((130, 80), "masked hypertension")],
    )
    def test_high_outside(self, day_long: PressureSeries, office: tuple[int, int], untreated: str) -> None:
        assert summarise(day_long, office).compared[0].untreated == untreated

    @pytest.mark.parametrize(
        ("office", "untreated"),
        [((150, 95), "white-coat hypertension"), ((130, 80), "no hypertension in either")],
    )
    def test_not_high_outside(self, week: PressureSeries, office: tuple[int, int], untreated: str) -> None:
        esc, aha = summarise(week, office).compared
        assert esc.untreated == untreated
        assert aha.untreated == "sustained hypertension", "130/80 at home and in the office is stage 1"

    def test_people_with_medicine_have_other_words(self, week: PressureSeries) -> None:
        assert "white-coat effect;" in summarise(week, (150, 95), treated=True).compared[0].text

    def test_an_interval_over_the_threshold_is_said(self, week: PressureSeries) -> None:
        raised = replace(week, systolic=week.systolic + 4.5 + 3 * (week.day % 2))
        assert not summarise(raised, (150, 95)).compared[0].decided

    def test_without_office_pressure_nothing_is_compared(self, week: PressureSeries) -> None:
        assert summarise(week).compared == ()


class TestEntered:
    def test_home_mean_as_it_is_with_its_interval(self, week: PressureSeries) -> None:
        entered = summarise(week).entered
        assert entered is not None
        assert entered.values == pytest.approx({"systolic_bp": 130, "diastolic_bp": 80})
        assert "Nothing is added" in entered.text
        assert "135/85 mmHg stands for 140/90 mmHg" in entered.text

    def test_pulse_goes_along(self, day_long: PressureSeries) -> None:
        entered = summarise(day_long).entered
        assert entered is not None
        assert entered.values["pulse"] == pytest.approx(70)
