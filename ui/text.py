"""Numbers as people read them; and what strangers wrote, made safe to show."""

from __future__ import annotations

import re
import unicodedata
from math import floor

from riskmodels.probability import frequency as frequency
from riskmodels.probability import interval as interval
from riskmodels.probability import risk as risk
from riskmodels.tabular.reference import AGE_BANDS
from riskmodels.vocabulary import inside as inside

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>$~:&^=@/])")
_LONGEST = 80


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
