"""A column of numbers as it stands in a file → numbers, the unit of each row, and what cannot be used, told by row.

A column of plain numbers goes through vectorised; of the other cells each distinct one is read once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from riskmodels.checks import Problem, Severity
from riskmodels.columns import Floats
from riskmodels.interop.columns.cells import Cell, read_cell, written_unit
from riskmodels.interop.columns.known_names import unknown_words
from riskmodels.interop.columns.mapping import AT_BOUND, MIXED, UNKNOWN, ColumnMapping, code_key, is_unknown_word
from riskmodels.interop.columns.names import unit_of_header
from riskmodels.interop.columns.numbers import SMALLEST, in_doubt, is_numeric, texts, to_floats
from riskmodels.unit_names import accepted_unit, accepted_words
from riskmodels.units import Unit, find_unit, to_canonical
from riskmodels.vocabulary import VOCABULARY, Variable

Places = npt.NDArray[np.int8]
#: in place of a unit: the row names none, or one that is not accepted
NONE_WRITTEN, NOT_ACCEPTED = -1, -2


class Said(NamedTuple):
    """Of a problem: reason, hint, what it does, and how far the number used may be from the true one (canonical)."""

    reason: str
    hint: str
    severity: Severity = Severity.UNUSED
    half_width: float = 0.0

    def problem(self, row: Any, name: str, value: str) -> Problem:
        """As a problem of one cell."""
        return Problem(row, name, value, self.reason, self.hint, self.severity, half_width=self.half_width)


class One(NamedTuple):
    """A distinct cell, read: its number, the place of its unit in ``variable.accepted``, and what is to be said."""

    number: float
    unit: int = NONE_WRITTEN
    said: Said | None = None


@dataclass(frozen=True)
class Quantities:
    """The numbers of a column.

    Args:
        numbers: as written, NaN where there is none.
        units: place of each row's unit in ``variable.accepted``; :data:`NONE_WRITTEN`: that of the column.
        problems: rows that cannot be used, or are only known to be in a range.
    """

    numbers: Floats
    units: Places
    problems: list[Problem]

    @property
    def bare(self) -> Floats:
        """Numbers whose row names no unit."""
        bare: Floats = self.numbers[self.units == NONE_WRITTEN]
        return bare


@dataclass(frozen=True)
class Column:
    """How a column's cells are to be read.

    Args:
        mapping: of the column.
        variable: that is read of it: its own, or that behind the slash.
        decimal: of the file.
    """

    mapping: ColumnMapping
    variable: Variable
    decimal: str = "."

    @cached_property
    def codes(self) -> dict[str, str]:
        """Meaning of cells by key."""
        return {c.text: c.means for c in self.mapping.codes}

    @cached_property
    def of_header(self) -> Unit | None:
        """The unit that the header itself says."""
        symbol, _ = unit_of_header(self.mapping.header, self.variable)
        return find_unit(self.variable.accepted, symbol) if symbol else None

    @cached_property
    def second(self) -> bool:
        """Whether the number behind the slash is meant."""
        return self.variable.name == self.mapping.second

    @property
    def shown(self) -> str:
        """How decimals are shown as far as that is known for the column."""
        return self.mapping.decimal or self.decimal

    def read(self, text: str) -> One:
        """One cell that is no plain number."""
        key = code_key(text)
        known = self.codes.get(key, "")
        if known == UNKNOWN or (key not in self.codes and (is_unknown_word(text) or key in unknown_words())):
            return One(np.nan)
        cell = read_cell(text, self.variable, bool(self.mapping.second))
        if cell is None:
            return One(np.nan, said=self._unreadable(text))
        if self.second:
            cell = replace(cell, numbers=(cell.second,))
            if np.isnan(cell.second):
                hint = "Write both with a slash between them: 126/83. It counts as unknown."
                return One(np.nan, said=Said(f"{self.variable.label} does not stand behind a slash.", hint))
        return self._in_unit(text, cell)

    def _in_unit(self, text: str, cell: Cell) -> One:
        unit = find_unit(self.variable.accepted, cell.unit) if cell.unit else None
        place = NONE_WRITTEN if unit is None else self.variable.accepted.index(unit)
        if unit is not None and self.of_header not in (None, unit):
            return One(np.nan, said=self._contradicts(unit))
        number = self._judged(text, cell, unit)
        if np.isnan(number):
            first, other = (f"{n:g}" for n in cell.numbers)
            hint = "Write it without a sign for thousands. It counts as unknown."
            return One(np.nan, said=Said(f"{self.variable.label} “{text}” can be {first} or {other}.", hint))
        said = self._about(text, cell, number)
        return One(np.nan if said is not None and said.severity is Severity.UNUSED else number, place, said)

    def _about(self, text: str, cell: Cell, number: float) -> Said | None:
        """What is said of a number that is only known to lie in a range."""
        label, age = self.variable.label, self.variable.name == "age"
        if cell.half_width:
            hint = f"The middle, {number:g}, is used: the age may be {cell.half_width:g} years less or more."
            unit = find_unit(self.variable.accepted, cell.unit or self.mapping.unit or self.variable.unit)
            half_width = float(to_canonical(cell.half_width, unit))
            return Said(f"{label} is only known to be {text}.", hint, Severity.FLAGGED, half_width)
        if not cell.sign:
            return None
        child = age and cell.sign in "<≤" and number <= self.variable.plausible[0]
        if (age or self.mapping.comparators == AT_BOUND) and not child:
            why = "the edge of an open band" if age else "as the mapping says"
            return Said(f"{label} is only known to be {text}.", f"It is used as {number:g}, {why}.", Severity.FLAGGED)
        hint = "It counts as unknown."
        hint += "" if child else " The mapping can say that such values are used at their bound."
        return Said(f"{label} is only known to be {text}.", hint)

    def _judged(self, text: str, cell: Cell, unit: Unit | None) -> float:
        """The number meant; NaN where it cannot be told whether a sign shows decimals or groups thousands."""
        if len(cell.numbers) == 1:
            return cell.numbers[0]
        given = self.mapping.unit
        units = (unit,) if unit else (find_unit(self.variable.accepted, given),) if given else self.variable.accepted
        fitting = [n for n in cell.numbers if any(_possible(n, self.variable, u) for u in units)]
        if len(fitting) == 1:
            return fitting[0]
        if self.mapping.decimal in (".", ","):
            return cell.numbers[0 if self.mapping.decimal in text else 1]
        return np.nan

    def _unreadable(self, text: str) -> Said:
        written = written_unit(text)
        accepted = accepted_words(self.variable) if self.variable.units else ""
        if written and self.variable.units and any(map(str.isalpha, written)):
            reason = f"{self.variable.label} has “{written}” behind its number, which is not accepted."
            return Said(reason, f"Write it in {accepted}. It counts as unknown.")
        unit = self.mapping.unit
        hint = f"Write a number{f' in {unit}' if unit else ''}, or leave it empty. It counts as unknown."
        return Said(f"{self.variable.label} is not a number.", hint)

    def _contradicts(self, unit: Unit) -> Said:
        reason = f"{self.variable.label} is in {unit.symbol} in this row, but the header says {self.of_header.symbol}."  # type: ignore[union-attr]
        return Said(reason, "Write it in the header's unit, or leave the unit off the header. It counts as unknown.")


def _possible(number: float, variable: Variable, unit: Unit) -> bool:
    low, high = variable.plausible
    return bool(low <= to_canonical(number, unit) <= high)


def read_quantities(column: Column, cells: pd.Series, units: pd.Series | None = None) -> Quantities:
    """Read a column of numbers.

    Args:
        column: how its cells are to be read.
        cells: text, or typed numbers.
        units: the unit of each row as the column beside it says; None where there is none.
    """
    problems: list[Problem] = []
    if is_numeric(cells):
        numbers = np.array(cells.to_numpy(dtype=np.float64, na_value=np.nan))
        places = np.full(len(numbers), NONE_WRITTEN, dtype=np.int8)
    else:
        numbers, places, problems = _of_texts(column, cells)
    numbers[np.abs(numbers) < SMALLEST] = 0.0
    _take_out(numbers, (float(text) for text, means in column.codes.items() if means == UNKNOWN and is_float(text)))
    if units is None:
        return Quantities(numbers, places, problems)
    return _by_row(column, Quantities(numbers, places, problems), units, cells.index)


def _of_texts(column: Column, cells: pd.Series) -> tuple[Floats, Places, list[Problem]]:
    array = texts(cells)
    filled = pc.is_valid(array).to_numpy(zero_copy_only=False)
    plain = array
    doubt = None if column.shown == "." else in_doubt(array, column.shown)
    if doubt is not None:
        plain = pc.if_else(pc.fill_null(doubt, False), pa.scalar(None, pa.string()), array)
    if column.second:
        plain = pa.nulls(len(array), pa.string())  # the number behind the slash is in no plain number
    numbers = np.array(to_floats(plain, "." if column.shown == MIXED else column.shown))
    places = np.full(len(numbers), NONE_WRITTEN, dtype=np.int8)
    odd = np.flatnonzero(np.isnan(numbers) & filled)
    words = array.take(odd).to_pylist()
    read = {text: column.read(text) for text in set(words)}
    problems = []
    for place, text in zip(odd.tolist(), words, strict=True):
        numbers[place], places[place], said = read[text]
        if said is not None:
            problems.append(said.problem(cells.index[place], column.variable.name, text))
    return numbers, places, problems


def _take_out(numbers: Floats, codes: Iterable[float]) -> None:
    unknown = list(codes)
    if unknown:
        numbers[np.isin(numbers, unknown)] = np.nan


def _by_row(column: Column, found: Quantities, units: pd.Series, rows: pd.Index) -> Quantities:
    """Each number in the unit that its row says; rows whose unit is unknown, or told twice, are problems."""
    at, words = row_units(units, column.variable)
    known = np.array([_place(text, column.variable) for text in words] + [NONE_WRITTEN], dtype=np.int8)[at]
    numbers, places = found.numbers.copy(), np.where(known >= 0, known, found.units)
    filled = ~np.isnan(numbers)
    header = column.of_header
    own = NONE_WRITTEN if header is None else column.variable.accepted.index(header)
    twice = (found.units >= 0) & (known >= 0) & (found.units != known)
    against = (known >= 0) & (own >= 0) & (known != own)
    silent = (places == NONE_WRITTEN) & (known == NONE_WRITTEN) & (column.mapping.unit == "")
    problems = list(found.problems)
    for place in np.flatnonzero(filled & (twice | against | silent | (known == NOT_ACCEPTED))).tolist():
        text = words[at[place]] if at[place] >= 0 else ""
        said = _why_not(column, text, bool(known[place] == NOT_ACCEPTED), bool(against[place]))
        problems.append(said.problem(rows[place], column.variable.name, f"{numbers[place]:g} {text}".strip()))
        numbers[place] = np.nan
    return Quantities(numbers, places, problems)


def row_units(units: pd.Series, variable: Variable) -> tuple[npt.NDArray[np.intp], list[str]]:
    """Which distinct text stands in each row of a column of units (−1: none), and the texts."""
    encoded = pc.dictionary_encode(texts(units.astype("str") if is_numeric(units) else units))
    at = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.intp)
    words = [str(text) for text in encoded.dictionary.to_pylist()]
    blank = np.array([is_unknown_word(text) for text in words] + [True])
    return np.where(blank[at], -1, at), words


def _place(text: str, variable: Variable) -> int:
    unit = accepted_unit(text, variable)
    return NOT_ACCEPTED if unit is None else variable.accepted.index(unit)


def _why_not(column: Column, text: str, strange: bool, against: bool) -> Said:
    label, accepted = column.variable.label, accepted_words(column.variable)
    if strange:
        return Said(f"{label} has the unit “{text}”, which is not accepted.", f"Use {accepted}. It counts as unknown.")
    if against:
        header = column.of_header.symbol if column.of_header else ""
        reason = f"{label} is in {text} in this row, but the header says {header}."
        return Said(reason, "Write it in the header's unit, or leave the unit off the header. It counts as unknown.")
    if text:
        return Said(f"{label} has one unit in its cell and {text} beside it.", "Keep one. It counts as unknown.")
    return Said(f"{label} has no unit in this row.", f"Write {accepted} in “{column.mapping.unit_from}”.")


def is_float(text: str) -> bool:
    """Whether a code is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def column_of(mapping: ColumnMapping, decimal: str, name: str = "") -> Column:
    """How the cells of a mapped column are to be read.

    Args:
        mapping: of the column.
        decimal: of the file.
        name: variable to read of it; its own when empty.
    """
    return Column(mapping, VOCABULARY[name or mapping.variable], decimal)
