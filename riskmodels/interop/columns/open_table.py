"""A table file with one row a patient's visit, whatever a row of it stood for: what pages and commands open."""

from __future__ import annotations

import os
from dataclasses import replace

from riskmodels.errors import InputError
from riskmodels.interop.columns.baseline import BaselineSource, baseline_of, find_baseline
from riskmodels.interop.columns.dates import in_words
from riskmodels.interop.columns.long_table import LongSource, find_long_shape
from riskmodels.interop.columns.mapping import DATE_FORMATS
from riskmodels.interop.table.chunks import Source
from riskmodels.interop.table.file_format import FILE_LIMITS, FileFormat, FileLimits
from riskmodels.interop.table.header_rows import AUTO
from riskmodels.interop.table.source import open_as, open_source


def open_table(
    file: bytes | str | os.PathLike[str], file_format: FileFormat | None = None, limits: FileLimits = FILE_LIMITS
) -> Source:
    """Open a table file; observations become rows of patients, and what a record tells once serves all its rows.

    Args:
        file: the bytes themselves, or a path.
        file_format: how it is written, to override what its content tells.
        limits: the largest file that is read.

    Raises:
        FileError: when it is no table, damaged, or too large; message and hint say what to do.
    """
    base = open_source(file, file_format, limits)
    told = None if file_format is None or file_format.header_row == AUTO else file_format
    return shaped(base, told)


def shaped(base: Source, told: FileFormat | None = None) -> Source:
    """Rows of patients' visits.

    Args:
        base: the file as it is.
        told: what its rows stand for, where that was told.
    """
    if told is not None and not _fits(told, base):
        told = None
    shape = find_long_shape(base) if told is None else told.long
    if shape is not None:
        made = LongSource(base, shape)
        once = baseline_of(made.headers, shape.patient) if shape.by == "day" else None
        return made if once is None else BaselineSource(made, once)
    baseline = find_baseline(base) if told is None else told.baseline
    return base if baseline is None else BaselineSource(base, baseline)


def open_told(
    path: str | os.PathLike[str],
    *,
    sheet: str = "",
    header_row: int | None = None,
    encoding: str = "",
    date_format: str = "",
    by: str = "",
) -> Source:
    """:func:`open_table` for the command line: what the page would show as a choice is asked.

    Args:
        path: of the file.
        sheet, header_row, encoding: as for :func:`riskmodels.interop.table.source.open_as`.
        date_format: of a long table's dates.
        by: ``patient`` or ``day``: what becomes a row of a long table; a patient when empty.

    Raises:
        FileError: as :func:`open_table`.
        InputError: when several sheets hold a table and none is named, or dates can be read in two ways.
    """
    base = open_as(path, sheet=sheet, header_row=header_row, encoding=encoding)
    shape = find_long_shape(base)
    if shape is None:
        return shaped(base)
    if date_format and date_format not in DATE_FORMATS:
        raise InputError(f"“{date_format}” is no format of dates.", hint=f"Give one of {', '.join(DATE_FORMATS)}.")
    shape = replace(shape, date_format=date_format or shape.date_format, by="day" if by == "day" else "patient")
    made = shaped(base, replace(base.format, long=shape))
    formats: tuple[str, ...] = getattr(made, "date_formats", ())
    if len(formats) > 1 and not date_format:
        raise InputError(
            f"The dates in “{shape.date}” can be read as {' or '.join(map(in_words, formats))}.",
            hint=f"Say which: --date-format {' or '.join(formats)}.",
        )
    return made


def _fits(told: FileFormat, base: Source) -> bool:
    """Whether what was told of the rows names columns of this file: another delimiter gives it other ones."""
    long, baseline = told.long, told.baseline
    named = [long.patient, long.value, long.name, long.code, long.unit, long.specimen, long.date] if long else []
    named += [baseline.record, *baseline.columns] if baseline and not long else []
    return all(header in base.headers for header in named if header)
