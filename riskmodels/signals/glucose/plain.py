"""Any table with a time and a glucose → its cells, by the names of its columns."""

from __future__ import annotations

import pyarrow.compute as pc

from riskmodels.errors import SignalError
from riskmodels.signals.glucose.cells import Cells, kept_rows, skipped
from riskmodels.signals.glucose.names import PEOPLE, column, glucose_column, time_columns, unit_column
from riskmodels.signals.glucose.numbers import unit_in
from riskmodels.signals.glucose.sheet import Sheet

#: rows that a person has at the least, in a file of several
_ROWS_A_PERSON = 4


def cells_of(sheet: Sheet) -> Cells:
    """The rows with a glucose; a row without one, such as a meal's, is counted and left out.

    Raises:
        SignalError: where a column of units names two of them, or one of people several.
    """
    _refuse_several_people(sheet)
    times, glucose = time_columns(sheet.headers), glucose_column(sheet.headers)
    if not times or glucose is None:  # a table without names
        times, glucose = (0,), 1
    present = pc.is_valid(sheet.cells(glucose))
    empty = len(sheet.rows) - int(pc.sum(present).as_py() or 0)
    notes = skipped([(empty, "row", " without a glucose value")])
    return kept_rows(sheet, present, times, glucose, source="table", unit=told_unit(sheet, glucose), notes=notes)


def _refuse_several_people(sheet: Sheet) -> None:
    place = column(sheet.headers, *PEOPLE)
    people = 0 if place is None else pc.count_distinct(sheet.cells(place)).as_py()
    if 1 < people <= len(sheet.rows) / _ROWS_A_PERSON:  # more are numbers of rows
        raise SignalError(
            f"The column “{sheet.headers[place or 0]}” names {people:,} people; a report is of one.",
            hint="Make one file for each person.",
        )


def told_unit(sheet: Sheet, glucose: int) -> str:
    """The unit that the column's name tells, or a column of units; empty where none does.

    Raises:
        SignalError: where a column of units names two of them.
    """
    place = unit_column(sheet.headers)
    named = unit_in(sheet.headers[glucose])
    if named or place is None:
        return named
    told = {unit_in(text) for text in pc.unique(sheet.cells(place).drop_null()).to_pylist()} - {""}
    if len(told) > 1:
        raise SignalError(
            f"The column “{sheet.headers[place]}” names both mg/dL and mmol/L.",
            hint="Export the file again with one unit.",
        )
    return next(iter(told), "")
