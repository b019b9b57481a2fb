"""Entries of Nightscout (JSON of ``/api/v1/entries`` or version 3) → its sensor readings, in mg/dL as it keeps them.

A server rewrites ``dateString`` to UTC and keeps the clock's offset in ``utcOffset`` (minutes); values below 38 are a
sensor's error codes, 38 and 39 its “LOW”, 401 its “HIGH” (nightscout/cgm-remote-monitor, share2nightscout-bridge).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pyarrow as pa

from riskmodels.signals.glucose.cells import Cells, skipped
from riskmodels.signals.glucose.series import MG

_LOWEST, _LOW, _HIGH = 38, 39, 401
_LATEST = 4e12


def is_nightscout(entries: list[Any]) -> bool:
    """Whether entries of JSON are those of Nightscout."""
    return any(isinstance(entry, dict) and "sgv" in entry for entry in entries)


def cells_of_json(entries: list[Any]) -> Cells:
    """Its sensor readings; calibrations, finger-stick values and error codes are counted."""
    rows, times, values = [], [], []
    others = errors = 0
    for place, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict) or entry.get("type", "sgv") != "sgv" or entry.get("sgv") is None:
            others += 1
            continue
        value = _value(entry["sgv"])
        if value == "error":
            errors += 1
            continue
        rows.append(place)
        times.append(_time(entry))
        values.append(value)
    notes = skipped([(others, "entry", " without a reading of the sensor"), (errors, "error code", " of the sensor")])
    return Cells(
        np.array(rows, dtype=np.int64),
        pa.array(times, pa.string()),
        pa.array(values, pa.string()),
        "Nightscout",
        MG,
        "dateString",
        "sgv",
        notes=notes,
        word="entry",
    )


def _value(sgv: Any) -> str:
    try:
        number = float(sgv)
    except (TypeError, ValueError):
        return str(sgv)[:40]
    if number < _LOWEST:
        return "error"
    return "LO" if number <= _LOW else "HI" if number == _HIGH else f"{number:g}"


def _time(entry: Mapping[str, Any]) -> str | None:
    """The clock's own time with its offset where one is told, else the time in UTC; None where there is none."""
    text, at, offset = entry.get("dateString"), entry.get("date"), entry.get("utcOffset")
    moves = isinstance(offset, int | float) and offset and abs(offset) <= 14 * 60
    if isinstance(at, int | float) and 0 < at < _LATEST and (moves or not isinstance(text, str)):
        zone = timezone(timedelta(minutes=round(float(offset)))) if moves and offset else UTC
        return datetime.fromtimestamp(at / 1000, zone).isoformat(timespec="seconds")
    return text if isinstance(text, str) else None
