"""What the two scores of atrial fibrillation share: whom they hold for, and a sum of which some items are unknown."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from riskmodels.columns import Columns, Floats
from riskmodels.scores.eligibility import Bands, Findings, Result, Texts
from riskmodels.scores.points import least_and_most

#: more points than any score has
_MORE_THAN_ANY = 100
#: without it there is no score
FIBRILLATION = "atrial_fibrillation"


def any_of(inputs: Columns, *names: str) -> Floats:
    """1 where one of the facts is yes, 0 where all are no, NaN where what is known leaves it open."""
    facts = np.array([inputs[name] for name in names])
    yes, open_ = (facts == 1).any(axis=0), np.isnan(facts).any(axis=0)
    return np.where(yes, 1.0, np.where(open_, np.nan, 0.0))


def sum_of(
    name: str,
    inputs: Columns,
    items: Mapping[str, Floats],
    asked: Mapping[str, tuple[str, ...]],
    bands: Bands,
    title: str,
) -> Result:
    """The points where every item is known; where not, the fewest and the most that are possible.

    Args:
        name: file of the points.
        inputs: of n people.
        items: value by item (n each), NaN where it is open.
        asked: facts by item that are named as missing where they are unknown and leave the item open.
        bands: categories of the points.
        title: the score as it is called.
    """
    findings = Findings(inputs)
    findings.require("age", FIBRILLATION)
    findings.ages(18)
    findings.flag(inputs[FIBRILLATION] == 0, "holds only for people with atrial fibrillation")
    findings.not_pregnant()
    holds = findings.clear
    for item, facts in asked.items():
        for fact in facts:
            findings.require(fact, where=holds & np.isnan(items[item]))

    least, most = (np.where(holds, sums, np.nan) for sums in least_and_most(name, items, inputs["sex"]))
    points = np.where(least == most, least, np.nan)
    numbers = {"points": points, "least_points": least, "most_points": most}
    model, possible = Texts.same(title, inputs.rows), _possible(least, most, bands)
    return Result.of(numbers, findings, model=model, category=bands.of(points), possible=possible)


def _possible(least: Floats, most: Floats, bands: Bands) -> Texts:
    """``at least 2, at most 3 points: anticoagulation is recommended``; empty where the points are known or none hold.

    Args:
        least, most: (n,) sums.
        bands: a category is named where both lie in it.
    """
    pairs = np.where(least < most, least * _MORE_THAN_ANY + most, 0)
    own, codes = np.unique(pairs, return_inverse=True)
    return Texts(tuple(_words(*divmod(float(pair), _MORE_THAN_ANY), bands) for pair in own), codes)


def _words(least: float, most: float, bands: Bands) -> str:
    if least == most:
        return ""
    lower, upper = (of.words[of.codes[0]] for of in (bands.of(np.array([end])) for end in (least, most)))
    return f"at least {least:.0f}, at most {most:.0f} points{f': {lower}' if lower == upper else ''}"
