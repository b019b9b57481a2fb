"""The text of a WFDB header → its numbers, each checked; comments and names stay behind.

Source: the WFDB Applications Guide, header(5); https://physionet.org/physiotools/wag/header-5.htm
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from riskmodels.errors import SignalError

#: storage formats that are read, bits a value; the others of WFDB are differences of values and compressed audio
FORMATS = {16: 16, 24: 24, 32: 32, 61: 16, 80: 8, 160: 16, 212: 12, 310: 32 / 3, 311: 32 / 3}
_RECORD = re.compile(
    r"(?P<name>[^\s/]+)(?P<parts>/\d+)?[ \t]+(?P<leads>\d{1,6})"
    r"(?:[ \t]+(?P<rate>[\d.eE+-]+)(?:/\S*)?(?:[ \t]+(?P<samples>\d{1,12})(?:[ \t]+(?P<time>[\d:.]+)"
    r"(?:[ \t]+(?P<date>\d{1,2}/\d{1,2}/\d{4}))?)?)?)?[ \t]*"
)
_SIGNAL = re.compile(
    r"(?P<file>\S+)[ \t]+(?P<format>\d{1,4})(?:x(?P<frame>\d{1,6}))?(?::(?P<skew>\d{1,9}))?(?:\+(?P<start>\d{1,12}))?"
    r"(?:[ \t]+(?P<gain>[\d.eE+-]+)(?:\((?P<baseline>-?\d+)\))?(?:/(?P<unit>\S+))?"
    r"(?:[ \t]+(?P<bits>\d+)(?:[ \t]+(?P<zero>-?\d+)(?:[ \t]+-?\d+(?:[ \t]+-?\d+(?:[ \t]+\d+"
    r"(?:[ \t]+(?P<label>.*?))?)?)?)?)?)?)?[ \t]*"
)
_DAMAGED = "Copy the header (.hea) again as it was written."


@dataclass(frozen=True)
class HeaderSignal:
    """One line of a signal.

    Args:
        file: name of its data file.
        format: storage format, a key of :data:`FORMATS`.
        frame: values a frame.
        start: byte of the file where the values begin.
        gain: ADC units a unit; 0 where it is not calibrated.
        baseline: ADC units that are zero.
        unit: of the values; mV where the header says none.
        label: what the signal is.
    """

    file: str
    format: int
    frame: int
    start: int
    gain: float
    baseline: int
    unit: str
    label: str


@dataclass(frozen=True)
class Header:
    """A record.

    Args:
        rate: frames a second, Hz.
        samples: frames; 0 where the header does not say.
        start: when it began; None where the header does not say.
        signals: in their order.
    """

    rate: float
    samples: int
    start: datetime | None
    signals: tuple[HeaderSignal, ...]

    def files(self) -> list[tuple[str, list[HeaderSignal]]]:
        """Data files in their order, each with its signals."""
        return [(name, list(group)) for name, group in groupby(self.signals, lambda signal: signal.file)]


def is_header(data: bytes) -> bool:
    """Whether bytes are such a header: a record line, and under it as many lines of signals as it says, or more."""
    lines = _lines(data[:20_000]) if b"\x00" not in data[:20_000] else []
    record = _RECORD.fullmatch(lines[0]) if len(lines) > 1 else None
    return record is not None and (bool(record["parts"]) or _SIGNAL.fullmatch(lines[1]) is not None)


def read_header(data: bytes) -> Header:
    """Read a header.

    Raises:
        SignalError: when it is none, has several parts, or says something that cannot be.
    """
    lines = _lines(data[:200_000])
    record = _RECORD.fullmatch(lines[0]) if lines else None
    if record is None:
        raise SignalError("The WFDB header cannot be read.", hint=_DAMAGED)
    if record["parts"]:
        raise SignalError(
            "The WFDB record has several segments, which are not read here.", hint="Upload one segment at a time."
        )
    count = int(record["leads"])
    matches = [_SIGNAL.fullmatch(line) for line in lines[1 : count + 1]]
    if len(matches) != count or not all(matches):
        raise SignalError("The WFDB header does not describe all its signals.", hint=_DAMAGED)
    rate = _number(record["rate"] or "250")  # what the standard says where the line ends early
    signals = tuple(_signal(found) for found in matches if found)
    return Header(rate, int(record["samples"] or 0), _start(record), signals)


def _lines(data: bytes) -> list[str]:
    text = data.decode("latin-1")
    return [line for line in map(str.strip, text.splitlines()) if line and not line.startswith("#")]


def _signal(found: re.Match[str]) -> HeaderSignal:
    kind = int(found["format"])
    if kind not in FORMATS:
        raise SignalError(
            f"The WFDB signal is stored in format {kind}, which is not read here.",
            hint="Export it in format 16 or 212.",
        )
    if int(found["skew"] or 0):
        raise SignalError("The WFDB leads are shifted in time (skew), which is not read here.", hint="Export it anew.")
    gain, zero = _number(found["gain"] or "0"), int(found["zero"] or 0)
    baseline = int(found["baseline"]) if found["baseline"] else zero
    if not abs(baseline) < 2**31 or gain < 0:
        raise SignalError("The WFDB header has a gain or baseline that cannot be.", hint=_DAMAGED)
    return HeaderSignal(
        found["file"],
        kind,
        int(found["frame"] or 1),
        int(found["start"] or 0),
        gain,
        baseline,
        found["unit"] or "mV",
        found["label"] or "",
    )


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise SignalError("The WFDB header has a number that is none.", hint=_DAMAGED) from None
    if not math.isfinite(value):
        raise SignalError("The WFDB header has a number that is none.", hint=_DAMAGED)
    return value


def _start(record: re.Match[str]) -> datetime | None:
    if not record["time"] or not record["date"]:
        return None
    time = record["time"].split(".")[0]
    try:
        return datetime.strptime(f"{record['date']} {time}", "%d/%m/%Y %H:%M:%S")
    except ValueError:
        return None
