"""The pieces of the image page: overlays, words of heat maps, gauges, checks, the table and its CSV."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from math import nan
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.checks.file_check import Check
from riskmodels.imaging.reading import Item
from riskmodels.imaging.registry import Found
from riskmodels.imaging.results import Finding, HeartSize, Line, Rates, Reading, Share
from riskmodels.interop.table.safe_csv import to_csv
from ui.checks import checks_html
from ui.image.batch import counts_text, result_table, shown_table
from ui.image.gauge import PROBABILITY, RANK, RATIO, draw_gauge
from ui.image.overlay import area_table, blend, draw_heart, heat_colours, heat_words, place_words
from ui.image.result import finding_html, limits_html, rates_text
from ui.image.state import Batch
from ui.record.image_text import interval, percent, rank

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

    def test_a_map_without_heat_says_that_nothing_lowers_it(self):
        cold = np.zeros((9, 9), dtype=np.uint8)
        assert heat_words(cold, "Any") == "Any: No part by itself lowers it when hidden."

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
        drawn = draw_gauge(PROBABILITY, 0.62, 0.48, 0.75, [(0.43, "threshold 43 %")], "in words")
        assert 'cr-interval" style="left:48%;width:27.00%' in drawn
        assert 'cr-threshold" style="left:43%' in drawn
        assert 'cr-dot" style="left:62%' in drawn
        assert "threshold 43 %" in drawn

    def test_two_thresholds_have_a_mark_each_and_labels_that_do_not_meet(self):
        apart = draw_gauge(PROBABILITY, 0.62, 0.48, 0.75, [(0.2, "screening 20 %"), (0.8, "confirmation 80 %")], "")
        close = draw_gauge(PROBABILITY, 0.62, 0.48, 0.75, [(0.5, "screening 50 %"), (0.6, "confirmation 60 %")], "")
        assert apart.count("cr-threshold") == close.count("cr-threshold") == 2
        assert apart.count("cr-above") == 1
        assert close.count("cr-above") == 2

    def test_without_an_interval_none_is_drawn(self):
        assert "cr-interval" not in draw_gauge(RANK, 0.62, float("nan"), float("nan"), [], "")


class TestBands:
    RATES = Rates((0.952, 0.89, 0.984), (0.71, 0.58, 0.82))
    SURE = Rates((0.7, 0.6, 0.8), (0.97, 0.9, 1.0))
    TWO = replace(FINDING, threshold=0.3, confirmation=0.8, prevalence=0.5, screened=RATES, confirmed=SURE)

    @pytest.mark.parametrize(
        ("probability", "band", "words"),
        [
            (0.1, "below", "Below the screening threshold of 30"),
            (0.3, "near", "Between the thresholds for screening, 30"),
            (0.79, "near", "Between the thresholds for screening, 30"),
            (0.8, "above", "At or above the confirmation threshold of 80"),
        ],
    )
    def test_words_follow_the_band(self, probability, band, words):
        finding = replace(self.TWO, probability=probability)
        assert finding.band == band
        assert words in finding_html(finding)

    def test_above_the_share_among_the_training_pictures_nothing_is_clearly_below(self):
        assert replace(self.TWO, probability=0.25, prevalence=0.2).band == "near"

    def test_a_thresholds_sensitivity_and_specificity_are_told_as_frequencies(self):
        told = rates_text(replace(self.TWO, probability=0.1))
        assert "of 100 test photos with it, 95 (89–98) reach this threshold" in told
        assert "of 100 without it, 71 (58–82) stay below" in told
        assert "confirmation" not in told

    def test_between_the_thresholds_both_are_told(self):
        told = rates_text(replace(self.TWO, probability=0.5))
        assert "Threshold for screening" in told
        assert "Threshold for confirmation" in told

    def test_a_threshold_that_could_not_be_chosen_is_told_with_the_reason(self):
        alone = replace(self.TWO, threshold=None, probability=0.1, missing="No threshold for screening: 3 show it.")
        assert alone.band == "near"
        shown = finding_html(alone)
        assert shown.count("cr-threshold") == 1
        assert "No threshold for screening: 3 show it." in shown


class TestRank:
    UNUSUAL = Finding("a", "A", nan, nan, nan, None, "Not calibrated.", rank=0.93, calibrated=False)

    @pytest.mark.parametrize(
        ("share", "words"),
        [
            (1.0, "among the highest 1 % of test photos"),
            (0.93, "among the highest 10 % of test photos"),
            (0.6, "in the upper half of test photos"),
            (0.3, "in the lower half of test photos"),
            (0.04, "among the lowest 5 % of test photos"),
            (None, "no rank is known"),
        ],
    )
    def test_rank_in_words(self, share, words):
        assert rank(share) == words

    def test_no_percentage_of_a_probability_is_shown(self):
        shown = finding_html(self.UNUSUAL)
        assert "<b>Highest 10 %</b> of test photos" in shown
        assert "cr-threshold" not in shown
        assert "nan" not in shown

    def test_table_and_csv_hold_the_rank_and_no_probability(self):
        batch = Batch(("1",), (item(1, Reading((), findings=(self.UNUSUAL,))),), "retina@v1")
        assert list(shown_table(batch)["A"]) == ["among the highest 10 % of test photos"]
        assert list(shown_table(batch)["Threshold"]) == ["not calibrated"]
        written = pd.read_csv(BytesIO(to_csv(result_table(batch, FOUND))))
        assert written["a_rank"][0] == pytest.approx(0.93)
        assert pd.isna(written["a"][0])
        assert pd.isna(written["a_reached"][0])
        assert "**0** reach" in counts_text(batch)


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

    def test_interval_at_an_end_of_the_scale_is_one_bound(self):
        assert interval(0.986, 0.999) == "≥99 %"
        assert interval(0.001, 0.013) == "≤1 %"

    def test_checks_of_strangers_are_text(self):
        assert "<script>" not in checks_html((Check("<script>", False, "<script>"),), "Checks", ["<script>"])

    def test_warning_of_a_passed_check_is_in_view(self):
        listed = checks_html((Check("View", True, "Make sure that it is a PA film."),), "Checks", ["View"]).split(
            "<details>"
        )[0]
        assert "Make sure that it is a PA film." in listed

    def test_reason_is_not_repeated(self):
        assert "No photo" not in checks_html(REFUSED.checks, "Checks", reason=REFUSED.refused)

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
        assert list(shown_table(self.BATCH)["Threshold"]) == ["screening reached", "", ""]

    def test_table_of_refused_pictures_only_has_a_column_for_results(self):
        only = Batch(("1",), (item(1, REFUSED),), "retina@v1")
        assert list(shown_table(only)["Result"]) == ["–"]

    def test_where_no_class_is_the_finding_the_likeliest_is_told_and_no_threshold(self):
        read = Reading((), findings=(FINDING,), scale=(Share("clear", 0.9), Share("hazy", 0.1)))
        batch = Batch(("1", "2"), (item(1, read), item(2, REFUSED)), "own@v1")
        table = shown_table(batch, has_finding=False)
        assert list(table["Most likely"]) == ["clear 90 %", "–"]
        assert not {"Threshold", "Interval"} & set(table)
        assert "reach" not in counts_text(batch, has_finding=False)

    def test_csv_runs_nothing_and_keeps_numbers(self):
        written = pd.read_csv(BytesIO(to_csv(result_table(self.BATCH, FOUND))))
        assert written["file"][0] == "'=1+1.png"
        assert written["referable"][0] == pytest.approx(0.4)
        assert written["referable_reached"][0] == "yes"
        assert written["refused"][1] == "No photo."
        assert pd.isna(written["referable"][1])
