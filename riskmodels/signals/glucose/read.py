"""A glucose file read once for all who show, keep or print it: its series, its checks, its report."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from riskmodels.signals.asked import Answers
from riskmodels.signals.glucose.consensus import Figure, GlucoseReport, summarise
from riskmodels.signals.glucose.files import read_glucose
from riskmodels.signals.glucose.quality import FULL_DAYS, check_glucose
from riskmodels.signals.glucose.series import CheckedGlucose, GlucoseSeries
from riskmodels.signals.glucose.targets import find_target
from riskmodels.signals.glucose.words import first_words
from riskmodels.tasks import Limits, shared_room

#: of opening one file
_LIMITS = Limits(seconds=60, memory=2**30)
_NO_ANSWERS: Answers = {}


#: days that the consensus reports on; a longer file is reported on its last ones unless others are chosen
USUAL_DAYS = FULL_DAYS


@dataclass(frozen=True)
class GlucoseRead:
    """What was read of one file, for one kind of patient and so many days.

    Args:
        series: as the file has it.
        target: name of the kind of patient, see :data:`~riskmodels.signals.glucose.targets.TARGETS`.
        days: the last so many are reported; 0 for all.
    """

    series: GlucoseSeries
    target: str = "diabetes"
    days: int = USUAL_DAYS

    @cached_property
    def checked(self) -> CheckedGlucose:
        """The days that are reported, with their checks."""
        longer = self.days and self.series.days > self.days + 1
        return check_glucose(self.series.last_days(self.days) if longer else self.series)

    @property
    def refused(self) -> str:
        """Why there is no report; empty when there is one."""
        return self.checked.refused

    @cached_property
    def report(self) -> GlucoseReport:
        """The consensus report.

        Raises:
            SignalError: where the checks refused it.
        """
        return summarise(self.checked, self.target)

    def summary(self) -> dict[str, Any]:
        """What a record keeps: plain numbers in their units, and words."""
        series = self.checked.series
        first, last = series.moment(float(series.seconds[0])), series.moment(float(series.seconds[-1]))
        told: dict[str, Any] = {
            "source": series.source,
            "start": first.isoformat(timespec="minutes") if first else None,
            "end": last.isoformat(timespec="minutes") if last else None,
            "days": round(series.days, 2),
            "worn_percent": round(100 * series.worn, 1),
            "interval_minutes": series.minutes,
            "readings": len(series),
            "refused": self.refused,
            "checks": [{"name": c.name, "passed": c.passed, "detail": c.detail} for c in self.checked.checks],
        }
        if self.refused:
            return told
        report = self.report
        return told | {
            "target": self.target,
            "report_days": self.days,
            "partly": report.partly,
            "figures": {name: _plain(figure) for name, figure in report.figures.items()},
            "bands_percent": {band.name: round(band.percent, 2) for band in report.bands},
            "risk_index": {"value": round(report.risk_index[0], 1), "zone": report.risk_index[1]},
            "goals": [
                {"name": m.goal.name, "more": m.goal.above, "percent": m.goal.percent, "met": m.met, "sure": m.sure}
                for m in report.goals
            ],
            "episodes": {count.level: {"day": count.day, "night": count.night} for count in report.counts},
            "bound": report.bound,
            "words": list(first_words(report)),
        }


def _plain(figure: Figure) -> dict[str, float | None]:
    return {
        name: None if math.isnan(value) else round(value, 2)
        for name, value in (("value", figure.value), ("low", figure.low), ("high", figure.high))
    }


def read_glucose_file(name: str, data: bytes, answers: Answers = _NO_ANSWERS, target: str = "diabetes") -> GlucoseRead:
    """Read one file in a process of its own, with limits of time and memory, and look at it.

    Args:
        name: of the file, for messages only.
        data: the whole file.
        answers: to the questions asked before.
        target: kind of patient.

    Raises:
        SignalError: when it cannot be read.
        UnansweredError: when it can be read once something is answered.
        TaskError: when the reading was ended.
    """
    find_target(target)
    series = shared_room().start(read_glucose, name, data, dict(answers), limits=_LIMITS).result()
    return GlucoseRead(series, target)
