"""An export of Dexcom Clarity (CSV, any language) → its sensor readings.

Its first column of times states its own form, “Timestamp (YYYY-MM-DDThh:mm:ss)”, “Zeitstempel (JJJJ-MM-TTThh:mm:ss)”;
the event follows it, and rows of settings, alerts, calibrations, insulin and meals stand between the readings.
"""

from __future__ import annotations

import re
from collections import Counter

import pyarrow.compute as pc

from riskmodels.signals.glucose.cells import Cells, kept_rows, skipped
from riskmodels.signals.glucose.names import glucose_column
from riskmodels.signals.glucose.numbers import unit_in
from riskmodels.signals.glucose.sheet import Sheet

_FORM = re.compile(r"\(\w{4}-\w{2}-\w{2}T\w{2}:\w{2}")
#: of the rows that hold a sensor's reading, as Clarity writes it in English and most languages
_READING = "EGV"
_LIMITS = (40.0, 400.0)


def is_dexcom(sheet: Sheet) -> bool:
    """Whether a table is such an export."""
    return any(_FORM.search(header) for header in sheet.headers[:-1])


def cells_of(sheet: Sheet) -> Cells:
    """The rows of its sensor readings; what else there is, is counted."""
    headers = sheet.headers
    time = next(i for i, header in enumerate(headers) if _FORM.search(header))
    glucose = glucose_column(headers) or 0
    times, values, events = sheet.cells(time), sheet.cells(glucose), sheet.cells(time + 1)
    both = pc.and_(pc.is_valid(times), pc.is_valid(values))
    seen = Counter(pc.fill_null(events.filter(both), "?").to_pylist())
    reading = _READING if _READING in seen else next((kind for kind, _ in seen.most_common(1)), _READING)
    kept = pc.and_(both, pc.equal(pc.fill_null(events, "?"), reading))
    others = Counter(pc.fill_null(events.filter(pc.invert(kept)), "?").to_pylist())
    notes = skipped([(count, "row", f" of “{kind[:30]}”") for kind, count in sorted(others.items())])
    unit = unit_in(headers[glucose])
    return kept_rows(sheet, kept, (time,), glucose, source="Dexcom Clarity", unit=unit, limits=_LIMITS, notes=notes)
