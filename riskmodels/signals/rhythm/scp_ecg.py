"""SCP-ECG files (EN 1064, ISO 11073-91064) → an Ecg: sections 1 (date), 3 (leads) and 6 (rhythm data).

Read are files whose rhythm data are stored as whole numbers, as such or as first or second differences. Refused, with
the reason, are Huffman codes, bimodal compression and subtracted reference beats: no real file of these was at hand to
check their decoding against, and a wrong beat looks like a right one.
"""

from __future__ import annotations

import struct
from binascii import crc_hqx
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from riskmodels.errors import SignalError
from riskmodels.interop.dicom import attempt
from riskmodels.signals.asked import Answers
from riskmodels.signals.rhythm.ecg import Ecg, check_size, made_ecg
from riskmodels.signals.rhythm.naming import lead_names

SOURCE = "SCP-ECG"
#: codes of leads, EN 1064 table 5
LEADS = {
    **{1: "I", 2: "II", 61: "III", 62: "aVR", 63: "aVL", 64: "aVF", 16: "X", 17: "Y", 18: "Z"},
    **{2 + number: f"V{number}" for number in range(1, 8)},
    **{8 + number: f"V{number}R" for number in range(2, 8)},
}
_HEADER, _POINTER, _LEAD = 16, 10, 9
_DIFFERENCES = 2
_AGAIN = "Export the SCP-ECG file again, or as aECG or DICOM."
_UNCOMPRESSED = "Export it uncompressed, or as aECG, DICOM or CSV."


@dataclass(frozen=True)
class _Layout:
    """Section 3: code, first and last sample (from 1) of each lead, and whether reference beats were subtracted."""

    leads: list[tuple[int, int, int]]
    subtracted: bool


def is_scp(data: bytes) -> bool:
    """Whether bytes are an SCP-ECG record: its mark stands in the header of section 0, which comes first."""
    return data[16:22] == b"SCPECG" and len(data) >= 6 + _HEADER


def read_scp(data: bytes, answers: Answers) -> Ecg:
    """Read the rhythm data of a file.

    Args:
        data: the whole file.
        answers: none are asked for.

    Raises:
        SignalError: when it is damaged, or compressed in a way that is not read.
    """
    del answers
    sections = _sections(data)
    if 3 not in sections or 6 not in sections:
        raise SignalError("The SCP-ECG file holds no rhythm data.", hint=_AGAIN)
    if 2 in sections:
        raise _refused("with Huffman codes")
    layout = attempt(lambda: _layout(sections[3]))
    if layout is None or not layout.leads:
        raise SignalError("The SCP-ECG file does not describe its leads.", hint=_AGAIN)
    if layout.subtracted:
        raise _refused("by subtracting a reference beat")
    nanovolts, microseconds, encoding, bimodal = _head(sections[6])
    if bimodal:
        raise _refused("bimodally (fewer values between the beats)")
    first = min(start for _, start, _ in layout.leads)
    samples = max(end for _, _, end in layout.leads) - first + 1
    check_size(len(layout.leads), samples, 1e6 / microseconds if microseconds else 0.0)
    values = np.full((len(layout.leads), samples), np.nan, dtype=np.float64)
    for row, (part, (_, start, end)) in enumerate(zip(_parts(sections[6], layout), layout.leads, strict=True)):
        values[row, start - first : end - first + 1] = _undone(part, encoding)
    leads = lead_names([LEADS.get(code, "") for code, _, _ in layout.leads])
    millivolts = (values * nanovolts * 1e-6).astype(np.float32)
    return made_ecg(millivolts, 1e6 / microseconds, leads, _start(sections.get(1, b"")), SOURCE, ())


def _refused(how: str) -> SignalError:
    return SignalError(f"The SCP-ECG file is compressed {how}, which is not read here.", hint=_UNCOMPRESSED)


