"""What is looked at before any number of a glucose series: how it was sampled, how long it was worn, its limits.

A 15-minute sensor that was drawn out to 5 minutes holds the future in the present: every third point is real, the two
between are on a straight line. Such files are thinned back, and so are files of several intervals, to one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from riskmodels.checks.file_check import Check
from riskmodels.columns import Floats
from riskmodels.signals.glucose.series import CheckedGlucose, Flags, GlucoseSeries, counted

#: a full report: days and share of the time worn (Battelino 2019, doi 10.2337/dci19-0028)
FULL_DAYS, FULL_WORN = 14, 0.70
#: days by which a fortnight may fall short: an export begins and ends within a day
_SHORT = 0.5
#: readings of fewer hours make no report: they are not one day
LEAST_HOURS = 18.0
#: share of second differences of exactly 0 from which a file is interpolated: 5-minute sensors have 13–19 %, a
#: 15-minute one drawn out to 5 minutes 67 % and more
INTERPOLATED = 0.40
#: by how much less one third of the points lies on straight lines than the others, where it holds the readings
_PHASE_CLEAR = 0.15
#: points of an unbroken stretch from which it tells its own third
_LEAST_TO_TELL = 36
#: share of the points that must lie in such stretches, where the whole does not tell
_MOST = 0.9
#: a run of the same value for so many minutes is no living body
FLAT_MINUTES = 120.0
#: share of readings at the sensor's limit from which the end of a file is no ground for a forecast
_LIMIT_SHARE = 0.05
#: readings and minutes that a forecast looks back
HISTORY_MINUTES = 180.0
#: intervals that the forecast knows, minutes
FORECAST_INTERVALS = (5.0, 15.0)
#: share of the steps that are the interval, from which a file has one interval; below the second it has none
_REGULAR, _MIXED = 0.8, 0.5
_SAME = 1e-6


def check_glucose(series: GlucoseSeries, today: date | None = None) -> CheckedGlucose:
    """Look at a series, thin it where its points are not all readings, and say what can be made of it.

    Args:
        series: as it was read.
        today: day to hold dates against; the calendar's when None.

    Returns:
        :class:`~riskmodels.signals.glucose.series.CheckedGlucose`.
    """
    series, sampling, unthinned = _settled_sampling(series)
    checks = [sampling, _wear(series), _gaps(series), _limits(series), _flat(series), _dates(series, today)]
    refused = _refused(series)
    partly = "" if refused else _partly(series)
    return CheckedGlucose(series, tuple(checks), refused, partly, refused or unthinned or _no_forecast(series))


def _settled_sampling(series: GlucoseSeries) -> tuple[GlucoseSeries, Check, str]:
    """The series at one interval without points between readings, what was found, and why it forbids a forecast."""
    share, phases = interpolation(series)
    if share >= INTERPOLATED and series.minutes <= 6:
        thinned = _every_third(series, _phase(phases))
        if thinned is None:
            said = f"{share:.0%} of the second differences are exactly 0: values lie on straight lines between readings"
            reason = f"{said}, and where the readings are cannot be told."
            return series, Check("Sampling", False, reason + " Ask for the sensor's own export."), reason
        said = (
            f"A {thinned.minutes:.0f}-minute sensor drawn out to {series.minutes:.0f} minutes: {share:.0%} of the"
            " second differences are exactly 0. Every third point is a reading; the others are left out."
        )
        return thinned.noted(said), Check("Sampling", True, said), ""
    regular = _regular_share(series)
    slot = _slot(series.minutes, regular) if len(series) > 2 else 0.0
    slotted = _one_a_slot(series, slot) if slot else series
    if len(slotted) < len(series):
        said = (
            f"Readings every {series.minutes:.0f} minutes"
            + ("" if regular >= _REGULAR else f", but only {regular:.0%} of the steps are that long")
            + f": the first of each {slot:.0f} minutes is used, {len(slotted):,} of {len(series):,}."
        )
        return slotted.noted(said), Check("Sampling", True, said), ""
    said = f"A reading every {series.minutes:g} minutes; {regular:.0%} of the steps are that long."
    return series, Check("Sampling", regular >= 0.5, said), ""


def interpolation(series: GlucoseSeries) -> tuple[float, tuple[float, float, float]]:
    """How much of a series lies on straight lines.

    Returns:
        Share of second differences of exactly 0, of unbroken triples that are not flat; and the same for the middles
        at each third of the grid of time, counted from the first reading.
    """
    value, step = series.mg_dl, np.diff(series.seconds)
    if len(series) < 3 or series.minutes <= 0:
        return 0.0, (0.0, 0.0, 0.0)
    even = np.abs(np.diff(step)) < 0.2 * 60 * series.minutes
    even &= step[1:] < 1.5 * 60 * series.minutes
    first = np.diff(value)
    # a sensor that stays level, or at its limit, is on a straight line without being interpolated
    even &= (np.abs(first[1:]) > _SAME) | (np.abs(first[:-1]) > _SAME)
    straight = np.abs(np.diff(first)) < _tolerance(value)
    place = _place(series)[1:-1]
    first_third, second, third = (_mean(straight[even & (place == k)]) for k in range(3))
    return _mean(straight[even]), (first_third, second, third)


def _mean(flags: Flags) -> float:
    return float(flags.mean()) if len(flags) else 0.0


def _tolerance(value: Floats) -> float:
    """Of a second difference: 0 for whole numbers, the rounding for a decimal, which interpolation leaves."""
    whole = np.abs(value - np.round(value)) < _SAME
    return _SAME if whole.mean() > 0.9 else 0.21


def _phase(shares: tuple[float, float, float]) -> int | None:
    """The third of the grid that the real readings are on: where lines bend; None where no third stands out."""
    order = np.argsort(shares)
    least, next_least = shares[order[0]], shares[order[1]]
    return int(order[0]) if least < INTERPOLATED and next_least - least >= _PHASE_CLEAR else None


def _every_third(series: GlucoseSeries, phase: int | None) -> GlucoseSeries | None:
    """The readings of an interpolated series: behind a gap, e.g. of a new sensor, they may lie on another third.

    Args:
        series: interpolated.
        phase: the third of the whole, where it is clear.

    Returns:
        None where most of the points lie in stretches that do not tell.
    """
    kept = np.zeros(len(series), np.bool_) if phase is None else _place(series) == phase
    told = 0 if phase is None else len(series)
    cuts = [0, *np.flatnonzero(series.gap_before()).tolist(), len(series)]
    for first, last in pairwise(cuts):
        part = series.taken(slice(first, last))
        own = _phase(interpolation(part)[1]) if last - first >= _LEAST_TO_TELL else None
        if own is not None:
            kept[first:last] = _place(part) == own
            told += last - first
    if told < _MOST * len(series):
        return None
    return replace(series.taken(kept), minutes=3 * series.minutes)


def _place(series: GlucoseSeries) -> npt.NDArray[np.int64]:
    """(n,) third of the grid of time, 0–2, counted from the first reading."""
    steps = np.round((series.seconds - series.seconds[0]) / (60 * series.minutes))
    return np.asarray(steps % 3, dtype=np.int64)


def _slot(minutes: float, regular: float) -> float:
    """Minutes of which one reading is used, where a sensor is faster than 5 minutes or a file mixes steps; else 0."""
    if minutes < 4 or (regular < _REGULAR and minutes <= 7):
        return 5.0
    return 15.0 if regular < _MIXED and minutes < 13 else 0.0


def _one_a_slot(series: GlucoseSeries, minutes: float) -> GlucoseSeries:
    """The first reading of each so many minutes of the clock."""
    slot = np.floor(series.seconds / (60 * minutes)).astype(np.int64)
    return replace(series.taken(np.diff(slot, prepend=slot[0] - 1) > 0), minutes=minutes)


def _regular_share(series: GlucoseSeries) -> float:
    """Share of the steps, gaps apart, that are the sensor's interval within a quarter of it."""
    step = np.diff(series.seconds) / 60
    step = step[step <= 2.5 * series.minutes]
    return float((np.abs(step - series.minutes) <= 0.25 * series.minutes + 0.2).mean()) if len(step) else 1.0


