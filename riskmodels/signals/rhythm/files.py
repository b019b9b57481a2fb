"""Uploaded files → an Ecg: what each is, is told by its content, and each kind has a reader of its own."""

from __future__ import annotations

from collections.abc import Mapping

from riskmodels.errors import SignalError
from riskmodels.interop.table.sniff import kind_of
from riskmodels.signals.asked import Answers
from riskmodels.signals.rhythm.ecg import Ecg
from riskmodels.signals.rhythm.unpacking import is_zip, unpacked
from riskmodels.tasks import Limits, shared_room

#: of all files together
MAX_BYTES = 200_000_000
KINDS = "WFDB (.hea with .dat), EDF, SCP-ECG, HL7 aECG, DICOM waveform, or CSV with one row a sample"
UPLOAD = f"Upload one recording: {KINDS}."
#: of opening one recording
_LIMITS = Limits(seconds=60, memory=3 * 2**30)
#: kinds that the reader of tables takes
_TABLES = ("an Excel workbook (.xlsx)", "a gzip file", "a Parquet file")


def open_ecg(files: Mapping[str, bytes], answers: Answers | None = None) -> Ecg:
    """:func:`read_ecg` in a process of its own, with limits of time and memory: a flaw in a decoder takes only that.

    Raises:
        SignalError: see :func:`read_ecg`.
        TaskError: when the reading was ended.
    """
    return shared_room().start(read_ecg, dict(files), dict(answers or {}), limits=_LIMITS).result()


def read_ecg(files: Mapping[str, bytes], answers: Answers | None = None) -> Ecg:
    """Read one recording.

    Args:
        files: bytes by name: one file, a zip, or the several files of a WFDB record.
        answers: to the questions asked before.

    Returns:
        Its leads in millivolts. Names, identifiers and comments in the file are dropped.

    Raises:
        SignalError: when it cannot be read; message and hint hold nothing of the file's own text.
        UnansweredError: when the file leaves something open.
    """
    from riskmodels.signals.rhythm.wfdb_ecg import find_header, read_wfdb

    given = _checked(files)
    if find_header(given) is not None:
        return read_wfdb(given, answers or {})
    if len(given) > 1:
        raise SignalError(
            "There are several files and no WFDB header among them.", hint="Upload one recording at a time."
        )
    return _read_one(next(iter(given.values())), answers or {})


def _read_one(data: bytes, answers: Answers) -> Ecg:
    from riskmodels.signals.rhythm.aecg import is_aecg, read_aecg
    from riskmodels.signals.rhythm.csv_ecg import read_csv
    from riskmodels.signals.rhythm.dicom_waveform import is_dicom, read_waveform
    from riskmodels.signals.rhythm.edf_ecg import is_edf, read_edf
    from riskmodels.signals.rhythm.scp_ecg import is_scp, read_scp

    readers = ((is_edf, read_edf), (is_scp, read_scp), (is_dicom, read_waveform), (is_aecg, read_aecg))
    reader = next((read for fits, read in readers if fits(data)), None)
    if reader is not None:
        return reader(data, answers)
    kind = kind_of(data)
    if kind and kind not in _TABLES:
        raise SignalError(f"This is {kind}, not an electrocardiogram that is read here.", hint=UPLOAD)
    return read_csv(data, answers)


def _checked(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """The files, unpacked where they are a zip, once they are something and not too much."""
    if not files or not any(files.values()):
        raise SignalError("The file is empty.", hint=UPLOAD)
    size = sum(map(len, files.values()))
    if size > MAX_BYTES:
        raise SignalError(
            f"The files have {size / 1e6:,.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB are read.",
            hint="Export part of the recording.",
        )
    only = next(iter(files.values()))
    return unpacked(only) if len(files) == 1 and is_zip(only) else files
