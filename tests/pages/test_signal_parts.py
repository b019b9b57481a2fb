"""Pictures and numbers of a glucose report by themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from riskmodels import ROOT
from riskmodels.signals.glucose.files import read_glucose
from riskmodels.signals.glucose.read import GlucoseRead
from riskmodels.signals.glucose.series import GlucoseSeries
from ui.signal.glucose_charts import MOST_POINTS, days_figure, drawn_minutes, profile_figure, thinned
from ui.signal.glucose_numbers import a_day, percent, ranges_html, tiles_html


@pytest.fixture(scope="module")
def read() -> GlucoseRead:
    name = "glucose_fortnight.csv"
    return GlucoseRead(read_glucose(name, (ROOT / "data" / "samples" / name).read_bytes()))


def repeated(series: GlucoseSeries, times: int) -> GlucoseSeries:
    """The series so many times, one fortnight after the other."""
    seconds = np.concatenate([series.seconds + 14 * 86_400 * n for n in range(times)])
    return replace(series, seconds=seconds, mg_dl=np.tile(series.mg_dl, times), beyond=np.tile(series.beyond, times))


def points(figure) -> int:
    return len(
        {x for trace in figure["data"] for x in zip(trace["x"], [trace["yaxis"]] * len(trace["x"]), strict=True)}
    )


class TestDays:
    def test_lowest_and_highest_reading_of_a_day_are_drawn(self, read):
        for strip in read.report.strips:
            _, value = thinned(strip, read.report.target, 15)
            assert np.nanmin(value) == strip.mg_dl.min()
            assert np.nanmax(value) == strip.mg_dl.max() or strip.mg_dl.max() < 180

    def test_line_breaks_where_readings_are_missing(self, read):
        strip = read.report.strips[0]
        gap = np.zeros(len(strip.seconds), dtype=bool)
        gap[100] = True
        seconds, value = thinned(replace(strip, gap_before=gap), read.report.target, 5)
        broken = np.flatnonzero(np.isnan(value))
        assert seconds[broken].tolist() == [strip.seconds[100]]

    @pytest.mark.parametrize("times", [1, 2, 4])
    def test_few_points_are_sent_and_every_day_of_them_is_there(self, read, times):
        long = GlucoseRead(repeated(read.series, times), days=0)
        assert points(days_figure(long.report, "mg/dL", "light")) <= MOST_POINTS

    def test_fewer_days_are_drawn_finer(self):
        assert [drawn_minutes(days) for days in (3, 14, 28)] == [5, 15, 30]

    def test_unit_moves_values_and_range_together(self, read):
        figure = days_figure(read.report, "mmol/L", "dark")
        band = figure["layout"]["shapes"][0]
        assert (round(band["y0"], 1), round(band["y1"], 1)) == (3.9, 10.0)
        assert max(v for v in figure["data"][0]["y"] if v is not None) < 25


class TestProfile:
    def test_midnight_stands_at_both_ends(self, read):
        median = profile_figure(read.report.profile, read.report.target, "mg/dL", "light")["data"][-1]
        assert median["x"][-1] == 24 * 60
        assert median["y"][0] == median["y"][-1]
        assert "90 % between" in median["hovertext"][0]

    def test_one_day_has_a_median_and_no_bands(self, read):
        day = GlucoseRead(read.series, days=1)
        figure = profile_figure(day.report.profile, day.report.target, "mg/dL", "light")
        assert all(value is None for value in figure["data"][0]["y"])
        assert [label["text"] for label in figure["layout"]["annotations"]] == ["median"]


class TestNumbers:
    def test_bar_is_whole(self, read):
        shown = ranges_html(read.report, "mg/dL")
        widths = [float(part.split("%")[0]) for part in shown.split("width:")[1:]]
        assert sum(widths) == pytest.approx(100, abs=0.1)

    def test_a_goal_that_the_interval_crosses_is_unsure(self, read):
        row = ranges_html(read.report, "mg/dL").split("Below 54")[1]
        assert "missed" in row
        assert "unsure" in row

    def test_without_percentages_there_is_no_goal(self, read):
        shown = ranges_html(replace(read, target="pregnancy_other").report, "mg/dL")
        assert "met" not in shown
        assert shown.count("<small>none</small>") == 5

    def test_few_days_have_no_interval(self, read):
        shown = tiles_html(replace(read, days=2).report, "mg/dL")
        assert "–" not in shown

    def test_sensors_limit_makes_bounds_of_the_mean_and_its_spread(self, read):
        shown = tiles_html(read.report, "mg/dL")
        assert "about" not in shown
        assert "at least" not in shown

    def test_numbers_as_people_read_them(self):
        assert [percent(value) for value in (0.0, 9.94, 9.95, 70.4)] == ["0.0", "9.9", "10", "70"]
        assert [a_day(minutes) for minutes in (0, 59.4, 117.6, 1440)] == ["0 min", "59 min", "1 h 58 min", "24 h 0 min"]
