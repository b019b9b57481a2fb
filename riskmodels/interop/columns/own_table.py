"""A CSV file in the app's own column names → its cells as text, and a frame for :func:`riskmodels.checks.check`.

Columns that are not of the vocabulary, an id among them, are carried through untouched. Nothing is evaluated, guessed
or dropped: what cannot be read is refused with a message that says where. Rows are numbered as a spreadsheet numbers
them; the header is row 1.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from riskmodels.checks import Checked, Problem, Severity, check
from riskmodels.errors import FileError
from riskmodels.interop.columns.header import Column, normal, read_headers, split_header
from riskmodels.interop.columns.template import EXAMPLE_MARK
from riskmodels.interop.table import sniff
from riskmodels.vocabulary import VOCABULARY, Kind

ID_NAMES = ("id", "patient_id", "person_id", "subject_id", "record_id", "mrn", "seqn", "patient")
_DELIMITERS = (",", ";", "\t")
_SEPARATOR_LINE = re.compile(r'"?sep=(?P<delimiter>[,;\t])"?\s*')
_DECIMAL_COMMA = r"[+-]?\d+,\d{1,2}"
_BLOCK = 10_000
_LONGEST_LINE = 1_000_000
_MOST_LINES = 2_000_000


@dataclass(frozen=True)
class Limits:
    """The largest file that is read at once.

    Args:
        bytes: size of the file.
        rows: rows that are not empty, the header apart.
        columns: columns of the header.
        problems: problems found in the values, before the file as a whole is doubted.
    """

    bytes: int = 200 * 2**20
    rows: int = 200_000
    columns: int = 500
    problems: int = 200_000


LIMITS = Limits()


@dataclass(frozen=True)
class Table:
    """A file that was read.

    Args:
        cells: every cell as text, columns as in the file, index = row number as in a spreadsheet.
        columns: what each column is, in the order of the file.
        delimiter: ``,``, ``;`` or tab.
        notes: what the file itself gives cause to look at (rows with cells missing, the template's example).
        sha256: of the bytes of the file.
    """

    cells: pd.DataFrame
    columns: tuple[Column, ...]
    delimiter: str
    notes: tuple[Problem, ...]
    sha256: str

    @property
    def recognised(self) -> tuple[Column, ...]:
        """Columns that hold a variable of the vocabulary."""
        return tuple(c for c in self.columns if c.name)

    @property
    def carried(self) -> tuple[Column, ...]:
        """Columns that are only carried through."""
        return tuple(c for c in self.columns if not c.name)

    @property
    def units(self) -> dict[str, str]:
        """Unit symbol by variable, for those that have one."""
        return {c.name: c.unit for c in self.recognised if c.unit}

    @property
    def id_header(self) -> str:
        """Header of the column that identifies a patient; empty when there is none."""
        named = {normal(c.header): c.header for c in self.carried}
        return next((named[name] for name in ID_NAMES if name in named), "")

    @property
    def raw(self) -> pd.DataFrame:
        """The recognised columns by variable name, still as text."""
        return self.cells[[c.header for c in self.recognised]].set_axis([c.name for c in self.recognised], axis=1)

    def check(self, limits: Limits = LIMITS) -> Checked:
        """Validate the values.

        Returns:
            A PatientFrame, rows as in the file, with the problems of file and values in row order.

        Raises:
            FileError: when so many values are unusable that the columns cannot be what their names say.
        """
        raw, problems = self.raw, list(self.notes)
        parts = []
        for start in range(0, len(raw), _BLOCK):
            parts.append(check(raw.iloc[start : start + _BLOCK], self.units))
            problems += parts[-1].problems
            if len(problems) > limits.problems:
                raise _too_many(problems, limits)
        frame = pd.concat([part.frame for part in parts])
        derived = pd.concat([part.derived for part in parts])
        return Checked(frame, derived, sorted(problems, key=lambda p: p.row))


def _too_many(problems: list[Problem], limits: Limits) -> FileError:
    field, count = Counter(p.field for p in problems).most_common(1)[0]
    return FileError(
        f"More than {limits.problems:,} values cannot be used, {count:,} of them in the column of “{field}”.",
        hint="Does the column hold what its name says? Rename it to leave it out.",
    )


def check_size(size: int, limits: Limits = LIMITS) -> None:
    """Refuse a file by its size, before its content is touched.

    Args:
        size: bytes.
        limits: the largest file that is read.

    Raises:
        FileError: when it is larger.
    """
    if size > limits.bytes:
        raise FileError(
            f"The file has {size / 2**20:,.0f} MB; up to {limits.bytes / 2**20:,.0f} MB can be read at once.",
            hint="Split it into parts, or keep only the columns of the template.",
        )


def read_table(data: bytes, limits: Limits = LIMITS) -> Table:
    """Read a CSV file in the app's own column names.

    Args:
        data: the whole file; comma, semicolon or tab delimited, UTF-8 with or without byte order mark.
        limits: the largest file that is read.

    Returns:
        :class:`Table`: all cells as text, and what each column is.

    Raises:
        FileError: when the file cannot be read as a cohort; message and hint say where and what to do.
    """
    check_size(len(data), limits)
    sniff.refuse_other_kinds(data)
    delimiter = find_delimiter(data)
    records = _records(data, delimiter)
    headers = _headers(records, limits)
    columns = read_headers(headers)
    cells, notes = _cells(records, headers, limits)
    _refuse_decimal_commas(cells, columns)
    notes += _example_rows(cells)
    return Table(cells, columns, delimiter, tuple(notes), hashlib.sha256(data).hexdigest())


def find_delimiter(data: bytes) -> str:
    """The delimiter that makes most sense of the first row: most known columns, then most columns."""
    first = next(sniff.lines(data, _LONGEST_LINE), "")
    named = _SEPARATOR_LINE.fullmatch(first)
    if named:
        return named["delimiter"]
    return max(_DELIMITERS, key=lambda delimiter: _sense(data, delimiter))


def _sense(data: bytes, delimiter: str) -> tuple[int, int]:
    try:
        header = next((cells for _, cells in _records(data, delimiter) if any(map(str.strip, cells))), [])
    except FileError:
        return (0, 0)
    return (sum(1 for cell in header if split_header(cell)[0] in VOCABULARY), len(header))


def _records(data: bytes, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Row numbers and cells, empty rows included; an Excel line ``sep=;`` before the header is not a row."""
    lines = sniff.lines(data, _LONGEST_LINE)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    row = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _unreadable(row + 1, str(error)) from None
        if row == 0 and _SEPARATOR_LINE.fullmatch(delimiter.join(cells)):
            continue
        row += 1
        if row > _MOST_LINES:
            raise FileError(f"The file has more than {_MOST_LINES:,} lines.", hint="Remove the empty ones.")
        yield row, cells


def _unreadable(row: int, reason: str) -> FileError:
    if "end of data" in reason:
        return FileError(f"A quotation mark in row {row:,} is never closed.", hint="Close it or remove it.")
    if "limit" in reason:
        return FileError(f"A cell in row {row:,} is far too long.", hint="A quotation mark may be missing at its end.")
    return FileError(
        f"The quotation marks in row {row:,} are not in order.", hint="Write a quotation mark in a text twice."
    )


def _headers(records: Iterator[tuple[int, list[str]]], limits: Limits) -> list[str]:
    """The column names; columns without a name at the end are left off, others are named by their place."""
    names = next(([cell.strip() for cell in cells] for _, cells in records if any(map(str.strip, cells))), [])
    if len(names) > limits.columns:
        hint = "Keep the columns of the template and an id."
        raise FileError(f"The file has {len(names):,} columns; up to {limits.columns:,} can be read.", hint=hint)
    while names and not names[-1]:
        names.pop()
    names = [name or f"column {place}" for place, name in enumerate(names, start=1)]
    twice = next((name for place, name in enumerate(names) if name in names[:place]), "")
    if twice:
        raise FileError(f"The column “{twice}” stands more than once.", hint="Keep one of them, or rename one.")
    return names


def _cells(
    records: Iterator[tuple[int, list[str]]], headers: list[str], limits: Limits
) -> tuple[pd.DataFrame, list[Problem]]:
    blocks: list[pd.DataFrame] = []
    rows: list[list[str]] = []
    numbers: list[int] = []
    notes: list[Problem] = []
    for row, cells in records:
        if not any(map(str.strip, cells)):
            continue
        if len(numbers) == limits.rows:
            raise FileError(f"The file has more than {limits.rows:,} rows.", hint="Split it into parts of fewer rows.")
        notes += _fit(row, cells, len(headers))
        rows.append(cells)
        numbers.append(row)
        if len(rows) == _BLOCK:
            blocks.append(pd.DataFrame(rows, columns=headers, dtype="str"))
            rows = []
    if not numbers:
        raise FileError("The file has a header but no rows.", hint="Add one row a patient below the header.")
    blocks.append(pd.DataFrame(rows, columns=headers, dtype="str"))
    return pd.concat(blocks, ignore_index=True).set_axis(pd.Index(numbers, name="row")), notes


def _fit(row: int, cells: list[str], width: int) -> list[Problem]:
    """Bring a row to the header's width (in place); more cells than columns is an error, fewer a note."""
    if len(cells) > width:
        if any(map(str.strip, cells[width:])):
            raise FileError(
                f"Row {row:,} has {len(cells):,} cells, the header has {width:,} columns.",
                hint="A text that contains the delimiter must stand in quotation marks.",
            )
        del cells[width:]
    if len(cells) == width:
        return []
    reason = f"The row has {len(cells)} of {width} cells."
    cells += [""] * (width - len(cells))
    return [Problem(row, "", "", reason, "The missing ones count as unknown. Was the file cut off?", Severity.FLAGGED)]


def _refuse_decimal_commas(cells: pd.DataFrame, columns: tuple[Column, ...]) -> None:
    for column in columns:
        if not column.name or VOCABULARY[column.name].kind is not Kind.NUMBER:
            continue
        texts = cells[column.header].str.strip()
        commas = texts.str.fullmatch(_DECIMAL_COMMA)
        if commas.sum() * 2 > (texts != "").sum():
            raise FileError(
                f"The numbers in “{column.header}” are written with a decimal comma (row {commas.idxmax():,}).",
                hint="Save the file with decimal points: 5.7, not 5,7.",
            )


def _example_rows(cells: pd.DataFrame) -> list[Problem]:
    """A note on each row that is still the template's example."""
    first = cells.iloc[:, 0]
    reason = "This is the example row of the template."
    return [
        Problem(row, "", "", reason, "Delete it before you use the results.", Severity.FLAGGED)
        for row in first.index[first == EXAMPLE_MARK]
    ]
