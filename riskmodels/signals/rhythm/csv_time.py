"""A CSV's column of times → rate, and the place of every row on an even grid; what is missing becomes a gap."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodels.errors import SignalError
from riskmodels.signals.rhythm.ecg import MAX_VALUES, RATES

_TIME = re.compile(
    r"time|zeit|date ?time|timestamp|t|sec(ond)?s?|s|ms|millisec(ond)?s?|us|microsec(ond)?s?|elapsed", re.IGNORECASE
)
_COUNTER = re.compile(r"(sample|index|row|nr|no|n|#|unnamed|column 1)\b.*", re.IGNORECASE)
_UNIT = re.compile(r"[\s_(\[]+(s|sec|seconds?|ms|msec|milliseconds?|us|µs|microseconds?)[)\]]?$", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2}(?:\.\d{1,9})?)")
#: seconds in one, tried in turn: rates that are read leave one of them only
_SCALES = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
#: of a step that a time may lie beside the grid: what rounding to milliseconds does at 1,000 Hz
_SLACK = 0.75


@dataclass(frozen=True, eq=False)
class Grid:
    """Where rows lie in time.

    Args:
        rate: Hz.
        places: (rows,) int64, place of each row from 0.
        note: what was understood, a sentence.
    """

    rate: float
    places: NDArray[np.int64]
    note: str


def is_time(name: str) -> bool:
    """Whether a column's name says that it holds times."""
    bare = _UNIT.sub("", name.strip(" '\""))
    return _TIME.fullmatch(bare) is not None


def is_counter(name: str, values: NDArray[np.float64]) -> bool:
    """Whether a column only numbers its rows."""
    return _COUNTER.fullmatch(name.strip(" '\"")) is not None and len(values) > 1 and bool((np.diff(values) == 1).all())


def seconds_of(cells: pd.Series, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Times as numbers where they are numbers, else as clock times ``mm:ss.f`` or ``h:mm:ss.f``, or dates with a time.

    Args:
        cells: as they stand in the file.
        numbers: the same as numbers, NaN where they are none.

    Returns:
        (rows,) in whatever unit numbers are, in seconds otherwise; NaN where a cell is no time.
    """
    if np.isfinite(numbers).mean() > 0.5:
        return numbers
    parts = cells.str.strip(" '\"[]").str.extract(f"^{_CLOCK.pattern}$")
    clock = parts.astype(np.float64)
    if clock[2].notna().mean() > 0.5:
        seconds = clock[0].fillna(0) * 3600 + clock[1] * 60 + clock[2]
        return seconds.to_numpy(dtype=np.float64)
    dates = pd.to_datetime(cells, format="ISO8601", errors="coerce", utc=True)
    return np.asarray((dates - dates.min()).dt.total_seconds(), dtype=np.float64)


def grid_of(times: NDArray[np.float64]) -> Grid:
    """Rate and places of rows.

    Args:
        times: (rows,) in seconds, milliseconds, micro- or nanoseconds: the rate tells.

    Raises:
        SignalError: when times are missing, run backwards, or their steps are not even.
    """
    if len(times) < 2 or not np.isfinite(times).all():
        raise SignalError("Times are missing in the column of times.", hint="Each row needs one, or leave it out.")
    steps = np.diff(times)
    if (steps < 0).any():
        raise SignalError("The times run backwards.", hint="Sort the rows, or export one recording at a time.")
    usual = _usual_step(steps)
    unit = next((name for name, s in _SCALES.items() if RATES[0] * 0.999 <= 1 / (usual * s) <= RATES[1] * 1.001), "")
    if not unit:
        raise SignalError(
            f"Rows are {usual:g} apart in time, which is none of {RATES[0]:g} to {RATES[1]:g} values a second.",
            hint="Export the signal itself, not a summary of it.",
        )
    rate = _round_rate(1 / (usual * _SCALES[unit]))
    exact = (times - times[0]) * _SCALES[unit] * rate
    places = np.rint(exact).astype(np.int64)
    if places[-1] >= MAX_VALUES:
        raise SignalError("There are gaps of days between the rows.", hint="Export one recording at a time.")
    if np.abs(exact - places).max() > _SLACK or (np.diff(places) < 1).any():
        raise SignalError("The steps in time are not even.", hint="Export the signal at its own rate.")
    return Grid(rate, places, f"{rate:g} Hz, from the column of times (in {unit}).")


def _usual_step(steps: NDArray[np.float64]) -> float:
    """Mean of the steps that are no gap: rounded times alternate, 3 and 2 ms at 360 Hz."""
    near = steps[steps <= 2.5 * max(float(np.median(steps)), 1e-12)]
    usual = float(near.mean())
    if usual <= 0:
        raise SignalError("The times do not go on from row to row.", hint="Export them with more decimals.")
    return usual


def _round_rate(rate: float) -> float:
    """A whole number where the times mean one: they were rounded."""
    return float(round(rate)) if abs(rate - round(rate)) < 2e-3 * rate else rate
