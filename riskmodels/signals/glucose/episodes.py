"""Episodes of low and of high glucose: 15 minutes or more beyond a bound, ended by 15 minutes back (Battelino 2019)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from riskmodels.signals.glucose.series import DAY, Flags, GlucoseSeries
from riskmodels.signals.glucose.targets import VERY_HIGH, VERY_LOW, Target, is_above, is_below

#: minutes that an episode lasts, and minutes back that end it
LEAST_MINUTES = 15.0
#: hours of the night
NIGHT = (0, 6)
#: levels of episodes, each counted on its own: one below 54 is also one below 70
LEVELS = ("below", "very_low", "above", "very_high")


@dataclass(frozen=True)
class Episode:
    """One episode.

    Args:
        level: one of :data:`LEVELS`.
        start: s of the wall clock, as the series counts.
        minutes: from its first reading to the end of its last one beyond the bound.
        extreme: lowest or highest glucose in it, mg/dL.
        beyond: whether the sensor was at its limit there: the extreme is a bound.
        night: whether it began between 0 and 6 o'clock.
        open: whether a gap or the end of the series cut it: it lasted at least so long.
    """

    level: str
    start: float
    minutes: float
    extreme: float
    beyond: bool
    night: bool
    open: bool


def find_episodes(series: GlucoseSeries, target: Target) -> tuple[Episode, ...]:
    """All episodes in order of their start.

    Each reading stands for the sensor's interval: of a 15-minute sensor one reading is 15 minutes. A gap ends an
    episode and begins none.

    Args:
        series: after the checks.
        target: whose bounds count.
    """
    value = series.mg_dl
    outside = {
        "below": is_below(value, target.low),
        "very_low": is_below(value, VERY_LOW),
        "above": is_above(value, target.high),
        "very_high": is_above(value, VERY_HIGH),
    }
    found = [episode for level, flags in outside.items() for episode in _of_level(series, level, flags)]
    return tuple(sorted(found, key=lambda episode: episode.start))


def _of_level(series: GlucoseSeries, level: str, outside: Flags) -> Iterable[Episode]:
    cuts = np.flatnonzero(series.gap_before())
    for first, last in zip([0, *cuts], [*cuts, len(series)], strict=True):
        yield from _of_stretch(series, level, outside, int(first), int(last))


def _of_stretch(series: GlucoseSeries, level: str, outside: Flags, first: int, last: int) -> Iterable[Episode]:
    """Episodes of an unbroken stretch of readings first … last − 1."""
    runs = _runs(outside[first:last])
    step = 60 * series.minutes
    begun: list[tuple[int, int]] = []
    for start, end in ((a + first, b + first) for a, b in runs):
        # a way back shorter than 15 minutes does not end the episode before it
        if begun and series.seconds[start] - series.seconds[begun[-1][1] + 1] < 60 * LEAST_MINUTES:
            begun[-1] = (begun[-1][0], end)
        elif series.seconds[end] - series.seconds[start] + step >= 60 * LEAST_MINUTES - 30:
            begun.append((start, end))
    lowest = level in ("below", "very_low")
    for start, end in begun:
        values = series.mg_dl[start : end + 1]
        place = start + int(values.argmin() if lowest else values.argmax())
        left = (series.seconds[last - 1] - series.seconds[end]) if end + 1 < last else 0.0
        yield Episode(
            level,
            float(series.seconds[start]),
            float(series.seconds[end] - series.seconds[start] + step) / 60,
            float(series.mg_dl[place]),
            bool(series.beyond[place]),
            bool(NIGHT[0] <= (series.seconds[start] % DAY) / 3600 < NIGHT[1]),
            bool(left < 60 * LEAST_MINUTES - 30),
        )


def _runs(flags: Flags) -> list[tuple[int, int]]:
    """First and last place of each run of True."""
    edges = np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(edges == 1).tolist(), (np.flatnonzero(edges == -1) - 1).tolist(), strict=True))


@dataclass(frozen=True)
class EpisodeCount:
    """Episodes of one level.

    Args:
        level: one of :data:`LEVELS`.
        day, night: how many began by day, and between 0 and 6 o'clock.
        a_week: how many in 7 days of readings.
        minutes: how long the middle one lasted; NaN where there is none.
    """

    level: str
    day: int
    night: int
    a_week: float
    minutes: float


def count_episodes(episodes: Iterable[Episode], days: float) -> tuple[EpisodeCount, ...]:
    """Episodes by level, by day and night.

    Args:
        episodes: as :func:`find_episodes` gives them.
        days: of readings.
    """
    found = list(episodes)
    counts = []
    for level in LEVELS:
        own = [episode for episode in found if episode.level == level]
        night = sum(episode.night for episode in own)
        middle = float(np.median([episode.minutes for episode in own])) if own else float("nan")
        counts.append(EpisodeCount(level, len(own) - night, night, 7 * len(own) / days if days else 0.0, middle))
    return tuple(counts)
