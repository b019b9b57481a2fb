"""Point scores: rules as rows of a file, one point value for each class of each item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from riskmodels.columns import Floats
from riskmodels.scores.coefficients import read_coefficients
from riskmodels.scores.eligibility import FEMALE, MALE, Bands, Flags

_CATEGORY = "CATEGORY"


@dataclass(frozen=True)
class Rule:
    """One class of an item and its points.

    Args:
        item: what is asked.
        sex: code of the sex it is for; absent for both.
        word: the value it is for, as written; empty for a range.
        low, high: the range.
        closed: whether low and high belong to it.
        points: what it adds.
    """

    item: str
    sex: float | None
    word: str
    low: float
    high: float
    closed: tuple[bool, bool]
    points: float

    def matches(self, values: Floats, sex: Floats, codes: Mapping[str, float]) -> Flags:
        """The rows this rule is for.

        Args:
            values: the item's value (n).
            sex: sex codes (n).
            codes: code by word, for items whose values are words.
        """
        if self.word:
            code = codes[self.word] if self.word in codes else float(self.word)
            inside: Flags = values == code
        else:
            above = values >= self.low if self.closed[0] else values > self.low
            below = values <= self.high if self.closed[1] else values < self.high
            inside = above & below
        return inside if self.sex is None else inside & (sex == self.sex)


@cache
def read_rules(name: str) -> tuple[Rule, ...]:
    """The rules of a point score.

    Args:
        name: file name without ending.
    """
    table = read_coefficients(name)
    table = table[table["item"] != _CATEGORY]
    return tuple(_rule({str(key): cell for key, cell in row.items()}) for row in table.to_dict("records"))


def _rule(row: Mapping[str, Any]) -> Rule:
    low = "" if pd.isna(row["lower_or_value"]) else str(row["lower_or_value"])
    word = low.removeprefix("=") if low.startswith("=") else ""
    return Rule(
        item=row["item"],
        sex={"female": FEMALE, "male": MALE}.get(row["sex"]),
        word=word,
        low=-np.inf if word or not low else float(low),
        high=np.inf if pd.isna(row["upper"]) else float(row["upper"]),
        closed=(row["lower_inclusive"] == 1, row["upper_inclusive"] == 1),
        points=float(row["points"]),
    )


def total_points(
    name: str, items: Mapping[str, Floats], sex: Floats, codes: Mapping[str, float] | None = None
) -> Floats:
    """Sum of the points of every item (n values); NaN where an item has no class.

    Args:
        name: file name without ending.
        items: value by item, n each.
        sex: sex codes (n).
        codes: code by word, for items whose values are words.
    """
    total: Floats = np.sum(list(_points(name, items, sex, codes or {}).values()), axis=0)
    return total


def least_and_most(name: str, items: Mapping[str, Floats], sex: Floats) -> tuple[Floats, Floats]:
    """The lowest and the highest sum (n each) that the items leave possible; the same where every item is known.

    Args:
        name, items, sex: as for :func:`total_points`.
    """
    least, most = np.zeros(len(sex)), np.zeros(len(sex))
    for item, points in _points(name, items, sex, {}).items():
        possible = [rule.points for rule in read_rules(name) if rule.item == item]
        least += np.where(np.isnan(points), min(possible), points)
        most += np.where(np.isnan(points), max(possible), points)
    return least, most


def _points(name: str, items: Mapping[str, Floats], sex: Floats, codes: Mapping[str, float]) -> dict[str, Floats]:
    """Points by item (n each); NaN where an item has no class."""
    points = {item: np.full(len(sex), np.nan) for item in items}
    for rule in read_rules(name):
        points[rule.item][rule.matches(items[rule.item], sex, codes)] = rule.points
    return points


@cache
def read_bands(name: str, source: str) -> tuple[Bands, tuple[str, ...]]:
    """Categories of the sum, and what the form prints for each (a risk in words, or nothing).

    Args:
        name: file name without ending.
        source: the form, in words.
    """
    table = read_coefficients(name)
    table = table[table["item"] == _CATEGORY]
    edges = tuple(float(low) for low in table["lower_or_value"].iloc[1:])
    names = tuple(str(word).replace("_", " ") for word in table["variable"])
    return Bands(edges, names, source), tuple("" if pd.isna(text) else str(text) for text in table["points"])
