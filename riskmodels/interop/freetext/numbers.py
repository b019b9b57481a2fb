"""Measurements in a text by their names: which number is the value, in which unit, and whose and when it was."""

from __future__ import annotations

from riskmodels.interop.freetext.fasting import take_fasting
from riskmodels.interop.freetext.lexicon import Word
from riskmodels.interop.freetext.reading import Doubt
from riskmodels.interop.freetext.references import (
    UNIT_LIKE,
    accepted_unit,
    may_stand_between,
    past_unit,
    reference_end,
    skip_reference,
)
from riskmodels.interop.freetext.terms import Term
from riskmodels.interop.freetext.tokens import Form
from riskmodels.interop.freetext.walk import EARLIER, NO_SINGLE, NO_VALUE, OF_FAMILY, REFERENCE, UNKNOWN, Walk, is_sex
from riskmodels.vocabulary import VOCABULARY

PRESSURES = ("systolic_bp", "diastolic_bp")
_BOTH = "write both pressures, as in bp 142/86"
#: terms that may stand between a name and its value
_FAR = 12


def read_number(walk: Walk, i: int, word: Word) -> int:
    """The value of a measurement whose name stands at ``i``; gives the place behind it."""
    name = word.names[0]
    at, fasting, unit = _find_value(walk, i, name)
    term = walk.at(at)
    if term.form is Form.FEET and name == "height":
        return take_height(walk, at)
    if term.form not in (Form.NUMBER, Form.PAIR):
        return _without_value(walk, i, at, name)
    obstacle = _not_now(walk, i)
    if obstacle:
        walk.lose(walk.at(i), term, obstacle)
        return skip_reference(walk, at + 1, name)[0]
    if term.form is Form.PAIR:
        return take_pair(walk, i, at)
    if fasting or word.kind == "fasting_number":
        take_fasting(walk, walk.at(i).start, term.end)
    return _take_value(walk, i, at, name, unit or word.unit)


def _not_now(walk: Walk, i: int) -> str:
    """Why a value is not the patient's of now; empty where it is."""
    if walk.at(i - 1).is_a("earlier"):
        return EARLIER
    return OF_FAMILY if walk.clause.family in ("yes", "other") else ""


def _without_value(walk: Walk, i: int, at: int, name: str) -> int:
    """A name that no single value follows; ``at`` is what follows."""
    term = walk.at(at)
    if term.is_a("unknown", "uncertain"):
        walk.lose(walk.at(i), term, UNKNOWN)
        return at + 1
    behind = reference_end(walk, at) if term.is_a("reference") else at
    if behind > at + 1:
        walk.lose(walk.at(i), walk.at(behind - 1), REFERENCE)
        return behind
    limit = next((t for t in walk.terms[i:at] if t.form in (Form.RANGE, Form.LIMIT)), None)
    walk.lose(walk.at(i), limit, NO_SINGLE if limit else NO_VALUE)
    return skip_reference(walk, at, name)[0] if limit else i + 1


def _find_value(walk: Walk, i: int, name: str) -> tuple[int, bool, str]:
    """Where the value may stand: its place, whether “fasting” stands before it, and a unit in brackets."""
    fasting, unit, line = False, "", 0
    for j in range(i + 1, i + _FAR):
        term = walk.at(j)
        accepted = accepted_unit(name, term)
        if term.form is Form.BREAK and not line and _may_hold_value(walk.at(j + 1)):
            line = 1
        elif accepted and walk.at(j - 1).text in ("(", "["):
            unit = accepted
        elif term.is_a("fasting"):
            fasting = True
        elif not (_is_alias(walk, i, j, name) or may_stand_between(term)):
            aged = line and walk.at(j + 1).is_a("age_word")
            return (i + 1 if aged or (term.form is Form.PAIR and name not in PRESSURES) else j), fasting, unit
    return i + 1, fasting, unit


def _may_hold_value(term: Term) -> bool:
    """Whether a line that begins so may hold the value of the name that ends the line before."""
    return term.form in (Form.NUMBER, Form.LIMIT, Form.RANGE) or term.is_a("neutral", "filler")


def _is_alias(walk: Walk, i: int, j: int, name: str) -> bool:
    """Whether a term is another name of the same measurement, as in “总胆固醇(TC)”, where it need not be known."""
    term = walk.at(j)
    if any(word.names == (name,) for word in term.words if word.kind in ("number", "fasting_number")):
        return True
    bracketed = walk.at(j - 1).text in ("(", "[") and walk.at(j + 1).text in (")", "]")
    return bracketed and not walk.at(i).text.isascii() and term.text.isascii() and not term.words