def _wear(series: GlucoseSeries) -> Check:
    said = f"{series.days:.1f} days from first to last reading, {series.worn:.0%} of that time with readings"
    full = series.days >= FULL_DAYS - _SHORT and series.worn >= FULL_WORN
    rule = f"a full report needs {FULL_DAYS} days with {FULL_WORN:.0%}"
    return Check("Wear time", full, f"{said}; {rule}.")


def _gaps(series: GlucoseSeries) -> Check:
    gap = series.gap_before()
    if not gap.any():
        return Check("Gaps", True, "No gap.")
    hours = np.diff(series.seconds)[gap[1:]] / 3600
    said = f"{counted(len(hours), 'gap')} of {hours.sum():.1f} h together, the longest {hours.max():.1f} h."
    return Check("Gaps", bool(hours.sum() <= 0.3 * 24 * series.days), said + " Nothing is drawn or counted in them.")


def at_limit(series: GlucoseSeries) -> tuple[Flags, Flags]:
    """(n,) readings at the sensor's lower and upper limit: “LO” and “HI”, and numbers that stop at 40 or 400."""
    low = (series.beyond < 0) | (series.mg_dl <= 40)
    highest = float(series.mg_dl.max(initial=0.0))
    high = series.beyond > 0
    if abs(highest - 400) < _SAME:
        high = high | (series.mg_dl >= highest - _SAME)
    return low, high


