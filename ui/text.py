"""Numbers as people read them, two significant digits of a risk; and what strangers wrote, made safe to show."""

from __future__ import annotations

import re
import unicodedata
from math import floor, log10

from riskmodels.tabular.reference import AGE_BANDS
from riskmodels.tabular.support import bounded
from riskmodels.vocabulary import inside as inside

#: risks below this are not told apart
_LEAST = 0.0001
_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>$~:&^=@/])")
_LONGEST = 80


def _digits(percent: float) -> str:
    """Two significant digits below 1 %, whole numbers of percent from 10 % on."""
    if percent >= 99.5:
        return "over 99"
    decimals = max(0, 1 - floor(log10(percent))) if percent < 1 else int(percent < 9.95)
    text = f"{percent:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def risk(probability: float, bound: str = "") -> str:
    """A probability (0–1) in percent with at most two significant digits: ``0.8 %``, ``7 %``, ``at least 31 %``.

    NaN → “not estimated”; under 1 in 10,000 → “under 0.01 %”.

    Args:
        probability: 0–1.
        bound: “at least” or “at most”; empty where it is an estimate like any other.
    """
    if bound and probability == probability:
        return bounded(bound, risk(probability))
    if probability != probability:
        return "not estimated"
    if probability < _LEAST:
        return "under 0.01 %"
    return f"{_digits(100 * probability)} %"


def interval(low: float, high: float) -> str:
    """An interval of probabilities in percent: ``4–11 %``. Empty text where it is not known."""
    if low != low or high != high:
        return ""
    first, second = (risk(end).removesuffix(" %").replace("over ", ">") for end in (low, high))
    return f"{first} %" if first == second else f"{first}–{second} %"


def frequency(probability: float, bound: str = "") -> str:
    """A probability as a natural frequency: ``about 7 of 100 people like this``, ``at least 3 of 1,000``."""
    if bound and probability == probability:
        told = frequency(probability)
        return f"{bound} {told.removeprefix('about ')}" if told.startswith("about ") else risk(probability, bound)
    if probability != probability:
        return ""
    if probability > 0.995:
        return "more than 99 of 100 people like this"
    for people in (100, 1_000, 10_000):
        count = round(probability * people)
        if count >= (1 if people == 100 and probability >= 0.0095 else 2):
            return f"about {count} of {people:,} people like this"
    return "fewer than 2 of 10,000 people like this"


def points(change: float) -> str:
    """A signed change of probability in percentage points: ``+2.1``, ``−0.4``, ``0``."""
    value = 100 * change
    text = f"{abs(value):.1f}" if abs(value) >= 0.095 else f"{abs(value):.2f}"
    if float(text) == 0:
        return "0"
    return f"{'+' if value > 0 else '−'}{text}"


def age_band(age: float) -> str:
    """The age band people are compared within: ``50–59``, ``80 or older``; empty outside all."""
    youngest, oldest = next(((a, b) for a, b in AGE_BANDS if a <= floor(age) <= b), (None, None))
    if youngest is None:
        return ""
    return f"{youngest} or older" if (youngest, oldest) == AGE_BANDS[-1] else f"{youngest}–{oldest}"


def sentence_list(labels: list[str]) -> str:
    """Labels as a list inside a sentence: ``waist, HDL cholesterol and eGFR``."""
    words = [inside(label) for label in labels]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def plain(text: str, longest: int = _LONGEST) -> str:
    """A text of a stranger (file name, header, cell) as literal text inside Markdown.

    Args:
        text: as uploaded.
        longest: characters kept; the rest becomes “…”.

    Returns:
        One line: control and direction characters removed, Markdown's own characters escaped.
    """
    visible = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    visible = " ".join(visible.split())
    if len(visible) > longest:
        visible = visible[: longest - 1] + "…"
    return _MARKS.sub(r"\\\1", visible)


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: ``1 row``, ``12,480 rows``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(names: list[str], most: int = 12) -> str:
    """Names as a sentence lists them: ``a, b and c``, ``a, b and 14 more``."""
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
