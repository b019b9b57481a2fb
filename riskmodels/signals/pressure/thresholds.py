"""What guidelines call a mean pressure: thresholds by guideline and period as data, the category of a mean out.

The values of ESC 2024 are those of its classification by office, home and ambulatory pressure (the ambulatory ones
below which pressure is not elevated also in doi 10.1093/eurheartj/ehaf220). Those of AHA/ACC 2025
are the office categories and, for the others, its table of corresponding values (as in 2017, doi
10.1161/HYP.0000000000000065), read from the guideline's pocket edition.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

#: periods that have thresholds
OFFICE, AT_HOME, DAY, NIGHT, ALL_DAY = "office", "home", "day", "night", "24 hours"
ESC, AHA = "ESC 2024", "AHA/ACC 2025"
GUIDELINES = (ESC, AHA)
#: below every threshold
_LOWEST = {ESC: "not elevated", AHA: "normal"}


@dataclass(frozen=True)
class Threshold:
    """From where on a mean belongs to a category: systolic or diastolic, whichever is reached.

    Args:
        category: its name.
        systolic, diastolic: mmHg; diastolic infinite where only the systolic pressure counts.
        source: the guideline with its doi.
    """

    category: str
    systolic: float
    diastolic: float
    source: str

    def reached(self, systolic: float, diastolic: float) -> bool:
        """Whether a mean reaches it, in whole mmHg as guidelines print them and as it is shown."""
        return bool(np.rint(systolic) >= self.systolic or np.rint(diastolic) >= self.diastolic)

    @property
    def text(self) -> str:
        """``135/85 mmHg``, or ``120 mmHg systolic``."""
        if self.diastolic == float("inf"):
            return f"{self.systolic:g} mmHg systolic"
        return f"{self.systolic:g}/{self.diastolic:g} mmHg"


@cache
def thresholds(guideline: str, period: str) -> tuple[Threshold, ...]:
    """The thresholds of a guideline for a period, rising; empty where it has none.

    Args:
        guideline: one of :data:`GUIDELINES`.
        period: ``office``, ``home``, ``day``, ``night`` or ``24 hours``.
    """
    with Path(__file__).with_name("thresholds.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["guideline"], row["period"]) == (guideline, period)]
    return tuple(
        Threshold(row["category"], float(row["systolic"]), float(row["diastolic"] or "inf"), row["source"])
        for row in rows
    )


def category_of(guideline: str, period: str, systolic: float, diastolic: float) -> str:
    """The highest category that a mean reaches.

    Args:
        guideline, period: as for :func:`thresholds`.
        systolic, diastolic: mmHg.
    """
    reached = [t.category for t in thresholds(guideline, period) if t.reached(systolic, diastolic)]
    return reached[-1] if reached else _LOWEST[guideline]


def hypertension(guideline: str, period: str) -> Threshold:
    """From where on a guideline speaks of hypertension: of AHA/ACC stage 1."""
    return next(t for t in thresholds(guideline, period) if "hypertension" in t.category)


def is_high(guideline: str, period: str, systolic: float, diastolic: float) -> bool:
    """Whether a mean is in the range of hypertension."""
    return hypertension(guideline, period).reached(systolic, diastolic)


def sources() -> Sequence[str]:
    """The guidelines with their doi, each once."""
    found = (t.source for g in GUIDELINES for t in thresholds(g, OFFICE))
    return tuple(dict.fromkeys(found))
