"""A glucose sensor's readings as they were read, and the same after the checks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import numpy as np
import numpy.typing as npt

from riskmodels.checks.file_check import Check
from riskmodels.columns import Floats
from riskmodels.units import GLUCOSE

#: units a file may be in, the one of computation first
MG, MMOL = (unit.symbol for unit in GLUCOSE[:2])
#: mg/dL of one mmol/L
FACTOR = GLUCOSE[1].factor
DAY = 86_400.0
#: so many intervals without a reading are a gap: two readings or more are missing
GAP_INTERVALS = 2.5
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class GlucoseSeries:
    """Readings in order of time, as the file has them.

    Args:
        seconds: (n,) s of the local wall clock since the midnight before the first reading, strictly increasing.
        mg_dl: (n,) glucose, mg/dL; for “LO” and “HI” the limit that it is beyond.
        beyond: (n,) −1 where the sensor said “LO”, +1 where “HI”, else 0.
        start: day of that midnight; None where the file does not settle it.
        minutes: the sensor's interval; 0 for a single reading.
        source: which program or form the file is of, e.g. ``Dexcom Clarity``.
        unit: of the file, ``mg/dL`` or ``mmol/L``.
        notes: what was done with the file, in words.
    """

    seconds: Floats
    mg_dl: Floats
    beyond: npt.NDArray[np.int8]
    start: date | None
    minutes: float
    source: str
    unit: str
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.seconds)

    @property
    def days(self) -> float:
        """From the first reading to the last, each standing for its interval, in days."""
        return float(self.seconds[-1] - self.seconds[0] + 60 * self.minutes) / DAY if len(self) else 0.0

    @property
    def worn(self) -> float:
        """Share of the readings that this time could hold, 0–1."""
        if len(self) < 2 or not self.minutes:
            return 0.0
        possible = round(float(self.seconds[-1] - self.seconds[0]) / (60 * self.minutes)) + 1
        return min(1.0, len(self) / possible)

    def gap_before(self) -> Flags:
        """(n,) whether readings are missing just before a reading; never at the first."""
        steps = np.diff(self.seconds, prepend=self.seconds[:1])
        return np.asarray(steps > GAP_INTERVALS * 60 * self.minutes)

    def moment(self, seconds: float) -> datetime | None:
        """A time of the series as a date and a time of day; None where the start is not known."""
        if self.start is None:
            return None
        return datetime.combine(self.start, time()) + timedelta(seconds=float(seconds))

    def taken(self, kept: Flags | slice) -> GlucoseSeries:
        """Some of the readings; the zero of time stays."""
        return replace(self, seconds=self.seconds[kept], mg_dl=self.mg_dl[kept], beyond=self.beyond[kept])

    def noted(self, note: str) -> GlucoseSeries:
        """The same with one more note."""
        return replace(self, notes=(*self.notes, note))

    def last_days(self, days: int) -> GlucoseSeries:
        """The last so many times 24 hours."""
        if not len(self) or self.days <= days:
            return self
        kept = self.taken(self.seconds > self.seconds[-1] - days * DAY)
        return kept.noted(f"Only the last {days} days are reported.")


@dataclass(frozen=True)
class CheckedGlucose:
    """Readings that were looked at before any number.

    Args:
        series: what is reported on: thinned where the file was interpolated or has several intervals.
        checks: what was looked at.
        refused: why no report can be made; empty when one can.
        partly: why a report says less than a full one; empty when it is full.
        forecast_refused: why no forecast can be made at the end; empty when one can.
    """

    series: GlucoseSeries
    checks: tuple[Check, ...]
    refused: str = ""
    partly: str = ""
    forecast_refused: str = ""


def text_of(mg_dl: float, unit: str) -> str:
    """A glucose value with its unit: ``154 mg/dL``, ``8.5 mmol/L``."""
    return f"{mg_dl / FACTOR:.1f} {MMOL}" if unit == MMOL else f"{mg_dl:.0f} {MG}"


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 row``, ``12,480 entries``."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}es" if noun.endswith("ch") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def both(mg_dl: float) -> str:
    """A glucose value in both units: ``154 mg/dL (8.5 mmol/L)``."""
    return f"{text_of(mg_dl, MG)} ({text_of(mg_dl, MMOL)})"
