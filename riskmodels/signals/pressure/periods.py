"""Day and night of a day-long record: by the person's diary, or by fixed hours."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from riskmodels.signals.pressure.series import ASLEEP, AWAKE, Flags, PressureSeries, within

ESH_2013 = "ESH position paper 2013, doi 10.1097/HJH.0b013e328363e964"


@dataclass(frozen=True)
class Hours:
    """Fixed hours of day and night; what lies between them belongs to neither.

    Args:
        day, night: first hour, and the hour before which they end.
        source: who states them.
    """

    day: tuple[float, float]
    night: tuple[float, float]
    source: str

    @property
    def text(self) -> str:
        """``day 09–21 h, night 01–06 h``."""
        day, night = (f"{first:02.0f}–{last:02.0f} h" for first, last in (self.day, self.night))
        return f"day {day}, night {night}"


#: hours in which nearly everybody is awake or asleep: the hours of rising and going to bed are left out
NARROW = Hours((9, 21), (1, 6), ESH_2013)
#: the whole clock, for records whose night has too few readings between 01 and 06 h
WHOLE = Hours((7, 23), (23, 7), "the whole clock, hours of ours")
HOURS = {"narrow": NARROW, "whole": WHOLE}


@dataclass(frozen=True)
class Periods:
    """Which readings are of the day and of the night.

    Args:
        day, night: (n,) each.
        hours: how long each lasts, h.
        by_diary: whether the person's own hours are used.
        text: how they were told apart.
    """

    day: Flags = field(repr=False)
    night: Flags = field(repr=False)
    hours: tuple[float, float]
    by_diary: bool
    text: str


def find_periods(series: PressureSeries, hours: Hours = NARROW) -> Periods:
    """By the diary where there is one, else by fixed hours.

    Args:
        series: a day-long record.
        hours: fixed ones.
    """
    if series.has_diary:
        asleep = series.awake == ASLEEP
        night = _asleep_hours(series)
        return Periods(
            series.awake == AWAKE, asleep, (24 - night, night), True, "awake and asleep as diary or file say"
        )
    day, night_flags = within(series.hour, *hours.day), within(series.hour, *hours.night)
    lengths = ((hours.day[1] - hours.day[0]) % 24, (hours.night[1] - hours.night[0]) % 24)
    return Periods(day, night_flags, lengths, False, f"{hours.text} ({hours.source})")


def _asleep_hours(series: PressureSeries) -> float:
    """Hours asleep, of 24: half-way between the readings where the state changes."""
    if len(series) < 2:
        return 0.0
    middle = np.diff(series.seconds) / 2
    share = np.zeros(len(series))
    share[1:] += middle
    share[:-1] += middle
    known = series.awake >= 0
    return float(24 * share[series.awake == ASLEEP].sum() / share[known].sum())
