"""What every format's reader gives, and how it becomes a series: times, values, order, duplicates, the doubled hour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from riskmodels.columns import Floats
from riskmodels.errors import SignalError
from riskmodels.signals.asked import Answers
from riskmodels.signals.glucose.moments import Moments, read_moments
from riskmodels.signals.glucose.numbers import LIMITS, POSSIBLE, ReadValues, read_values
from riskmodels.signals.glucose.series import FACTOR, MMOL, GlucoseSeries, counted
from riskmodels.signals.glucose.sheet import Sheet

Rows = npt.NDArray[np.int64]
#: a file of which more than this share cannot be used is not read as what it seems to be
_MOST_UNUSED = 0.2
#: a clock is put back by so many seconds, at the least and at the most, with a sensor's jitter
_CLOCK_BACK = (1500, 4500)
#: as many times as clocks are put back in a file; more steps back mean that it is not in order
_MOST_CHANGES = 4


@dataclass(frozen=True)
class Cells:
    """The rows of a file that hold a sensor's readings.

    Args:
        rows: (n,) as a spreadsheet numbers them, or entries from 1.
        times: (n,) trimmed text.
        values: (n,) trimmed text.
        source: which program or form the file is of.
        unit: as the file tells it; empty where it does not.
        time_field, value_field: what the columns are called, for messages.
        decimal: ``.`` or ``,``.
        limits: of the sensor, mg/dL.
        factor: mg/dL of one mmol/L.
        notes: what was skipped, in words.
        word: ``row`` or ``entry``.
    """

    rows: Rows
    times: pa.Array
    values: pa.Array
    source: str
    unit: str = ""
    time_field: str = "time"
    value_field: str = "glucose"
    decimal: str = "."
    limits: tuple[float, float] = LIMITS
    factor: float = FACTOR
    notes: tuple[str, ...] = ()
    word: str = "row"


def series_of(cells: Cells, answers: Answers) -> GlucoseSeries:
    """Rows → readings in order of time.

    Raises:
        SignalError: where there is no reading, or too many rows cannot be used; with the first such row.
        UnansweredError: where the file leaves the unit, the order of day and month, or the clock open.
    """
    if not len(cells.rows):
        raise SignalError(
            f"The file has no glucose reading: {cells.source}, column “{cells.value_field}”.",
            hint="Export the sensor's readings for some days, and upload that file.",
        )
    times = read_moments(cells.times, answers)
    values = read_values(cells.values, answers, cells.unit, cells.decimal, cells.limits, cells.factor)
    kept, left_out = _usable(cells, times.at, values)
    at, mg_dl, beyond, order_notes = _in_order(times.at[kept], values.mg_dl[kept], values.beyond[kept], cells)
    midnight = at[0].astype("datetime64[D]")
    seconds = (at - midnight.astype("datetime64[s]")).astype(np.float64)
    start: date | None = midnight.item() if times.day_known else None
    notes = (*cells.notes, *times.notes, *values.notes, *left_out, *order_notes)
    return GlucoseSeries(seconds, mg_dl, beyond, start, _interval(seconds), cells.source, values.unit, notes)


def _usable(cells: Cells, at: Moments, values: ReadValues) -> tuple[npt.NDArray[np.bool_], list[str]]:
    """Rows with a time and a possible value, and what is said of the others, the first of each by row and value."""
    no_time, no_value = np.isnat(at), np.isnan(values.mg_dl)
    low, high = POSSIBLE
    impossible = ~no_value & ~no_time & ((values.mg_dl < low) | (values.mg_dl > high)) & (values.beyond == 0)
    span = f"{low / FACTOR:.1f}–{high / FACTOR:.1f} mmol/L" if values.unit == MMOL else f"{low:.0f}–{high:.0f} mg/dL"
    found = (
        (no_time, cells.time_field, cells.times, "is no time"),
        (no_value & ~no_time, cells.value_field, cells.values, "is no number"),
        (impossible, cells.value_field, cells.values, f"is outside {span}, which no sensor reports"),
    )
    said = [_first(cells, unused, field, column, reason) for unused, field, column, reason in found if unused.any()]
    kept = ~(no_time | no_value | impossible)
    unused = int((~kept).sum())
    if unused > _MOST_UNUSED * len(kept):
        raise SignalError(
            f"{unused:,} of {counted(len(kept), cells.word)} cannot be used. {' '.join(said)}",
            hint="Correct them, or export the file again; is it in the unit that it says?",
        )
    return kept, said


def _first(cells: Cells, unused: npt.NDArray[np.bool_], field: str, column: pa.Array, reason: str) -> str:
    place = int(np.flatnonzero(unused)[0])
    text = str(column[place].as_py() or "")[:40]
    shown = f"“{text}” " if text else "an empty cell "
    row = f"{cells.word} {cells.rows[place]:,}"
    count = int(unused.sum())
    head = f"{row.capitalize()}, {field}: {shown}{reason}"
    return head + (f"; and {counted(count - 1, cells.word)} more like it. Left out." if count > 1 else "; left out.")


def _in_order(
    at: Moments, mg_dl: Floats, beyond: npt.NDArray[np.int8], cells: Cells
) -> tuple[Moments, Floats, npt.NDArray[np.int8], list[str]]:
    """Sorted, each time once."""
    notes: list[str] = []
    steps = np.diff(at).astype(np.int64)
    if len(at) > 1 and (steps < 0).sum() > (steps > 0).sum():  # the newest first
        at, mg_dl, beyond = at[::-1], mg_dl[::-1], beyond[::-1]
    second_pass = _second_pass(at)
    if second_pass.any():
        notes.append(
            f"The clock was put back: {counted(int(second_pass.sum()), 'reading')} of the hour that came twice left"
            " out; its first pass is kept."
        )
        at, mg_dl, beyond = at[~second_pass], mg_dl[~second_pass], beyond[~second_pass]
    order = np.argsort(at, kind="stable")
    if (order != np.arange(len(order))).any():
        notes.append("The file was not in order of time and was sorted.")
    at, mg_dl, beyond = at[order], mg_dl[order], beyond[order]
    again = np.zeros(len(at), dtype=np.bool_)
    again[1:] = at[1:] == at[:-1]
    if again.any():
        first = np.maximum.accumulate(np.where(again, 0, np.arange(len(at))))
        differ = again & (np.abs(mg_dl - mg_dl[first]) > 1e-9)
        same, other = int(again.sum() - differ.sum()), int(differ.sum())
        notes += [f"{counted(same, cells.word)} used once though there twice."] if same else []
        notes += [f"{counted(other, cells.word)} left out: another value of the same time is there."] if other else []
    return at[~again], mg_dl[~again], beyond[~again], notes


def _second_pass(at: Moments) -> npt.NDArray[np.bool_]:
    """Readings between a clock put back and the time it was put back at, in the order of the file."""
    steps = np.diff(at).astype(np.int64)
    back = np.flatnonzero(steps < 0)
    found = np.zeros(len(at), dtype=np.bool_)
    low, high = _CLOCK_BACK
    if not len(back) or len(back) > _MOST_CHANGES or ((-steps[back] < low) | (-steps[back] > high)).any():
        return found
    for place in back:
        later = at[place + 1 :] <= at[place]
        found[place + 1 :] |= later
    return found


def _interval(seconds: Floats) -> float:
    """The sensor's interval: the middle of the steps up to an hour, in whole minutes; 0 where there is none."""
    steps = np.diff(seconds)
    usual = steps[steps <= 3600]
    if not len(usual):
        return float(steps.min() / 60) if len(steps) else 0.0
    return float(max(1, round(float(np.median(usual)) / 60)))


