"""A WFDB record (PhysioNet's .hea and .dat) → an Ecg.

The package wfdb reads files on disk by the names in their header. Both are ours here: a header written anew from
checked numbers, and data files named by us in a directory that is gone afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import ceil
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import numpy as np

from riskmodels.errors import SignalError
from riskmodels.interop.dicom import attempt, silenced
from riskmodels.signals.asked import Answers
from riskmodels.signals.rhythm.asking import asked_gain
from riskmodels.signals.rhythm.ecg import Ecg, Millivolts, check_size, made_ecg
from riskmodels.signals.rhythm.naming import lead_names
from riskmodels.signals.rhythm.voltage import in_millivolts
from riskmodels.signals.rhythm.wfdb_header import FORMATS, Header, HeaderSignal, is_header, read_header

SOURCE = "WFDB"


def find_header(files: Mapping[str, bytes]) -> bytes | None:
    """The WFDB header among files, told by its content.

    Raises:
        SignalError: when there are several: one recording is read at a time.
    """
    found = [data for data in files.values() if is_header(data)]
    if len(found) > 1:
        raise SignalError("There are several WFDB headers.", hint="Upload the files of one recording at a time.")
    return found[0] if found else None


def read_wfdb(files: Mapping[str, bytes], answers: Answers) -> Ecg:
    """Read a record.

    Args:
        files: header, data files; others, annotations for instance, are not used.
        answers: to the question of the gain, where the header is not calibrated.

    Raises:
        SignalError: when something is missing, damaged, too large, or no voltage.
        UnansweredError: when the gain is asked.
    """
    header = read_header(find_header(files) or b"")
    data = _data_files(files, header)
    samples = _samples(header, data)
    check_size(len(header.signals), samples, header.rate)
    kept = [place for place, signal in enumerate(header.signals) if in_millivolts(signal.unit) is not None]
    if not kept:
        raise SignalError("No signal of the WFDB record is a voltage.", hint="Export the electrocardiogram's leads.")
    notes = _notes(len(header.signals) - len(kept))
    if any(header.signals[place].gain == 0 for place in kept):
        header, notes = _calibrated(header, answers), (*notes, "Its gain was given by hand.")
    chosen = [header.signals[place] for place in kept]
    values = _decoded(header, data, samples, kept)
    factors = np.array([in_millivolts(signal.unit) or 0.0 for signal in chosen], dtype=np.float32)
    leads = lead_names([signal.label for signal in chosen])
    return made_ecg(values * factors[:, None], header.rate, leads, header.start, SOURCE, notes)


def _notes(dropped: int) -> tuple[str, ...]:
    return (f"{dropped} signals that are no voltage were left out.",) if dropped else ()


def _calibrated(header: Header, answers: Answers) -> Header:
    gain = asked_gain(answers)
    signals = tuple(replace(signal, gain=gain, unit="mV") if signal.gain == 0 else signal for signal in header.signals)
    return replace(header, signals=signals)


def _data_files(files: Mapping[str, bytes], header: Header) -> list[bytes]:
    """The bytes of each data file, found by the last part of its name, or as the only one that is left."""
    by_name = {_last(name): data for name, data in files.items()}
    names = [name for name, _ in header.files()]
    if len(names) > len(set(names)):
        raise SignalError("The WFDB header names a data file twice.", hint="Export the record again.")
    found = [by_name.get(_last(name)) for name in names]
    if found == [None]:
        others = [data for name, data in files.items() if not is_header(data) and _last(name).endswith(".dat")]
        found = [others[0] if len(others) == 1 else None]
    if any(data is None for data in found):
        raise SignalError(
            "A data file that the WFDB header names is not there.", hint="Upload the .hea and the .dat file together."
        )
    return [data for data in found if data is not None]


def _last(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).name.lower()


def _samples(header: Header, data: list[bytes]) -> int:
    """Frames that all files hold, once the header claims no more than that."""
    held = min(_held(signals, len(part)) for (_, signals), part in zip(header.files(), data, strict=True))
    if header.samples > held:
        raise SignalError(
            f"The WFDB data end early: {held:,} of {header.samples:,} values a lead are there.",
            hint="Upload the whole .dat file.",
        )
    return header.samples or held


def _held(signals: list[HeaderSignal], size: int) -> int:
    first = signals[0]
    if any((signal.format, signal.start) != (first.format, first.start) for signal in signals):
        raise SignalError("The WFDB header mixes formats in one file.", hint="Export the record in format 16.")
    frame = sum(signal.frame for signal in signals) * FORMATS[first.format] / 8
    return max(0, int((size - first.start) / frame)) if frame else 0


def _decoded(header: Header, data: list[bytes], samples: int, kept: list[int]) -> Millivolts:
    """(leads, n) in the units of the header."""
    with TemporaryDirectory(prefix="carerisk-") as folder, silenced():
        import wfdb  # type: ignore[import-untyped]  # warns of what pandas will leave out

        _write(Path(folder), header, data, samples)
        record = attempt(lambda: wfdb.rdrecord(str(Path(folder) / "ecg"), channels=kept, return_res=32))
    if record is None or record.p_signal is None or record.p_signal.shape != (samples, len(kept)):
        raise SignalError("The WFDB data cannot be read: they are damaged.", hint="Copy the .dat file again.")
    return np.ascontiguousarray(record.p_signal.T, dtype=np.float32)


def _write(folder: Path, header: Header, data: list[bytes], samples: int) -> None:
    lines = [f"ecg {len(header.signals)} {header.rate!r} {samples}"]
    for number, ((_, signals), part) in enumerate(zip(header.files(), data, strict=True)):
        (folder / f"part{number}.dat").write_bytes(part)
        for signal in signals:
            layout = f"{signal.format}x{signal.frame}+{signal.start}"
            gain = f"{signal.gain or 1.0!r}({signal.baseline})/mV"
            lines.append(f"part{number}.dat {layout} {gain} {ceil(FORMATS[signal.format])} 0 0 0 0 lead")
    (folder / "ecg.hea").write_text("\n".join(lines) + "\n", encoding="ascii")
