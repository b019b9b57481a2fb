"""A file of blood pressures → a series: tables of monitors and diaries, FHIR bundles; told by its content."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from riskmodels.errors import FileError, SignalError
from riskmodels.interop.table.file_format import DELIMITERS, FileLimits, kind_of_file, text_format
from riskmodels.interop.table.source import open_source
from riskmodels.signals.asked import Answers
from riskmodels.signals.pressure.assemble import Entry, assemble
from riskmodels.signals.pressure.layout import Layout, find_layout
from riskmodels.signals.pressure.series import PressureSeries
from riskmodels.signals.pressure.times import Moment, read_moments

#: the largest file that is read: years of home readings are below it
LIMITS = FileLimits(bytes=5 * 2**20, unpacked=20 * 2**20, workbook=50 * 2**20, rows=20_000, columns=200)
_NUMBER = re.compile(r"\d{1,3}([.,]\d+)?")
#: codes of a reading that failed, beside whatever value stands there: EC 7, E3, Err 2, Error
_FAILURE = re.compile(r"(?i)(ec|e|err|error|fehler)[\s._:#-]*\d*")
_AWAKE = frozenset("1 awake wake waking wach day daytime tag active aktiv yes y".split())
_ASLEEP = frozenset("0 asleep sleep sleeping schlaf night nighttime nacht passive passiv no n".split())
_HALVES = {
    **dict.fromkeys("morning morgen morgens früh am vormittag vormittags".split(), "morning"),
    **dict.fromkeys("evening abend abends pm nachmittag nachmittags".split(), "evening"),
}


def read_pressure(name: str, data: bytes, answers: Answers | None = None) -> PressureSeries:
    """The readings of a file.

    Args:
        name: of the file; not looked at, its content tells what it is.
        data: the file: a table (CSV, Excel) or a FHIR bundle in JSON.
        answers: to what was asked before: ``day_order``, ``unit``, ``utc_offset``; ``kind`` (``24-hour`` or ``home``)
            settles what is recognised otherwise.

    Raises:
        SignalError: where the file cannot be read, with what to do.
        UnansweredError: where it leaves open what changes the numbers.
    """
    known: Answers = answers or {}
    try:
        if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
            from riskmodels.signals.pressure.fhir import read_fhir  # fhir.resources takes a third of a second

            return read_fhir(data, known)
        return _read_table(data, known)
    except FileError as error:
        raise SignalError(error.message, hint=error.hint, log=error.log) from None


def _read_table(data: bytes, answers: Answers) -> PressureSeries:
    rows, layout = _rows_and_layout(data)
    below = [(at, row) for at, row in enumerate(rows) if at > layout.header and any(cell.strip() for cell in row)]
    entries = list(_entries(below, layout, answers))
    title = "export of a monitor" if "code" in layout.columns else "table of readings"
    return assemble(entries, layout.unit, answers, title)


def _rows_and_layout(data: bytes) -> tuple[list[list[str]], Layout]:
    """Every row as cells, and what stands where; of a text the delimiter is the one with which columns are found."""
    if len(data) > LIMITS.bytes:
        raise SignalError(
            f"The file has {len(data) / 2**20:.0f} MB; up to {LIMITS.bytes // 2**20} MB are read.",
            hint="Export the readings only.",
        )
    if kind_of_file(data[: 1 << 16]) != "csv":
        rows = _sheet_rows(data)
        return rows, find_layout(rows)
    found = text_format(io.BytesIO(data))
    text = data.decode(found.encoding, errors="replace").removeprefix("\ufeff")
    refusal: SignalError | None = None
    for delimiter in dict.fromkeys((found.delimiter, *DELIMITERS)):
        rows = _text_rows(text, delimiter)
        try:
            return rows, find_layout(rows)
        except SignalError as error:
            refusal = refusal or error
    assert refusal is not None  # there is at least one delimiter
    raise refusal


def _text_rows(text: str, delimiter: str) -> list[list[str]]:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise SignalError(
            "A cell of the file is longer than any reading.", hint="Check the quotation marks of the file."
        ) from None
    if len(rows) > LIMITS.rows:
        raise SignalError(
            f"The file has {len(rows):,} rows; up to {LIMITS.rows:,} are read.", hint="Export fewer months."
        )
    return rows


def _sheet_rows(data: bytes) -> list[list[str]]:
    source = open_source(data, limits=LIMITS)
    rows: list[list[str]] = [[] for _ in range(source.format.header_row - 1)] + [list(source.headers)]
    for chunk in source.chunks():
        for number, cells in zip(chunk.cells.index, chunk.cells.itertuples(index=False), strict=True):
            rows += [[] for _ in range(int(number) - 1 - len(rows))]
            rows.append(["" if cell != cell else str(cell) for cell in cells])
    return rows


def _entries(rows: Sequence[tuple[int, list[str]]], layout: Layout, answers: Answers) -> Iterator[Entry]:
    """The readings of every row; rows without a number and a code are none."""
    moments = read_moments([_moment_text(row, layout) for _, row in rows], answers)
    dates = [text for _, row in rows if (text := _cell(row, layout.columns.get("date", -1)))]
    if dates and not any(moment and moment.day for moment in moments):
        raise SignalError(
            f"The dates cannot be read, e.g. “{_short(dates[0])}”.",
            hint="Write them as 2026-05-31.",
            log="dates not read",
        )
    for (at, row), moment in zip(rows, moments, strict=True):
        for systolic, diastolic, pulse in layout.readings:
            entry = _entry(at + 1, row, moment, layout, (systolic, diastolic, pulse))
            if entry is not None:
                yield entry


def _moment_text(row: Sequence[str], layout: Layout) -> str:
    places = [layout.columns[role] for role in ("moment", "date", "time") if role in layout.columns]
    return " ".join(_cell(row, place) for place in places)


def _entry(
    number: int, row: Sequence[str], moment: Moment | None, layout: Layout, places: tuple[int, int, int]
) -> Entry | None:
    texts = [_cell(row, place) for place in places]
    systolic, diastolic, pulse = (_number(text) for text in texts)
    code = _failure(_cell(row, layout.columns.get("code", -1)), texts[:2])
    if not code and systolic != systolic and diastolic != diastolic:
        return None
    return Entry(
        number,
        moment,
        systolic,
        diastolic,
        pulse,
        code,
        _diary(_cell(row, layout.columns.get("diary", -1))),
        _HALVES.get(_cell(row, layout.columns.get("half", -1)).lower(), ""),
        _cell(row, layout.columns.get("arm", -1)),
        _cell(row, layout.columns.get("position", -1)),
    )


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip() if 0 <= place < len(row) else ""


def _number(text: str) -> float:
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else float("nan")


def _failure(code: str, pressures: Sequence[str]) -> str:
    """The device's code of a reading that failed, as short as it stands; empty where none did."""
    if _FAILURE.fullmatch(code):
        return _short(code)
    without = [text for text in pressures if not _NUMBER.fullmatch(text)]
    if len(without) < len(pressures):
        return ""
    spoken = [text for text in without if _FAILURE.fullmatch(text)]
    if spoken:
        return _short(spoken[0])
    return f"code {_short(code)}" if code and any(letter.isalnum() for letter in code) else ""


def _short(text: str) -> str:
    return " ".join(text.split())[:40]


def _diary(text: str) -> int:
    word = text.lower()
    return 1 if word in _AWAKE else 0 if word in _ASLEEP else -1
