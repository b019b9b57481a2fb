"""The first sentences of a report: the most urgent first, bounds said as bounds, both units."""

from __future__ import annotations

from datetime import date

from riskmodels.signals.glucose.consensus import summarise
from riskmodels.signals.glucose.quality import check_glucose
from riskmodels.signals.glucose.words import first_words
from tests.signals.glucose.conftest import living, series_of

TODAY = date(2026, 11, 30)


def test_the_words_begin_with_the_lows() -> None:
    value = living().mg_dl
    value[200:280] = 50
    said = first_words(summarise(check_glucose(series_of(value), TODAY)))
    assert said[0].startswith("Below 54 mg/dL (3.0 mmol/L) for")
    assert said[1].startswith("Below 70 mg/dL (3.9 mmol/L) for")
    assert any(text.startswith("In range, 70–180 mg/dL (3.9–10.0 mmol/L), for") for text in said)
    assert any("mmol/L" in text and "mmol/mol" in text for text in said)


def test_a_mean_with_values_at_the_limit_is_said_as_a_bound() -> None:
    value = living().mg_dl
    value[5:9] = 400
    said = " ".join(first_words(summarise(check_glucose(series_of(value), TODAY))))
    assert "Mean glucose at least" in said
    assert "a GMI of at least" in said


def test_few_days_leave_a_missed_goal_open_only_where_the_interval_does() -> None:
    value = living().mg_dl
    value[:30] = 260
    said = [
        text
        for text in first_words(summarise(check_glucose(series_of([*value, *[300.0] * 900]), TODAY)))
        if "Above" in text
    ]
    assert said
    sure = first_words(summarise(check_glucose(series_of(living(seed=3).mg_dl + 150), TODAY)))
    assert not any("leave it open" in text for text in sure if text.startswith("Above 180"))
