"""Moments of readings → seconds of one wall clock: midnights, days without a time, changes of clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from riskmodels.signals.pressure.series import DAY_SECONDS
from riskmodels.signals.pressure.times import Moment

#: where readings of a morning and of an evening are put when no time is told, seconds of the day; noon when neither is
MORNING, EVENING, NOON = 8 * 3600, 20 * 3600, 12 * 3600
_HALVES = {"morning": MORNING, "evening": EVENING}
#: a step back in time up to it is a change of clock and no other day, seconds
_MOST_BACK = 3 * 3600
#: a step back from it on in a file without dates is a midnight, seconds
_MIDNIGHT = 12 * 3600


@dataclass(frozen=True)
class Clocked:
    """Where readings stand in time.

    Args:
        seconds: one a reading, since the midnight before the first; None where it cannot be told.
        start: day of that midnight; None where there are no dates.
        times_known: whether the times of day are told.
        notes: what was done, in words.
    """

    seconds: list[float | None]
    start: date | None
    times_known: bool
    notes: tuple[str, ...]


def on_clock(moments: Sequence[Moment | None], halves: Sequence[str]) -> Clocked:
    """Place readings on one clock.

    Args:
        moments: in the order of the file.
        halves: ``morning``, ``evening`` or empty, where the file says so, one a moment.
    """
    days = [moment.day for moment in moments if moment and moment.day]
    times_known = any(moment is not None and moment.seconds is not None for moment in moments)
    if not days:
        seconds, notes = _without_dates(moments)
        return Clocked(seconds, None, times_known, notes)
    start = min(days)
    placed = [_placed(moment, half, start, times_known) for moment, half in zip(moments, halves, strict=True)]
    notes = _changes(placed)
    if not times_known:
        told = any(half in _HALVES for half in halves)
        what = "only morning and evening: they stand at 08:00 and 20:00" if told else "no time: they stand at noon"
        notes = (f"The file tells of the readings {what}.",)
    return Clocked(placed, start, times_known, notes)


def _placed(moment: Moment | None, half: str, start: date, times_known: bool) -> float | None:
    if moment is None or moment.day is None:
        return None
    if moment.seconds is None and times_known:
        return None
    seconds = moment.seconds if moment.seconds is not None else _HALVES.get(half, NOON)
    return (moment.day - start).days * DAY_SECONDS + seconds


def _without_dates(moments: Sequence[Moment | None]) -> tuple[list[float | None], tuple[str, ...]]:
    """Times of a file without dates, in the order of the file: a step back by half a day or more is a midnight."""
    placed: list[float | None] = []
    day, last = 0.0, -1.0
    for moment in moments:
        if moment is None or moment.seconds is None:
            placed.append(None)
            continue
        if last - moment.seconds >= _MIDNIGHT:
            day += DAY_SECONDS
        last = moment.seconds
        placed.append(day + moment.seconds)
    return placed, ("The file has no dates: its rows are taken to be in the order of time.", *_changes(placed))


def _changes(placed: Sequence[float | None]) -> tuple[str, ...]:
    """A word on each small step back in a file that is otherwise in order of time."""
    known = [at for at in placed if at is not None]
    back = [(a, b) for a, b in pairwise(known) if b < a]
    forward = sum(b > a for a, b in pairwise(known))
    if not back or len(back) > 2 or forward < 5 * len(back):
        return ()
    return tuple(
        f"The clock was set back between {_clock(a)} and {_clock(b)}: the readings of the repeated time stand together."
        for a, b in back
        if a - b <= _MOST_BACK
    )


def _clock(seconds: float) -> str:
    minutes = int(seconds % DAY_SECONDS) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
