"""A table file of any accepted kind → its rows, a chunk at a time: the whole never sits in memory."""

from __future__ import annotations

import os
from pathlib import Path

from riskmodels.errors import FileError, InputError
from riskmodels.interop.table.chunks import Bytes, Chunk, Source
from riskmodels.interop.table.csv_source import CsvSource
from riskmodels.interop.table.file_format import BLOCK, FILE_LIMITS, FileFormat, FileLimits, kind_of_file
from riskmodels.interop.table.header_rows import AUTO
from riskmodels.interop.table.parquet_source import ParquetFolder, ParquetSource

__all__ = ["Chunk", "Source", "open_as", "open_source"]


def open_source(
    file: bytes | str | os.PathLike[str], file_format: FileFormat | None = None, limits: FileLimits = FILE_LIMITS
) -> Source:
    """Open a table file; what it is, is told by its content.

    Args:
        file: the bytes themselves, or a path; of a folder, its Parquet files are read as one.
        file_format: how it is written, to override what would be sniffed.
        limits: the largest file that is read.

    Returns:
        A :class:`Source`, its format and column names known.

    Raises:
        FileError: when it is no table, damaged, or too large; message and hint say what to do.
    """
    if not isinstance(file, bytes) and Path(file).is_dir():
        return ParquetFolder(Path(file), limits)
    place = Bytes(file if isinstance(file, bytes) else Path(file))
    start = _start(place, limits)
    kind = kind_of_file(start)
    found = _open(place, kind, file_format, limits)
    if len(found.headers) > limits.columns:
        raise FileError(
            f"The file has {len(found.headers):,} columns; up to {limits.columns:,} can be read.",
            hint="Keep the columns that are needed.",
        )
    return found


def open_as(
    path: str | os.PathLike[str], *, sheet: str = "", header_row: int | None = None, encoding: str = ""
) -> Source:
    """Open a table file, a part of how it is written told and the rest told by its content.

    Args:
        path: of the file.
        sheet: of a workbook.
        header_row: row of the column names, 1 the first; 0: none.
        encoding: Python name of the text's encoding.

    Raises:
        FileError: as :func:`open_source`.
        InputError: when the workbook has no such sheet, or the row is below 0.
    """
    if header_row is not None and header_row < 0:
        raise InputError("The row of the header is below 0.", hint="1 is the first row; 0 means that there is none.")
    row = AUTO if header_row is None else header_row
    found = open_source(path, FileFormat("", False, encoding, "", "", row, sheet))
    sheets = found.format.sheets
    if sheet and sheet not in sheets:
        named = ", ".join(f"“{name}”" for name in sheets)
        raise InputError(
            f"There is no sheet “{sheet}”.", hint=f"Its sheets: {named}." if named else "The file is no workbook."
        )
    if not sheet and len(found.format.tables) > 1:
        named = ", ".join(f"“{name}”" for name in found.format.tables)
        raise InputError(
            f"Several sheets hold a table: {named}.", hint=f"Say which: --sheet “{found.format.tables[0]}”."
        )
    return found


def _start(place: Bytes, limits: FileLimits) -> bytes:
    try:
        if place.size > limits.bytes:
            raise FileError(
                f"The file has {place.size / 2**20:,.0f} MB; up to {limits.bytes / 2**20:,.0f} MB can be read.",
                hint="Split it into parts, or keep only the columns that are needed.",
            )
        with place.open() as stream:
            return stream.read(BLOCK)
    except OSError as error:
        raise FileError(f"The file cannot be opened: {error.strerror}.", hint="Check its path and rights.") from None


def _open(place: Bytes, kind: str, file_format: FileFormat | None, limits: FileLimits) -> Source:
    if kind == "parquet":
        return ParquetSource(place, limits)
    if kind == "excel":
        from riskmodels.interop.table.excel_source import ExcelSource  # openpyxl is only loaded for a workbook

        return ExcelSource(place, file_format, limits)
    return CsvSource(place, kind == "gzip", file_format, limits)
