"""Read a text: rules and tables of words, no model. Nothing is guessed; what was not understood is told.

“Fasting” without hours counts as the eight hours that the criterion asks for, as in OMOP data
(:data:`riskmodels.criteria.HOURS_FASTING`, ADA Standards of Care 2025, section 2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from riskmodels.errors import InputError
from riskmodels.interop.freetext import bare, facts, fasting, numbers, references
from riskmodels.interop.freetext.judge import judge
from riskmodels.interop.freetext.lexicon import Word
from riskmodels.interop.freetext.reading import Reading
from riskmodels.interop.freetext.terms import Term
from riskmodels.interop.freetext.tokens import Form
from riskmodels.interop.freetext.walk import NOT_FASTING, Walk
from riskmodels.units import Unit

#: characters of a text that is read
LONGEST = 5000
IDENTITY = "a date, a time or an identifier"
#: what is denied with one of these may be the first of a list: “no chest pain, stroke”
_LISTING = ("no ", "denies ", "denied ", "without ", "否认", "无", "没有")
_LISTED = frozenset({"answer", "either", "yes_no"})
_BOXES, _TICKED = frozenset("☐□"), frozenset("☑☒✓✔")
Step = Callable[[Walk, int, Word], int]


def read(text: str, units: Mapping[str, Unit] | None = None) -> Reading:
    """What a text tells of a patient.

    Args:
        text: a line as typed, or a report of several lines.
        units: the unit that a number without one is in, by variable; canonical where absent.

    Returns:
        :class:`Reading`: facts to fill, doubts with the readings they leave open, and what is left.

    Raises:
        InputError: when the text is longer than :data:`LONGEST`.
    """
    if len(text) > LONGEST:
        raise InputError("The text is too long.", hint=f"Up to {LONGEST:,} characters are read at once.")
    walk = Walk(text, units or {})
    i = 0
    while i < len(walk.terms):
        i = _step(walk, i)
    found, doubtful = judge(walk.items, walk.doubts)
    by_place = lambda piece: (piece.start, piece.end)  # noqa: E731  three times the same
    return Reading(
        tuple(sorted(found, key=by_place)),
        tuple(sorted(doubtful, key=by_place)),
        tuple(sorted(walk.left, key=by_place)),
    )


def _step(walk: Walk, i: int) -> int:
    """What stands at ``i``; gives the place behind it."""
    term = walk.at(i)
    if term.form is Form.BREAK or term.text in (".", ";", "；", "。"):
        walk.end_clause()
        return i + 1
    if term.text in (",", "，"):
        walk.clause.comma()
        return i + 1
    if term.form is Form.NOISE:
        walk.lose(term, None, IDENTITY)
        return i + 1
    if term.numeric:
        return bare.read_bare(walk, i)
    for kind, step in _TOLD.items():
        word = term.word(kind)
        if word is not None:
            behind = step(walk, i, word)
            if kind in _LISTED and term.text.startswith(_LISTING):
                walk.clause.denied = "maybe"
            return behind
    if term.text in _BOXES or (term.text == "[" and walk.at(i + 1).text == "]"):
        walk.clause.unsure = True
    elif term.text == "[" or term.text in _TICKED:
        walk.clause.unsure = False
    _hear(walk, term)
    return i + 1


def _alone(read_it: Callable[[Walk, int], int]) -> Step:
    return lambda walk, i, word: read_it(walk, i)


def _not_fasting(walk: Walk, i: int, word: Word) -> int:
    walk.lose(walk.at(i), None, NOT_FASTING)
    return i + 1


def _identity(walk: Walk, i: int, word: Word) -> int:
    """Who the patient is or when it was: numbers behind it are no values."""
    j = i + 1
    while walk.at(j).form is Form.NOISE or walk.at(j).numeric or walk.at(j).text in (":", "#", "-", "："):
        j += 1
    if any(t.form is Form.NOISE or t.numeric for t in walk.terms[i:j]):
        walk.lose(walk.at(i), walk.at(j - 1), IDENTITY)
        return j
    walk.lose(walk.at(i))
    return i + 1


def _unknown(walk: Walk, i: int, word: Word) -> int:
    """“Na 140” is sodium; any other “n/a” that belongs to nothing says nothing."""
    if walk.at(i).text == "na" and walk.at(i + 1).form is Form.NUMBER:
        return references.read_unused(walk, i)
    walk.lose(walk.at(i))
    return i + 1


#: what is read from a word of each kind, the first that fits
_TOLD: dict[str, Step] = {
    "pressure": _alone(numbers.read_pressure),
    "fasting_number": numbers.read_number,
    "number": numbers.read_number,
    "choice": facts.read_choice,
    "answer": facts.read_answer,
    "either": facts.read_answer,
    "insulin": facts.read_insulin,
    "drug": facts.read_drug,
    "yes_no": facts.read_yes_no,
    "fasting": _alone(fasting.read_fasting),
    "nonfasting": _not_fasting,
    "unused": _alone(references.read_unused),
    "identity": _identity,
    "reference": _alone(references.read_reference),
    "unknown": _unknown,
}


def _hear(walk: Walk, term: Term) -> None:
    """A word that says something of the words behind it; one that is not known is told."""
    clause = walk.clause
    if term.is_a("negation"):
        clause.denied, clause.fresh = "yes", True
    elif term.is_a("ended"):
        clause.ended = True
    elif term.is_a("uncertain"):
        clause.unsure = True
    elif term.is_a("family"):
        clause.family, clause.list_family = "yes", term.text.startswith(("f", "家"))
    elif term.is_a("other"):
        clause.family, clause.list_family = "other", False
    elif term.is_a("join") or term.text == "/":
        _join(walk, term)
    elif term.is_a("restart"):
        clause.denied = clause.denied if clause.fresh else ""
        clause.ended = False
    elif not term.words and term.form is Form.WORD:
        clause.denied = "maybe" if clause.denied else ""
        walk.lose(term)


def _join(walk: Walk, term: Term) -> None:
    """What is joined to something denied is denied; an “or” says so of the commas before it as well."""
    if walk.clause.denied != "maybe":
        return
    walk.clause.denied = "yes"
    if term.text in ("or", "或", "或者", "oder"):
        for doubt in walk.open:
            walk.doubts.remove(doubt)
            walk.take(doubt.name, facts.NO, (doubt.start, doubt.end))
        walk.open = []
