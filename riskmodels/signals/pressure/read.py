"""One file of pressures, read once for page, command line and record: the series, its report, and plain numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from riskmodels.checks.file_check import Check
from riskmodels.signals.asked import Answers
from riskmodels.signals.pressure.estimates import Estimate
from riskmodels.signals.pressure.files import read_pressure
from riskmodels.signals.pressure.periods import HOURS
from riskmodels.signals.pressure.series import DAY_LONG, PressureSeries
from riskmodels.signals.pressure.summary import PeriodMean, PressureReport, summarise
from riskmodels.tasks import Limits, shared_room

#: of reading one file
_LIMITS = Limits(seconds=60, memory=2**30)

#: decimals of plain numbers
_DECIMALS = 1


@dataclass(frozen=True)
class Told:
    """What is known beside the file.

    Args:
        office: systolic and diastolic mean of the office, mmHg; None where not told.
        hours: name of the fixed hours of day and night, where there is no diary: ``narrow`` or ``whole``.
        sleep: hours of falling asleep and of waking, 0–24; None where not told. They stand above the file's own.
        treated: whether medicine for high pressure is taken; None where not known.
    """

    office: tuple[float, float] | None = None
    hours: str = "narrow"
    sleep: tuple[float, float] | None = None
    treated: bool | None = None


@dataclass(frozen=True)
class PressureRead:
    """A file of pressures and what is said of it.

    Args:
        series: as it was read.
        report: made of it with what was told beside.
        told: beside the file.
    """

    series: PressureSeries = field(repr=False)
    report: PressureReport = field(repr=False)
    told: Told = field(default_factory=Told, repr=False)

    @property
    def checks(self) -> tuple[Check, ...]:
        """What was looked at before any number."""
        return self.report.checks

    @property
    def refused(self) -> str:
        """Why there is no mean at all; "" where there is one."""
        return self.report.refused

    def again(self, told: Told) -> PressureRead:
        """The same file with something else told beside it.

        Raises:
            ValueError: when the hours of sleep are none.
        """
        return self if told == self.told else _summarised(self.series, told)

    def summary(self) -> dict[str, Any]:
        """Everything that is said, as numbers, words, lists and dictionaries; what is not known is None."""
        report, series = self.report, self.series
        return {
            "kind": series.kind,
            "source": series.source,
            "start": series.start.isoformat() if series.start else None,
            "readings": {
                "used": len(series),
                "tried": series.attempted,
                "left_out": dict(Counter(one.reason for one in series.failed)),
            },
            "refused": report.refused,
            "missing": dict(report.missing),
            "checks": [{"name": c.name, "passed": c.passed, "detail": c.detail} for c in report.checks],
            "means": {name: _mean(mean) for name, mean in report.means.items()},
            "hourly_mean": _pair(report.evened),
            "periods": report.periods.text if report.periods else None,
            **_day_long(report),
            "office": _pair(self.told.office),
            "compared": [
                {"guideline": c.guideline, "untreated": c.untreated, "treated": c.treated, "decided": c.decided}
                for c in report.compared
            ],
            "to_enter": _entered(report),
            "notes": list(report.notes),
            "limits": list(report.limits),
        }


def read_pressure_file(
    name: str,
    data: bytes,
    answers: Answers | None = None,
    office: tuple[float, float] | None = None,
    *,
    told: Told | None = None,
) -> PressureRead:
    """Read a file of pressures in a process of its own, with limits of time and memory, and sum it up.

    Args:
        name: of the file.
        data: its bytes.
        answers: to what was asked before.
        office: systolic and diastolic mean of the office, mmHg.
        told: all that is known beside the file, in the place of ``office``.

    Raises:
        SignalError: when it cannot be read.
        UnansweredError: when the file leaves something open.
        TaskError: when the reading was ended.
    """
    series = shared_room().start(read_pressure, name, data, dict(answers or {}), limits=_LIMITS).result()
    return _summarised(series, told or Told(office))


def _summarised(series: PressureSeries, told: Told) -> PressureRead:
    used = series
    if told.sleep is not None and series.kind == DAY_LONG:
        used = series.with_diary(*told.sleep)
    return PressureRead(series, summarise(used, told.office, HOURS[told.hours], told.treated), told)


def _day_long(report: PressureReport) -> dict[str, Any]:
    """What only a record of a day tells."""
    dipping, surge = report.dipping, report.surge
    return {
        "dipping": {
            "systolic_percent": _estimate(dipping.percent, "%"),
            "diastolic_percent": _estimate(dipping.diastolic, "%"),
            "class": dipping.name,
            "open": dipping.open,
        }
        if dipping
        else None,
        "morning_surge": {"mmHg": _plain(surge.value), "reason": surge.reason} if surge else None,
        "load_percent": {
            load.period: {
                "systolic": _plain(load.systolic),
                "diastolic": _plain(load.diastolic),
                "threshold": load.threshold,
                "n": load.n,
            }
            for load in report.loads
        },
        "variability_mmHg": {
            one.name: {
                "sd_day": _plain(one.day),
                "sd_night": _plain(one.night),
                "sd_24_hours": _plain(one.all_day),
                "sd_weighted": _plain(one.weighted),
                "average_real": _plain(one.real),
            }
            for one in report.variability
        },
    }


def _entered(report: PressureReport) -> dict[str, Any]:
    entered = report.entered
    if entered is None:
        return {"period": "", "values": {}, "text": ""}
    values = {name: _plain(value) for name, value in entered.values.items()}
    return {"period": entered.period, "values": values, "text": entered.text}


def _mean(mean: PeriodMean) -> dict[str, Any]:
    return {
        "systolic": _estimate(mean.systolic, "mmHg"),
        "diastolic": _estimate(mean.diastolic, "mmHg"),
        "pulse": _estimate(mean.pulse, "1/min") if mean.pulse else None,
        "categories": dict(mean.categories),
        "open": sorted(mean.open),
    }


def _estimate(estimate: Estimate, unit: str) -> dict[str, Any]:
    ends = {name: _plain(getattr(estimate, name)) for name in ("value", "low", "high")}
    return {**ends, "unit": unit, "n": estimate.n}


def _pair(pair: tuple[float, float] | None) -> dict[str, float | None] | None:
    return None if pair is None else {"systolic": _plain(pair[0]), "diastolic": _plain(pair[1])}


def _plain(value: float) -> float | None:
    return round(float(value), _DECIMALS) if isfinite(value) else None
