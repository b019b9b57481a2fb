"""Heart-rate variability of sinus rhythm, where the recording allows it, with what it may be compared with.

Source: Task Force of the ESC and NASPE 1996, doi 10.1161/01.CIR.93.5.1043: SDNN, RMSSD and pNN50 on normal-to-normal
intervals, in segments of five minutes. Values of 24 hours and of five minutes must not be compared with each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.signals.rhythm.figures import Figure, mean_of
from riskmodels.signals.rhythm.intervals import Floats, Intervals

#: seconds of a segment, and what share of it normal intervals must cover
SEGMENT, MIN_COVERED = 300.0, 0.8
#: of all intervals: more beside ectopic beats, or odd without a cause known, and nothing is stated
MAX_ECTOPIC, MAX_ODD = 0.05, 0.05
#: seconds of normal intervals that make a recording of a day
_DAY = 18 * 3600.0
_UNITS = {"SDNN": "ms", "RMSSD": "ms", "pNN50": "%"}
_PARTS = "segments of 5 min"
_TOO_SHORT = (
    "It needs 5 minutes of normal beats in a row of which 80 % can be used; there are none such. "
    "Values of shorter strips are not comparable with published ones."
)


@dataclass(frozen=True)
class Variability:
    """Time-domain figures.

    Args:
        figures: SDNN, RMSSD and pNN50 as means over segments of five minutes, by name.
        day: SDNN over the whole, for a recording of 18 hours or more only; its reason otherwise.
        segments: how many the means are over.
    """

    figures: dict[str, Figure]
    day: Figure
    segments: int = 0


def variability(intervals: Intervals, irregular: bool) -> Variability:
    """Figures of normal-to-normal intervals.

    Args:
        intervals: with ectopic ones marked.
        irregular: whether much of the rhythm is irregular, as in atrial fibrillation.
    """
    refused = _refused(intervals, irregular)
    segments = [] if refused else _segments(intervals)
    if not segments:
        reason = refused or _TOO_SHORT
        figures = {name: Figure(unit=unit, reason=reason) for name, unit in _UNITS.items()}
        return Variability(figures, Figure(unit="ms", reason=reason))
    values = np.array(segments)
    figures = {name: mean_of(values[:, n], unit, _PARTS) for n, (name, unit) in enumerate(_UNITS.items())}
    return Variability(figures, _day(intervals), len(segments))


def _refused(intervals: Intervals, irregular: bool) -> str:
    """Why nothing is stated; "" when it may be."""
    if irregular:
        return "The rhythm is irregular: variability would measure that, not the nerves of the heart."
    if not len(intervals.seconds):
        return "No two beats were found."
    ectopic, odd = float(intervals.ectopic.mean()), float((intervals.odd & ~intervals.ectopic).mean())
    if ectopic > MAX_ECTOPIC:
        return f"{ectopic:.0%} of the intervals lie beside ectopic beats; above {MAX_ECTOPIC:.0%} nothing is stated."
    if odd > MAX_ODD:
        return f"{odd:.0%} of the intervals jump by over 20 %; above {MAX_ODD:.0%} nothing is stated."
    return ""


def _segments(intervals: Intervals) -> list[tuple[float, float, float]]:
    """SDNN and RMSSD in ms, pNN50 in %, of every segment that normal intervals cover well enough."""
    found = []
    places = (intervals.ends // SEGMENT).astype(np.int64)
    for place in np.unique(places):
        here = places == place
        normal = here & intervals.normal
        if intervals.seconds[normal].sum() < MIN_COVERED * SEGMENT:
            continue
        steps = _steps(intervals, here)
        if len(steps) > 1:
            milliseconds = 1000 * intervals.seconds[normal]
            rmssd = float(np.sqrt(np.mean(steps**2)))
            found.append((float(milliseconds.std(ddof=1)), rmssd, 100 * float((np.abs(steps) > 50).mean())))
    return found


def _steps(intervals: Intervals, here: np.ndarray) -> Floats:
    """Differences in ms of normal intervals that follow one another."""
    both = np.zeros(len(intervals.seconds), bool)
    both[1:] = intervals.normal[1:] & intervals.normal[:-1] & intervals.joined[1:]
    steps = np.diff(intervals.seconds, prepend=0.0)
    return np.asarray(1000 * steps[both & here], dtype=np.float64)


def _day(intervals: Intervals) -> Figure:
    normal = intervals.seconds[intervals.normal]
    if normal.sum() < _DAY:
        return Figure(unit="ms", reason="Norms of 24 hours (SDNN) apply to recordings of 18 hours and more only.")
    reason = "One day of one person: it has no interval."
    return Figure(float(1000 * normal.std(ddof=1)), unit="ms", reason=reason)
