"""An export of Tidepool (JSON, CSV, Excel) → its sensor readings, which Tidepool calls ``cbg``.

Values are stored in mmol/L as mg/dL ÷ 18.01559; one past the sensor's range stands at the limit with an annotation
``bg/out-of-range`` (developer.tidepool.org, data model of ``cbg``).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from riskmodels.signals.glucose.cells import Cells, kept_rows, skipped
from riskmodels.signals.glucose.names import column, glucose_column, time_columns
from riskmodels.signals.glucose.numbers import unit_in
from riskmodels.signals.glucose.plain import told_unit
from riskmodels.signals.glucose.sheet import Sheet

_SENSOR = "cbg"
_FACTOR = 18.01559
_SOURCE = "Tidepool"
_TYPES = ("type", "Tidepool Data Type")


def is_tidepool(sheet: Sheet) -> bool:
    """Whether a table is such an export: a column of types with ``cbg`` in it."""
    place = column(sheet.headers, *_TYPES)
    return place is not None and bool(pc.any(pc.equal(sheet.cells(place), _SENSOR)).as_py())


def cells_of(sheet: Sheet) -> Cells:
    """The rows of its sensor readings; those of other types are counted."""
    headers = sheet.headers
    types = pc.fill_null(sheet.cells(column(headers, *_TYPES)), "?")
    glucose = column(headers, "value") or glucose_column(headers) or 0
    kept = pc.and_(pc.equal(types, _SENSOR), pc.is_valid(sheet.cells(glucose)))
    others = Counter(types.filter(pc.invert(kept)).to_pylist())
    notes = skipped([(count, "row", f" of “{kind[:30]}”") for kind, count in sorted(others.items())])
    marked = column(headers, "annotations", "Annotations")
    values = _with_bounds(sheet.cells(glucose), sheet.cells(marked)) if marked is not None else None
    unit = told_unit(sheet, glucose)
    return kept_rows(
        sheet,
        kept,
        time_columns(headers),
        glucose,
        source=_SOURCE,
        unit=unit,
        notes=notes,
        factor=_FACTOR,
        values=values,
    )


def _with_bounds(values: pa.Array, annotations: pa.Array) -> pa.Array:
    pairs = zip(values.to_pylist(), annotations.to_pylist(), strict=True)
    return pa.array([_bounded(value, note) for value, note in pairs], pa.string())


def _bounded(value: str | None, annotations: Any) -> str | None:
    """The value with ``<`` or ``>`` in front where an annotation says that it is out of the sensor's range."""
    if value is None or not annotations:
        return value
    try:
        found = json.loads(annotations) if isinstance(annotations, str) else annotations
    except (ValueError, RecursionError):
        return value
    for note in found if isinstance(found, list) else []:
        if isinstance(note, Mapping) and note.get("code") == "bg/out-of-range":
            return ("<" if note.get("value") == "low" else ">") + value
    return value


def is_tidepool_json(entries: list[Any]) -> bool:
    """Whether entries of JSON are such an export."""
    return any(isinstance(entry, dict) and entry.get("type") == _SENSOR for entry in entries)


def cells_of_json(entries: list[Any]) -> Cells:
    """Its sensor readings; entries of other types are counted."""
    kept, rows, others, units = [], [], Counter[str](), Counter[str]()
    for place, entry in enumerate(entries, start=1):
        kind = str(entry.get("type", "?"))[:30] if isinstance(entry, dict) else "?"
        if kind != _SENSOR:
            others[kind] += 1
            continue
        kept.append(entry)
        rows.append(place)
        units[unit_in(str(entry.get("units", "")))] += 1
    local = all(isinstance(entry.get("deviceTime") or entry.get("localTime"), str) for entry in kept)
    times = [_time(entry, local) for entry in kept]
    values = [
        _bounded(None if entry.get("value") is None else str(entry["value"]), entry.get("annotations"))
        for entry in kept
    ]
    return Cells(
        np.array(rows, dtype=np.int64),
        pa.array(times, pa.string()),
        pa.array(values, pa.string()),
        _SOURCE,
        units.most_common(1)[0][0],
        "deviceTime" if local else "time",
        "value",
        factor=_FACTOR,
        notes=skipped([(count, "entry", f" of “{kind}”") for kind, count in sorted(others.items())]),
        word="entry",
    )


def _time(entry: Mapping[str, Any], local: bool) -> str:
    """The device's own clock, where every entry has it; else UTC, which the patient's clock is asked for."""
    return str(entry.get("deviceTime") or entry.get("localTime") if local else entry.get("time") or "")