def _limits(series: GlucoseSeries) -> Check:
    low, high = at_limit(series)
    if not len(series) or not (low.any() or high.any()):
        return Check("Sensor's limits", True, "No reading at the sensor's limit.")
    said = f"{low.mean():.1%} of the readings are at its lower limit (LO), {high.mean():.1%} at its upper (HI)."
    mean = "at most" if not high.any() else "at least" if not low.any() else "about"
    said += f" They are counted as the limit: the mean is {mean} what is given, SD and CV are at least that."
    return Check("Sensor's limits", bool((low | high).mean() <= _LIMIT_SHARE), said)


def flat_runs(series: GlucoseSeries) -> tuple[tuple[float, float], ...]:
    """Start and end in s of each unbroken run of one value for :data:`FLAT_MINUTES` or more, the limits apart."""
    if len(series) < 2:
        return ()
    low, high = at_limit(series)
    changes = (np.abs(np.diff(series.mg_dl)) > _SAME) | series.gap_before()[1:]
    starts = np.concatenate([[0], np.flatnonzero(changes) + 1])
    ends = np.concatenate([starts[1:] - 1, [len(series) - 1]])
    long = series.seconds[ends] - series.seconds[starts] >= 60 * FLAT_MINUTES
    long &= ~(low | high)[starts]
    return tuple(zip(series.seconds[starts[long]].tolist(), series.seconds[ends[long]].tolist(), strict=True))


def _flat(series: GlucoseSeries) -> Check:
    runs = flat_runs(series)
    if not runs:
        return Check("Flat stretches", True, f"No value stands still for {FLAT_MINUTES / 60:.0f} h.")
    hours = sum(end - start for start, end in runs) / 3600
    said = f"The value stands still in {counted(len(runs), 'stretch')} of {hours:.1f} h together:"
    return Check("Flat stretches", False, said + " the sensor may have failed. They are counted; look at them.")


def _dates(series: GlucoseSeries, today: date | None) -> Check:
    last = series.moment(float(series.seconds[-1])) if len(series) else None
    if last is None:
        return Check("Dates", True, "The calendar day is not settled; times of day are.")
    if last.date() > (today or date.today()):
        said = f"The last reading is of {last.date().isoformat()}, in the future: is the device's clock right?"
        return Check("Dates", False, said + " Times of day may be wrong too.")
    first = series.moment(float(series.seconds[0]))
    return Check("Dates", True, f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}.")


def _refused(series: GlucoseSeries) -> str:
    hours = len(series) * series.minutes / 60
    if len(series) < 2:
        return "The file has one reading. A report needs those of a day at the least."
    if hours < LEAST_HOURS:
        return f"Readings of {hours:.1f} h: a report needs {LEAST_HOURS:.0f} h at the least."
    low, high = at_limit(series)
    if (low | high).mean() > 0.5:
        return "More than half of the readings are at the sensor's limit: no mean and no spread can be given."
    return ""


def _partly(series: GlucoseSeries) -> str:
    reasons = []
    if series.days < FULL_DAYS - _SHORT:
        reasons.append(f"{series.days:.1f} days instead of {FULL_DAYS}")
    if series.worn < FULL_WORN:
        reasons.append(f"readings for {series.worn:.0%} of the time instead of {FULL_WORN:.0%}")
    if not reasons:
        return ""
    return f"In part only: {' and '.join(reasons)}. The days at hand are described; they may not stand for others."


def _no_forecast(series: GlucoseSeries) -> str:
    """Why nothing can be forecast at the end of a series; empty when it can."""
    if not any(abs(series.minutes - known) <= 1 for known in FORECAST_INTERVALS):
        return f"No forecast: it knows sensors that read every 5 or 15 minutes, not every {series.minutes:g}."
    since = series.seconds >= series.seconds[-1] - 60 * HISTORY_MINUTES
    broken = series.gap_before()[since][1:].any()
    covered = series.seconds[-1] - series.seconds[since][0] >= 60 * (HISTORY_MINUTES - series.minutes - 1)
    if broken or not covered:
        return "No forecast: the last 3 h are not unbroken."
    low, high = at_limit(series)
    if low[-1] or high[-1] or (low | high)[since].mean() > _LIMIT_SHARE:
        return "No forecast: in the last 3 h the sensor was at its limit."
    return ""
