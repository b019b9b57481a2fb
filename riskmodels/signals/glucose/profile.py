"""The ambulatory glucose profile: percentiles of glucose by time of day; and each day as a strip."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from riskmodels.columns import Floats
from riskmodels.signals.glucose.series import DAY, Flags, GlucoseSeries
from riskmodels.signals.glucose.targets import Target, is_above, is_below

PERCENTILES = (5, 25, 50, 75, 95)
#: minutes between the points of a profile, and on either side that are pooled for one
STEP_MINUTES, POOLED_MINUTES = 15, 30
#: days that must have readings at a time of day: for the middle, for the quarters, for 5 and 95 %
LEAST_DAYS = {50: 1, 25: 3, 75: 3, 5: 5, 95: 5}
#: how the profile is made, for captions
SMOOTHING = (
    f"Every {STEP_MINUTES} minutes, percentiles of all readings within {POOLED_MINUTES} minutes on either side, over"
    " midnight too; a line needs 5 days (5 and 95 %) or 3 days (25 and 75 %) with readings at that time."
)


@dataclass(frozen=True)
class Profile:
    """Glucose by time of day.

    Args:
        minutes: (m,) of the day.
        percentiles: (5, m) of :data:`PERCENTILES`, mg/dL; NaN where too few days have readings.
        days: (m,) how many days have readings there.
    """

    minutes: Floats
    percentiles: Floats
    days: Floats


def profile_of(series: GlucoseSeries) -> Profile:
    """The profile of a series."""
    day, second = np.divmod(series.seconds, DAY)
    order = np.argsort(second, kind="stable")
    second, value, day = second[order], series.mg_dl[order], day[order].astype(np.int64)
    # the day once more before and behind itself, so that midnight has both its sides
    second = np.concatenate([second - DAY, second, second + DAY])
    value, day = np.tile(value, 3), np.tile(day, 3)
    minutes = np.arange(0, 24 * 60, STEP_MINUTES, dtype=np.float64)
    pooled = 60.0 * POOLED_MINUTES
    first = np.searchsorted(second, 60 * minutes - pooled, side="left")
    last = np.searchsorted(second, 60 * minutes + pooled, side="right")
    percentiles = np.full((len(PERCENTILES), len(minutes)), np.nan)
    days = np.zeros(len(minutes))
    for place, (start, end) in enumerate(zip(first, last, strict=True)):
        days[place] = len(np.unique(day[start:end]))
        if end > start:
            percentiles[:, place] = np.percentile(value[start:end], PERCENTILES)
    for row, percent in enumerate(PERCENTILES):
        percentiles[row, days < LEAST_DAYS[percent]] = np.nan
    return Profile(minutes, percentiles, days)


@dataclass(frozen=True)
class Strip:
    """One day.

    Args:
        number: of the day, 0 the first.
        day: its date; None where the calendar day is not known.
        seconds: (n,) s since its midnight.
        mg_dl: (n,) glucose, mg/dL.
        gap_before: (n,) whether readings are missing just before one.
        mean: mg/dL.
        in_range, below, above: % of its readings.
        worn: share of the day with readings, 0–1.
    """

    number: int
    day: date | None
    seconds: Floats
    mg_dl: Floats
    gap_before: Flags
    mean: float
    in_range: float
    below: float
    above: float
    worn: float


def strips_of(series: GlucoseSeries, target: Target) -> tuple[Strip, ...]:
    """The days that have readings, in order."""
    numbers = (series.seconds // DAY).astype(np.int64)
    low, high = is_below(series.mg_dl, target.low), is_above(series.mg_dl, target.high)
    gap = series.gap_before()
    found = []
    for number in np.unique(numbers).tolist():
        on = numbers == number
        moment = series.moment(number * DAY)
        below, above = 100 * float(low[on].mean()), 100 * float(high[on].mean())
        found.append(
            Strip(
                number,
                None if moment is None else moment.date(),
                series.seconds[on] - number * DAY,
                series.mg_dl[on],
                gap[on],
                float(series.mg_dl[on].mean()),
                100 - below - above,
                below,
                above,
                min(1.0, int(on.sum()) * series.minutes * 60 / DAY),
            )
        )
    return tuple(found)
