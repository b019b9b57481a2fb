"""Signal studies of a patient as courses: each figure with its interval and what makes it doubtful; HbA1c beside GMI.

In go studies as they were kept (:mod:`riskmodels.records.signals`) and visits; out come panels of tracks, drawn by the
timeline. A summary of a former version may lack a figure: then it has no point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from riskmodels.errors import SignalError
from riskmodels.records.signals import SignalStudy
from riskmodels.records.visits import Visit
from riskmodels.signals.glucose.gmi import beside_hba1c
from riskmodels.signals.glucose.targets import find_target
from riskmodels.units import HBA1C, Unit, from_canonical

#: HbA1c looks back on two to three months: one further from the sensor's days than this is not set beside them
HBA1C_REACH = timedelta(days=90)
#: hours with beats below which a burden has no interval; draws, share inside and seed of the interval
LEAST_HOURS, DRAWS, LEVEL, SEED = 5, 2000, 0.95, 0
_UNKNOWN = float("nan")
#: a value and the ends of its interval; NaN where not known
Figure = tuple[float, float, float]
#: pressures by period that are the main one of a record, and how they came about
_PERIODS = {
    "24 hours": "mean of 24 hours",
    "day": "mean of the day, where the night is too thin for 24 hours",
    "home": "mean of home readings without the first day",
}


@dataclass(frozen=True)
class Point:
    """One figure of one study, or one laboratory value.

    Args:
        day: the last day of the signal, or of the visit.
        value, low, high: in the track's unit; the ends of the interval are NaN where there is none.
        doubt: what makes it doubtful, in words; empty where nothing does.
    """

    day: date
    value: float = field(repr=False)
    low: float = field(default=_UNKNOWN, repr=False)
    high: float = field(default=_UNKNOWN, repr=False)
    doubt: str = field(default="", repr=False)


@dataclass(frozen=True)
class Track:
    """One figure over time, oldest first."""

    label: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class SignalPanel:
    """Tracks that share an axis.

    Args:
        title: what is shown.
        unit: its symbol.
        decimals: that are told.
        definition: what the figures are, in words.
        tracks: one or two with points.
        span: that the axis shows at least: a wobble must not look like a leap.
        bounds: ends that the axis cannot pass.
    """

    title: str
    unit: str
    decimals: int
    definition: str
    tracks: tuple[Track, ...]
    span: float
    bounds: tuple[float, float] = (0.0, float("inf"))


def make_signal_panels(
    studies: Sequence[SignalStudy], visits: Sequence[Visit], hba1c_unit: Unit = HBA1C[0]
) -> list[SignalPanel]:
    """All that can be drawn over time.

    Args:
        studies: of one patient, oldest first.
        visits: of the same, oldest first.
        hba1c_unit: that GMI and HbA1c are told in.
    """
    by_kind = {kind: [study for study in studies if study.kind == kind] for kind in ("glucose", "rhythm", "pressure")}
    panels = [*_in_range(by_kind["glucose"]), _gmi(by_kind["glucose"], visits, hba1c_unit)]
    panels += [_burden(by_kind["rhythm"]), *_pressures(by_kind["pressure"])]
    return [panel for panel in panels if panel is not None]


def gmi_words(studies: Sequence[SignalStudy], visits: Sequence[Visit]) -> str:
    """GMI of the latest glucose study beside the HbA1c nearest to it, and what a difference can mean.

    Args:
        studies, visits: of one patient, oldest first.

    Returns:
        Empty where there is no glucose study; the reason where no HbA1c is near enough.
    """
    for study in reversed(studies):
        mean = _figure(study, "mean")[0]
        if mean == mean:
            near = nearest_hba1c(study, visits)
            if near is None:
                return (
                    f"No HbA1c within {HBA1C_REACH.days} days of the sensor's days up to {study.last_day.isoformat()}: "
                    "GMI has nothing to stand beside."
                )
            told = beside_hba1c(mean, near.value, float(study.summary.get("days") or _UNKNOWN)).text
            return f"Sensor up to {study.last_day.isoformat()}, HbA1c of {near.day.isoformat()}. {told}"
    return ""


def nearest_hba1c(study: SignalStudy, visits: Sequence[Visit]) -> Point | None:
    """The HbA1c (%, NGSP) nearest to a study's last day; None where none is within :data:`HBA1C_REACH`."""
    known = _hba1c(visits, HBA1C[0])
    near = min(known, key=lambda point: abs(point.day - study.last_day), default=None)
    return near if near is not None and abs(near.day - study.last_day) <= HBA1C_REACH else None


def doubt_of(study: SignalStudy) -> str:
    """What makes a study doubtful: too little wear, or the checks that it did not pass; empty where nothing does."""
    if study.kind == "glucose":
        bound = study.summary.get("bound")
        limits = f"Readings beyond the sensor's limits: its mean and GMI are {bound} what is told." if bound else ""
        return " ".join(part for part in (str(study.summary.get("partly") or ""), limits) if part)
    failed = (check for check in study.summary.get("checks") or () if not check.get("passed"))
    return " ".join(str(check.get("detail") or check.get("name")) for check in failed)


