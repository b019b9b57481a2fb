"""HL7 annotated electrocardiograms (aECG, FDA XML) → an Ecg: the leads of the first series, and no word of a person.

Source: HL7 v3 Implementation Guide, Annotated ECG (aECG), 2005.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from riskmodels.errors import SignalError
from riskmodels.interop.dicom import attempt
from riskmodels.signals.asked import Answers
from riskmodels.signals.rhythm.asking import asked_rate
from riskmodels.signals.rhythm.ecg import Ecg, Millivolts, check_size, made_ecg
from riskmodels.signals.rhythm.naming import lead_names
from riskmodels.signals.rhythm.voltage import in_millivolts

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SOURCE = "HL7 aECG"
MAX_BYTES = 60_000_000
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6}
_AGAIN = "Export the aECG file again."


def is_aecg(data: bytes) -> bool:
    """Whether bytes are XML whose root is an annotated ECG."""
    start = data[:4000].replace(b"\x00", b"")
    return b"<" in start[:16] and b"AnnotatedECG" in start


def read_aecg(data: bytes, answers: Answers) -> Ecg:
    """Read the first series of a file.

    Args:
        data: the whole file.
        answers: to the question of the rate, where the file has no increment of time.

    Raises:
        SignalError: when it is damaged, too large, declares entities, or has no leads.
        UnansweredError: when the rate is asked.
    """
    if len(data) > MAX_BYTES:
        raise SignalError(f"The aECG file has over {MAX_BYTES / 1e6:.0f} MB.", hint="Export part of the recording.")
    root = attempt(lambda: _parsed(data))
    if root is None:
        raise SignalError("The aECG file cannot be read: it is damaged, or declares entities.", hint=_AGAIN)
    parts = [part for part in root.iter() if _tag(part) == "sequenceSet"]
    found = next((leads for leads in map(_leads, parts) if leads), None)
    if found is None:
        raise SignalError("The aECG file holds no lead that can be read.", hint=_AGAIN)
    increment = next(iter(map(_increment, parts)), None)
    rate = 1 / increment if increment else asked_rate(answers)
    rate = float(round(rate)) if abs(rate - round(rate)) < 1e-3 * rate else rate
    longest = max(len(values) for _, values in found)
    check_size(len(found), longest, rate)
    millivolts = np.full((len(found), longest), np.nan, dtype=np.float32)
    for number, (_, values) in enumerate(found):
        millivolts[number, : len(values)] = values
    others = sum(1 for part in parts if _leads(part)) - 1
    notes = (f"The first of {others + 1} series is read.",) if others else ()
    return made_ecg(millivolts, rate, lead_names([code for code, _ in found]), _start(root), SOURCE, notes)


def _parsed(data: bytes) -> Element:
    from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

    root: Element = fromstring(data, forbid_dtd=True)
    if _tag(root) != "AnnotatedECG":
        raise ValueError("another root")
    return root


def _tag(part: Element) -> str:
    return part.tag.rsplit("}", 1)[-1] if isinstance(part.tag, str) else ""


def _child(part: Element, name: str) -> Element | None:
    return next((child for child in part if _tag(child) == name), None)


def _sequences(part: Element) -> list[tuple[str, Element]]:
    """Code and value of each sequence of a set."""
    found = []
    for sequence in (node for node in part.iter() if _tag(node) == "sequence"):
        code, value = _child(sequence, "code"), _child(sequence, "value")
        if code is not None and value is not None:
            found.append((code.get("code", ""), value))
    return found


def _leads(part: Element) -> list[tuple[str, Millivolts]]:
    """Code and millivolts of each lead of a set; what is no voltage or no list of digits is left out."""
    found = []
    for code, value in _sequences(part):
        digits, scale, origin = (_child(value, name) for name in ("digits", "scale", "origin"))
        if code.startswith("TIME") or digits is None or scale is None:
            continue
        factor = _quantity(scale)
        zero = _quantity(origin) if origin is not None else 0.0
        numbers = _digits(digits)
        if factor and zero is not None and numbers is not None and len(numbers):
            found.append((code, np.asarray(numbers * factor + zero, dtype=np.float32)))
    return found


def _digits(part: Element) -> NDArray[np.float64] | None:
    """The numbers of a lead; None where one of them is none."""
    return attempt(lambda: np.array((part.text or "").split(), dtype=np.float64))


def _quantity(part: Element) -> float | None:
    """A voltage in millivolts; None when it is none."""
    unit, value = in_millivolts(part.get("unit", "")), attempt(lambda: float(part.get("value", "")))
    return None if unit is None or value is None or not math.isfinite(value) else unit * value


def _increment(part: Element) -> float | None:
    """Seconds from value to value."""
    for code, value in _sequences(part):
        step = _child(value, "increment")
        if code.startswith("TIME") and step is not None:
            return _seconds(step)
    return None


def _seconds(step: Element) -> float | None:
    """A length of time in seconds; None when it is none."""
    seconds = attempt(lambda: float(step.get("value", "")) * _SECONDS[step.get("unit", "s")])
    return seconds if seconds is not None and math.isfinite(seconds) and seconds > 0 else None


def _start(root: Element) -> datetime | None:
    """When the first series began."""
    for series in (part for part in root.iter() if _tag(part) == "series"):
        time = _child(series, "effectiveTime")
        low = _child(time, "low") if time is not None else None
        if low is not None:
            return _time(low.get("value", ""))
    return None


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text[:14], "%Y%m%d%H%M%S")
    except ValueError:
        return None
