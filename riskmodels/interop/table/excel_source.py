"""An Excel workbook (.xlsx) in chunks: openpyxl in read-only mode, values and not formulas, and no bomb unpacked."""

from __future__ import annotations

import datetime
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pandas as pd

from riskmodels.checks import Problem
from riskmodels.errors import FileError
from riskmodels.interop.table.chunks import CHUNK_ROWS, Bytes, Chunk, check_rows, distinct_headers, overridden
from riskmodels.interop.table.csv_source import TEXT, fit
from riskmodels.interop.table.file_format import FileFormat, FileLimits
from riskmodels.interop.table.header_rows import AUTO, compose, find_header

_LOOK = 40
_DAMAGED = "Open it in Excel, save it again as .xlsx, or save the sheet as CSV."
_PARTS = 10_000
#: sheets that are looked at for a table
_MOST_SHEETS = 50
#: rows of a sheet, as Excel has them
_MOST_ROWS = 1_048_576


class ExcelSource:
    """A sheet of a workbook. See :func:`riskmodels.interop.table.source.open_source`."""

    def __init__(self, place: Bytes, wanted: FileFormat | None, limits: FileLimits) -> None:
        self._place, self._limits = place, limits
        _refuse_bombs(place, limits)
        with self._workbook() as book:
            sheets = tuple(sheet.title for sheet in book.worksheets)
            if not sheets:
                raise FileError("The workbook has no sheet with cells.", hint=_DAMAGED)
            heads = {title: list(islice(_rows(book[title], limits), _LOOK)) for title in sheets[:_MOST_SHEETS]}
            tables = tuple(title for title, rows in heads.items() if _is_table(rows))
            chosen = wanted.sheet if wanted is not None and wanted.sheet in sheets else (*tables, *sheets)[0]
            first = heads[chosen] if chosen in heads else list(islice(_rows(book[chosen], limits), _LOOK))
        known = AUTO if wanted is None else wanted.header_row
        names, groups, units = find_header(first, known)
        found = FileFormat(
            "excel", header_row=names, sheet=chosen, sheets=sheets, tables=tables, group_row=groups, unit_row=units
        )
        self.format = overridden(found, wanted)
        cells = compose(first, self.format.header) if 0 < self.format.header_row <= len(first) else []
        if not any(cells):
            raise FileError(f"The sheet “{chosen}” has no column names.", hint="Choose another sheet or header row.")
        while len(cells) > 1 and not cells[-1].strip():
            cells.pop()
        self.headers = distinct_headers(cells)

    @contextmanager
    def _workbook(self) -> Iterator[Any]:
        with self._place.open() as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that openpyxl leaves out
            try:
                book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            except Exception:
                raise FileError("The workbook cannot be read.", hint=_DAMAGED, log="openpyxl") from None
            try:
                yield book
            finally:
                book.close()

    def chunks(self, rows: int = CHUNK_ROWS, columns: list[str] | None = None) -> Iterator[Chunk]:
        """Its rows in order. See :class:`riskmodels.interop.table.source.Source`."""
        wanted = list(self.headers) if columns is None else columns
        read = 0
        with self._workbook() as book:
            numbered = enumerate(_rows(book[self.format.sheet], self._limits), start=1)
            below = ((n, c) for n, c in numbered if n > self.format.header_end and any(map(str.strip, c)))
            while block := list(islice(below, rows)):
                read += len(block)
                check_rows(read, self._limits)
                yield self._chunk(block, wanted)

    def _chunk(self, block: list[tuple[int, list[str]]], wanted: list[str]) -> Chunk:
        notes: list[Problem] = []
        rows = []
        for number, cells in block:
            padded = cells + [""] * (len(self.headers) - len(cells))
            fitted, note = fit(number, padded, len(self.headers))
            rows.append(fitted)
            notes += note
        index = pd.Index([number for number, _ in block], name="row", dtype="int64")
        frame = pd.DataFrame(rows, columns=list(self.headers), index=index)
        return Chunk(frame[wanted].astype(TEXT), notes)


def _is_table(rows: list[list[str]]) -> bool:
    """Whether a sheet has a row of names over rows of cells: two columns or more, two rows or more."""
    return sum(1 for cells in rows if sum(1 for cell in cells if cell.strip()) >= 2) >= 2


def _rows(sheet: Any, limits: FileLimits) -> Iterator[list[str]]:
    """The cells of a sheet as text. A kilobyte can claim a sheet of any size, so only cells that are there count."""
    try:
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            beyond = any(cell.value for cell in cells[limits.columns :])
            if number > _MOST_ROWS or beyond:
                raise FileError(
                    f"The sheet has cells beyond row {_MOST_ROWS:,} or column {limits.columns:,}.",
                    hint="Delete what stands apart from the table, or save the table as CSV.",
                )
            yield [_text(_as_shown(cell)) for cell in cells[: limits.columns]]
    except FileError:
        raise
    except Exception:
        raise FileError("The sheet is damaged.", hint=_DAMAGED, log="openpyxl") from None


def _as_shown(cell: Any) -> object:
    """The value of a cell; of a number shown in percent the percentage: 0.065 as “6.5 %”."""
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in cell.number_format:
        return f"{round(100 * value, 10):.10g} %"
    return value


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return f"{value:.0f}"
    if isinstance(value, datetime.datetime):
        return value.isoformat() if value.time() != datetime.time() else value.date().isoformat()
    return str(value)


def _refuse_bombs(place: Bytes, limits: FileLimits) -> None:
    """Look at the sizes that the archive states, before anything of it is unpacked."""
    try:
        with place.open() as stream, zipfile.ZipFile(stream) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise FileError("The workbook is damaged.", hint=_DAMAGED) from None
    if not any(part.filename.startswith("xl/") for part in parts):
        raise FileError("This is a ZIP file, not a workbook.", hint="Unpack it and upload the file inside.")
    size = sum(part.file_size for part in parts)
    if size > limits.workbook or len(parts) > _PARTS or size > limits.ratio * max(place.size, 2**20):
        raise FileError(
            f"The workbook unpacks to {size / 2**20:,.0f} MB, more than can be read.", hint="Save the sheet as CSV."
        )