def kept_rows(
    sheet: Sheet,
    kept: pa.Array,
    times: tuple[int, ...],
    glucose: int,
    *,
    source: str,
    unit: str,
    notes: tuple[str, ...],
    limits: tuple[float, float] = LIMITS,
    factor: float = FACTOR,
    values: pa.Array | None = None,
) -> Cells:
    """Some rows of a table as cells.

    Args:
        sheet: the table.
        kept: (n,) which of its rows.
        times: column of date and time, or of dates and of times.
        glucose: column of values.
        source, unit, notes, limits, factor: as of :class:`Cells`.
        values: in place of the column of values.
    """
    return Cells(
        sheet.rows[np.asarray(kept)],
        _joined_times(sheet, times).filter(kept),
        (sheet.cells(glucose) if values is None else values).filter(kept),
        source,
        unit,
        " and ".join(sheet.headers[place] for place in times),
        sheet.headers[glucose],
        sheet.decimal,
        limits,
        factor,
        (*sheet.notes, *notes),
    )


def _joined_times(sheet: Sheet, places: tuple[int, ...]) -> pa.Array:
    """The column of times, or dates and times put together."""
    if len(places) == 1:
        return sheet.cells(places[0])
    day, clock = (sheet.cells(place) for place in places)
    # a spreadsheet may have written midnight behind the date
    day = pc.replace_substring_regex(day, r"[T ]00:00(:00)?$", "")
    return pc.binary_join_element_wise(day, clock, " ")


def skipped(counts: Iterable[tuple[int, str, str]]) -> tuple[str, ...]:
    """What was passed over: ``Skipped: 1 row of “Alert”, 12 rows of “Carbs”.``; nothing where nothing was.

    Args:
        counts: how many, the noun, and what follows it, e.g. (12, ``row``, `` of “Carbs”``).
    """
    parts = [counted(count, noun) + rest for count, noun, rest in counts if count]
    return (f"Skipped: {', '.join(parts)}.",) if parts else ()
