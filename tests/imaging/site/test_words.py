"""What is said of a site's calibration: which way was taken, and why."""

from __future__ import annotations

from dataclasses import fields

import pytest

from riskmodels.imaging.calibration import AS_SHIPPED, SiteCalibration
from riskmodels.imaging.site.choice import SLOPE, choose
from riskmodels.imaging.site.crossval import report
from riskmodels.imaging.site.words import better, report_lines, verdict
from tests.imaging.site.made import known


def card_of(slope: float, intercept: float) -> dict:
    """The part of a card that is said."""
    photos = known(80, slope=slope, intercept=intercept, features=0.0)
    chosen = choose(photos)
    told = {"method": chosen.method, "why": chosen.why, "tried": chosen.losses, "questions": []}
    return told | {"site": "Clinic A", "photos": 80, "report": report(photos, chosen.held)}


def words_of(method: str) -> str:
    told = dict.fromkeys(field.name for field in fields(SiteCalibration))
    return SiteCalibration(**told | {"site": "A", "photos": 80, "day": "2026-12-01", "method": method}).words


def test_numbers_left_as_shipped_are_said_to_be_so():
    card = card_of(1.0, 0.0)
    lines = report_lines(card)
    assert lines[0] == "As shipped for Clinic A, cross-validated on 80 photos."
    assert card["why"] in lines
    assert verdict(card["report"]["mild"]).endswith(", as shipped.")


def test_numbers_that_were_moved_say_by_what_they_are_better():
    card = card_of(0.4, -1.5)
    assert report_lines(card)[0].startswith("Slope and intercept for Clinic A")
    assert "the probabilities fit this camera better" in verdict(card["report"]["mild"])


@pytest.mark.parametrize(
    ("method", "said"),
    [
        (SLOPE, "Calibrated for A on 80 photos, 2026-12-01."),
        (
            AS_SHIPPED,
            "Measured for A on 80 photos, 2026-12-01: probabilities as shipped, since nothing fitted clearly better.",
        ),
    ],
)
def test_a_number_says_whether_it_was_moved(method, said):
    assert words_of(method) == said


def told(before: float, after: float) -> dict[str, object]:
    return {"label": "Any", "before": {"brier": [before, 0.0, 1.0]}, "after": {"brier": [after, 0.0, 1.0]}}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [(0.25, 0.13, "the probabilities fit this camera better"), (0.04, 0.05, "not better")],
)
def test_only_a_lower_brier_score_is_better(before: float, after: float, said: str) -> None:
    entry = told(before, after)
    assert better(entry) == ("fit" in said)
    assert f"Any: Brier score {before:.3f} before, {after:.3f} after: {said}" in verdict(entry)
