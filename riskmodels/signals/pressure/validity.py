"""Whether a record has readings enough, by what guidelines ask: checks with numbers, and what may be computed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.checks.file_check import Check
from riskmodels.signals.pressure.assemble import counted
from riskmodels.signals.pressure.periods import ESH_2013, Periods
from riskmodels.signals.pressure.series import DAY_SECONDS, Flags, PressureSeries

#: of a day-long record: share of readings that must be valid, fewest of day and of night (ESH 2013)
SHARE, DAY_READINGS, NIGHT_READINGS = 0.70, 20, 7
#: hours of the clock with a reading, of 24; a limit of ours
HOURS_COVERED = 20
ESH_HOME = "ESH 2021, doi 10.1097/HJH.0000000000002922"
#: of a home series: fewest and best number of days (ESH 2021), and the fewest readings, two each morning and evening
HOME_DAYS, HOME_BEST, HOME_READINGS = 3, 7, 12
#: a gap of so many usual intervals means readings that are not in the file
_GAP = 1.6


@dataclass(frozen=True)
class Validity:
    """What a record is good for.

    Args:
        checks: each with what was found and what is asked.
        missing: by what cannot be given (``24 hours``, ``day``, ``night``, ``home``) the reason.
    """

    checks: tuple[Check, ...]
    missing: dict[str, str]


def expected_readings(series: PressureSeries) -> int:
    """How many readings a day-long record should hold: those tried, and those that its gaps lack.

    Args:
        series: with the readings that failed where the file tells of them.
    """
    failed = [one.seconds for one in series.failed if one.seconds == one.seconds]
    tried = np.sort(np.concatenate([series.seconds, failed]))
    steps = np.diff(tried)
    steps = steps[steps > 60]
    if not len(steps):
        return series.attempted
    # a monitor measures less often at night: each gap is held against the intervals around it
    usual = np.array([np.median(steps[max(0, i - 4) : i + 5]) for i in range(len(steps))])
    ratio = steps / usual
    absent = int(np.sum(np.round(ratio[ratio > _GAP]) - 1))
    return max(series.attempted, len(tried) + absent)


def check_day_long(series: PressureSeries, periods: Periods) -> Validity:
    """A 24-hour record against ESH 2013.

    Args:
        series: the record.
        periods: its day and night.
    """
    expected = expected_readings(series)
    share, covered = len(series) / expected, len(np.unique(series.hour.astype(int)))
    day, night = int(periods.day.sum()), int(periods.night.sum())
    left_out = f" Left out: {counted(series.failed)}." if series.failed else ""
    checks = (
        Check(
            "Valid readings",
            share >= SHARE,
            f"{len(series)} of {expected} expected ({share:.0%}); {SHARE:.0%} are asked for ({ESH_2013}).{left_out}",
        ),
        Check("Hours covered", covered >= HOURS_COVERED, f"{covered} of 24; {HOURS_COVERED} are asked for here."),
        Check("Readings by day", day >= DAY_READINGS, f"{day}; {DAY_READINGS} are asked for ({ESH_2013})."),
        Check("Readings at night", night >= NIGHT_READINGS, f"{night}; {NIGHT_READINGS} are asked for ({ESH_2013})."),
    )
    few, gaps, few_day, few_night = (
        "" if check.passed else f"{check.name[0].lower()}{check.name[1:]}: {_first_sentence(check.detail)}"
        for check in checks
    )
    reasons = {"24 hours": few or gaps or few_day or few_night, "day": few_day, "night": few_night}
    return Validity(checks, {name: reason for name, reason in reasons.items() if reason})


def _first_sentence(text: str) -> str:
    """Without its full stop; one inside a number or an identifier ends nothing."""
    return text.split(". ")[0].removesuffix(".")


def check_home(series: PressureSeries) -> Validity:
    """A home series against ESH 2021 and ESC 2024.

    Args:
        series: all its readings, the first day too.
    """
    days = len(np.unique(series.day))
    morning, evening = (int(part.sum()) for part in halves(series))
    left_out = f" Left out: {counted(series.failed)}." if series.failed else ""
    checks = (
        Check(
            "Days",
            days >= HOME_DAYS,
            f"{days}; at least {HOME_DAYS}, better {HOME_BEST} are asked for ({ESH_HOME}).",
        ),
        Check(
            "Readings",
            len(series) >= HOME_READINGS,
            f"{len(series)}; {HOME_READINGS} are asked for, two each morning and evening of three days.{left_out}",
        ),
        Check(
            "Mornings and evenings",
            not series.times_known or min(morning, evening) > 0,
            f"{morning} readings before noon, {evening} after."
            if series.times_known
            else "No time of the clock is told.",
        ),
    )
    few = [check for check in checks[:2] if not check.passed]
    refused = "; ".join(f"{c.name.lower()}: {c.detail.split(' are asked')[0]} are asked for" for c in few)
    return Validity(checks, {"home": refused} if refused else {})


def halves(series: PressureSeries) -> tuple[Flags, Flags]:
    """Readings before and after noon (n each); where a file tells only the day they are in neither."""
    seconds = series.seconds % DAY_SECONDS
    noon = DAY_SECONDS / 2
    if not series.times_known and (seconds == noon).all():
        return np.zeros(len(series), dtype=bool), np.zeros(len(series), dtype=bool)
    return seconds < noon, seconds >= noon
