"""The consensus report of a glucose sensor: times in ranges, mean, spread, GMI, goals, profile, days and episodes.

Battelino 2019 (Diabetes Care 42:1593, doi 10.2337/dci19-0028); GMI of Bergenstal 2018 (41:2275, doi
10.2337/dc18-1581); glycemia risk index of Klonoff 2022 (J Diabetes Sci Technol 17:1226, doi 10.1177/19322968221085273).
Shares are of readings, as the consensus counts: a gap has none. Intervals come from drawing the days again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.columns import Floats
from riskmodels.errors import SignalError
from riskmodels.signals.glucose.episodes import Episode, EpisodeCount, count_episodes, find_episodes
from riskmodels.signals.glucose.gmi import gmi_percent
from riskmodels.signals.glucose.profile import Profile, Strip, profile_of, strips_of
from riskmodels.signals.glucose.quality import at_limit
from riskmodels.signals.glucose.series import DAY, CheckedGlucose, GlucoseSeries
from riskmodels.signals.glucose.targets import (
    BOUNDS,
    VERY_HIGH,
    VERY_LOW,
    Goal,
    Target,
    find_target,
    is_above,
    is_below,
)

#: draws of days for the intervals, share inside, seed, and days below which there is none
DRAWS, LEVEL, SEED, LEAST_DAYS = 2000, 0.95, 0, 5
INTERVALS = (
    f"{LEVEL:.0%} intervals: {DRAWS:,} times as many days were drawn, with repeats, from the days at hand. They say how"
    " much the figures depend on these days; not how exact the sensor is, nor how like other weeks these days were."
)
_BANDS = ("very_low", "low", "in_range", "high", "very_high")


@dataclass(frozen=True)
class Figure:
    """A value with its interval; NaN where the days are too few for one."""

    value: float
    low: float = float("nan")
    high: float = float("nan")


@dataclass(frozen=True)
class Band:
    """One of the five ranges that together are all readings.

    Args:
        name: ``very_low``, ``low``, ``in_range``, ``high`` or ``very_high``.
        span: its bounds in mg/dL.
        span_mmol: its bounds in mmol/L.
        percent: of the readings.
        minutes: a day.
    """

    name: str
    span: str
    span_mmol: str
    percent: float
    minutes: float


@dataclass(frozen=True)
class GoalMet:
    """A goal and what was found.

    Args:
        goal: what is aimed at.
        figure: % of the time.
        met: whether the value reaches it.
        sure: whether the whole interval lies on the same side; False where there is none.
    """

    goal: Goal
    figure: Figure
    met: bool
    sure: bool


@dataclass(frozen=True)
class GlucoseReport:
    """The report of a series.

    Args:
        series: what it is of.
        target: whose range and goals.
        bands: five, adding to 100 %.
        figures: by name, with intervals: ``in_range``, ``below`` (all below the range), ``very_low``, ``above`` (all
            above), ``very_high`` in %; ``mean`` and ``sd`` in mg/dL; ``cv`` in %; ``gmi`` in % (NGSP).
        risk_index: glycemia risk index, 0–100, and its zone A–E.
        goals: each with met or not.
        profile, strips: by time of day, and by day.
        episodes, counts: one by one, and by level.
        bound: ``at most`` or ``at least`` where the sensor's limit makes the mean a bound, ``about`` where both do;
            SD and CV are then at least what is given. Empty where no reading is at the limit.
        partly: why it is in part only; empty for a full report.
    """

    series: GlucoseSeries
    target: Target
    bands: tuple[Band, ...]
    figures: dict[str, Figure]
    risk_index: tuple[float, str]
    goals: tuple[GoalMet, ...]
    profile: Profile
    strips: tuple[Strip, ...]
    episodes: tuple[Episode, ...]
    counts: tuple[EpisodeCount, ...]
    bound: str
    partly: str


def summarise(checked: CheckedGlucose, target: str = "diabetes") -> GlucoseReport:
    """The consensus report.

    Args:
        checked: a series after the checks.
        target: name of a kind of patient, see :data:`~riskmodels.signals.glucose.targets.TARGETS`.

    Raises:
        SignalError: when the checks refused it, or the target is not known.
    """
    aims = find_target(target)
    if checked.refused:
        raise SignalError(checked.refused, hint="Export more days.")
    series = checked.series
    figures = _figures(series, aims)
    episodes = find_episodes(series, aims)
    low, high = at_limit(series)
    bound = "" if not (low | high).any() else "at most" if not high.any() else "at least" if not low.any() else "about"
    return GlucoseReport(
        series,
        aims,
        _bands(series, aims),
        figures,
        _risk_index(series.mg_dl),
        tuple(_met(goal, figures[goal.name]) for goal in aims.goals),
        profile_of(series),
        strips_of(series, aims),
        episodes,
        count_episodes(episodes, len(series) * series.minutes * 60 / DAY),
        bound,
        checked.partly,
    )


def _levels(mg_dl: Floats, target: Target) -> Floats:
    """(n, 4) 0 or 1: below the range, very low, above the range, very high."""
    flags = (
        is_below(mg_dl, target.low),
        is_below(mg_dl, VERY_LOW),
        is_above(mg_dl, target.high),
        is_above(mg_dl, VERY_HIGH),
    )
    return np.stack(flags, axis=1).astype(np.float64)


def _bands(series: GlucoseSeries, target: Target) -> tuple[Band, ...]:
    below, very_low, above, very_high = 100 * _levels(series.mg_dl, target).mean(axis=0)
    percents = (very_low, below - very_low, 100 - below - above, above - very_high, very_high)
    low, high = target.low, target.high
    spans = (
        (f"below {VERY_LOW}", f"below {BOUNDS[VERY_LOW]:.1f}"),
        (f"{VERY_LOW}–{low - 1}", f"{BOUNDS[VERY_LOW]:.1f}–{BOUNDS[low] - 0.1:.1f}"),
        (f"{low}–{high}", f"{BOUNDS[low]:.1f}–{BOUNDS[high]:.1f}"),
        (f"{high + 1}–{VERY_HIGH}", f"{BOUNDS[high] + 0.1:.1f}–{BOUNDS[VERY_HIGH]:.1f}"),
        (f"above {VERY_HIGH}", f"above {BOUNDS[VERY_HIGH]:.1f}"),
    )
    return tuple(
        Band(name, *span, float(percent), float(percent) * 14.4)
        for name, span, percent in zip(_BANDS, spans, percents, strict=True)
    )


def _figures(series: GlucoseSeries, target: Target) -> dict[str, Figure]:
    """All figures from sums by day, for the days at hand and for days drawn again."""
    value = series.mg_dl
    day = np.unique((series.seconds // DAY).astype(np.int64), return_inverse=True)[1]
    each = np.column_stack([np.ones(len(value)), value, value**2, _levels(value, target)])
    sums = np.stack([np.bincount(day, column) for column in each.T], axis=1)
    points = _of_sums(sums.sum(axis=0)[None])
    if len(sums) < LEAST_DAYS:
        return {name: Figure(float(found[0])) for name, found in points.items()}
    days = len(sums)
    drawn = np.random.default_rng(SEED).multinomial(days, np.full(days, 1 / days), size=DRAWS).astype(np.float64) @ sums
    tail = 50 * (1 - LEVEL)
    spread = {name: np.percentile(found, [tail, 100 - tail]) for name, found in _of_sums(drawn).items()}
    return {name: Figure(float(found[0]), *map(float, spread[name])) for name, found in points.items()}


def _of_sums(sums: Floats) -> dict[str, Floats]:
    """Figures (b,) from sums (b, 7): readings, glucose, its square, and the four levels."""
    n, first, second = sums[:, 0], sums[:, 1], sums[:, 2]
    mean = first / n
    sd = np.sqrt(np.maximum(second - n * mean**2, 0) / np.maximum(n - 1, 1))
    below, very_low, above, very_high = (100 * sums[:, place] / n for place in range(3, 7))
    return {
        "in_range": 100 - below - above,
        "below": below,
        "very_low": very_low,
        "above": above,
        "very_high": very_high,
        "mean": mean,
        "sd": sd,
        "cv": 100 * sd / mean,
        "gmi": gmi_percent(mean),
    }


def _risk_index(mg_dl: Floats) -> tuple[float, str]:
    """3.0 × very low + 2.4 × low + 1.6 × very high + 0.8 × high, at most 100, with the range 70–180 mg/dL for all."""
    below, very_low, above, very_high = 100 * _levels(mg_dl, find_target("diabetes")).mean(axis=0)
    index = 3.0 * very_low + 2.4 * (below - very_low) + 1.6 * very_high + 0.8 * (above - very_high)
    index = min(100.0, float(index))
    return index, "ABCDE"[max(0, int(np.ceil(index / 20)) - 1)]


def _met(goal: Goal, figure: Figure) -> GoalMet:
    met = figure.value > goal.percent if goal.above else figure.value < goal.percent
    return GoalMet(goal, figure, bool(met), bool(figure.low > goal.percent or figure.high < goal.percent))
