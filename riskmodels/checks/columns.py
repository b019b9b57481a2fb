"""One column as entered → its canonical numbers and its problems. :mod:`riskmodels.checks` does a whole frame."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from dataclasses import field as shown
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.columns import Floats
from riskmodels.units import Unit, find_unit, from_canonical, to_canonical
from riskmodels.vocabulary import Kind, Variable

#: words that mean "not known" in a cell, lower case
UNKNOWN_WORDS = frozenset({"", "unknown", "na", "n/a", "<na>", "nan", "nat", "none", "null", "missing", "?", ".", "-"})
_YES_NO_WORDS = {"y": 1.0, "true": 1.0, "n": 0.0, "false": 0.0}
_DECIMAL_COMMA = re.compile(r"[+-]?(\d+,\d{1,2}|0,\d+)")
_NUMERIC_KINDS = "fiu"
Flags = npt.NDArray[np.bool_]


class Meant(NamedTuple):
    """What was perhaps meant: a number and the symbol of its unit."""

    number: float
    unit: str


class Words(NamedTuple):
    """Of a problem: what was entered, reason, hint, and what was perhaps meant."""

    entered: str
    reason: str
    hint: str
    meant: Meant | None = None


class Severity(StrEnum):
    """What a problem does to the answer."""

    FLAGGED = "flagged"  # the value is used; look at it again
    UNUSED = "unused"  # the value cannot be used: treated as unknown
    ROW = "row"  # nothing can be said about this row


@dataclass(frozen=True)
class Problem:
    """One thing to look at.

    Args:
        row: index label of the row in the checked frame.
        field: variable name.
        value: what was entered, as text.
        reason: what is wrong, a full phrase.
        hint: what to do next.
        severity: what it does to the answer.
        meant: number and unit that would explain it, where one would.
        half_width: by how much the true value may lie below or above the one that is used, canonical unit.
    """

    row: Any
    field: str
    value: str = shown(repr=False)
    reason: str = shown(repr=False)
    hint: str = shown(repr=False)
    severity: Severity
    meant: Meant | None = shown(default=None, repr=False)
    half_width: float = shown(default=0.0, repr=False)

    @property
    def text(self) -> str:
        """Reason and hint as one line for the person."""
        return f"{self.reason} {self.hint}".strip()


def check_column(raw: pd.Series, variable: Variable, unit: str = "") -> tuple[pd.Series, list[Problem]]:
    """Validate one column.

    Args:
        raw: numbers or words as entered.
        variable: what the column holds.
        unit: unit symbol of the numbers; empty for the canonical one.

    Returns:
        The canonical float column with NaN where a value is unknown or unusable, and its problems.

    Raises:
        UnitError: when the variable does not accept the unit.
    """
    values, problems = check_cells(raw, raw.index, variable, find_unit(variable.accepted, unit) if unit else None)
    return pd.Series(values, index=raw.index, name=raw.name), problems


def check_cells(
    raw: pd.Series | Floats, index: pd.Index, variable: Variable, unit: Unit | None = None
) -> tuple[Floats, list[Problem]]:
    """:func:`check_column` as an array.

    Args:
        raw: numbers or words as entered.
        index: label of each row.
        variable: what the column holds.
        unit: of the numbers, one that the variable accepts; the canonical one when None.
    """
    if variable.kind is Kind.NUMBER:
        return _check_numbers(raw, index, variable, unit or variable.units[0])
    return _check_choices(raw, index, variable)


def limits(variable: Variable, unit: Unit) -> tuple[float, float]:
    """Plausible range in ``unit``, rounded inward to what a field in that unit can show."""
    low, high = (float(from_canonical(v, unit)) for v in variable.plausible)
    scale = 10**unit.decimals
    return float(np.ceil(low * scale - 1e-9) / scale), float(np.floor(high * scale + 1e-9) / scale)


def _check_numbers(
    raw: pd.Series | Floats, index: pd.Index, variable: Variable, unit: Unit
) -> tuple[Floats, list[Problem]]:
    problems: list[Problem] = []
    if raw.dtype.kind in _NUMERIC_KINDS:
        numbers = _floats(raw)
    else:
        codes, texts = _distinct_texts(raw)
        read = _read_numbers(texts)
        unreadable = (np.isnan(read) & ~_unknown(texts))[codes]
        words = cache(lambda text: _not_a_number(text, variable, unit))
        problems += _tell(index[unreadable], texts[codes[unreadable]].tolist(), variable, Severity.UNUSED, words)
        numbers = read[codes]
    values = _convert(numbers, unit)
    low, high = variable.plausible
    # a printed limit such as 8.9 mmol/L may lie a rounding away from the canonical limit
    slack = 1e-9 * max(abs(low), abs(high))
    outside = (values < low - slack) | (values > high + slack)
    suspect = ~outside & _suspect(numbers, variable, unit)
    for applies, severity, say in ((outside, Severity.UNUSED, _outside), (suspect, Severity.FLAGGED, _other_unit)):
        if not applies.any():
            continue
        words = cache(lambda number, say=say: say(number, variable, unit))
        problems += _tell(index[applies], numbers[applies].tolist(), variable, severity, words)
    return np.where(outside, np.nan, values), problems


def _check_choices(raw: pd.Series | Floats, index: pd.Index, variable: Variable) -> tuple[Floats, list[Problem]]:
    if raw.dtype.kind in _NUMERIC_KINDS:
        numbers = _floats(raw)
        values = _answers(numbers, variable)
        unreadable = np.isnan(values) & ~np.isnan(numbers)
        entered = [_plain(number) for number in numbers[unreadable].tolist()]
    else:
        codes, texts = _distinct_texts(raw)
        read = _read_choices(texts, variable)
        values, unreadable = read[codes], (np.isnan(read) & ~_unknown(texts))[codes]
        entered = texts[codes[unreadable]].tolist()
    if not unreadable.any():
        return values, []
    reason = f"{variable.label} is not one of its answers."
    hint = f"Use {', '.join(c.word for c in variable.choices)}, or leave it empty."
    problems = _tell(index[unreadable], entered, variable, Severity.UNUSED, lambda text: Words(text, reason, hint))
    return values, problems


def _answers(numbers: Floats, variable: Variable) -> Floats:
    """The numbers that are codes of the variable's answers; NaN for the others."""
    among = np.logical_or.reduce([numbers == choice.code for choice in variable.choices])
    return np.where(among, numbers + 0.0, np.nan)


