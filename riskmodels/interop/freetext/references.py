"""What stands behind a value: its unit, flags, and the reference, whose numbers are no values."""

from __future__ import annotations

import re

from riskmodels.interop.freetext.terms import Term
from riskmodels.interop.freetext.tokens import Form
from riskmodels.interop.freetext.walk import NO_FIELD, REFERENCE, Walk
from riskmodels.scores.inputs import variable_of

SIGNS = frozenset(":=-~≈|()[]%")
#: what is written like a unit of a measurement, whether any variable has it or not
UNIT_LIKE = re.compile(
    r"\s?(?:x ?10[\^e]?\d+|(?:[mµμunpf]|mc)?(?:g|mol|iu|u|eq|l)|[kmc]|kg|cells|units?)\s?/\s?[a-z0-9.µμ]+",
    re.IGNORECASE,
)


def accepted_unit(name: str, term: Term) -> str:
    """The symbol of a unit at a term that a variable accepts; empty where there is none."""
    own = {unit.symbol for unit in variable_of(name).units}
    return next((symbol for symbol in term.units if symbol in own), "")


def may_stand_between(term: Term) -> bool:
    if term.form in (Form.RANGE, Form.LIMIT) or term.text in SIGNS:
        return True
    return term.is_a("neutral", "filler", "flag") and not term.is_a("uncertain", "unknown")


def skip_reference(walk: Walk, j: int, name: str = "") -> tuple[int, str]:
    """Past unit, flags and reference of a value: the place behind them, and the first unit accepted on the way."""
    unit, reference = "", False
    while True:
        term = walk.at(j)
        accepted = accepted_unit(name, term) if name else ""
        if accepted or (term.units and not term.words and (reference or not name)):
            unit = unit or accepted
        elif term.form in (Form.RANGE, Form.LIMIT) or term.is_a("reference"):
            reference = True
        elif (
            reference and (walk.at(j - 1).is_a("reference") or walk.at(j - 1).text == "/") and term.form is Form.NUMBER
        ) or (reference and term.text == "/"):
            pass
        elif term.text in ("(", "["):
            close = _numeric_brackets(walk, j)
            if not close:
                return j, unit
            unit = unit or _unit_of_reference(walk.terms[j:close], name)
            j = close
        elif not (term.is_a("flag") or term.text in ("*", "|")):
            return j, unit
        j += 1


def _unit_of_reference(terms: list[Term], name: str) -> str:
    """The unit of a reference in brackets, which is the value's as well; a value in another unit tells none."""
    if not name or not any(term.form in (Form.RANGE, Form.LIMIT) for term in terms):
        return ""
    return next((unit for term in terms if (unit := accepted_unit(name, term))), "")


def _numeric_brackets(walk: Walk, j: int) -> int:
    """Where brackets that hold only a reference, a flag or the value in another unit close; 0 where they hold more."""
    for k in range(j + 1, j + 10):
        term = walk.at(k)
        if term.text in (")", "]"):
            return k
        inside = term.numeric or term.units or term.is_a("flag", "reference", "neutral", "filler")
        if not inside and term.text not in SIGNS | {",", "/"}:
            return 0
    return 0


def read_reference(walk: Walk, i: int) -> int:
    """A goal or a reference that stands by itself: its numbers are no values."""
    j = reference_end(walk, i)
    if any(term.numeric for term in walk.terms[i:j]):
        walk.lose(walk.at(i), walk.at(j - 1), REFERENCE)
        return j
    return i + 1


def reference_end(walk: Walk, i: int) -> int:
    """The place behind a goal or a reference that begins at ``i``."""
    j = i + 1
    while walk.at(j).numeric or walk.at(j).units or walk.at(j).is_a("reference") or walk.at(j).text in SIGNS | {"/"}:
        j += 1
    return j


def read_unused(walk: Walk, i: int) -> int:
    """A measurement or a disease that no field asks for, with its number."""
    j = i + 1
    while may_stand_between(walk.at(j)) or walk.at(j).is_a("fasting") or _is_other_name(walk, j):
        j += 1
    if walk.at(j).form not in (Form.NUMBER, Form.PAIR):
        ranged = [k for k in range(i + 1, j) if walk.at(k).numeric]
        walk.lose(walk.at(i), walk.at(ranged[0]) if ranged else None, NO_FIELD)
        return ranged[-1] + 1 if ranged else i + 1
    walk.lose(walk.at(i), walk.at(j), NO_FIELD)
    j += 1
    return skip_reference(walk, past_unit(walk, i, j))[0]


def _is_other_name(walk: Walk, j: int) -> bool:
    return walk.at(j - 1).text == "(" and walk.at(j + 1).text == ")" and walk.at(j).form is Form.WORD


def past_unit(walk: Walk, i: int, j: int) -> int:
    """The place behind what goes with the number of an unused measurement: 98.6 F, 6.2 K/uL, 22 U/L."""
    start = walk.at(j - 1).end
    like = UNIT_LIKE.match(walk.text[start:])
    end = start + like.end() if like else start
    while walk.at(j).form is not Form.BREAK:
        term = walk.at(j)
        letter = term.text in ("f", "c") and walk.at(i).text.startswith(("t", "体温"))
        if not (term.start < end or letter or term.is_a("foreign") or (term.units and not term.words)):
            break
        j += 1
    return j
