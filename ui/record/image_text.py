"""Numbers of an image model as people read them: whole percents, since no more is known of them."""

from __future__ import annotations

from math import isnan


def percent(probability: float) -> str:
    """A probability (0–1): ``7 %``, ``under 1 %``, ``over 99 %``."""
    return f"{_words(probability, 'under ', 'over ')} %"


def interval(low: float, high: float) -> str:
    """An interval of probabilities: ``4–11 %``, ``<1–5 %``; empty where it is not known."""
    if isnan(low) or isnan(high):
        return ""
    first, second = (_words(end, "<", ">") for end in (low, high))
    return f"{first} %" if first == second else f"{first}–{second} %"


def _words(probability: float, under: str, over: str) -> str:
    if probability < 0.01:
        return f"{under}1"
    return f"{over}99" if probability > 0.99 else f"{100 * probability:.0f}"
