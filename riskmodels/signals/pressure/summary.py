"""A series of pressures → its report: means with intervals, categories, and everything that can be said of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from riskmodels.checks.file_check import Check
from riskmodels.signals.pressure.entering import Entered, mean_to_enter
from riskmodels.signals.pressure.estimates import Estimate, mean_in_time, mean_over_days, together
from riskmodels.signals.pressure.findings import (
    Dipping,
    Load,
    Surge,
    Variability,
    find_dipping,
    find_load,
    find_surge,
    find_variability,
)
from riskmodels.signals.pressure.office import Compared, compare
from riskmodels.signals.pressure.periods import NARROW, Hours, Periods, find_periods
from riskmodels.signals.pressure.series import DAY_LONG, Flags, PressureSeries
from riskmodels.signals.pressure.thresholds import ALL_DAY, AT_HOME, DAY, GUIDELINES, NIGHT, category_of
from riskmodels.signals.pressure.validity import HOME_BEST, check_day_long, check_home, halves

#: a home series of more days than these is a diary of weeks: its last days with readings are taken
_MOST_DAYS = 14
#: parts of a day that have a mean beside the main ones
MORNING, EVENING = "morning", "evening"
_LIMITS = (
    "One record is not a diagnosis: the person's next day may differ. Of two day-long records within a month the means "
    "of the day of one person differed by −17 to +18 mmHg in 95 of 100, and 32 in 100 changed their class of dipping "
    "(meta-analysis 2020, PMC7575032). The intervals here are narrower: they are of the readings of this record alone.",
    "With atrial fibrillation or many extra beats an automatic cuff may read wrong: repeat, and listen.",
    "In pregnancy these thresholds do not hold.",
    "The arm, the cuff's size and how the person sat are not seen here.",
)


@dataclass(frozen=True)
class PeriodMean:
    """Means of one period.

    Args:
        period: ``24 hours``, ``day``, ``night``, ``home``, ``morning`` or ``evening``.
        systolic, diastolic: mmHg, each with its interval.
        pulse: 1/min; None where there is none.
        categories: by guideline its name; empty for periods without thresholds.
        open: guidelines of which the interval reaches into another category.
    """

    period: str
    systolic: Estimate
    diastolic: Estimate
    pulse: Estimate | None
    categories: dict[str, str]
    open: frozenset[str]


@dataclass(frozen=True)
class PressureReport:
    """What can be said of a series.

    Args:
        series: that was summarised, of a home series the days that count.
        checks: what was looked at before.
        refused: why there is no mean at all; empty where there is one.
        missing: by what is not given the reason.
        means: by period.
        periods: day and night of a day-long record; None for a home series.
        evened: mean of the means of each hour with a reading (systolic, diastolic), beside the plain 24-hour mean, in
            which a night with fewer readings weighs less; None where there is no 24-hour mean.
        dipping, surge, loads, variability: of a day-long record; None or empty where not given.
        compared: with the office pressure, where it is told.
        entered: the mean that may feed the risk model.
        notes: what was done, in words.
        limits: what it does not say.
    """

    series: PressureSeries = field(repr=False)
    checks: tuple[Check, ...]
    refused: str
    missing: dict[str, str]
    means: dict[str, PeriodMean]
    periods: Periods | None = field(default=None, repr=False)
    evened: tuple[float, float] | None = None
    dipping: Dipping | None = None
    surge: Surge | None = None
    loads: tuple[Load, ...] = ()
    variability: tuple[Variability, ...] = ()
    compared: tuple[Compared, ...] = ()
    entered: Entered | None = None
    notes: tuple[str, ...] = ()
    limits: tuple[str, ...] = _LIMITS


def summarise(
    series: PressureSeries,
    office: tuple[float, float] | None = None,
    hours: Hours = NARROW,
    treated: bool | None = None,
) -> PressureReport:
    """The report of a series.

    Args:
        series: as read.
        office: systolic and diastolic mean of the office, mmHg; None where not told.
        hours: of day and night, where there is no diary.
        treated: whether medicine for high pressure is taken; None where not known.
    """
    report = _day_long(series, hours) if series.kind == DAY_LONG else _home(series)
    if office is not None:
        pairs = {name: (mean.systolic, mean.diastolic) for name, mean in report.means.items()}
        report = replace(report, compared=compare(office, pairs, treated))
    means = {name: (mean.systolic, mean.diastolic, mean.pulse) for name, mean in report.means.items()}
    return replace(report, entered=mean_to_enter(means))


def _day_long(series: PressureSeries, hours: Hours) -> PressureReport:
    periods = find_periods(series, hours)
    validity = check_day_long(series, periods)
    flags = {DAY: periods.day, NIGHT: periods.night}
    given = frozenset({ALL_DAY, *flags} - validity.missing.keys())
    means = {name: _period(series, name, chosen) for name, chosen in flags.items() if name in given}
    if ALL_DAY in given:
        means = {ALL_DAY: _all_day(series, periods)} | means
    return PressureReport(
        series,
        validity.checks,
        "" if means else "; ".join(dict.fromkeys(validity.missing.values())),
        validity.missing,
        means,
        periods,
        _evened(series) if ALL_DAY in given else None,
        _dipping(means),
        find_surge(series, periods) if given >= {DAY, NIGHT} else None,
        tuple(find_load(series, name, chosen) for name, chosen in flags.items() if name in given),
        tuple(find_variability(series, periods, given, name) for name in ("systolic", "diastolic")) if means else (),
        notes=(*series.notes, f"Day and night: {periods.text}."),
    )


def _dipping(means: dict[str, PeriodMean]) -> Dipping | None:
    if not means.keys() >= {DAY, NIGHT}:
        return None
    day, night = ((means[name].systolic, means[name].diastolic) for name in (DAY, NIGHT))
    return find_dipping(day, night)


def _home(series: PressureSeries) -> PressureReport:
    counted, notes = _days_that_count(series)
    validity = check_home(counted)
    if validity.missing:
        return PressureReport(
            counted, validity.checks, validity.missing[AT_HOME], validity.missing, {}, notes=(*series.notes, *notes)
        )
    rest = counted.pick(counted.day > counted.day[0])
    notes = (*notes, "The first day is left out of the means, as the guidelines ask.")
    parts = {AT_HOME: np.ones(len(rest), dtype=bool), **dict(zip((MORNING, EVENING), halves(rest), strict=True))}
    means = {name: _period(rest, name, chosen, by_day=True) for name, chosen in parts.items() if chosen.any()}
    return PressureReport(rest, validity.checks, "", {}, means, notes=(*series.notes, *notes))


def _days_that_count(series: PressureSeries) -> tuple[PressureSeries, tuple[str, ...]]:
    """All days of a short series; of a longer one the last seven with readings."""
    days = np.unique(series.day)
    if days[-1] - days[0] < _MOST_DAYS:
        return series, ()
    first = days[-HOME_BEST] if len(days) >= HOME_BEST else days[0]
    note = f"The series spans {days[-1] - days[0] + 1} days: its last {HOME_BEST} with readings are summarised."
    return series.pick(series.day >= first), (note,)


def _period(series: PressureSeries, name: str, chosen: Flags, by_day: bool = False) -> PeriodMean:
    def mean(values: np.ndarray, known: Flags) -> Estimate:
        at = chosen & known
        return mean_over_days(values[at], series.day[at]) if by_day else mean_in_time(values[at], series.seconds[at])

    measured = np.ones(len(series), dtype=bool)
    beats = ~np.isnan(series.pulse)
    pulse = mean(series.pulse, beats) if (chosen & beats).sum() > 1 else None
    return _with_categories(name, mean(series.systolic, measured), mean(series.diastolic, measured), pulse)


def _all_day(series: PressureSeries, periods: Periods) -> PeriodMean:
    """The plain mean of all readings; its interval knows that day and night have levels of their own."""
    rest = ~(periods.day | periods.night)
    parts = [_period(series, ALL_DAY, chosen) for chosen in (periods.day, periods.night, rest) if chosen.sum() > 1]
    lone = rest.sum() == 1  # one reading between day and night has no spread of its own: it goes with the day
    if lone:
        parts[0] = _period(series, ALL_DAY, periods.day | rest)
    pulses = [part.pulse for part in parts if part.pulse is not None]
    return _with_categories(
        ALL_DAY,
        together([part.systolic for part in parts]),
        together([part.diastolic for part in parts]),
        together(pulses) if pulses else None,
    )


def _with_categories(name: str, systolic: Estimate, diastolic: Estimate, pulse: Estimate | None) -> PeriodMean:
    if name in (MORNING, EVENING):
        return PeriodMean(name, systolic, diastolic, pulse, {}, frozenset())
    categories = {g: category_of(g, name, systolic.value, diastolic.value) for g in GUIDELINES}
    ends = [(systolic.low, diastolic.low), (systolic.high, diastolic.high)]
    open_ = {g for g in GUIDELINES for end in ends if category_of(g, name, *end) != categories[g]}
    return PeriodMean(name, systolic, diastolic, pulse, categories, frozenset(open_))


def _evened(series: PressureSeries) -> tuple[float, float]:
    """Means of the means of each hour of the clock that has a reading."""
    hour = series.hour.astype(int)
    own = np.unique(hour)
    systolic, diastolic = (
        float(np.mean([values[hour == one].mean() for one in own])) for values in (series.systolic, series.diastolic)
    )
    return systolic, diastolic
