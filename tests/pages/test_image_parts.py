"""The pieces of the image page: overlays, words of heat maps, gauges, checks, the table and its CSV."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.imaging.reading import Item
from riskmodels.imaging.registry import Found
from riskmodels.imaging.results import Check, Finding, HeartSize, Line, Reading
from riskmodels.interop.table.safe_csv import to_csv
from ui.image.batch import counts_text, result_table, shown_table
from ui.image.checks import checks_html
from ui.image.gauge import PROBABILITY, RATIO, draw_gauge
from ui.image.overlay import area_table, blend, draw_heart, heat_colours, heat_words, place_words
from ui.image.result import finding_html, limits_html
from ui.image.state import Batch
from ui.record.image_text import interval, percent

GREY = np.full((60, 80, 3), 120, dtype=np.uint8)
FOUND = Found(Path("retina"), {"name": "retina", "title": "Retina", "kind": "classifier", "version": "v1"})
FINDING = Finding("referable", "Referable", 0.4, 0.3, 0.5, 0.4, "Words.")


def hot(row: slice, column: slice, shape: tuple[int, int] = (60, 80)) -> np.ndarray:
    heat = np.zeros(shape, dtype=np.uint8)
    heat[row, column] = 255
    return heat


def item(number: int, reading: Reading, name: str = "a.png") -> Item:
    return Item(number, name, f"hash{number}", reading)


REFUSED = Reading((Check("Kind", False, "No photo."),), refused="No photo.")


class TestOverlay:
    def test_opacity_zero_shows_the_picture_as_it_is(self):
        assert np.array_equal(blend(GREY, hot(slice(0, 20), slice(0, 20)), 0.0), GREY)

    def test_the_hottest_part_has_the_colour_of_heat_and_the_cold_one_stays_grey(self):
        mixed = blend(GREY, hot(slice(0, 30), slice(0, 40)), 1.0)
        assert np.array_equal(mixed[10, 10], heat_colours()[255])
        assert np.ptp(mixed[50, 70]) == 0

    def test_colours_grow_lighter_with_heat(self):
        lightness = heat_colours().astype(float) @ [0.299, 0.587, 0.114]
        assert (np.diff(lightness) > -0.6).all()
        assert lightness[-1] - lightness[0] > 150

    def test_a_map_smaller_than_the_picture_is_stretched_over_it(self):
        assert blend(GREY, hot(slice(0, 3), slice(0, 4), (6, 8)), 0.5).shape == GREY.shape

    @pytest.mark.parametrize(
        ("row", "column", "words"),
        [(5, 5, "upper left"), (5, 40, "upper centre"), (30, 40, "centre"), (30, 75, "right"), (55, 75, "lower right")],
    )
    def test_place_is_named(self, row, column, words):
        assert place_words(hot(slice(row, row + 1), slice(column, column + 1))) == words

    def test_a_map_without_heat_says_that_nothing_speaks_for_it(self):
        cold = np.zeros((9, 9), dtype=np.uint8)
        assert heat_words(cold, "Any", hidden=False) == "Any: No part of the picture speaks for it."
        assert "when hidden" in heat_words(cold, "Any", hidden=True)

    def test_areas_are_a_table_of_nine(self):
        table = area_table(hot(slice(0, 20), slice(0, 26), (60, 78)))
        assert table.count("<td>") == 10
        assert "<td>100</td><td>0</td>" in table

    def test_heart_is_drawn_on_a_copy_at_the_scale_of_the_screen(self):
        screen = np.full((300, 400, 3), 120, dtype=np.uint8)
        mask = np.zeros((600, 800), dtype=bool)
        mask[200:400, 300:500] = True
        heart = HeartSize(
            0.5, 0.4, 0.6, 0.5, Line(300, 300, 500), Line(360, 200, 600), mask, np.zeros_like(mask), "Words."
        )
        changed = (draw_heart(screen, heart, 0.5) != screen).any(axis=2)
        assert (screen == 120).all()
        assert changed[150, 150:250].all()
        assert changed[180, 100:300].all()
        assert not changed[:90].any()
        assert not changed[:, 310:].any()


class TestGauge:
    @given(st.floats(-1, 2))
    def test_position_never_leaves_the_scale(self, value):
        assert 0 <= PROBABILITY.position(value) <= 100

    def test_ratio_has_its_threshold_where_it_belongs(self):
        assert RATIO.position(0.5) == 40

    def test_gauge_marks_interval_threshold_and_estimate(self):
        drawn = draw_gauge(PROBABILITY, 0.62, 0.48, 0.75, 0.43, "threshold 43 %", "in words")
        assert 'cr-interval" style="left:48%;width:27.00%' in drawn
        assert 'cr-threshold" style="left:43%' in drawn
        assert 'cr-dot" style="left:62%' in drawn
        assert "threshold 43 %" in drawn

    def test_a_probability_on_its_threshold_has_reached_it(self):
        assert "At or above the threshold" in finding_html(FINDING)


class TestWords:
    @pytest.mark.parametrize(
        ("probability", "words"), [(0.0, "under 1 %"), (0.074, "7 %"), (0.62, "62 %"), (0.9999, "over 99 %")]
    )
    def test_probability_is_told_in_whole_percents(self, probability, words):
        assert percent(probability) == words

    def test_interval_names_its_ends_once(self):
        assert interval(0.001, 0.05) == "<1–5 %"
        assert interval(0.071, 0.073) == "7 %"
        assert interval(float("nan"), 0.1) == ""

    def test_checks_of_strangers_are_text(self):
        assert "<script>" not in checks_html((Check("<script>", False, "<script>"),))

    def test_warning_of_a_passed_check_is_in_view(self):
        listed = checks_html((Check("View", True, "Make sure that it is a PA film."),)).split("<details>")[0]
        assert "Make sure that it is a PA film." in listed

    def test_reason_is_not_repeated(self):
        assert "No photo" not in checks_html(REFUSED.checks, REFUSED.refused)

    def test_no_diagnosis_is_said_once(self):
        assert "makes no diagnosis" in limits_html({"title": "T", "limits": ["For adults."]})
        assert "makes no diagnosis" not in limits_html({"title": "T", "limits": ["This is no diagnosis."]})


class TestTable:
    BATCH = Batch(
        ("1", "2", "3"),
        (item(1, Reading((), findings=(FINDING,)), "=1+1.png"), item(2, REFUSED), item(3, REFUSED)),
        "retina@v1",
        left_out=4,
        stopped=2,
    )

    def test_counts_name_what_was_left_out_and_why(self):
        text = counts_text(self.BATCH)
        assert "**3** checked = **1** with a reading + **2** refused" in text
        assert "stopped: **2** not looked at" in text
        assert "**4** above the limit of 100 left out" in text

    def test_table_says_in_words_whether_the_threshold_is_reached(self):
        assert list(shown_table(self.BATCH)["Threshold"]) == ["reached", "", ""]

    def test_table_of_refused_pictures_only_has_a_column_for_results(self):
        only = Batch(("1",), (item(1, REFUSED),), "retina@v1")
        assert list(shown_table(only)["Result"]) == ["–"]

    def test_csv_runs_nothing_and_keeps_numbers(self):
        written = pd.read_csv(BytesIO(to_csv(result_table(self.BATCH, FOUND))))
        assert written["file"][0] == "'=1+1.png"
        assert written["referable"][0] == pytest.approx(0.4)
        assert written["referable_reached"][0] == "yes"
        assert written["refused"][1] == "No photo."
        assert pd.isna(written["referable"][1])