def _sections(data: bytes) -> dict[int, bytes]:
    """Contents of the sections that are not empty, by number."""
    check, size = struct.unpack_from("<HI", data)
    if size != len(data) or crc_hqx(data[2:], 0xFFFF) != check:
        raise SignalError("The SCP-ECG file is damaged: its length or checksum is wrong.", hint=_AGAIN)
    (length,) = struct.unpack_from("<I", data, 6 + 4)
    end = min(6 + length, len(data))
    found = {}
    for place in range(6 + _HEADER, end - _POINTER + 1, _POINTER):
        number, size, index = struct.unpack_from("<HII", data, place)
        first = index - 1  # counted from 1
        if size <= _HEADER:
            continue
        if first < 0 or first + size > len(data) or data[first + 2 : first + 4] != struct.pack("<H", number):
            raise SignalError("The SCP-ECG file is damaged: a section is not where it should be.", hint=_AGAIN)
        found[number] = data[first + _HEADER : first + size]
    return found


def _layout(section: bytes) -> _Layout:
    count, flags = section[0], section[1]
    leads = [struct.unpack_from("<IIB", section, 2 + _LEAD * number) for number in range(count)]
    if any(not 1 <= start <= end for start, end, _ in leads):
        raise ValueError("lead without samples")
    return _Layout([(code, start, end) for start, end, code in leads], bool(flags & 1))


def _head(section: bytes) -> tuple[int, int, int, int]:
    """Nanovolts a unit, microseconds a sample, differences taken, and whether bimodal."""
    found = attempt(lambda: struct.unpack_from("<HHBB", section))
    if found is None or found[0] == 0 or found[1] == 0 or found[2] > _DIFFERENCES:
        raise SignalError("The SCP-ECG file is damaged: unit, rate or encoding cannot be.", hint=_AGAIN)
    amplitude, interval, encoding, bimodal = found
    return amplitude, interval, encoding, bimodal


def _parts(section: bytes, layout: _Layout) -> list[NDArray[np.int64]]:
    """The stored numbers of each lead."""
    count = len(layout.leads)
    sizes = attempt(lambda: struct.unpack_from(f"<{count}H", section, 6))
    place, parts = 6 + 2 * count, []
    for size, (_, start, end) in zip(sizes or (), layout.leads, strict=False):
        if size != 2 * (end - start + 1):
            raise SignalError("The SCP-ECG file is compressed, or its leads have other lengths.", hint=_UNCOMPRESSED)
        if place + size > len(section):
            raise SignalError("The SCP-ECG file ends early.", hint=_AGAIN)
        parts.append(np.frombuffer(section, "<i2", size // 2, place).astype(np.int64))
        place += size
    if len(parts) != count:
        raise SignalError("The SCP-ECG file ends early.", hint=_AGAIN)
    return parts


def _undone(stored: NDArray[np.int64], encoding: int) -> NDArray[np.int64]:
    """Values out of differences: the first ``encoding`` numbers are values themselves."""
    if encoding == 1:
        return np.cumsum(stored)
    if encoding == _DIFFERENCES and len(stored) > 1:
        steps = np.cumsum(np.concatenate(([stored[1] - stored[0]], stored[2:])))
        return np.concatenate((stored[:1], stored[0] + np.cumsum(steps)))
    return stored


def _start(section: bytes) -> datetime | None:
    """Date and time of the recording, tags 25 and 26 of section 1; all others are passed over."""
    found: dict[int, tuple[int, ...]] = {}
    place = 0
    while place + 3 <= len(section) and section[place] != 255:
        tag, size = struct.unpack_from("<BH", section, place)
        text = section[place + 3 : place + 3 + size]
        if tag in (25, 26) and len(text) == (4 if tag == 25 else 3):
            found[tag] = struct.unpack("<HBB" if tag == 25 else "<BBB", text)
        place += 3 + size
    return attempt(lambda: _moment(*found[25], *found[26]))


def _moment(year: int, month: int, day: int, hour: int, minute: int, second: int) -> datetime:
    return datetime(year, month, day, hour, minute, second)
