"""An export of LibreView (CSV, any language) → its sensor readings.

Below one or two rows of its own stand device, serial number, time and record type, then the glucose that the sensor
stored (record type 0) and that of scans (1). A scan repeats the reading of its minute, so scans are left out where
the sensor stored readings.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from riskmodels.signals.glucose.cells import Cells, kept_rows, skipped
from riskmodels.signals.glucose.numbers import unit_in
from riskmodels.signals.glucose.sheet import Sheet

_TIME, _TYPE, _STORED, _SCAN = 2, 3, 4, 5
_KINDS = {"1": "scan", "2": "strip reading", "3": "ketone value", "4": "insulin entry", "5": "meal", "6": "note"}
_LIMITS = (40.0, 500.0)


def is_libreview(sheet: Sheet) -> bool:
    """Whether a table is such an export: two columns of glucose behind a record type, wherever it is from."""
    headers = sheet.headers
    if len(headers) <= _SCAN or not unit_in(headers[_STORED]) or unit_in(headers[_STORED]) != unit_in(headers[_SCAN]):
        return False
    kinds = set(pc.unique(sheet.cells(_TYPE).drop_null()).to_pylist())
    return bool(kinds) and kinds <= {str(kind) for kind in range(10)}


def cells_of(sheet: Sheet) -> Cells:
    """The rows of its sensor readings; what else there is, is counted."""
    kinds = pc.fill_null(sheet.cells(_TYPE), "?")
    stored = pc.and_(pc.equal(kinds, "0"), pc.is_valid(sheet.cells(_STORED)))
    scans = pc.and_(pc.equal(kinds, "1"), pc.is_valid(sheet.cells(_SCAN)))
    only_scans = not pc.any(stored).as_py() and bool(pc.any(scans).as_py())
    kept, glucose = (scans, _SCAN) if only_scans else (stored, _STORED)
    counts = pc.value_counts(kinds.filter(pc.invert(kept))).to_pylist()
    found = sorted((row["values"], row["counts"]) for row in counts)
    notes = skipped([(count, _KINDS.get(kind, "other record"), "") for kind, count in found])
    if only_scans:
        notes += ("The sensor's stored readings are not in the file; its scans are read instead.",)
    unit = unit_in(sheet.headers[glucose])
    return kept_rows(
        sheet, pa.array(kept), (_TIME,), glucose, source="LibreView", unit=unit, limits=_LIMITS, notes=notes
    )
