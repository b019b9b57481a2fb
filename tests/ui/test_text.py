"""How numbers are worded."""

from __future__ import annotations

import math

import pytest

from ui import text


@pytest.mark.parametrize(
    ("probability", "worded"),
    [
        (0.0000001, "under 0.01 %"),
        (0.07, "7.0 %"),
        (math.nan, "not estimated"),
    ],
)
def test_a_risk_is_written_as_everywhere_and_one_that_is_none_says_so(probability: float, worded: str) -> None:
    assert text.risk(probability) == worded


@pytest.mark.parametrize(
    ("low", "high", "worded"),
    [
        (0.04, 0.11, "4.0–11 %"),
        (0.012, 0.028, "1.2–2.8 %"),
        (0.05, 0.05, "5.0 %"),
        (0.97, 0.999, "97–>99 %"),
        (math.nan, 0.1, ""),
    ],
)
def test_interval_names_the_unit_once(low: float, high: float, worded: str) -> None:
    assert text.interval(low, high) == worded


@pytest.mark.parametrize(
    ("probability", "worded"),
    [
        (0.07, "about 7 of 100 people like this"),
        (0.0031, "about 3 of 1,000 people like this"),
        (0.0004, "about 4 of 10,000 people like this"),
        (0.00001, "fewer than 2 of 10,000 people like this"),
        (0.998, "more than 99 of 100 people like this"),
        (math.nan, ""),
    ],
)
def test_frequency_picks_a_denominator_that_gives_whole_people(probability: float, worded: str) -> None:
    assert text.frequency(probability) == worded


@pytest.mark.parametrize(
    ("change", "worded"), [(0.021, "+2.1"), (-0.004, "−0.4"), (0.0004, "+0.04"), (0.0, "0"), (-0.00001, "0")]
)
def test_points_are_signed_and_nothing_is_a_plain_zero(change: float, worded: str) -> None:
    assert text.points(change) == worded


@pytest.mark.parametrize(("age", "band"), [(50, "50–59"), (59.9, "50–59"), (80, "80 or older"), (97, "80 or older")])
def test_age_bands_are_ten_years_and_open_at_80(age: float, band: str) -> None:
    assert text.age_band(age) == band


def test_abbreviations_keep_their_capitals_inside_a_sentence() -> None:
    labels = ["Waist", "HDL cholesterol", "HbA1c", "eGFR", "C-reactive protein"]
    assert text.sentence_list(labels) == "waist, HDL cholesterol, HbA1c, eGFR and C-reactive protein"


def test_one_label_stands_alone() -> None:
    assert text.sentence_list(["Waist"]) == "waist"


@pytest.mark.parametrize(
    ("probability", "bound", "worded", "counted"),
    [
        (0.124, "at least", "at least 12 %", "at least 12 of 100 people like this"),
        (0.124, "at most", "at most 12 %", "at most 12 of 100 people like this"),
        (0.124, "", "12 %", "about 12 of 100 people like this"),
        (0.00001, "at most", "at most 0.01 %", "at most 0.01 %"),
        (0.00001, "at least", "at least 0 %", "at least 0 %"),
        (0.999, "at least", "at least 99 %", "at least 99 %"),
        (0.999, "at most", "at most 100 %", "at most 100 %"),
        (math.nan, "at least", "not estimated", ""),
    ],
)
def test_a_bound_stands_before_the_number(probability: float, bound: str, worded: str, counted: str) -> None:
    assert text.risk(probability, bound) == worded
    assert text.frequency(probability, bound) == counted