def _take_value(walk: Walk, i: int, at: int, name: str, unit: str) -> int:
    """The number at ``at`` as the value of what is named at ``i``; gives the place behind it."""
    term = walk.at(at)
    walk.clause.denied = walk.clause.family = ""
    after, behind = skip_reference(walk, at + 1, name)
    written = behind or unit
    end = walk.at(at + 1).end if accepted_unit(name, walk.at(at + 1)) else term.end
    span = (walk.at(i).start, end)
    foreign = "" if written else _foreign_unit(walk, at)
    if foreign:
        accepted = " or ".join(u.symbol for u in VOCABULARY[name].units)
        why = f"{VOCABULARY[name].label} {term.text}{foreign}: the unit is not one of its own. Enter it in {accepted}."
        walk.doubts.append(Doubt(name, walk.text[slice(*span)], *span, why))
        return past_unit(walk, i, at + 1)
    value = _signed(walk, term, name)
    if walk.at(after).text == "?" and walk.at(after).start == walk.at(after - 1).end:
        item = walk.reading(name, value, span, written or walk.unit_of(name), "", bool(written))
        why = f"{VOCABULARY[name].label}: a question mark stands behind it. Choose, or leave it unknown."
        walk.doubts.append(Doubt(name, item.text, *span, why, (item,)))
        return after + 1
    walk.take(name, value, span, written or walk.unit_of(name), "", bool(written))
    return _take_second(walk, after, name, span[0], written) if _is_second(walk, after, name) else after


def _signed(walk: Walk, term: Term, name: str) -> float:
    """The number, negative where a minus stands before it and the variable can be so."""
    negative = VOCABULARY[name].plausible[0] < 0 and walk.text[: term.start].endswith(("-", "−"))
    return -term.numbers[0] if negative else term.numbers[0]


def _foreign_unit(walk: Walk, at: int) -> str:
    """What stands in the place of a unit and is none that is accepted; empty where nothing does."""
    term, behind = walk.at(at), walk.at(at + 1)
    if (behind.units and not behind.words) or behind.is_a("foreign"):
        return f" {behind.text}"
    like = UNIT_LIKE.match(walk.text[term.end :])
    if like:
        return like[0]
    glued = behind.start == term.end and behind.form is Form.WORD and not behind.words
    return behind.text if glued else ""


def _is_second(walk: Walk, j: int, name: str) -> bool:
    """Whether a further number follows that would be a value of the same measurement: a result of another day."""
    term, behind = walk.at(j), walk.at(j + 1)
    if term.form is not Form.NUMBER or behind.is_a("age_word") or is_sex(behind):
        return False
    return not behind.units or bool(accepted_unit(name, behind)) or bool(behind.words)


def _take_second(walk: Walk, j: int, name: str, start: int, unit: str) -> int:
    """A further value of the same measurement: what is told twice is asked."""
    term = walk.at(j)
    after, written = skip_reference(walk, j + 1, name)
    own = written or unit
    walk.take(name, term.numbers[0], (start, term.end), own or walk.unit_of(name), "", bool(own))
    return after


def read_pressure(walk: Walk, i: int) -> int:
    """The two pressures behind a word for blood pressure."""
    at, _, _ = _find_value(walk, i, PRESSURES[0])
    term = walk.at(at)
    if term.form is Form.NUMBER:
        walk.lose(walk.at(i), term, _BOTH)
        return skip_reference(walk, at + 1, PRESSURES[0])[0]
    if term.form is not Form.PAIR:
        return _without_value(walk, i, at, PRESSURES[0])
    obstacle = _not_now(walk, i)
    if obstacle:
        walk.lose(walk.at(i), term, obstacle)
        return skip_reference(walk, at + 1, PRESSURES[0])[0]
    return take_pair(walk, i, at)


def take_pair(walk: Walk, i: int, at: int) -> int:
    """The pair at ``at`` as both pressures, which are named at ``i``; gives the place behind it."""
    term = walk.at(at)
    after, unit = skip_reference(walk, at + 1, PRESSURES[0])
    end = walk.at(at + 1).end if accepted_unit(PRESSURES[0], walk.at(at + 1)) else term.end
    for name, value in zip(PRESSURES, term.numbers, strict=True):
        walk.take(name, value, (walk.at(i).start, end), unit or walk.unit_of(name), "", bool(unit))
    walk.clause.denied = walk.clause.family = ""
    return after


def take_height(walk: Walk, i: int) -> int:
    """Feet and inches at ``i`` as the height; more than eleven inches are not understood."""
    term = walk.at(i)
    feet, inches = term.numbers
    if inches < 12:
        walk.take("height", feet * 12 + inches, (term.start, term.end), "in")
    else:
        walk.lose(term)
    return i + 1
