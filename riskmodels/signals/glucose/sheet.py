"""A CSV or Excel file → its columns as text, below the row that names a time and a glucose."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from riskmodels.checks import Severity
from riskmodels.errors import FileError, SignalError
from riskmodels.interop.columns.numbers import texts
from riskmodels.interop.table.chunks import Bytes
from riskmodels.interop.table.file_format import (
    FileFormat,
    FileLimits,
    first_records,
    kind_of_file,
    text_format,
)
from riskmodels.interop.table.source import Source, open_source
from riskmodels.signals.glucose.names import glucose_column, time_columns
from riskmodels.signals.glucose.series import counted

#: a year of a sensor that reads every minute
LIMITS = FileLimits(bytes=64 * 2**20, unpacked=128 * 2**20, workbook=256 * 2**20, rows=600_000, columns=300)
#: rows above the header: CareLink has a dozen
_LOOK = 60
_HEAD = 1 << 18
#: sheets of a workbook, and rows of each, among which the header is sought
_SHEETS, _SHEET_ROWS = 8, 12
_EXPORTS = (
    "Exports of Dexcom Clarity, LibreView, CareLink, Nightscout and Tidepool are read, and any table with a column of"
    " times and one of glucose, e.g. “time” and “glucose [mg/dL]”."
)


@dataclass(frozen=True)
class Sheet:
    """A table as text.

    Args:
        headers: names of its columns, each once.
        columns: (n,) trimmed text each, null where a cell is empty.
        rows: (n,) as a spreadsheet numbers them.
        decimal: ``.`` or ``,`` in its numbers.
        above: the rows above the header, as text.
        notes: what of its rows was left out, in words.
    """

    headers: tuple[str, ...]
    columns: tuple[pa.Array, ...]
    rows: Any
    decimal: str
    above: str = ""
    notes: tuple[str, ...] = ()

    def cells(self, place: int | None) -> pa.Array:
        """A column by its place; all null for None."""
        return pa.nulls(len(self.rows), pa.string()) if place is None else self.columns[place]


def read_sheet(data: bytes) -> Sheet:
    """Open a table.

    Args:
        data: the whole file, CSV (packed with gzip or not) or Excel.

    Raises:
        SignalError: when it is no table, too large, or has no column of times and glucose.
    """
    try:
        return _read(data)
    except FileError as error:
        raise SignalError(error.message, hint=error.hint, log=error.log) from None


def _read(data: bytes) -> Sheet:
    kind = kind_of_file(data[:_HEAD])
    if kind == "parquet":
        raise FileError("This is a Parquet file, not a sensor's export.", hint=_EXPORTS)
    if kind == "gzip":
        data = Bytes(data).unpacked(LIMITS).read(LIMITS.unpacked)
    source, above = _excel(data) if kind == "excel" else _csv(data)
    frame, notes = _cells(source)
    columns = tuple(texts(frame[name]) for name in source.headers)
    return Sheet(source.headers, columns, frame.index.to_numpy(np.int64), source.format.decimal, above, notes)


def _cells(source: Source) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """All rows that fit the header; those with too many cells are left out and counted."""
    frames, wrong = [], set()
    for chunk in source.chunks():
        frames.append(chunk.cells)
        wrong |= {note.row for note in chunk.notes if note.severity is Severity.ROW}
    if not frames:
        raise FileError("The table has no row below its column names.", hint="Export the readings of some days.")
    frame = pd.concat(frames) if len(frames) > 1 else frames[0]
    if not wrong:
        return frame, ()
    said = f"Row {min(wrong):,} has more cells than there are columns"
    more = f", and so have {counted(len(wrong) - 1, 'row')} more. They are" if len(wrong) > 1 else ". It is"
    return frame[~frame.index.isin(wrong)], (f"{said}{more} left out.",)


def _csv(data: bytes) -> tuple[Source, str]:
    found = text_format(io.BytesIO(data))
    head = data[:_HEAD].decode(found.encoding, errors="ignore").removeprefix("\ufeff")
    records = first_records(head, found.delimiter, _LOOK)
    row = next((n for n, cells in enumerate(records, start=1) if _names_both(cells)), 0)
    if not row and found.header_row == 0 and records and len(records[0]) == 2:
        return open_source(data, found, LIMITS), ""  # two columns without names
    if not row:
        raise _no_columns(records[found.header_row - 1] if 0 < found.header_row <= len(records) else [])
    above = "\n".join(found.delimiter.join(cells) for cells in records[: row - 1])
    return open_source(data, replace(found, header_row=row), LIMITS), above


def _excel(data: bytes) -> tuple[Source, str]:
    first = open_source(data, None, LIMITS)
    for sheet in first.format.sheets[:_SHEETS]:
        wanted = FileFormat("excel", sheet=sheet, header_row=1)
        for row in range(1, _SHEET_ROWS + 1):
            try:
                source = open_source(data, replace(wanted, header_row=row), LIMITS)
            except FileError:
                continue  # an empty row
            if _names_both(list(source.headers)):
                return source, ""
    raise _no_columns(list(first.headers))


def _names_both(cells: list[str]) -> bool:
    """Whether a row names a time and a glucose, in columns of their own."""
    times, glucose = time_columns(cells), glucose_column(cells)
    return bool(times) and glucose is not None and glucose not in times


def _no_columns(cells: list[str]) -> FileError:
    named = ", ".join(f"“{cell.strip()[:40]}”" for cell in cells[:8] if cell.strip())
    missing = [
        what
        for what, there in (("time", bool(time_columns(cells))), ("glucose", glucose_column(cells) is not None))
        if not there
    ]
    lacks = " and ".join(missing) or "glucose beside that of time"
    return FileError(f"No column of {lacks} was found among {named or 'the first rows'}.", hint=_EXPORTS)
