"""What kind of signal files hold, told by their content and never by their names."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from riskmodels.errors import CareRiskError, FileError, SignalError
from riskmodels.interop.table.chunks import Bytes
from riskmodels.interop.table.file_format import DELIMITERS, FileLimits, text_format
from riskmodels.interop.table.sniff import kind_of
from riskmodels.interop.table.source import open_source
from riskmodels.signals.glucose.names import glucose_column, time_columns
from riskmodels.signals.pressure.layout import find_layout
from riskmodels.tasks import Limits, shared_room


class Kind(StrEnum):
    """A kind of signal."""

    GLUCOSE = "glucose"
    RHYTHM = "rhythm"
    PRESSURE = "pressure"


#: what is read of each kind, for people
READ = {
    Kind.GLUCOSE: "Dexcom Clarity, LibreView, CareLink, Nightscout, Tidepool, a table of times and glucose, FHIR",
    Kind.RHYTHM: "WFDB (.hea with its .dat), EDF, SCP-ECG, HL7 aECG, DICOM waveform, a table of samples",
    Kind.PRESSURE: "a monitor's export, a table of times with systolic and diastolic pressure, FHIR",
}
HINT = "Upload a glucose sensor's file, an ECG or a series of blood pressures."
#: of all files together, as much as the largest kind may have
MAX_BYTES = 200_000_000
#: bytes of a file, and rows of a table, that are looked at
_HEAD, _LOOK = 1 << 18, 120
#: a number beyond is a moment in seconds since 1970, below it is a time since the start
_EPOCH = 1e8
_EXCEL, _PARQUET = "an Excel workbook (.xlsx)", "a Parquet file"
_PACKED = (_EXCEL, _PARQUET, "a gzip file")
_TABLES = FileLimits(bytes=2**28, unpacked=2**29, workbook=2**28, rows=2_000_000, columns=300)
_ROOM = Limits(seconds=60, memory=2 * 2**30)
_MARKS = (
    (Kind.GLUCOSE, re.compile(rb'"sgv"|"cbg"|99504-3|105272-9')),
    (Kind.PRESSURE, re.compile(rb"85354-9|8480-6|8462-4|96607-7")),
)
_LEAD = re.compile(r"(?i)\b(ecg|ekg|lead|mlii|mli|avr|avl|avf|v[1-6]|i{1,3})\b|\b[mµu]v\b")


def find_kind(files: Mapping[str, bytes]) -> Kind | None:
    """:func:`recognise`, in a process of its own with limits where a file must be unpacked to be looked at.

    Raises:
        SignalError: see :func:`recognise`.
        TaskError: when the look took too much.
    """
    if len(files) == 1 and kind_of(next(iter(files.values()))) in _PACKED:
        return shared_room().start(recognise, dict(files), limits=_ROOM).result()
    return recognise(files)


def recognise(files: Mapping[str, bytes]) -> Kind | None:
    """The kind of signal that files hold together.

    Args:
        files: bytes by name; several only where they are one ECG recording.

    Returns:
        None where the content fits none of them for sure.

    Raises:
        SignalError: when there is nothing, too much, or something that is no signal.
    """
    if not any(files.values()):
        raise SignalError("The file is empty.", hint=HINT)
    if sum(map(len, files.values())) > MAX_BYTES:
        raise SignalError(f"The files have more than {MAX_BYTES / 1e6:.0f} MB.", hint="Export part of the recording.")
    if len(files) > 1:
        return Kind.RHYTHM
    data = next(iter(files.values()))
    if _is_recording(data):
        return Kind.RHYTHM
    head = data[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:1] in (b"{", b"["):
        return next((kind for kind, mark in _MARKS if mark.search(data)), None)
    other = kind_of(data)
    if other and other not in _PACKED:
        raise SignalError(f"This is {other}, not a signal, whatever its name says.", hint=HINT)
    try:
        return _of_table(data, other)
    except FileError as error:
        raise SignalError(error.message, hint=error.hint, log=error.log) from None


def _is_recording(data: bytes) -> bool:
    """Whether it is a format of electrocardiograms."""
    from riskmodels.signals.rhythm.aecg import is_aecg
    from riskmodels.signals.rhythm.dicom_waveform import is_dicom
    from riskmodels.signals.rhythm.edf_ecg import is_edf
    from riskmodels.signals.rhythm.scp_ecg import is_scp
    from riskmodels.signals.rhythm.unpacking import is_zip
    from riskmodels.signals.rhythm.wfdb_ecg import find_header

    return any(fits(data) for fits in (is_edf, is_scp, is_dicom, is_aecg, is_zip)) or bool(find_header({"": data}))


def _of_table(data: bytes, packed: str) -> Kind | None:
    if packed in (_EXCEL, _PARQUET):
        source = open_source(data, limits=_TABLES)
        first = next(iter(source.chunks()), None)
        body = [] if first is None else first.cells.head(_LOOK).astype("string").fillna("").to_numpy().tolist()
        return kind_of_rows([list(source.headers), *body])
    if packed:
        data = Bytes(data).unpacked(_TABLES).read(_HEAD)
    found = text_format(io.BytesIO(data))
    text = data[:_HEAD].decode(found.encoding, errors="ignore").removeprefix("\ufeff")
    for delimiter in dict.fromkeys((found.delimiter, *DELIMITERS)):
        try:
            kind = kind_of_rows(list(csv.reader(text.splitlines()[:_LOOK], delimiter=delimiter)))
        except csv.Error:
            kind = None
        if kind is not None:
            return kind
    return None


def kind_of_rows(rows: Sequence[Sequence[str]]) -> Kind | None:
    """The kind of a table by the names of its columns and, without any, by its first cells.

    Args:
        rows: its first rows, header and what stands above it included.
    """
    try:
        find_layout(rows)
    except CareRiskError:
        pass
    else:
        return Kind.PRESSURE
    for at, row in enumerate(rows):
        cells = list(row)
        times, glucose = time_columns(cells), glucose_column(cells)
        if times and glucose is not None and glucose not in times and _slow(rows[at + 1 :], times[0]):
            return Kind.GLUCOSE
        if any(_LEAD.search(cell) for cell in cells) and _numeric(rows[at + 1 :]):
            return Kind.RHYTHM
    return _nameless(rows)


def _slow(rows: Sequence[Sequence[str]], place: int) -> bool:
    """Whether a column's times are of a clock or years, not seconds from a start: no sensor of glucose counts those."""
    times = [_number(row[place]) for row in rows if len(row) > place and row[place].strip()][:5]
    return not times or any(time is None or time > _EPOCH for time in times)


def _numeric(rows: Sequence[Sequence[str]]) -> bool:
    cells = [cell for row in rows[:20] for cell in row if cell.strip()]
    return len(cells) > 5 and sum(_number(cell) is not None for cell in cells) > 0.4 * len(cells)


def _nameless(rows: Sequence[Sequence[str]]) -> Kind | None:
    """A table of numbers alone is one of samples; two columns of a time and a number are a sensor's."""
    whole = [row for row in rows if any(cell.strip() for cell in row)]
    if len(whole) > 20 and all(_number(cell) is not None for row in whole[1:] for cell in row):
        return Kind.RHYTHM
    dated = len(whole) > 1 and all(len(row) == 2 and ":" in row[0] and _number(row[1]) is not None for row in whole)
    return Kind.GLUCOSE if dated else None


def _number(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None
