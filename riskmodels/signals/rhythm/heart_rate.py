"""Heart rate in windows and hours, and pauses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.signals.rhythm.figures import Figure, mean_of
from riskmodels.signals.rhythm.intervals import Floats, Intervals

#: seconds: of a window, what of it intervals must cover, and of usable recording before lowest and highest are stated
WINDOW, COVERED, MIN_FOR_RANGE = 10.0, 5.0, 30.0
#: seconds of usable recording before a rate is stated at all: less is a count of beats
MIN_FOR_RATE = 10.0
#: usable seconds before rates are told by the hour
_LONG = 2 * 3600.0
#: seconds: a longer interval is a pause; so long a one is flagged (2018 ACC/AHA/HRS bradycardia guideline,
#: doi 10.1161/CIR.0000000000000628)
PAUSE, LONG_PAUSE = 2.0, 3.0


@dataclass(frozen=True)
class HeartRate:
    """Rate of the ventricles.

    Args:
        mean: over all intervals; its interval over windows of :data:`WINDOW` seconds.
        lowest, highest: of such windows.
        hours: hour from the start and mean rate in it, where the recording is long.
    """

    mean: Figure
    lowest: Figure
    highest: Figure
    hours: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class Pause:
    """A long interval without a beat.

    Args:
        start: seconds from the start of the recording.
        seconds: its length.
    """

    start: float
    seconds: float

    @property
    def flagged(self) -> bool:
        """Whether it is so long that a physician should see it."""
        return self.seconds >= LONG_PAUSE


def heart_rate(intervals: Intervals, usable_seconds: float) -> HeartRate:
    """Rates in beats a minute.

    Args:
        intervals: between beats.
        usable_seconds: of the lead that is read.
    """
    if usable_seconds < MIN_FOR_RATE or not len(intervals.seconds):
        reason = f"A rate needs {MIN_FOR_RATE:.0f} s that can be used; there are {usable_seconds:.1f} s."
        none = Figure(unit="bpm", reason=reason if len(intervals.seconds) else "No two beats were found.")
        return HeartRate(none, none, none)
    windows = _windows(intervals)
    over = mean_of(windows, "bpm", "windows of 10 s")
    mean = Figure(60 / float(intervals.seconds.mean()), over.low, over.high, "bpm", over.reason)
    if usable_seconds < MIN_FOR_RANGE or not len(windows):
        reason = f"Lowest and highest need {MIN_FOR_RANGE:.0f} s that can be used; there are {usable_seconds:.1f} s."
        return HeartRate(mean, Figure(unit="bpm", reason=reason), Figure(unit="bpm", reason=reason))
    single = "One window of the recording: it has no interval."
    lowest, highest = (Figure(float(end), unit="bpm", reason=single) for end in (windows.min(), windows.max()))
    return HeartRate(mean, lowest, highest, _hours(intervals) if usable_seconds >= _LONG else ())


def pauses(intervals: Intervals) -> tuple[Pause, ...]:
    """Intervals longer than :data:`PAUSE`, in their order."""
    long = intervals.seconds > PAUSE
    starts = intervals.ends[long] - intervals.seconds[long]
    return tuple(Pause(float(start), float(s)) for start, s in zip(starts, intervals.seconds[long], strict=True))


def _windows(intervals: Intervals) -> Floats:
    """Mean rate of each window that intervals cover well enough."""
    places = (intervals.ends // WINDOW).astype(np.int64)
    counts = np.bincount(places).astype(np.float64)
    covered = np.bincount(places, intervals.seconds)
    enough = covered >= COVERED
    return np.asarray(60 * counts[enough] / covered[enough], dtype=np.float64)


def _hours(intervals: Intervals) -> tuple[tuple[int, float], ...]:
    places = (intervals.ends // 3600).astype(np.int64)
    return tuple((int(hour), 60 / float(intervals.seconds[places == hour].mean())) for hour in np.unique(places))
