"""Thresholds as printed by the guidelines, and the categories that they make."""

from __future__ import annotations

import pytest

from riskmodels.signals.pressure.thresholds import AHA, ESC, GUIDELINES, category_of, hypertension, sources, thresholds

PERIODS = ("office", "home", "day", "24 hours", "night")


@pytest.mark.parametrize(
    ("guideline", "period", "printed"),
    [
        (ESC, "office", "140/90 mmHg"),
        (ESC, "home", "135/85 mmHg"),
        (ESC, "day", "135/85 mmHg"),
        (ESC, "24 hours", "130/80 mmHg"),
        (ESC, "night", "120/70 mmHg"),
        (AHA, "office", "130/80 mmHg"),
        (AHA, "home", "130/80 mmHg"),
        (AHA, "day", "130/80 mmHg"),
        (AHA, "24 hours", "125/75 mmHg"),
        (AHA, "night", "110/65 mmHg"),
    ],
)
def test_hypertension_begins_where_the_guideline_says(guideline: str, period: str, printed: str) -> None:
    assert hypertension(guideline, period).text == printed


@pytest.mark.parametrize(
    ("guideline", "period", "pressure", "category"),
    [
        (ESC, "home", (119, 69), "not elevated"),
        (ESC, "home", (119, 70), "elevated"),
        (ESC, "home", (134, 84), "elevated"),
        (ESC, "home", (135, 70), "hypertension"),
        (ESC, "home", (134.4, 70), "elevated"),
        (ESC, "home", (134.6, 70), "hypertension"),
        (ESC, "home", (110, 85), "hypertension"),
        (ESC, "24 hours", (115, 60), "elevated"),
        (ESC, "night", (109, 59), "not elevated"),
        (AHA, "office", (119, 79), "normal"),
        (AHA, "office", (125, 79), "elevated"),
        (AHA, "office", (125, 80), "stage 1 hypertension"),
        (AHA, "office", (140, 70), "stage 2 hypertension"),
        (AHA, "night", (109, 65), "as stage 1 hypertension"),
        (AHA, "24 hours", (131, 70), "as stage 2 hypertension"),
    ],
)
def test_the_higher_of_both_pressures_decides(
    guideline: str, period: str, pressure: tuple[int, int], category: str
) -> None:
    assert category_of(guideline, period, *pressure) == category


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("guideline", GUIDELINES)
def test_thresholds_rise_and_name_their_source(guideline: str, period: str) -> None:
    found = thresholds(guideline, period)
    assert [t.systolic for t in found] == sorted({t.systolic for t in found})
    assert all("doi 10." in t.source for t in found)


def test_both_guidelines_are_cited() -> None:
    assert len(sources()) == 2
