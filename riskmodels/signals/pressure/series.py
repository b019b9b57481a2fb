"""A series of blood pressures: when and how high, which readings failed and why, awake or asleep by the diary."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self

import numpy as np
import numpy.typing as npt

from riskmodels.columns import Floats

Bytes = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]
#: kinds of series
DAY_LONG, HOME = "24-hour", "home"
KINDS = (DAY_LONG, HOME)
AWAKE, ASLEEP, UNKNOWN = np.int8(1), np.int8(0), np.int8(-1)
DAY_SECONDS = 86_400.0


@dataclass(frozen=True)
class Failed:
    """A reading that was attempted, or is in the file, and is not used.

    Args:
        seconds: when, as in :class:`PressureSeries`; NaN where not told.
        reason: the device's code or what is wrong, in words.
        row: of the file, as a spreadsheet numbers it; 0 where there is none.
    """

    seconds: float
    reason: str
    row: int = 0


@dataclass(frozen=True)
class PressureSeries:
    """A person's readings in the order of time.

    Args:
        seconds: (n,) local wall clock since the midnight before the first reading, strictly increasing.
        systolic, diastolic: (n,) mmHg.
        pulse: (n,) 1/min, NaN where there is none.
        awake: (n,) 1 awake, 0 asleep, −1 unknown, by a diary.
        start: day of that midnight; None where the file has no dates.
        kind: ``24-hour`` or ``home``.
        failed: readings that are not used, each with its reason.
        times_known: False where the file tells the day, or morning and evening, but no time of the clock.
        arm, position: where it was measured and how the person sat or lay, as the file says; empty where it does not.
        source: what the file is, in words.
        notes: what was done on reading it, in words.
    """

    seconds: Floats = field(repr=False)
    systolic: Floats = field(repr=False)
    diastolic: Floats = field(repr=False)
    pulse: Floats = field(repr=False)
    awake: Bytes = field(repr=False)
    start: date | None = field(repr=False)
    kind: str
    failed: tuple[Failed, ...] = field(default=(), repr=False)
    times_known: bool = True
    arm: str = ""
    position: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.seconds)

    @property
    def attempted(self) -> int:
        """Readings that were tried, used or not."""
        return len(self) + len(self.failed)

    @property
    def hour(self) -> Floats:
        """(n,) time of day in hours, 0 to below 24."""
        hours: Floats = self.seconds % DAY_SECONDS / 3600
        return hours

    @property
    def day(self) -> npt.NDArray[np.int64]:
        """(n,) days since the first midnight."""
        return (self.seconds // DAY_SECONDS).astype(np.int64)

    @property
    def has_diary(self) -> bool:
        """Whether it is known of some readings that the person slept, and of some that not."""
        return bool((self.awake == AWAKE).any() and (self.awake == ASLEEP).any())

    def values(self, name: str) -> Floats:
        """``systolic``, ``diastolic`` or ``pulse`` (n,)."""
        return {"systolic": self.systolic, "diastolic": self.diastolic, "pulse": self.pulse}[name]

    def pick(self, chosen: Flags) -> Self:
        """The chosen readings; days are still counted from the same midnight.

        Args:
            chosen: (n,) which.
        """
        arrays = ("seconds", "systolic", "diastolic", "pulse", "awake")
        return replace(self, **{name: getattr(self, name)[chosen] for name in arrays})

    def with_diary(self, asleep: float, awake: float) -> Self:
        """The same with the person's own hours of sleep, every night alike.

        Args:
            asleep: hour of falling asleep, 0–24.
            awake: hour of waking, 0–24.

        Raises:
            ValueError: when both are the same.
        """
        if asleep % 24 == awake % 24:
            raise ValueError("falling asleep and waking at the same hour")
        return replace(self, awake=(~within(self.hour, asleep % 24, awake % 24)).astype(np.int8))


def within(hour: Floats, first: float, last: float) -> Flags:
    """Whether hours of the day lie from ``first`` to before ``last``, over midnight where last is the smaller.

    Args:
        hour: (n,) 0 to below 24.
        first, last: hours.
    """
    return (hour >= first) & (hour < last) if first <= last else (hour >= first) | (hour < last)