def _in_range(studies: Sequence[SignalStudy]) -> list[SignalPanel]:
    """Time in range, a panel for each range that was asked for."""
    spans: dict[str, list[Point]] = {}
    for study in studies:
        try:
            span = find_target(str(study.summary.get("target"))).span
        except SignalError:
            continue
        spans.setdefault(span, []).extend(_points(study, _figure(study, "in_range")))
    definition = "Share of the sensor's readings in the range, with the 95 % interval from drawing the days again."
    return [
        SignalPanel(
            f"Time in range, {span}", "%", 0, definition, (Track("Time in range", tuple(points)),), 40.0, (0.0, 100.0)
        )
        for span, points in spans.items()
        if points
    ]


def _gmi(studies: Sequence[SignalStudy], visits: Sequence[Visit], unit: Unit) -> SignalPanel | None:
    found = [point for study in studies for point in _points(study, _figure(study, "gmi"), unit)]
    if not found:
        return None
    tracks = [Track("GMI", tuple(found)), Track("HbA1c", tuple(_hba1c(visits, unit)))]
    definition = (
        "GMI: 3.31 + 0.02392 × mean glucose of the sensor in mg/dL, in % (Bergenstal 2018), with its 95 % interval. "
        "HbA1c: of the laboratory, by visit."
    )
    decimals = 1 if unit == HBA1C[0] else 0
    title = "GMI beside HbA1c" if tracks[1].points else "GMI"
    return SignalPanel(
        title, unit.symbol, decimals, definition, tuple(t for t in tracks if t.points), 2.0 / unit.factor
    )


def _hba1c(visits: Sequence[Visit], unit: Unit) -> list[Point]:
    known = [(visit.day, visit.facts.canonical["hba1c"]) for visit in visits if "hba1c" in visit.facts.canonical]
    return [Point(day, float(from_canonical(value, unit))) for day, value in known]


def _burden(studies: Sequence[SignalStudy]) -> SignalPanel | None:
    found = []
    for study in studies:
        told = study.summary.get("ventricular") or {}
        found += _points(study, (_number(told.get("percent")), *burden_interval(told.get("by_hour") or ())))
    definition = (
        "Beats that the model calls ventricular, of all beats it could see. The 95 % interval draws the hours again; "
        f"a recording with fewer than {LEAST_HOURS} hours of beats has none. It is of these hours, not of other days."
    )
    track = Track("Ventricular beats", tuple(found))
    return SignalPanel("Ventricular beats", "% of beats", 1, definition, (track,), 5.0, (0.0, 100.0)) if found else None


def burden_interval(by_hour: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """The 95 % interval of a burden in %, from drawing its hours again; NaN below :data:`LEAST_HOURS` hours.

    Args:
        by_hour: ``beats`` seen and those called ``ventricular``, by hour.
    """
    hours = np.array([(hour["beats"], hour["ventricular"]) for hour in by_hour if hour["beats"]], dtype=float)
    if len(hours) < LEAST_HOURS:
        return _UNKNOWN, _UNKNOWN
    draws = np.random.default_rng(SEED).multinomial(len(hours), np.full(len(hours), 1 / len(hours)), size=DRAWS)
    beats, called = (draws @ hours).T
    tail = 50 * (1 - LEVEL)
    low, high = np.percentile(100 * called / beats, [tail, 100 - tail])
    return float(low), float(high)


def _pressures(studies: Sequence[SignalStudy]) -> list[SignalPanel]:
    """Mean pressures, a panel for each main period: those of 24 hours and those of home are not the same thing."""
    panels = []
    main = [next((p for p in _PERIODS if p in (study.summary.get("means") or {})), "") for study in studies]
    for period, definition in _PERIODS.items():
        own = [study for study, its in zip(studies, main, strict=True) if its == period]
        tracks = []
        for name in ("systolic", "diastolic"):
            found = [(study, _told(study.summary["means"][period].get(name))) for study in own]
            points = tuple(point for study, figure in found for point in _points(study, figure))
            tracks += [Track(name.capitalize(), points)] if points else []
        if tracks:
            told = f"{definition[0].upper()}{definition[1:]}, with the 95 % interval from these readings alone."
            panels.append(SignalPanel(f"Blood pressure, {period}", "mmHg", 0, told, tuple(tracks), 40.0))
    return panels


def _points(study: SignalStudy, figure: Figure, unit: Unit | None = None) -> list[Point]:
    """The figure as the study's point, converted; none where it is not known."""
    if figure[0] != figure[0]:
        return []
    value, low, high = (float(from_canonical(end, unit)) if unit else end for end in figure)
    return [Point(study.last_day, value, low, high, doubt_of(study))]


def _figure(study: SignalStudy, name: str) -> Figure:
    """A figure of a glucose study."""
    return _told((study.summary.get("figures") or {}).get(name))


def _told(figure: Mapping[str, Any] | None) -> Figure:
    value, low, high = (_number((figure or {}).get(name)) for name in ("value", "low", "high"))
    return value, low, high


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else _UNKNOWN
