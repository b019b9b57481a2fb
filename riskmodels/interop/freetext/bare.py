"""Numbers that no name stands before: an age, a size, a pressure by what stands around them; else not understood."""

from __future__ import annotations

from riskmodels.interop.freetext.numbers import PRESSURES, take_height, take_pair
from riskmodels.interop.freetext.references import accepted_unit
from riskmodels.interop.freetext.terms import Term
from riskmodels.interop.freetext.tokens import Form
from riskmodels.interop.freetext.walk import Walk, is_sex
from riskmodels.vocabulary import VOCABULARY

#: units that only one variable has: a number with one needs no further word
_BY_UNIT = {"kg": "weight", "lb": "weight", "kg/m²": "bmi", "mmol/mol": "hba1c"}


def read_bare(walk: Walk, i: int) -> int:
    """A number that no name stands before: an age, a size, a pressure by its unit; else it is not understood."""
    term, behind = walk.at(i), walk.at(i + 1)
    if term.form is Form.FEET:
        return take_height(walk, i)
    if term.form is Form.PAIR and (accepted_unit(PRESSURES[0], behind) or _another_pressure(walk, term)):
        return take_pair(walk, i, i)
    if term.form is Form.NUMBER and not walk.at(i - 1).is_a("ago"):
        age = age_behind(walk, i)
        if age and not walk.clause.family:
            walk.take("age", term.numbers[0], (term.start, walk.at(age - 1).end), "years")
            return age
        name = next((_BY_UNIT[symbol] for symbol in behind.units if symbol in _BY_UNIT), "")
        if name and not _of_something_else(walk, i):
            walk.take(name, term.numbers[0], (term.start, behind.end), accepted_unit(name, behind))
            return i + 2
    end = i + 2 if behind.units and not behind.words else i + 1
    walk.lose(term, walk.at(end - 1), _why_bare(term, behind))
    return end


def _why_bare(term: Term, behind: Term) -> str:
    if term.form is Form.PAIR and _like_pressure(term):
        return "write bp before a blood pressure"
    if term.form is Form.NUMBER and {"cm", "in", "m"} & set(behind.units) and not behind.words:
        return "write height or waist before it"
    return ""


def _another_pressure(walk: Walk, term: Term) -> bool:
    """Whether a pair stands behind one that was called a blood pressure, and looks like one."""
    return any(item.name == PRESSURES[0] for item in walk.items) and _like_pressure(term)


def _like_pressure(term: Term) -> bool:
    upper, lower = term.numbers
    limits = [VOCABULARY[name].plausible for name in PRESSURES]
    return limits[0][0] <= upper <= limits[0][1] and limits[1][0] <= lower < upper


def age_behind(walk: Walk, i: int) -> int:
    """The place behind a number that is an age by the words around it; 0 where it is none."""
    low, high = VOCABULARY["age"].plausible
    value, j = walk.at(i).numbers[0], i + 1
    while walk.at(j).text == "-":
        j += 1
    behind = walk.at(j)
    if walk.at(j + 1).text == "时":
        return 0
    if behind.is_a("age_word"):
        return j + 1
    apart = (",", "，", "/")
    sex_before = is_sex(walk.at(i - 1)) or (walk.at(i - 1).text in apart and is_sex(walk.at(i - 2)))
    sex_behind = is_sex(behind) or (behind.text in apart and is_sex(walk.at(j + 1)))
    if "years" in behind.units and not walk.at(j + 1).is_a("ago"):
        first = walk.at(i - 1).form is Form.BREAK
        return j + 1 if first or sex_before or is_sex(walk.at(j + 1)) else 0
    whole = value.is_integer() and low <= value <= high
    return i + 1 if whole and (sex_behind or (sex_before and not behind.units)) else 0


def _of_something_else(walk: Walk, i: int) -> bool:
    """Whether a word that is not known stands just before a number: in “lost 30 kg” the kilograms are no weight."""
    before = [walk.at(i - 2), walk.at(i - 1)]
    if any(term.form is Form.BREAK or term.text in (",", ";", ".", "，") for term in before[1:]):
        return False
    return walk.clause.family != "" or any(term.form is Form.WORD and not (term.words or term.units) for term in before)
