"""An estimate's probability in words: its percentage as it is to be read, its interval, and its natural frequency."""

from __future__ import annotations

from dataclasses import dataclass, field

from riskmodels.percent import percent_text
from riskmodels.tabular.support import bounded


def risk(probability: float, bound: str = "") -> str:
    """A probability (0–1) in percent as it is written everywhere: ``0.8 %``, ``7.3 %``, ``at least 31 %``.

    NaN → “not estimated”; under 1 in 10,000 → “under 0.01 %”.

    Args:
        probability: 0–1.
        bound: “at least” or “at most”; empty where it is an estimate like any other.
    """
    if bound and probability == probability:
        return bounded(bound, risk(probability))
    if probability != probability:
        return "not estimated"
    return percent_text(probability)


def interval(low: float, high: float) -> str:
    """An interval of probabilities in percent: ``4.1–11 %``. Empty text where it is not known."""
    if low != low or high != high:
        return ""
    first, second = (risk(end).removesuffix(" %").replace("over ", ">") for end in (low, high))
    return f"{first} %" if first == second else f"{first}–{second} %"


@dataclass(frozen=True)
class Natural:
    """A probability as a natural frequency: so many of so many people; ``about``, ``more`` or ``fewer`` than that."""

    count: int = field(repr=False)
    people: int = field(repr=False)
    word: str = "about"


def natural(probability: float) -> Natural:
    """A probability (0–1, known) as a natural frequency: 7 of 100, 3 of 1,000, fewer than 2 of 10,000."""
    if probability > 0.995:
        return Natural(99, 100, "more")
    for people in (100, 1_000, 10_000):
        count = round(probability * people)
        if count >= (1 if people == 100 and probability >= 0.0095 else 2):
            return Natural(count, people)
    return Natural(2, 10_000, "fewer")


def frequency(probability: float, bound: str = "") -> str:
    """A probability as a natural frequency: ``about 7 of 100 people like this``, ``at least 3 of 1,000``."""
    if bound and probability == probability:
        told = frequency(probability)
        return f"{bound} {told.removeprefix('about ')}" if told.startswith("about ") else risk(probability, bound)
    if probability != probability:
        return ""
    found = natural(probability)
    word = found.word if found.word == "about" else f"{found.word} than"
    return f"{word} {found.count} of {found.people:,} people like this"
