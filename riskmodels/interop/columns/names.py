"""What a column is called → which variable it is, from a table of names with their sources (synonyms.csv).

Names are compared without case, spaces, punctuation and accents; a unit written in the name is split off. A name that
is not in the table proposes nothing, however like it is: see :mod:`riskmodels.interop.columns.resembling`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from riskmodels.interop.columns.known_names import (
    OUTCOME,
    Synonym,
    by_name,
    datasets,
    known_names,
    meanings,
    qualifiers,
    words_of,
)
from riskmodels.interop.columns.mapping import Code
from riskmodels.interop.columns.spelling import compact, tokens
from riskmodels.interop.fhir.codes import measurements
from riskmodels.unit_names import accepted_unit, is_unit
from riskmodels.vocabulary import VOCABULARY, Kind, Variable

_BRACKETS = re.compile(r"[\[(](?P<unit>[^\[(]*(?:\[[^\]]*\])?[^\[(]*)[\])]\s*$")
_LOINC = re.compile(r"(?<!\d)(\d{3,5})[-_](\d)(?!\d)")
#: a quotient, a percentage, a list of codes, or an abbreviation of a unit that is not accepted
_UNIT_LIKE = re.compile(
    r"[/%°=]|^(k?pa|bpm|mg|ng|pg|g|kg|lbs?|mmol|nmol|pmol|iu|u|cm|mm|m|inch|inches|in|ft|h|hrs?|y|yrs?)$", re.I
)
_YES_NO = re.compile(r"\s*[^/\s]+\s*/\s*(no|non|nein|não|nao|n|否)\s*", re.I)
_WIDE = str.maketrans("（）［］【】", "()[][]")
#: words that say when or how a value was taken, or in which part of a report it stands, not what it is: of whatever
#: variable, of a number, of a laboratory's
_NEUTRAL = frozenset(
    "baseline bl current visit patient obs at bei aktuell "
    "labor laboratory lipids lipide panel chemistry biochemistry demographic demographics stammdaten vitalwerte "
    "anthropometry person subject participant examination measurements".split()
)
_NEUTRAL_NUMBER = frozenset(
    "mean avg average value val result last latest first reading rdg measured lab labs vital vitals wert messwert "
    "letzter mittel".split()
)
_NEUTRAL_LABORATORY = frozenset("serum plasma blood ser plas s".split())


@dataclass(frozen=True)
class NameMatch:
    """Which variable a name stands for.

    Args:
        variable: name in the vocabulary; empty for none.
        confidence: 0–1, of the name alone.
        evidence: why, in words.
        unit: symbol of the unit that the name or its source tells; empty for none.
        unit_evidence: how it tells.
        codes: what cells mean, where the source tells.
        dataset: name of the data set whose documentation says so; empty for none.
        outcome: whether it says what happened afterwards.
        could_be: variables a name stands for that is known for several; ``variable`` is then empty.
        reading: whether it is one of several readings by a digit at its end: ``sbp2``.
        foreign: a unit that the name writes and that is not accepted, or could be two of those accepted.
    """

    variable: str = ""
    confidence: float = 0.0
    evidence: str = "No known name."
    unit: str = ""
    unit_evidence: str = ""
    codes: tuple[Code, ...] = ()
    dataset: str = ""
    outcome: bool = False
    could_be: tuple[str, ...] = ()
    reading: bool = False
    foreign: str = ""


NOTHING = NameMatch()


def match_name(header: str, dataset: str = "") -> NameMatch:
    """Which variable a column name stands for, if any.

    Args:
        header: as in the file.
        dataset: name of the data set that the file was recognised as.
    """
    own = by_name(dataset).get(compact(header)) if dataset else None
    if own is not None:
        return _of_dataset(own)
    return _of_loinc(header) or _of_name(header) or _distinctive(header) or NOTHING


def _of_dataset(entry: Synonym) -> NameMatch:
    if entry.variable not in VOCABULARY:
        return _no_variable(entry, 0.99)
    title = next(d.title for d in datasets() if d.name == entry.dataset)
    told = f"As documented for {title}." if entry.unit else ""
    return NameMatch(entry.variable, 0.99, f"Column of {title}.", entry.unit, told, entry.codes, entry.dataset)


def _no_variable(entry: Synonym, confidence: float) -> NameMatch:
    if entry.variable == OUTCOME:
        evidence = f"It says what happened afterwards ({entry.source})."
        return NameMatch("", confidence, evidence, codes=entry.codes, dataset=entry.dataset, outcome=True)
    return NameMatch("", 0.0, f"Known, and no input here ({entry.source}).", dataset=entry.dataset)


def _distinctive(header: str) -> NameMatch | None:
    """A name that only one data set uses, such as BPXSY1, also where the data set as a whole is not recognised."""
    name = compact(header)
    entries = (by_name(d.name).get(name) for d in datasets() if d.distinctive)
    found = [entry for entry in entries if entry is not None and entry.variable in VOCABULARY]
    if len(found) != 1 or len(name) < 6:
        return None
    return replace(_of_dataset(found[0]), confidence=0.9)


def _of_loinc(header: str) -> NameMatch | None:
    """By a LOINC code in the name; a unit that is written beside it counts, and not the code's own."""
    bare, written = split_unit(header)
    found = _LOINC.search(bare)
    code = f"{found[1]}-{found[2]}" if found else ""
    known = measurements().get(code)
    variable = VOCABULARY.get(known.variable) if known is not None and not known.use else None
    if known is None or variable is None:
        return None
    if written:
        unit, written = unit_of_header(header, variable)
        told = f"The header says {unit}." if unit else ""
        return NameMatch(variable.name, 0.98, f"LOINC {code}.", unit, told, foreign="" if unit else written)
    fitting = [u.symbol for u in variable.units if known.accepts(u)]
    unit = variable.unit if code == variable.loinc else fitting[0] if len(fitting) == 1 else ""
    told = f"LOINC {code} is reported in {unit}." if unit else ""
    return NameMatch(variable.name, 0.98, f"LOINC {code}.", unit, told)


