"""Diagnoses, medicines and answers in a text, with what denies them, leaves them open or says whose they are."""

from __future__ import annotations

from riskmodels.interop.freetext.bare import age_behind
from riskmodels.interop.freetext.lexicon import BY_CLASS, Word, answers
from riskmodels.interop.freetext.references import past_unit
from riskmodels.interop.freetext.terms import Term
from riskmodels.interop.freetext.tokens import Form, key
from riskmodels.interop.freetext.walk import NO_FIELD, NO_VALUE, OF_FAMILY, SUSPECTED, UNKNOWN, Walk
from riskmodels.scores.inputs import variable_of
from riskmodels.vocabulary import CURRENT_SMOKER, FORMER_SMOKER, NEVER_SMOKED, SMOKES_NOT_NOW

YES, NO = 1.0, 0.0
_MAYBE_DENIED = "a “no” stands before; whether it holds here is not clear. Choose."
_NO_BEHIND = "whether the “no” belongs to it or to what follows is not clear. Choose."
_MAYBE_FAMILY = "the patient's, or in the family? Choose."
_ENDED = "stopped, not tolerated or not taken; whether another is taken is not told. Choose."
_ONE_NOT = "says that this one is not taken; whether another is, is not told. Choose."
_LEVEL = "a level or a dose? Write “on insulin” if it is taken"
_OPEN = "the words leave open which. Choose."
#: what smoking may be where nothing is told but the word, and what remains where an answer is denied
_ANY = (NEVER_SMOKED, FORMER_SMOKER, CURRENT_SMOKER)
_NEGATED = {(CURRENT_SMOKER,): (SMOKES_NOT_NOW,), (FORMER_SMOKER, CURRENT_SMOKER): (NEVER_SMOKED,)}
_MEDICINE = frozenset({"bp_medication", "cholesterol_medication", "insulin", "glucose_pills", "antiplatelet_or_nsaid"})
#: medicine that is also given for something else, as FHIR bundles are read
_ALSO = frozenset({"bp_medication", "glucose_pills"})


def read_yes_no(walk: Walk, i: int, word: Word) -> int:
    """A diagnosis or a class of medicine at ``i``; gives the place behind it."""
    return _told(walk, i, word.names, _past_dose(walk, i + 1) if _MEDICINE.intersection(word.names) else i + 1)


def read_drug(walk: Walk, i: int, word: Word) -> int:
    """A medicine by its name, with its dose."""
    term, j = walk.at(i), _past_dose(walk, i + 1)
    if word.why or not word.names:
        walk.lose(term, walk.at(j - 1), word.why or NO_FIELD)
        return j
    if walk.clause.denied == "yes":
        walk.clause.used()
        for name in word.names:
            walk.ask(name, (term.start, term.end), _ONE_NOT, (NO, YES))
        return j
    also = _ALSO.intersection(word.names)
    return _told(walk, i, word.names, j, f"{term.text}: {BY_CLASS}" if also else "")


def _past_dose(walk: Walk, j: int) -> int:
    while walk.at(j).is_a("dose") or walk.at(j).text == "/" or _is_dose(walk, j):
        j += 1
    return j


def _is_dose(walk: Walk, j: int) -> bool:
    """Whether a number behind a medicine is its dose: whatever stands with a unit of dose, or by itself."""
    term, behind = walk.at(j), walk.at(j + 1)
    if "mg" in term.text and term.units:
        return True
    if term.form not in (Form.NUMBER, Form.PAIR):
        return False
    before = walk.at(j - 1)
    aged = behind.is_a("age_word", "answer") or bool({"kg", "lb", "years"} & set(behind.units))
    return not aged and not (term.form is Form.PAIR and term.numbers[0] >= 60 and not before.is_a("dose"))


def read_insulin(walk: Walk, i: int, word: Word) -> int:
    """Insulin: taken, unless a number stands behind it that is no dose."""
    if walk.at(i + 1).form is not Form.NUMBER:
        return read_yes_no(walk, i, word)
    if walk.at(i + 2).is_a("dose"):
        return read_drug(walk, i, word)
    walk.lose(walk.at(i), walk.at(i + 1), _LEVEL)
    return past_unit(walk, i, i + 2)


