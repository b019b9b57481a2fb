"""An export of Medtronic CareLink (CSV) → its sensor readings.

Below a preamble stand sections for pump and sensor, each with the header again; the sensor's rows fill “Sensor
Glucose”, dates and times stand in two columns, the newest first.
"""

from __future__ import annotations

import pyarrow.compute as pc

from riskmodels.signals.glucose.cells import Cells, kept_rows, skipped
from riskmodels.signals.glucose.names import column, glucose_column, time_columns
from riskmodels.signals.glucose.numbers import unit_in
from riskmodels.signals.glucose.sheet import Sheet

_LIMITS = (40.0, 400.0)


def is_carelink(sheet: Sheet) -> bool:
    """Whether a table is such an export."""
    return column(sheet.headers, "ISIG Value") is not None and column(sheet.headers, "Sensor Glucose") is not None


def cells_of(sheet: Sheet) -> Cells:
    """The rows of its sensor readings; those of the pump are counted."""
    glucose = glucose_column(sheet.headers) or 0
    values = sheet.cells(glucose)
    present = pc.is_valid(values)
    again = pc.fill_null(pc.equal(values, sheet.headers[glucose]), False)
    kept = pc.and_(present, pc.invert(again))
    notes = skipped([(len(sheet.rows) - int(pc.sum(present).as_py() or 0), "row", " of pump, meter and alarms")])
    return kept_rows(
        sheet,
        kept,
        time_columns(sheet.headers),
        glucose,
        source="Medtronic CareLink",
        unit=unit_in(sheet.headers[glucose]),
        limits=_LIMITS,
        notes=notes,
    )
