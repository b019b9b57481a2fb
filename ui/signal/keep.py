"""What was read of a signal kept in a patient's record: numbers and words, no reading of the file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from riskmodels.records import Database, signals
from riskmodels.records.access import Actor
from riskmodels.records.patients import Patient
from ui.clock import today
from ui.records.keeping import Keepable, draw_keeping

if TYPE_CHECKING:
    from riskmodels.signals.glucose.read import GlucoseRead
    from riskmodels.signals.pressure.read import PressureRead
    from riskmodels.signals.rhythm_read import RhythmRead

Days = tuple[date, date] | None


class Read(Protocol):
    """What a reader of any kind gives."""

    @property
    def refused(self) -> str:
        """Why nothing is said; "" where something is."""

    def summary(self) -> dict[str, Any]:
        """Plain numbers and words."""


def draw_keep(kind: str, read: Read, file_hash: str) -> None:
    """A button that keeps what was read in a record; nothing for whoever may not, or where nothing was read.

    Args:
        kind: ``glucose``, ``rhythm`` or ``pressure``.
        read: of the files.
        file_hash: of the files, see :func:`~riskmodels.runtime.hashes.bytes_hash`.
    """
    if read.refused:
        return
    days, models = days_of(kind, read), models_of(kind, read)

    def add(opened: Database, actor: Actor, patient: Patient, day: date) -> str:
        summary = read.summary()
        for study in signals.of_patient(opened, actor, patient.id):
            if (study.kind, study.file_hash, study.models, study.summary) == (kind, file_hash, models, summary):
                return ""
        last = day + (days[1] - days[0]) if days else day
        span = (day, min(last, today()))
        return signals.add(opened, actor, patient.id, kind, span, file_hash, models, summary).id

    first = days[0] if days else None
    label = "First day of the file" if days else "Day of the file, which has none"
    draw_keeping(Keepable("signal.record", "file", file_hash, add, signals.delete, first, label))


def days_of(kind: str, read: Any) -> Days:
    """First and last day of what was read; None where the file has no dates."""
    return _DAYS[kind](read)


def models_of(kind: str, read: Any) -> dict[str, str]:
    """Version of each model that the summary rests on, by name."""
    return _rhythm_models(read) if kind == "rhythm" else {}


def _glucose_days(read: GlucoseRead) -> Days:
    series = read.checked.series
    return _span(series.start, float(series.seconds[0]), float(series.seconds[-1]))


def _rhythm_days(read: RhythmRead) -> Days:
    start = read.ecg.start
    return (start.date(), (start + timedelta(seconds=read.ecg.seconds)).date()) if start else None


def _pressure_days(read: PressureRead) -> Days:
    series = read.report.series
    return _span(series.start, float(series.seconds[0]), float(series.seconds[-1]))


def _span(midnight: date | None, first: float, last: float) -> Days:
    """Days of the first and last reading, in seconds since a midnight."""
    if midnight is None:
        return None
    return midnight + timedelta(seconds=first), midnight + timedelta(seconds=last)


def _rhythm_models(read: RhythmRead) -> dict[str, str]:
    if read.model is None or read.calls.refused:
        return {}
    return {str(read.model.card["name"]): str(read.model.card.get("version", ""))}


_DAYS: dict[str, Callable[[Any], Days]] = {
    "glucose": _glucose_days,
    "rhythm": _rhythm_days,
    "pressure": _pressure_days,
}