def _told(walk: Walk, i: int, names: tuple[str, ...], j: int, remark: str = "") -> int:
    """Take, deny, ask or leave what the words at ``i`` say of some variables; ``j`` is the place behind them."""
    term, clause = walk.at(i), walk.clause
    answer, after = _answer_behind(walk, j, names)
    last = walk.at(after - 1)
    if answer == UNKNOWN:
        walk.lose(term, last, UNKNOWN)
    elif clause.unsure or answer == SUSPECTED:
        walk.lose(term, last if answer else None, SUSPECTED)
    elif clause.family == "other":
        walk.lose(term, None, OF_FAMILY)
    elif clause.family == "yes":
        _of_family(walk, term, names, {"yes": YES, "no": NO}.get(answer, NO if clause.denied else YES))
    else:
        for name in names:
            _of_patient(walk, name, (term.start, max(last.end, term.end)), answer, remark)
    if not answer:
        clause.used()
    return after


def _of_family(walk: Walk, term: Term, names: tuple[str, ...], value: float) -> None:
    if names == ("diabetes",):
        walk.take("family_history_diabetes", value, (term.start, term.end))
    else:
        walk.lose(term, None, OF_FAMILY)


def _of_patient(walk: Walk, name: str, span: tuple[int, int], answer: str, remark: str) -> None:
    clause = walk.clause
    if answer in ("yes", "no"):
        walk.take(name, YES if answer == "yes" else NO, span, "", remark)
    elif answer == "ended" or (clause.ended and name in _MEDICINE):
        walk.ask(name, span, _ENDED, (NO, YES))
    elif answer:
        walk.ask(name, span, answer, (YES, NO))
    elif clause.denied == "maybe":
        walk.open.append(walk.ask(name, span, _MAYBE_DENIED, (YES, NO)))
    elif clause.family == "maybe":
        walk.ask(name, span, _MAYBE_FAMILY, (YES, NO))
    else:
        walk.take(name, NO if clause.denied else YES, span, "", remark)


def _answer_behind(walk: Walk, j: int, names: tuple[str, ...]) -> tuple[str, int]:
    """What the words from ``j`` on answer, and the place behind them.

    ``yes``, ``no``, ``ended``, that it is not known or only suspected, a question where it is not clear; empty for
    nothing.
    """
    start, colon = j, False
    while walk.at(j).text in (":", "=", "(") or (walk.at(j).text in ("-", "–") and _answers(walk.at(j + 1))):
        colon, j = True, j + 1
    term, behind = walk.at(j), walk.at(j + 1)
    closed = j + 2 if walk.at(start).text == "(" and behind.text == ")" else j + 1
    if term.is_a("unknown"):
        return UNKNOWN, closed
    if term.is_a("uncertain") and not term.is_a("reference"):
        return SUSPECTED, closed
    if term.is_a("ended") and not walk.clause.ended and _MEDICINE.intersection(names):
        return "ended", closed
    if term.text in ("+", "-") and (colon or term.start == walk.at(j - 1).end) and not behind.numeric:
        return ("yes" if term.text == "+" else "no") if closed == j + 2 or term.text == "+" else "", closed
    if colon and term.is_a("yes"):
        return "yes", closed
    if term.is_a("no") and (colon or _ends(behind)):
        return "no", closed
    if term.is_a("yes") and not term.is_a("restart", "filler"):
        return "yes", closed
    if term.is_a("no") and behind.is_a("yes_no") and _may_be_answer(walk, start - 1):
        walk.clause.denied = "maybe"
        return _NO_BEHIND, j + 1
    return "", start


def _may_be_answer(walk: Walk, i: int) -> bool:
    """Whether a “no” behind what ends at ``i`` may be its answer: “diabetes no htn” tells not which of the two."""
    term, before = walk.at(i), walk.at(i - 1)
    return term.is_a("yes_no") and not (walk.clause.denied or before.is_a("restart"))


def _answers(term: Term) -> bool:
    return term.is_a("yes", "no", "unknown")


