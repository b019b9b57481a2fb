"""Figures of estimates: what is refused has no point, hERG its border, and a figure at most 2,000 points."""

from __future__ import annotations

import pandas as pd
import pytest

from riskmodels.molecules.endpoints import ENDPOINTS, FACTOR_XA, HERG
from riskmodels.molecules.learning.answers import Estimate
from riskmodels.molecules.screening.screen import column
from ui.compound.figures import MOST_POINTS, drawn_points, estimates, finding, scatter


def found(herg: float | None = 5.9) -> list[Estimate]:
    inside = Estimate(HERG, herg, herg - 1, herg + 1, 0.6, True) if herg else refused(HERG)
    return [inside, *(refused(endpoint) for endpoint in ENDPOINTS[1:])]


def refused(endpoint: object) -> Estimate:
    return Estimate(endpoint, None, None, None, 0.1, False, "far")  # type: ignore[arg-type]


class TestEstimates:
    def test_band_interval_and_point_are_those_of_the_estimate(self) -> None:
        band, interval, point = estimates(found(), "light")["data"]
        assert band["x"] == pytest.approx([5.9 - HERG.noise, 5.9 + HERG.noise])
        assert interval["x"] == pytest.approx([4.9, 6.9])
        assert point["x"] == [5.9]

    def test_what_is_refused_has_words_in_the_place_of_a_point(self) -> None:
        words = [note["text"] for note in estimates(found(), "dark")["layout"]["annotations"]]
        assert words[1:] == ["no number: outside the domain"] * 5
        assert words[0] == "<b>5.9</b> (4.9–6.9) · 1.3 µmol/L"

    def test_a_compound_outside_all_domains_has_a_figure_without_points_and_border(self) -> None:
        figure = estimates(found(None), "light")
        assert figure["data"] == [{"type": "scatter", "x": [], "y": []}]
        assert figure["layout"]["shapes"] == []

    def test_the_axis_holds_every_interval(self) -> None:
        low, high = estimates(found(11.0), "light")["layout"]["xaxis"]["range"]
        assert low < 10.0
        assert high > 12.0

    def test_the_finding_says_herg_first_and_whether_it_is_flagged(self) -> None:
        assert finding(found()).startswith("hERG (unwanted): pIC50 5.9 (4.9–6.9), 1.3 µmol/L, flagged, not surely;")


class TestScatter:
    def test_rows_without_both_numbers_have_no_point(self) -> None:
        table = pd.DataFrame({column(HERG): [5.0, None, 6.0], column(FACTOR_XA): [7.0, 7.0, None]}, index=[2, 3, 4])
        names = pd.Series({2: "<b>a</b>"})
        (points,) = scatter(table, names, HERG, FACTOR_XA, "light")["data"]
        assert points["x"] == [5.0]
        assert points["hovertext"] == ["Row 2 &lt;b&gt;a&lt;/b&gt;: hERG 5.0, Factor Xa 7.0."]

    def test_many_rows_are_drawn_spread_over_the_file(self) -> None:
        rows = range(2, 7_003)
        table = pd.DataFrame({column(HERG): 5.0, column(FACTOR_XA): 7.0}, index=rows)
        drawn = drawn_points(table, HERG, FACTOR_XA).index
        assert len(drawn) <= MOST_POINTS
        assert drawn[-1] > 6_990
