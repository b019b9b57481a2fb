"""“Fasting” in a text: with its hours, or as the least that the criterion asks for."""

from __future__ import annotations

from riskmodels.criteria import HOURS_FASTING
from riskmodels.interop.freetext.references import accepted_unit
from riskmodels.interop.freetext.tokens import Form
from riskmodels.interop.freetext.walk import NOT_FASTING, Walk

_FASTING = f"“fasting” is counted as {HOURS_FASTING:g} h, the least that the ADA calls so"


def take_fasting(walk: Walk, start: int, end: int) -> None:
    """The patient fasted, for how long is not told."""
    walk.take("fasting_hours", HOURS_FASTING, (start, end), "h", _FASTING)


def read_fasting(walk: Walk, i: int) -> int:
    """“fasting”, with or without the hours."""
    term, j = walk.at(i), i + 1
    while walk.at(j).is_a("ago", "filler") or walk.at(j).text in (":", "="):
        j += 1
    behind = walk.at(j)
    if behind.form is Form.NUMBER and accepted_unit("fasting_hours", walk.at(j + 1)):
        walk.take("fasting_hours", behind.numbers[0], (term.start, walk.at(j + 1).end), "h")
        return j + 2
    if walk.clause.denied or behind.is_a("no", "unknown", "uncertain"):
        walk.lose(term, behind if behind.words else None, NOT_FASTING)
        return j + 1 if behind.is_a("no", "unknown", "uncertain") else i + 1
    take_fasting(walk, term.start, term.end)
    return j + 1 if behind.is_a("yes") else i + 1
