"""What the distinct cells of a column mean: proposed from tables of words, visible, and asked where it is open."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np

from riskmodels.checks.columns import limits
from riskmodels.columns import Floats
from riskmodels.interop.columns.cells import read_cell
from riskmodels.interop.columns.known_names import unknown_words, words_of
from riskmodels.interop.columns.mapping import NOT_USABLE, UNANSWERED, UNKNOWN, Code, code_key, is_unknown_word
from riskmodels.units import find_unit, from_canonical
from riskmodels.vocabulary import Kind, Variable

#: numbers that files write for “not known”
SENTINELS = (
    *(-1.0, -7.0, -8.0, -9.0, -77.0, -88.0, -99.0, -777.0, -888.0, -999.0, -9999.0, 0.0, 7.0, 8.0, 9.0),
    *(77.0, 88.0, 99.0, 99.9, 777.0, 888.0, 999.0, 999.9, 7777.0, 8888.0, 9999.0, 99999.0),
)
_ONE_DIGIT = (7.0, 8.0, 9.0)
_MISSING = "a common code for missing"
_MOST_ODD = 200
#: words that say no, or that nothing is known
_NOTHING = ("none", "nil")
#: signs that answer as letters do
_MARKS = "+-○×✓✗"


def number_codes(values: Floats, odd: Mapping[str, int], variable: Variable, unit: str) -> tuple[Code, ...]:
    """Codes of a column of numbers: −9, 999 or 0 where no such measurement is possible, and words.

    Args:
        values: all numbers looked at.
        odd: cells that are no numbers, by key, and how often each stands there.
        variable: what the column holds.
        unit: symbol; empty when it is not known yet.
    """
    numbers = tuple(c for s in SENTINELS if (c := _sentinel(s, values, variable, unit)) is not None)
    words = sorted(((t, n) for t, n in odd.items() if not _told_anyway(t, variable)), key=lambda pair: -pair[1])
    return numbers + tuple(_word(text, count) for text, count in words[:_MOST_ODD])


def impossible_sentinels(values: Floats, variable: Variable) -> Floats:
    """Which of the values are sentinels that no unit makes possible."""
    return np.array([s for s in SENTINELS if not _possible(s, variable, "") and (values == s).any()])


def _sentinel(number: float, values: Floats, variable: Variable, unit: str) -> Code | None:
    """The number as a code for missing: no such measurement is possible, and it stands alone on its side."""
    count = int((values == number).sum())
    if not count or _possible(number, variable, unit):
        return None
    symbol = unit or variable.unit
    low, high = limits(variable, find_unit(variable.accepted, symbol))
    beyond = values[(values < low) if number < low else (values > high)]
    others = int((~np.isin(beyond, SENTINELS)).sum())
    if others >= count or (number in _ONE_DIGIT and count < 3):
        return None  # e.g. 9 in a column of ages that has 10 and 11 as well
    text = code_key(str(number))
    evidence = (
        f"{text} stands in {count:,} of {np.isfinite(values).sum():,} numbers and cannot be "
        f"{variable.label} ({low:g}–{high:g} {symbol})."
    )
    return Code(text, UNKNOWN, count, evidence)


def _possible(number: float, variable: Variable, unit: str) -> bool:
    for u in variable.accepted if unit else variable.units:
        low, high = sorted(float(from_canonical(v, u)) for v in variable.plausible)
        if (not unit or u.symbol == unit) and low <= number <= high:
            return True
    return False


def _told_anyway(text: str, variable: Variable) -> bool:
    return is_unknown_word(text) or read_cell(text, variable, pair=variable.name == "systolic_bp") is not None


def _word(text: str, count: int) -> Code:
    found = words_of("any").get(text)
    if found is not None:
        return Code(text, found[0], count, found[1])
    return Code(text, NOT_USABLE, count, "Not a number.")


def comparator_count(odd: Mapping[str, int], variable: Variable) -> int:
    """How many cells are written with “<” or “>”."""
    cells = ((read_cell(text, variable), count) for text, count in odd.items())
    return sum(count for cell, count in cells if cell is not None and cell.sign)


def choice_codes(counts: Mapping[str, int], variable: Variable, told: tuple[Code, ...] = ()) -> tuple[Code, ...]:
    """Codes of a column of answers, each distinct cell with its meaning.

    Args:
        counts: cells by key and how often each stands there.
        variable: a yes/no or choice.
        told: what the data set or the column's name says about codes.
    """
    from_source = {code.text: code for code in told}
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    filled = [(text, count) for text, count in ordered if text not in ("", "<na>", "nan")]
    if from_source and _fits(filled, from_source):
        return tuple(_from_source(text, count, from_source) for text, count in filled)
    return tuple(_guess(text, count, variable, counts) for text, count in filled)


def _fits(filled: list[tuple[str, int]], source: Mapping[str, Code]) -> bool:
    """Whether no cell contradicts the documented codes: numbers outside them would mean another coding."""
    return all(text in source or not _is_number(text) or _is_sentinel(text) for text, _ in filled)


def _from_source(text: str, count: int, source: Mapping[str, Code]) -> Code:
    if text in source:
        return Code(text, source[text].means, count, source[text].evidence)
    if is_unknown_word(text) or text in unknown_words():
        return Code(text, UNKNOWN, count, "Says that it is not known.")
    if _is_sentinel(text):
        return Code(text, UNKNOWN, count, f"Not a documented code; {_MISSING}.")
    return Code(text, NOT_USABLE, count, "Not a documented code.")


def _guess(text: str, count: int, variable: Variable, counts: Mapping[str, int]) -> Code:
    letter = _by_letter(text, variable, counts)
    if letter is not None:
        return Code(text, letter[0], count, letter[1])
    if text in _NOTHING and variable.name != "sex" and not _says_no(variable, counts):
        return Code(text, UNANSWERED, count, "It may say no, or that it is not known.")
    if is_unknown_word(text) or text in unknown_words():
        return Code(text, UNKNOWN, count, "Says that it is not known.")
    meaning = _by_word(text, variable, counts)
    if meaning is not None:
        return Code(text, meaning[0], count, meaning[1])
    if not _is_number(text):
        return Code(text, NOT_USABLE, count, "Not one of the answers.")
    if _is_sentinel(text) and float(text) not in range(len(variable.choices) + 1):
        return Code(text, UNKNOWN, count, f"Not an answer; {_MISSING}.")
    return Code(text, UNANSWERED, count, _why_open(variable))


def _by_word(text: str, variable: Variable, counts: Mapping[str, int]) -> tuple[str, str] | None:
    for choice in variable.choices:
        if text in (choice.word, choice.word.replace("_", " "), choice.label.lower()):
            return choice.word, "Its own word."
    own = words_of(variable.name).get(text)
    if own is not None:
        return own
    yes_no = words_of("yes_no").get(text)
    if yes_no is None or (_is_number(text) and not _zero_and_one(counts)):
        return None
    if variable.kind is Kind.YES_NO:
        return yes_no
    if variable.name == "smoking":
        return words_of("smoking")["yes" if yes_no[0] == "yes" else "no"]
    return None


def _says_no(variable: Variable, counts: Mapping[str, int]) -> bool:
    """Whether another cell of the column says no, so that “none” does not."""
    found = (_by_word(text, variable, counts) for text in counts if text not in _NOTHING)
    return any(one is not None and one[0] == variable.choices[0].word for one in found)


def _by_letter(text: str, variable: Variable, counts: Mapping[str, int]) -> tuple[str, str] | None:
    """A letter beside its partner: H is male beside M as beside F, where M is female; beside V nothing is told."""
    group = "yes_no" if variable.kind is Kind.YES_NO or variable.name == "smoking" else variable.name
    letters = {key for key in counts if len(key) == 1 and (key.upper() != key or key in _MARKS)}
    rows = _letters(group)
    if text not in letters or len(letters) < 2 or not rows:
        return None
    told = [
        (row[text], source) for row, source in rows if set(row) in (letters, letters - unknown_words()) and text in row
    ]
    meanings = {means for means, _ in told}
    if len(meanings) == 1:
        means, source = told[0]
        return words_of("smoking")[means] if variable.name == "smoking" else (means, source)
    if meanings or (group == "sex" and text not in unknown_words() and len(letters - unknown_words()) == 2):
        said = "; ".join(f"{means} ({source})" for means, source in told)
        return UNANSWERED, f"Letters differ between languages{': ' if said else ''}{said}."
    return None


@cache
def _letters(group: str) -> tuple[tuple[dict[str, str], str], ...]:
    """Pairs of letters with their meaning, and its source."""
    with (Path(__file__).parent / "letters.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["variable"] == group]
    return tuple((dict(zip(row["letters"].split(), row["means"].split(), strict=True)), row["source"]) for row in rows)


def _zero_and_one(counts: Mapping[str, int]) -> bool:
    """Whether the numbers of the column are 0 and 1, codes for missing apart."""
    numbers = {float(text) for text in counts if _is_number(text) and not _is_sentinel(text)}
    return 0.0 in numbers and numbers <= {0.0, 1.0}


def _why_open(variable: Variable) -> str:
    if variable.name == "sex":
        return "Files write sex as 1/2, 2/1, 0/1 and 1/0: the file does not tell."
    if variable.kind is Kind.YES_NO:
        return "Without a 0 for no, the numbers do not tell: 1/2 is used both ways."
    return "A number: the file does not tell which answer it is."


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()


def _is_sentinel(text: str) -> bool:
    """Of answers 0 is none: it is as often one of them."""
    return _is_number(text) and float(text) != 0 and float(text) in SENTINELS