def _of_name(header: str) -> NameMatch | None:
    """By the name without its unit, then also without words that do not say what it is."""
    bare, written = split_unit(header)
    if _is_ratio(bare):
        return None
    words = tokens(bare)
    for place, kept in enumerate((words, [w for w in words if not _may_be_neutral(w)])):
        for cut in range(min(5, len(kept))):
            entry = known_names().get("".join(kept[: len(kept) - cut]))
            found = entry and _with_tail(entry, words, kept, cut, written, (0.95, 0.8)[place])
            if found:
                return found
    return None


def _is_ratio(name: str) -> bool:
    """Whether a name divides one known name by another: “Chol/HDL”; the table's own, albumin/creatinine, is none."""
    sides = [known_names().get(compact(side)) for side in re.split(r"[/÷:]", name)]
    whole = known_names().get(compact(name))
    return len(sides) > 1 and None not in sides and (whole is None or whole.variable != "uacr")


def _with_tail(
    entry: Synonym, words: list[str], kept: list[str], cut: int, written: str, confidence: float
) -> NameMatch | None:
    """The name for which the last words are a unit, or the number of a reading; None when they are something else."""
    variable = VOCABULARY.get(entry.variable)
    if not all(_is_neutral(w, variable) for w in words if w not in kept):
        return None
    if variable is None and len(meanings()[compact(entry.name)]) == 1:
        return None if cut else _no_variable(entry, confidence)
    if variable is None:
        return None if cut else _named(entry, "", confidence)
    tail = " ".join(kept[len(kept) - cut :])
    unit = _accepted(entry.variable, written or tail)
    foreign = "" if tail in qualifiers() else _foreign(entry.variable, written or tail)  # “SBP min”: no minutes
    is_said = bool(_accepted(entry.variable, tail)) or (bool(foreign) and not written)
    reading = bool(cut) and not unit and tail.isdigit() and len(tail) == 1 and variable.kind is Kind.NUMBER
    if cut and not is_said and not reading:
        return None
    found = _named(entry, unit, confidence - (0.1 if reading or (foreign and cut) else 0.0), foreign)
    return replace(found, reading=reading)


