"""Signal studies of one invented patient, with summaries as the readers make them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from riskmodels.records.signals import SignalStudy

_MOMENT = datetime(2026, 2, 1, tzinfo=UTC)


def study(kind: str, last: date, summary: Mapping[str, Any], days: int = 1, **changes: Any) -> SignalStudy:
    first = last - timedelta(days=days - 1)
    made = {"id": f"{kind}{last}", "patient_id": "p" * 32, "kind": kind, "day": first, "last_day": last,
            "file_hash": "e" * 64, "models": {}, "summary": summary, "created": _MOMENT, "created_by": "local",
            "deleted": None}  # fmt: skip
    return SignalStudy(**(made | changes))


def figure(value: float | None, low: float | None = None, high: float | None = None) -> dict[str, float | None]:
    return {"value": value, "low": low, "high": high}


def glucose(last: date, mean: float = 154.0, **changes: Any) -> SignalStudy:
    figures = {"in_range": figure(71.6, 66.0, 76.1), "below": figure(3.2, 1.9, 4.8), "mean": figure(mean),
               "gmi": figure(3.31 + 0.02392 * mean, 6.8, 7.2)}  # fmt: skip
    summary = {"target": "diabetes", "days": 14.0, "partly": "", "bound": "", "figures": figures} | changes
    return study("glucose", last, summary, 14)


def rhythm(last: date, hours: int = 24, percent: float | None = 2.0, **changes: Any) -> SignalStudy:
    by_hour = [{"hour": i, "beats": 4000, "ventricular": 40 if i % 2 else 120} for i in range(hours)]
    told = {"called": 80 * hours, "beats_seen": 4000 * hours, "percent": percent, "couplets": 1, "runs": [],
            "by_hour": by_hour}  # fmt: skip
    summary = {"beats": 4000 * hours, "usable_seconds": 3600.0 * hours, "checks": [], "ventricular": told} | changes
    return study("rhythm", last, summary, models={"ventricular": "v1"})


def pressure(last: date, *periods: str, **changes: Any) -> SignalStudy:
    mean = {"systolic": figure(134.2, 131.0, 137.4), "diastolic": figure(82.0, 80.1, 84.0), "pulse": None}
    summary = {"means": dict.fromkeys(periods, mean), "checks": [], "dipping": None} | changes
    return study("pressure", last, summary)
