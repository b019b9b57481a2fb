"""Numbers of an image model as people read them: whole percents, since no more is known of them."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the timeline words what was kept and needs nothing of the models
    from riskmodels.imaging.results import Finding


def percent(probability: float) -> str:
    """A probability (0–1): ``7 %``, ``under 1 %``, ``over 99 %``."""
    return f"{_words(probability, 'under ', 'over ')} %"


def interval(low: float, high: float) -> str:
    """An interval of probabilities: ``4–11 %``, ``<1–5 %``, ``≥99 %``; empty where it is not known."""
    if isnan(low) or isnan(high):
        return ""
    first, second = (_words(end, "<", ">") for end in (low, high))
    if (first, second) in (("99", ">99"), ("<1", "1")):
        return "≥99 %" if first == "99" else "≤1 %"
    return f"{first} %" if first == second else f"{first}–{second} %"


def rank(share: float | None) -> str:
    """Where a picture stands among the test photos: ``among the highest 10 % of test photos``.

    Args:
        share: of the test photos that are below it, 0–1; None where it is not known.
    """
    if share is None:
        return "no rank is known"
    place = rank_place(share)
    return f"{'in' if place.endswith('half') else 'among'} the {place} of test photos"


def rank_place(share: float) -> str:
    """The same in short: ``highest 10 %``, ``upper half``."""
    high = share >= 0.5
    tail = 1 - share if high else share
    for end in (0.01, 0.05, 0.1, 0.25):
        if tail <= end + 1e-9:
            return f"{'highest' if high else 'lowest'} {100 * end:.0f} %"
    return "upper half" if high else "lower half"


def verdict(finding: Finding) -> str:
    """Where a probability stands to its thresholds: ``below the screening threshold of 30 %``; "" without one."""
    screening, confirmation = finding.threshold, finding.confirmation
    if confirmation is not None and finding.probability >= confirmation:
        return f"at or above the confirmation threshold of {percent(confirmation)}"
    if screening is None:
        return "" if confirmation is None else f"below the confirmation threshold of {percent(confirmation)}"
    if not finding.present:
        return f"below the screening threshold of {percent(screening)}"
    if confirmation is None:
        return f"at or above the screening threshold of {percent(screening)}"
    return f"between the thresholds for screening, {percent(screening)}, and confirmation, {percent(confirmation)}"


def _words(probability: float, under: str, over: str) -> str:
    if probability < 0.01:
        return f"{under}1"
    return f"{over}99" if probability > 0.99 else f"{100 * probability:.0f}"