def _ends(term: Term) -> bool:
    return term.form is Form.BREAK or term.text in (",", ";", ".", ")", "，", "；", "。", "、", "|")


def read_choice(walk: Walk, i: int, word: Word) -> int:
    """A question with several answers at ``i`` and its answer behind it."""
    name, j = word.names[0], i + 1
    while walk.at(j).text in (":", "=", "-", "(") or walk.at(j).is_a("filler"):
        j += 1
    known = answers(variable_of(name))
    for k in range(min(len(walk.terms), j + 5), j, -1):
        chosen = known.get(key("".join(t.text for t in walk.terms[j:k])))
        if chosen is not None:
            walk.take(name, chosen, (walk.at(i).start, walk.at(k - 1).end))
            return k
    behind = walk.at(j)
    own = next((w for w in behind.words if w.kind in ("answer", "either") and w.names == (name,)), None)
    if own is not None:
        return read_answer(walk, j, own)
    return _without_answer(walk, i, j, word)


def _without_answer(walk: Walk, i: int, j: int, word: Word) -> int:
    name, behind = word.names[0], walk.at(j)
    if behind.is_a("unknown", "uncertain"):
        walk.lose(walk.at(i), behind, UNKNOWN)
        return j + 1
    if name == "smoking" and behind.is_a("no", "negation", "yes") and j > i + 1:
        no = behind.is_a("no", "negation")
        walk.take(name, SMOKES_NOT_NOW if no else CURRENT_SMOKER, (walk.at(i).start, behind.end))
        return j + 1
    if word.values and j == i + 1:
        return read_answer(walk, i, word)
    walk.lose(walk.at(i), None, NO_VALUE)
    return i + 1


def read_answer(walk: Walk, i: int, word: Word) -> int:
    """Words that name a variable and its answer at once: ``female``, ``ex-smoker``."""
    term, name = walk.at(i), word.names[0]
    if name == "sex":
        return _sex(walk, i, word)
    answer, after = _answer_behind(walk, i + 1, word.names) if name == "smoking" else ("", i + 1)
    if walk.clause.family in ("yes", "other") or answer == UNKNOWN:
        walk.lose(term, walk.at(after - 1), UNKNOWN if answer else OF_FAMILY)
        return after
    span = (term.start, walk.at(after - 1).end)
    if name != "smoking":
        walk.take(name, word.values[0], span)
    elif answer == "no":
        _smoking(walk, span, _NEGATED.get(word.values, _ANY))
    elif answer == SUSPECTED or (walk.clause.denied and word.values == (CURRENT_SMOKER,)):
        sure = walk.clause.denied == "yes" and answer != SUSPECTED
        _smoking(walk, span, (SMOKES_NOT_NOW,) if sure else _ANY)
        walk.clause.used()
    else:
        _smoking(walk, span, word.values)
    return after


def _smoking(walk: Walk, span: tuple[int, int], values: tuple[float, ...]) -> None:
    if len(values) == 1:
        walk.take("smoking", values[0], span)
    else:
        walk.ask("smoking", span, _OPEN, values)


def _sex(walk: Walk, i: int, word: Word) -> int:
    """A letter means a sex beside an age or at the start of the text only: “M.D.” and “98.6 F” are none."""
    term = walk.at(i)
    if len(term.text) == 1 and term.text.isascii() and not _beside_age(walk, i):
        walk.lose(term)
    else:
        walk.take("sex", word.values[0], (term.start, term.end))
    return i + 1


def _beside_age(walk: Walk, i: int) -> bool:
    before, behind = walk.at(i - 1), walk.at(i + 1)
    if behind.text == ".":
        return False
    if before.text in (",", "/", "-", "(", "，", ":"):
        before = walk.at(i - 2)
    named = before.word("choice")
    if before.is_a("age_word") or "years" in before.units or (named is not None and named.names == ("sex",)):
        return True
    if any(item.name == "age" and item.start <= before.start < item.end for item in walk.items):
        return True
    j = i + 2 if behind.text in (",", "/", "-", "，") else i + 1
    return (walk.at(j).form is Form.NUMBER and age_behind(walk, j) > 0) or (i == 0 and j == i + 1)
