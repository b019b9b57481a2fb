"""The pieces of the cohort page: safe text, histogram, triage, kept uploads, jobs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.cohort_report.description import MOST_BARS
from ui.cohort.chart import draw_bins, finding, make_bins
from ui.cohort.triage import threshold_scale
from ui.text import count, listed, plain
from ui.uploads import Shelf

RISKS = st.lists(st.floats(0.0001, 0.9999), min_size=1, max_size=300)


class TestText:
    @pytest.mark.parametrize("text", ["**x**", "![a](b)", "[a](b)", "<b>", "$x$", ":red[x]", "# x", "`x`", "a_b_c"])
    def test_markdown_is_escaped(self, text):
        assert plain(text).replace("\\", "") == text
        assert plain(text) != text

    def test_line_breaks_and_direction_marks_are_removed(self):
        assert plain("a\r\nb\u202ec\x07d") == "a bcd"

    def test_long_text_is_cut(self):
        assert len(plain("x" * 500)) == 80

    def test_one_row_is_singular(self):
        assert (count(1, "row"), count(12480, "row")) == ("1 row", "12,480 rows")

    def test_long_list_ends_with_how_many_more(self):
        assert listed(list("abcdef"), most=4) == "a, b, c and 3 more"
        assert listed(["a", "b"]) == "a and b"


class TestHistogram:
    @given(RISKS)
    def test_every_estimate_is_in_one_bin(self, risks):
        risk = pd.Series([*risks, np.nan])
        bins = make_bins(risk, risk > 0.5)
        assert bins.rows.sum() == len(risks)
        assert bins.flagged.sum() == sum(r > 0.5 for r in risks)

    @given(RISKS)
    def test_there_are_few_bars(self, risks):
        risk = pd.Series(risks)
        assert len(make_bins(risk, risk > 0.5).rows) <= MOST_BARS

    def test_highest_risks_share_the_last_bar_and_its_label_says_so(self):
        risk = pd.Series([*np.linspace(0.001, 0.1, 999), 0.9])
        bins = make_bins(risk, risk > 2)
        assert bins.labels[-1].endswith("% or more")

    def test_nobody_estimated_draws_an_empty_figure(self):
        risk = pd.Series([np.nan, np.nan])
        bins = make_bins(risk, risk > 0)
        assert bins.rows.sum() == 0
        assert len(draw_bins(bins).data) == 2
        assert finding(risk) == "Nobody has an estimate."

    def test_finding_names_median_and_tenth(self):
        assert "Half of the 100 have a risk below 50 %, one in ten 90 %" in finding(pd.Series(np.linspace(0, 1, 100)))


@given(RISKS)
def test_threshold_slider_fits_the_risks(risks):
    top, step, default = threshold_scale(pd.Series(risks))
    assert top + 1e-9 >= min(100 * max(risks), 100)
    assert 0 <= default <= top
    assert top / step <= 201


class TestShelf:
    def test_oldest_goes_when_there_is_no_room(self):
        shelf = Shelf[str](2)
        assert [shelf.put(key, key.upper()) for key in "abc"] == [None, None, "A"]
        assert (shelf.get("a"), shelf.get("c")) == (None, "C")

    def test_thing_is_made_once_and_given_again(self):
        shelf, made = Shelf[str](2), []
        assert [shelf.kept("a", lambda: made.append(1) or "A") for _ in range(2)] == ["A", "A"]
        assert made == [1]

    def test_same_key_is_replaced(self):
        shelf = Shelf[int](2)
        shelf.put("a", 1)
        assert shelf.put("a", 2) is None
        assert list(shelf) == [2]
