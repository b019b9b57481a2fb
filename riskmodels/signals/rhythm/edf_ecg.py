"""EDF, EDF+ and BDF recordings → an Ecg, by the package edfio once the header's claims fit the file.

Source: Kemp et al. 1992 (doi 10.1016/0013-4694(92)90009-7), Kemp & Olivan 2003 (doi 10.1016/S1388-2457(03)00123-8).
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from typing import Any

import numpy as np

from riskmodels.errors import SignalError
from riskmodels.interop.dicom import attempt, silenced
from riskmodels.signals.asked import Answers
from riskmodels.signals.rhythm.ecg import Ecg, check_size, made_ecg
from riskmodels.signals.rhythm.naming import lead_name, lead_names
from riskmodels.signals.rhythm.voltage import in_millivolts

EDF, BDF = b"0       ", b"\xffBIOSEMI"
_ECG = re.compile(r"\b(ecg|ekg)", re.IGNORECASE)
_OTHER = re.compile(r"\b(eeg|emg|eog|chin|leg|resp|spo2|status|marker)", re.IGNORECASE)
_AGAIN = "Copy or export the EDF file again."
_MAX_SIGNALS = 512


def is_edf(data: bytes) -> bool:
    """Whether bytes are an EDF or BDF file."""
    return data.startswith((EDF, BDF)) and len(data) >= 256


def read_edf(data: bytes, answers: Answers) -> Ecg:
    """Read the leads of a file; those of other kinds, breathing or sleep stages for instance, are left out.

    Args:
        data: the whole file.
        answers: none are asked for; an EDF file says its rate and unit.

    Raises:
        SignalError: when it is damaged, has gaps (EDF+D), or holds no electrocardiogram.
    """
    del answers
    width = 3 if data.startswith(BDF) else 2
    _check_claims(data, width)
    with silenced():
        file = attempt(lambda: _opened(data, width))
        found = attempt(lambda: [_facts(signal) for signal in file.signals]) if file is not None else None
        if file is None or found is None:
            raise SignalError("The EDF file cannot be read: it is damaged.", hint=_AGAIN)
        chosen = _chosen(found)
        rate = Counter(found[n][2] for n in chosen).most_common(1)[0][0]
        kept = [n for n in chosen if found[n][2] == rate]
        values = attempt(lambda: np.stack([file.signals[n].data * in_millivolts(found[n][1]) for n in kept]))
        start = attempt(lambda: _start(file))
    if values is None:
        raise SignalError("The values of the EDF file cannot be read: they are damaged.", hint=_AGAIN)
    check_size(len(kept), values.shape[1], rate)
    dropped = len(found) - len(kept)
    notes = (f"{dropped} signals that are no lead of an electrocardiogram were left out.",) if dropped else ()
    leads = lead_names([found[n][0] for n in kept])
    return made_ecg(values.astype(np.float32), rate, leads, start, "BDF" if width == 3 else "EDF", notes)


def _check_claims(data: bytes, width: int) -> None:
    """Refuse a header that claims more than the file holds; nothing has been read by then."""
    if data[192:197] in (b"EDF+D", b"BDF+D"):
        raise SignalError("The EDF+ file has gaps (EDF+D), which is not read here.", hint="Export it continuous.")
    numbers = [_number(data[first:end]) for first, end in ((236, 244), (244, 252), (252, 256))]
    records, seconds, signals = numbers
    if not (1 <= signals <= _MAX_SIGNALS and seconds > 0 and records >= 1):
        raise SignalError("The EDF header cannot be: it counts no signals or no time.", hint=_AGAIN)
    header, count = 256 * (int(signals) + 1), int(signals)
    sizes = [data[256 + 216 * count + 8 * n : 264 + 216 * count + 8 * n] for n in range(count)]
    each = [_number(size) for size in sizes]
    if min(each) < 1:
        raise SignalError("The EDF header is damaged: a signal has no values.", hint=_AGAIN)
    claimed = header + int(records) * int(sum(each)) * width
    if claimed > len(data):
        raise SignalError(
            f"The EDF file ends early: its header speaks of {claimed:,} bytes, it has {len(data):,}.", hint=_AGAIN
        )


def _number(text: bytes) -> float:
    """A number of the header.

    Raises:
        SignalError: when it is none.
    """
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise SignalError("The EDF header is damaged: a number in it is none.", hint=_AGAIN)
    return value


def _opened(data: bytes, width: int) -> Any:
    import edfio

    read = edfio.read_bdf if width == 3 else edfio.read_edf
    return read(data, header_encoding="latin-1")


def _facts(signal: Any) -> tuple[str, str, float]:
    """Label, unit and rate of a signal."""
    return signal.label, signal.physical_dimension, float(signal.sampling_frequency)


def _chosen(found: list[tuple[str, str, float]]) -> list[int]:
    """Numbers of the signals that are leads: those that say so, or all voltages where none does."""
    volts = [n for n, (_, unit, _) in enumerate(found) if in_millivolts(unit) is not None]
    named = [n for n in volts if _ECG.search(found[n][0]) or not lead_name(found[n][0], 0).startswith("lead")]
    chosen = named or [n for n in volts if not _OTHER.search(found[n][0])]
    if not chosen:
        raise SignalError("No signal of the EDF file is an electrocardiogram.", hint="Export it with its ECG channels.")
    return chosen


def _start(file: Any) -> datetime:
    return datetime.combine(file.startdate, file.starttime)
