"""What is read from a day-long record beside its means: fall at night, morning surge, load, variability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.columns import Floats
from riskmodels.signals.pressure.estimates import Estimate
from riskmodels.signals.pressure.periods import Periods
from riskmodels.signals.pressure.series import ASLEEP, AWAKE, Flags, PressureSeries
from riskmodels.signals.pressure.thresholds import DAY, ESC, NIGHT, hypertension

#: classes of the fall of systolic pressure at night, per cent of the day: lower end and name, the highest first
DIPPING = ((20.0, "extreme"), (10.0, "normal"), (0.0, "reduced"), (-np.inf, "reverse"))
DIPPING_SOURCE = "classes of the ESH position paper 2013, doi 10.1097/HJH.0b013e328363e964"
SURGE_SOURCE = "sleep-trough surge, Kario 2003, doi 10.1161/01.CIR.0000056521.67546.AA"
ARV_SOURCE = "average real variability, Mena 2005, J Hypertens 23:505-511"
WEIGHTED_SOURCE = "weighted SD, Bilo 2007, J Hypertens 25:2058-2066"
#: seconds after waking whose readings are averaged, and the fewest of them
_AFTER_WAKING, _FEWEST_WAKING = 2 * 3600, 3
#: fewest readings of sleep of which one has two neighbours in sleep
_FEWEST_ASLEEP = 3


@dataclass(frozen=True)
class Dipping:
    """Fall of the pressure at night.

    Args:
        percent: (day − night) ÷ day of the systolic pressure, with its interval.
        diastolic: the same of the diastolic pressure.
        name: ``extreme`` above 20 %, ``normal`` from 10, ``reduced`` from 0, ``reverse`` below.
        open: whether the interval reaches into another class.
    """

    percent: Estimate
    diastolic: Estimate
    name: str
    open: bool


@dataclass(frozen=True)
class Surge:
    """Morning surge of the systolic pressure.

    Args:
        value: mmHg, mean of two hours after waking less the mean around the lowest reading of sleep; NaN where none.
        morning, trough: these two means.
        reason: why there is none.
    """

    value: float
    morning: float = float("nan")
    trough: float = float("nan")
    reason: str = ""


@dataclass(frozen=True)
class Load:
    """Readings at or above the threshold of hypertension of their period.

    Args:
        period: ``day`` or ``night``.
        systolic, diastolic: per cent of the readings.
        n: readings.
        threshold: in words.
    """

    period: str
    systolic: float
    diastolic: float
    n: int
    threshold: str


@dataclass(frozen=True)
class Variability:
    """How much the readings of one pressure differ, mmHg; NaN where readings are too few.

    Args:
        name: ``systolic`` or ``diastolic``.
        day, night, all_day: standard deviations.
        weighted: of day and night, weighted by how long they last.
        real: mean change from one reading to the next, weighted by the time between them.
    """

    name: str
    day: float
    night: float
    all_day: float
    weighted: float
    real: float


def dipping_class(percent: float) -> str:
    """The class of a fall at night, per cent of the day."""
    above, *others = DIPPING
    if percent > above[0]:
        return above[1]
    return next(name for low, name in others if percent >= low)


def find_dipping(day: tuple[Estimate, Estimate], night: tuple[Estimate, Estimate]) -> Dipping:
    """The fall at night.

    Args:
        day, night: means of systolic and diastolic pressure.
    """
    systolic, diastolic = (_fall(d, n) for d, n in zip(day, night, strict=True))
    ends = {dipping_class(end) for end in (systolic.low, systolic.high) if end == end}
    name = dipping_class(systolic.value)
    return Dipping(systolic, diastolic, name, ends != {name})


def _fall(day: Estimate, night: Estimate) -> Estimate:
    """Per cent, by the delta method from two independent means."""
    ratio = night.value / day.value
    terms = ((night.error / day.value) ** 2, (ratio * day.error / day.value) ** 2)
    total = sum(terms)
    freedom = 0.0
    if total > 0:
        freedom = total**2 / sum(t**2 / e.freedom for t, e in zip(terms, (night, day), strict=True) if t)
    return Estimate.of(100 * (1 - ratio), 100 * float(np.sqrt(total)), freedom, day.n + night.n)


def find_surge(series: PressureSeries, periods: Periods) -> Surge:
    """Morning surge by the diary: fixed hours do not tell when a person woke.

    Args:
        series: a day-long record.
        periods: its day and night.
    """
    if not periods.by_diary:
        return Surge(float("nan"), reason="the time of waking is not known: it needs the person's diary")
    asleep = _longest_sleep(series)
    if not len(asleep):
        return Surge(float("nan"), reason="the record does not hold the waking")
    first = asleep[-1] + 1
    morning = (series.seconds >= series.seconds[first]) & (series.seconds <= series.seconds[first] + _AFTER_WAKING)
    morning &= series.awake == AWAKE
    if morning.sum() < _FEWEST_WAKING:
        return Surge(
            float("nan"), reason=f"{morning.sum()} readings in two hours after waking, {_FEWEST_WAKING} needed"
        )
    trough = _trough(series.systolic, asleep)
    if trough != trough:
        return Surge(float("nan"), reason="the lowest reading of sleep has no neighbours in sleep")
    high = float(series.systolic[morning].mean())
    return Surge(high - trough, high, trough)


def _longest_sleep(series: PressureSeries) -> np.ndarray:
    """Readings of the longest sleep that a reading awake follows; none where there is no such."""
    asleep = series.awake == ASLEEP
    edges = np.diff(np.concatenate([[False], asleep, [False]]).astype(int))
    begins, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    woken = [(b, e) for b, e in zip(begins, ends, strict=True) if e < len(series) and series.awake[e] == AWAKE]
    if not woken:
        return np.array([], dtype=int)
    begin, end = max(woken, key=lambda run: series.seconds[run[1]] - series.seconds[run[0]])
    return np.arange(begin, end)


def _trough(systolic: Floats, asleep: np.ndarray) -> float:
    """Mean of the lowest reading of sleep and its two neighbours; NaN where it has none."""
    if len(asleep) < _FEWEST_ASLEEP:
        return float("nan")
    inner = asleep[1:-1]
    lowest = int(inner[np.argmin(systolic[inner])])
    place = int(np.flatnonzero(asleep == lowest)[0])
    return float(systolic[asleep[place - 1 : place + 2]].mean())


def find_load(series: PressureSeries, period: str, chosen: Flags) -> Load:
    """Share of readings at or above ESC 2024's hypertension of the period.

    Args:
        series: the record.
        period: ``day`` or ``night``.
        chosen: (n,) its readings, one at least.
    """
    limit = hypertension(ESC, period)
    systolic = 100 * float((series.systolic[chosen] >= limit.systolic).mean())
    diastolic = 100 * float((series.diastolic[chosen] >= limit.diastolic).mean())
    return Load(period, systolic, diastolic, int(chosen.sum()), limit.text)


def find_variability(series: PressureSeries, periods: Periods, given: frozenset[str], name: str) -> Variability:
    """Standard deviations and average real variability of one pressure.

    Args:
        series: the record.
        periods: its day and night.
        given: periods with readings enough: ``day``, ``night``, ``24 hours``.
        name: ``systolic`` or ``diastolic``.
    """
    values = series.values(name)
    day, night = (
        float(values[flags].std(ddof=1)) if period in given else float("nan")
        for period, flags in ((DAY, periods.day), (NIGHT, periods.night))
    )
    whole = "24 hours" in given
    lengths = np.array(periods.hours)
    weighted = float(lengths @ (day, night) / lengths.sum())
    all_day = float(values.std(ddof=1)) if whole else float("nan")
    return Variability(name, day, night, all_day, weighted, average_real(values, series.seconds) if whole else np.nan)


def average_real(values: Floats, seconds: Floats) -> float:
    """Mean change from reading to reading, weighted by the time between them (Mena 2005).

    Args:
        values: (n,) two or more.
        seconds: (n,) strictly rising.
    """
    between = np.diff(seconds)
    return float((between * np.abs(np.diff(values))).sum() / between.sum())