def _convert(numbers: Floats, unit: Unit) -> Floats:
    with np.errstate(over="ignore"):  # 1e307 m is infinitely many cm, and outside either way
        return to_canonical(numbers, unit)


def _floats(raw: pd.Series | Floats) -> Floats:
    return raw if isinstance(raw, np.ndarray) else raw.to_numpy(dtype=np.float64, na_value=np.nan)


def _distinct_texts(raw: pd.Series | Floats) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.object_]]:
    """Which text stands in each row, and the texts: values come again, so each is read once."""
    cells = pd.Series(raw)
    texts = cells if isinstance(cells.dtype, pd.StringDtype) else cells.astype("string")
    codes, distinct = pd.factorize(texts, use_na_sentinel=False)
    return codes, np.array([text.strip() if isinstance(text, str) else "" for text in distinct], dtype=object)


def _read_numbers(texts: npt.NDArray[np.object_]) -> Floats:
    """Each text as a number, NaN where it is none."""
    return _floats(pd.to_numeric(pd.Series(texts, dtype="string"), errors="coerce"))


def _read_choices(texts: npt.NDArray[np.object_], variable: Variable) -> Floats:
    """The code each text stands for, by word or by number; NaN where by none."""
    words = {c.word: c.code for c in variable.choices}
    if variable.kind is Kind.YES_NO:
        words |= _YES_NO_WORDS
    by_word = np.array([words.get(text.lower(), np.nan) for text in texts], dtype=np.float64)
    numbers = _read_numbers(texts)
    return np.where(np.isnan(by_word), _answers(numbers, variable), by_word)


def _unknown(texts: npt.NDArray[np.object_]) -> Flags:
    return np.array([text.lower() in UNKNOWN_WORDS for text in texts], dtype=np.bool_)


def _tell(
    rows: pd.Index, entered: Iterable[Any], variable: Variable, severity: Severity, words: Callable[[Any], Words]
) -> list[Problem]:
    """One problem a row, in the words for what was entered there."""
    problems = []
    for row, one in zip(rows, entered, strict=True):
        said = words(one)
        problems.append(Problem(row, variable.name, said.entered, said.reason, said.hint, severity, said.meant))
    return problems


def _plain(number: float) -> str:
    """As a person would write it: 1520, 5.7, 1234567."""
    return f"{number:.0f}" if number.is_integer() and abs(number) < 1e15 else f"{number:g}"


def _not_a_number(text: str, variable: Variable, unit: Unit) -> Words:
    if _DECIMAL_COMMA.fullmatch(text):
        hint = f"Write {text.replace(',', '.')}, with a decimal point."
    else:
        hint = f"Enter a number in {unit.symbol} or leave it empty."
    return Words(text, f"{variable.label} is not a number.", hint)


def _outside(number: float, variable: Variable, unit: Unit) -> Words:
    low, high = limits(variable, unit)
    reason = f"{variable.label} {_plain(number)} {unit.symbol} is outside {low:g}–{high:g}."
    others = _usual_elsewhere(number, variable, unit)
    slipped = [s for s in (number / 10, number * 10) if _usual(s, variable, unit)]
    if others:
        hint = f"Did you mean {_plain(number)} {others[0].symbol}? It is not used."
        return Words(_plain(number), reason, hint, Meant(number, others[0].symbol))
    if slipped:
        hint = f"Did you mean {slipped[0]:g}? It is not used."
        return Words(_plain(number), reason, hint, Meant(slipped[0], unit.symbol))
    return Words(_plain(number), reason, "Check the value and its unit. It is not used.")


def _other_unit(number: float, variable: Variable, unit: Unit) -> Words:
    plain, other = _plain(number), _usual_elsewhere(number, variable, unit)[0]
    reason = f"{variable.label} {plain} {unit.symbol} is unusual; {plain} {other.symbol} would not be."
    return Words(plain, reason, "Check the unit. The value is used as entered.", Meant(number, other.symbol))


def _usual(number: float, variable: Variable, unit: Unit) -> bool:
    low, high = variable.usual
    return low <= to_canonical(number, unit) <= high


def _usual_elsewhere(number: float, variable: Variable, unit: Unit) -> list[Unit]:
    """The other units in which the number would be usual."""
    return [other for other in variable.units if other != unit and _usual(number, variable, other)]


def _suspect(numbers: Floats, variable: Variable, unit: Unit) -> Flags:
    """Numbers that are unusual in their unit and usual in another one."""
    low, high = variable.usual

    def usual(one: Unit) -> Flags:
        values = _convert(numbers, one)
        return (low <= values) & (values <= high)

    elsewhere = np.zeros(len(numbers), dtype=np.bool_)
    for other in variable.units:
        if other != unit:
            elsewhere |= usual(other)
    return ~usual(unit) & elsewhere