def _may_be_neutral(word: str) -> bool:
    return word in _NEUTRAL | _NEUTRAL_NUMBER | _NEUTRAL_LABORATORY


def _is_neutral(word: str, variable: Variable | None) -> bool:
    """Whether a word leaves the meaning as it is: “serum creatinine” is creatinine, “serum insulin” no treatment."""
    number = variable is not None and variable.kind is Kind.NUMBER
    laboratory = variable is not None and variable.laboratory
    return word in _NEUTRAL or (number and word in _NEUTRAL_NUMBER) or (laboratory and word in _NEUTRAL_LABORATORY)


def _named(entry: Synonym, unit: str, confidence: float, foreign: str = "") -> NameMatch:
    own = meanings()[compact(entry.name)]
    if len(own) > 1:
        labels = " and ".join(f"{VOCABULARY[n].label} ({why})" if n in VOCABULARY else why for n, why in own.items())
        could_be = tuple(name for name in own if name in VOCABULARY)
        return NameMatch("", 0.0, f"“{entry.name}” is a name of {labels}.", could_be=could_be)
    label = VOCABULARY[entry.variable].label
    evidence = f"“{entry.name}” is a name of {label} ({entry.source})."
    told = f"The header says {unit}." if unit else ""
    if not unit and entry.unit and not foreign:
        unit, told = entry.unit, f"By its name: {entry.source}."
    return NameMatch(entry.variable, confidence, evidence, unit, told, entry.codes, foreign=foreign)


def split_unit(header: str) -> tuple[str, str]:
    """Name and what stands in brackets at its end, when that is a unit, a list of codes or nothing that matters.

    Other words in brackets belong to the name: “Glucose (urine)” is not glucose.
    """
    plain = header.strip().translate(_WIDE)
    found = _BRACKETS.search(plain)
    if found is None or not found.start():
        return plain, ""
    inside = found["unit"].rstrip("])").strip() or found["unit"]
    return (plain[: found.start()], inside) if _is_aside(inside) else (plain, "")


def _is_aside(inside: str) -> bool:
    """Whether what stands in brackets says no more than unit, codes or answers."""
    words = tokens(inside)
    answers = [word for word in words if word in words_of("yes_no")]
    if (len(answers) > 1 and len(answers) == len(words)) or _YES_NO.fullmatch(inside):
        return True
    if not words or is_unit(inside):
        return True
    return _UNIT_LIKE.search(inside) is not None and not any(word in qualifiers() for word in words)


def _accepted(variable: str, spelling: str) -> str:
    found = accepted_unit(spelling, VOCABULARY[variable]) if spelling else None
    return found.symbol if found else ""


def _foreign(variable: str, spelling: str) -> str:
    """What is written as a unit, where it is not one that the variable accepts."""
    one_letter = len(spelling) == 1
    own = VOCABULARY[variable]
    return spelling if own.units and not one_letter and is_unit(spelling) and not accepted_unit(spelling, own) else ""


def unit_of_header(header: str, variable: Variable) -> tuple[str, str]:
    """The unit that a header writes: its symbol where the variable accepts it, and the text as it stands.

    Args:
        header: as in the file.
        variable: what the column holds.

    Returns:
        Symbol (empty: not accepted, or nothing that is a unit) and what is written (empty: no unit is written).
    """
    bare, written = split_unit(header)
    if not written:
        words = tokens(bare)
        tails = ("".join(words[-cut:]) for cut in range(min(4, len(words) - 1), 0, -1))
        written = next((tail for tail in tails if not tail.isdigit() and accepted_unit(tail, variable)), "")
    found = accepted_unit(written, variable) if written else None
    return (found.symbol if found else "", written if found or is_unit(written) else "")
