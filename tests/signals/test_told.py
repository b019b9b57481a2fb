"""Summaries in one sentence."""

from __future__ import annotations

from datetime import date

import pytest

from riskmodels.signals.told import tell
from tests.timeline.studies import glucose, pressure, rhythm

DAY = date(2026, 2, 14)


@pytest.mark.parametrize(
    ("study", "told"),
    [
        (glucose(DAY), "72 (66–76) % in range, 3.2 (1.9–4.8) % below, GMI 7.0 % (53 mmol/mol), 14 days."),
        (rhythm(DAY, 1), "80 of 4,000 beats ventricular (2.0 %), 1 couplet, 0 runs in 60 minutes."),
        (rhythm(DAY, 1, ventricular={"called": None}), "4,000 beats; ventricular beats not called."),
        (pressure(DAY, "24 hours", "night"), "24 hours 134/82 mmHg, night 134/82 mmHg."),
        (pressure(DAY, "day", dipping={"class": "reduced"}), "Day 134/82 mmHg, reduced fall at night."),
        (glucose(DAY, figures={}), ""),
        (pressure(DAY), ""),
    ],
)
def test_main_figures_with_units(study: object, told: str) -> None:
    assert tell(study.kind, study.summary) == told  # type: ignore[attr-defined]


def test_a_figure_without_interval_stands_alone() -> None:
    figures = {"in_range": {"value": 71.6, "low": None, "high": None}}
    assert tell("glucose", {"figures": figures}) == "72 % in range."
