"""A confirmed mapping and rows of a file → a PatientFrame, its problems, and counts that add up. Nothing is dropped.

A cell that cannot be used leaves its input unknown and is told as a problem; a row without age or sex is refused and
told as well. A comparator such as “<5” is kept in the table; as an input it counts as unknown, unless the mapping
says that it is used at its bound: told as a problem either way. How cells of numbers are read: ``quantities``.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.compute as pc

from riskmodels.checks import Checked, Problem, Severity, check_column, check_together
from riskmodels.checks.columns import check_cells
from riskmodels.columns import Floats
from riskmodels.errors import FileError, InputError
from riskmodels.interop.columns.ages import days_of_visit, read_ages
from riskmodels.interop.columns.boxes import one_answer
from riskmodels.interop.columns.code_guess import choice_codes
from riskmodels.interop.columns.known_names import unknown_words
from riskmodels.interop.columns.mapping import (
    NOT_USABLE,
    UNANSWERED,
    UNKNOWN,
    Asks,
    CohortMapping,
    ColumnMapping,
    Combine,
    Role,
    Visits,
    code_key,
    is_unknown_word,
)
from riskmodels.interop.columns.numbers import is_numeric, texts
from riskmodels.interop.columns.quantities import NONE_WRITTEN, Quantities, column_of, is_float, read_quantities
from riskmodels.interop.columns.visits import earlier_visits
from riskmodels.interop.table.chunks import Chunk, Source
from riskmodels.units import find_unit
from riskmodels.vocabulary import VARIABLES, VOCABULARY, Kind, Variable

PROBLEM_COLUMNS = ("row", "column", "value", "reason", "hint", "effect")
Told = tuple[Problem, str]  # with the header of its column


@dataclass(frozen=True)
class Counts:
    """Numbers that add up: ``read == scored + refused + earlier_visits``; chunks add with ``+``.

    Args:
        read: rows of the file.
        scored: rows with age and sex, which can be scored.
        with_problems: rows with something to look at, scored or refused.
        refused: rows that cannot be scored.
        earlier_visits: rows left out because the patient has a later one.
    """

    read: int = 0
    scored: int = 0
    with_problems: int = 0
    refused: int = 0
    earlier_visits: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(mine + more for mine, more in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class Applied:
    """Rows of a file as a PatientFrame.

    Args:
        checked: PatientFrame with every variable, what was derived, and problems by variable; index = row in the file.
        cells: the same rows as they stand in the file.
        problems: one row a problem: row and column as in the file, value, reason, hint, effect
            (``flagged``: used; ``unused``: counts as unknown; ``row``: row not scored).
        counts: what became of the rows.
    """

    checked: Checked
    cells: pd.DataFrame
    problems: pd.DataFrame
    counts: Counts

    @property
    def frame(self) -> pd.DataFrame:
        """The PatientFrame; rows that cannot be scored are in it, without age or sex."""
        return self.checked.frame

    @cached_property
    def refused(self) -> pd.Series:
        """Which rows cannot be scored (bool)."""
        return _refused(self.checked.frame)

    @property
    def rejects(self) -> pd.DataFrame:
        """The refused rows as they stand in the file, their row number first and why last."""
        rows = self.cells[self.refused]
        why = self.problems[self.problems["effect"] == Severity.ROW.value].groupby("row")["reason"].agg(" ".join)
        names = _free(["row", "reason"], [str(c) for c in rows.columns])
        return pd.concat(
            [rows.index.to_series().rename(names[0]), rows, why.reindex(rows.index).rename(names[1])], axis=1
        ).reset_index(drop=True)


def apply_all(source: Source, mapping: CohortMapping) -> tuple[list[Applied], str]:
    """Read every row of a file; of the visits that the mapping leaves out, none.

    Age and sex need not be among its columns.

    Args:
        source: the file.
        mapping: what its columns mean.

    Returns:
        What was read, part by part, and the mark before the decimals of its numbers.

    Raises:
        FileError: when there are no rows.
    """
    earlier = earlier_visits(mapping, source) if mapping.visits is Visits.LATEST else None
    parts: list[Applied] = []
    decimal = "."
    for chunk in source.chunks():
        decimal = chunk.decimal
        parts.append(apply(mapping, chunk, earlier, age_and_sex=False))
    if not parts:
        raise FileError("The file has a header but no rows.", hint="Add one row a patient below the header.")
    return parts, decimal


def apply(
    mapping: CohortMapping,
    chunk: Chunk | pd.DataFrame,
    earlier: npt.NDArray[np.int64] | None = None,
    *,
    age_and_sex: bool = True,
) -> Applied:
    """Apply a mapping to some rows.

    Args:
        mapping: every question of it answered.
        chunk: rows as a :class:`~riskmodels.interop.table.source.Source` gives them.
        earlier: rows to leave out, from :func:`riskmodels.interop.columns.visits.earlier_visits`; needed when the
            mapping asks for the latest visit.
        age_and_sex: whether both must be told; a model of one's own may do without.

    Returns:
        :class:`Applied`: rows in the order of the file.

    Raises:
        InputError: when a question is open, or a column of the mapping is not in the chunk.
    """
    chunk = chunk if isinstance(chunk, Chunk) else Chunk(chunk)
    _refuse_open(mapping, chunk, earlier, age_and_sex)
    read = len(chunk.cells)
    cells, notes = _without(chunk, earlier)
    values, told = _columns(mapping, cells, chunk.decimal)
    told = [(note, "") for note in notes] + told
    frame = pd.DataFrame({v.name: values.get(v.name, np.nan) for v in VARIABLES}, index=cells.index, dtype=np.float64)
    cut = [note.row for note in notes if note.severity is Severity.ROW]
    frame.loc[cut] = np.nan
    headers = {name: ", ".join(c.header for c in mapping.holding(name)) for name in mapping.variables}
    units = {name: find_unit(VOCABULARY[name].accepted, symbol) for name, symbol in mapping.units.items() if symbol}
    checked = check_together(frame, [problem for problem, _ in told], units)
    frame = checked.frame
    problems = _table(checked.problems, {id(p): header for p, header in told}, headers)
    refused = int(_refused(frame).sum())
    counts = Counts(read, len(frame) - refused, int(problems["row"].nunique()), refused, read - len(frame))
    return Applied(checked, cells, problems, counts)


def _refuse_open(mapping: CohortMapping, chunk: Chunk, earlier: object, age_and_sex: bool) -> None:
    questions = [q for q in mapping.questions() if age_and_sex or q.asks is not Asks.NEEDED]
    if questions:
        rest = f" {len(questions) - 1} more must be answered." if len(questions) > 1 else ""
        raise InputError(questions[0].text, hint=f"Answer it first.{rest}", log=f"{len(questions)} open questions")
    if mapping.visits is Visits.LATEST and earlier is None:
        raise InputError("The latest visits are not known.", hint="Use earlier_visits() first.")
    used = [c.header for c in mapping.columns if c.role is Role.VALUE]
    used += [c.unit_from for c in mapping.columns if c.unit_from]
    used += [c.header for c in mapping.columns if c.role is Role.DATE and any(other.birth for other in mapping.columns)]
    absent = [header for header in used if header not in chunk.cells]
    if absent:
        raise InputError(
            f"The column “{absent[0]}” is not in the file.", hint="Map the columns of this file.", log="column absent"
        )


def _without(chunk: Chunk, earlier: npt.NDArray[np.int64] | None) -> tuple[pd.DataFrame, list[Problem]]:
    if earlier is None or not len(earlier):
        return chunk.cells, chunk.notes
    kept = ~np.isin(chunk.cells.index.to_numpy(), earlier)
    cells = chunk.cells[kept]
    rows = set(cells.index)
    return cells, [note for note in chunk.notes if note.row in rows]


def _columns(mapping: CohortMapping, cells: pd.DataFrame, decimal: str) -> tuple[dict[str, Any], list[Told]]:
    values: dict[str, Any] = {name: _constant(name, word) for name, word in mapping.constants.items()}
    told: list[Told] = []
    rows = _Rows(mapping, cells, decimal)
    for name in mapping.variables:
        parts = []
        for column in mapping.holding(name):
            part, problems = _column(column, name, rows)
            parts.append(part)
            told += [(problem, column.header) for problem in problems]
        if len(parts) > 1 and mapping.combine[name] is Combine.CHECKED:
            headers = [column.header for column in mapping.holding(name)]
            values[name], several = one_answer(parts, VOCABULARY[name], headers, cells.index)
            told += several
        elif parts:
            values[name] = parts[0] if len(parts) == 1 else _combined(parts, mapping.combine[name])
    return values, told


def _constant(name: str, word: str) -> float:
    variable = VOCABULARY.get(name)
    if variable is None:
        raise InputError(f"“{name}” is not a variable.", hint="Choose one of the list.")
    checked, problems = check_column(pd.Series([word], dtype="str"), variable)
    if problems:
        raise InputError(problems[0].reason, hint=problems[0].hint, log="constant not usable")
    return float(checked.iloc[0])


def _combined(parts: list[Floats], rule: Combine) -> Floats:
    table = np.column_stack(parts)
    known = ~np.isnan(table)
    if rule is Combine.MEAN:
        count = known.sum(axis=1)
        return np.where(count > 0, np.where(known, table, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)
    if rule is Combine.ANY:
        yes, all_known = (table == 1).any(axis=1), known.all(axis=1)
        return np.where(yes, 1.0, np.where(all_known, 0.0, np.nan))
    first: Floats = table[np.arange(len(table)), known.argmax(axis=1)]
    return first


@dataclass(frozen=True)
class _Rows:
    """The rows that a mapping is applied to, and how their decimals are shown."""

    mapping: CohortMapping
    cells: pd.DataFrame
    decimal: str


def _column(column: ColumnMapping, name: str, rows: _Rows) -> tuple[Floats, list[Problem]]:
    """A variable of one column as canonical numbers, and its problems."""
    variable, cells = VOCABULARY[name], rows.cells[column.header]
    if variable.kind is not Kind.NUMBER:
        return _answers(column, variable, cells)
    if column.birth:
        ages, problems = read_ages(column, cells, days_of_visit(rows.mapping, rows.cells))
        checked, further = check_cells(ages, cells.index, variable)
        return checked, problems + further
    units = rows.cells[column.unit_from] if column.unit_from else None
    found = read_quantities(column_of(column, rows.decimal, name), cells, units)
    unusable = _unusable_numbers(column, variable, found.numbers, cells.index)
    checked, further = _in_units(found, variable, column.unit, cells.index)
    return checked, found.problems + unusable + further


def _in_units(found: Quantities, variable: Variable, unit: str, rows: pd.Index) -> tuple[Floats, list[Problem]]:
    """Checked and canonical, the rows of each unit for themselves: a problem is told in the unit of its row."""
    of_column = find_unit(variable.accepted, unit) if unit else None
    if (found.units == NONE_WRITTEN).all():
        return check_cells(found.numbers, rows, variable, of_column)
    checked, problems = np.full(len(found.numbers), np.nan), []
    for place in np.unique(found.units).tolist():
        at = np.flatnonzero(found.units == place)
        own = variable.accepted[place] if place >= 0 else of_column
        checked[at], further = check_cells(found.numbers[at], rows[at], variable, own)
        problems += further
    return checked, problems


def _unusable_numbers(column: ColumnMapping, variable: Variable, numbers: Floats, rows: pd.Index) -> list[Problem]:
    """Numbers that the mapping says cannot be used (set to NaN in place)."""
    codes = [float(c.text) for c in column.codes if c.means == NOT_USABLE and is_float(c.text)]
    places = np.flatnonzero(np.isin(numbers, codes)) if codes else np.array([], dtype=np.intp)
    reason, hint = f"{variable.label} has a code that cannot be used.", "It counts as unknown, as the mapping says."
    problems = [
        Problem(rows[i], variable.name, f"{numbers[i]:g}", reason, hint, Severity.UNUSED) for i in places.tolist()
    ]
    numbers[places] = np.nan
    return problems


def _answers(column: ColumnMapping, variable: Variable, cells: pd.Series) -> tuple[Floats, list[Problem]]:
    """A column of answers: each distinct cell is read once."""
    places, distinct = _distinct(cells)
    means = [_meaning(text, column, variable) for text in distinct]
    words = {c.word: c.code for c in variable.choices}
    read = np.array([words.get(m, np.nan) for m in means] + [np.nan])
    unusable = np.array([m not in words and m != UNKNOWN for m in means] + [False])
    bad = np.flatnonzero(unusable[places])
    reason = f"{variable.label} is not one of its answers."
    hint = "It counts as unknown. The mapping can say what it means."
    problems = [
        Problem(cells.index[i], variable.name, distinct[places[i]], reason, hint, Severity.UNUSED) for i in bad.tolist()
    ]
    return read[places], problems


def _distinct(cells: pd.Series) -> tuple[npt.NDArray[np.intp], list[str]]:
    """Which distinct cell stands in each row (−1: none), and the distinct cells."""
    if is_numeric(cells):
        numbers = cells.to_numpy(dtype=np.float64, na_value=np.nan)
        codes, found = pd.factorize(np.where(np.abs(numbers) < 1e-70, 0.0, numbers))
        return codes, [code_key(repr(float(number))) for number in found]
    encoded = pc.dictionary_encode(texts(cells))
    places = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    return places, [str(text) for text in encoded.dictionary.to_pylist()]


def _meaning(text: str, column: ColumnMapping, variable: Variable) -> str:
    """What a cell means; a word that was not seen before is only read when it can mean one thing, a number never."""
    key = code_key(text)
    for code in column.codes:
        if code.text == key:
            return code.means
    if is_unknown_word(text) or key in unknown_words():
        return UNKNOWN
    if is_float(key):
        return NOT_USABLE
    guessed = choice_codes({code.text: code.count for code in column.codes} | {key: 1}, variable)
    means = next((code.means for code in guessed if code.text == key), UNANSWERED)
    return means if means != UNANSWERED else NOT_USABLE


def _refused(frame: pd.DataFrame) -> pd.Series:
    return frame["age"].isna() | frame["sex"].isna()


def _table(problems: list[Problem], of_column: dict[int, str], headers: dict[str, str]) -> pd.DataFrame:
    rows = [
        (p.row, of_column.get(id(p), headers.get(p.field, "")), p.value, p.reason, p.hint, p.severity.value)
        for p in problems
    ]
    return pd.DataFrame(rows, columns=list(PROBLEM_COLUMNS))


def _free(wanted: list[str], taken: list[str]) -> list[str]:
    """Names that the file does not use itself."""
    return [next(n for n in (name, *(f"{name} ({i})" for i in range(2, 99))) if n not in taken) for name in wanted]
