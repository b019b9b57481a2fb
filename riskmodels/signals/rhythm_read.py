"""A recording of a heart's rhythm, read once for page, command line and record: beats, report, calls, plain numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from riskmodels.checks.file_check import Check
from riskmodels.errors import ModelFileError
from riskmodels.signals.asked import Answers
from riskmodels.signals.ectopy.calls import BeatCalls, Row, burden_by_hour, couplets, runs
from riskmodels.signals.ectopy.model import SHIPPED, Saliency, VentricularModel
from riskmodels.signals.rhythm.beats import Beats, find_beats
from riskmodels.signals.rhythm.ecg import CheckedEcg, Ecg
from riskmodels.signals.rhythm.figures import Figure, mean_of
from riskmodels.signals.rhythm.files import open_ecg
from riskmodels.signals.rhythm.quality import check_ecg
from riskmodels.signals.rhythm.report import LIMITS, RhythmReport, summarise

#: seconds: a part of a long recording, of a shorter one, and the windows that the interval of a burden is over
HOUR, MINUTE, WINDOW = 3600.0, 60.0, 10.0
RUN_OF, COUPLET, PAUSE = "run", "couplet", "pause"


class Episode(NamedTuple):
    """Something with a time: ``start`` and ``seconds`` (of a pause) in s, ``beats`` and their ``rate`` (1/min)."""

    kind: str
    start: float
    beats: int
    rate: float
    seconds: float = float("nan")


class Part(NamedTuple):
    """A part of a recording: where it starts and how long it is (s), beats seen in it, beats called ventricular."""

    start: float
    length: float
    beats: int
    ventricular: int


@dataclass(frozen=True, eq=False)
class RhythmRead:
    """A recording and what is said of it.

    Args:
        checked: the recording with what of it can be used.
        beats: of the lead that is read; none where the recording is refused.
        calls: which of them are called ventricular; with the reason where none is.
        report: of the rhythm; None where the recording is refused.
        model: that called them; None where it cannot be used.
    """

    checked: CheckedEcg
    beats: Beats
    calls: BeatCalls
    report: RhythmReport | None = field(default=None, repr=False)
    model: VentricularModel | None = field(default=None, repr=False)

    @property
    def ecg(self) -> Ecg:
        """The recording as it was read."""
        return self.checked.ecg

    @property
    def checks(self) -> tuple[Check, ...]:
        """What was looked at before any number."""
        return self.checked.checks

    @property
    def refused(self) -> str:
        """Why nothing is said; "" where something is."""
        return self.checked.refused

    @property
    def seconds(self) -> np.ndarray:
        """(m,) when each beat came, since the recording began."""
        seconds: np.ndarray = self.beats.samples / self.ecg.rate
        return seconds

    @property
    def limits(self) -> tuple[str, ...]:
        """What is not said, in sentences; those of the model that called the beats among them."""
        of_model = self.model.card.get("limits", ()) if self.model and not self.calls.refused else ()
        return (*(self.report.limits if self.report else LIMITS), *map(str, of_model))

    def episodes(self) -> tuple[Episode, ...]:
        """Runs, couplets and pauses in the order of time."""
        found = [Episode(RUN_OF, row.seconds, row.beats, row.rate) for row in runs(self.calls)]
        found += [Episode(COUPLET, row.seconds, row.beats, row.rate) for row in couplets(self.calls)]
        paused = self.report.pauses if self.report else ()
        found += [Episode(PAUSE, pause.start, 0, float("nan"), pause.seconds) for pause in paused]
        return tuple(sorted(found, key=lambda episode: episode.start))

    def burden(self) -> tuple[Part, ...]:
        """Beats seen and beats called, hour by hour; minute by minute of a recording shorter than an hour."""
        return () if self.calls.refused else self._parts(HOUR if self.ecg.seconds >= HOUR else MINUTE)

    def share(self) -> Figure:
        """Of the beats seen those called ventricular, %, with an interval over windows of ten seconds."""
        if self.calls.refused:
            return Figure(unit="%", reason=self.calls.refused)
        shares = np.array([100 * part.ventricular / part.beats for part in self._parts(WINDOW) if part.beats])
        over = mean_of(shares, "%", "windows of 10 s")
        return Figure(100 * self.calls.burden, over.low, over.high, "%", over.reason)

    def per_hour(self) -> float:
        """Ventricular beats in an hour that can be used; of a shorter recording as many as there would be."""
        return float(self.calls.ventricular.sum()) * HOUR / self.checked.usable_seconds

    def _parts(self, length: float) -> tuple[Part, ...]:
        calls, count = self.calls, int(np.ceil(self.ecg.seconds / length))
        places = (calls.seconds // length).astype(np.int64)
        seen = np.bincount(places[np.isfinite(calls.probability)], minlength=count)
        called = np.bincount(places[calls.ventricular], minlength=count)
        numbers = enumerate(zip(seen.tolist(), called.tolist(), strict=True))
        return tuple(Part(i * length, length, beats, ventricular) for i, (beats, ventricular) in numbers)

    def saliency(self, beat: int) -> Saliency | None:
        """What in a beat's window spoke for its call; None where nothing can be said.

        Args:
            beat: its number.
        """
        return self.model.saliency(self.checked, self.beats, beat) if self.model else None

    def summary(self) -> dict[str, Any]:
        """Everything that is said, as numbers, words, lists and dictionaries; what is not known is None."""
        ecg, checked = self.ecg, self.checked
        return {
            "source": ecg.source,
            "start": ecg.start.isoformat(sep=" ", timespec="seconds") if ecg.start else None,
            "seconds": round(ecg.seconds, 1),
            "usable_seconds": round(checked.usable_seconds, 1),
            "rate_hz": ecg.rate,
            "leads": list(ecg.leads),
            "lead_read": ecg.leads[checked.lead],
            "refused": self.refused,
            "checks": [{"name": c.name, "passed": c.passed, "detail": c.detail} for c in self.checks],
            "beats": len(self.beats.samples),
            **(_report(self.report) if self.report else {}),
            "ventricular": self._ventricular(),
            "notes": list(ecg.notes),
            "limits": list(self.limits),
        }

    def _ventricular(self) -> dict[str, Any]:
        calls = self.calls
        if calls.refused:
            return {"refused": calls.refused}
        return {
            "refused": "",
            "beats_seen": calls.seen,
            "called": int(calls.ventricular.sum()),
            "per_hour": round(self.per_hour(), 1),
            "percent": round(100 * calls.burden, 2) if isfinite(calls.burden) else None,
            "percent_interval": _figure(self.share()),
            "by_hour": [hour._asdict() for hour in burden_by_hour(calls)],
            "couplets": len(couplets(calls)),
            "runs": [_row(row) for row in runs(calls)],
        }


def read_rhythm(
    files: Mapping[str, bytes],
    answers: Answers | None = None,
    *,
    opened: Callable[[Mapping[str, bytes], Answers | None], Ecg] = open_ecg,
    folder: Path = SHIPPED,
) -> RhythmRead:
    """Read a recording.

    Args:
        files: bytes by name: one file, a zip, or the files of a WFDB record.
        answers: to what was asked before.
        opened: opens the files; a process of its own unless told otherwise.
        folder: of the model of ventricular beats.

    Raises:
        SignalError: when it cannot be read.
        UnansweredError: when the files leave something open.
        TaskError: when the opening took too long or too much memory.
    """
    return read_checked(check_ecg(opened(files, answers)), folder)


def read_checked(checked: CheckedEcg, folder: Path = SHIPPED) -> RhythmRead:
    """Beats and calls of a recording that is checked already.

    Args:
        checked: refused or not.
        folder: of the model of ventricular beats.
    """
    beats = _no_beats() if checked.refused else find_beats(checked)
    try:
        model = ventricular_model(folder)
        calls = model.call(checked, beats)
    except ModelFileError as error:
        model, calls = None, _not_called(checked, beats, str(error))
    if checked.refused:
        return RhythmRead(checked, beats, calls, None, model)
    ectopic = None if calls.refused else calls.ventricular
    return RhythmRead(checked, beats, calls, summarise(checked, beats, ectopic), model)


@cache
def ventricular_model(folder: Path = SHIPPED) -> VentricularModel:
    """The model of ventricular beats, loaded once a process.

    Raises:
        ModelFileError: when it is missing or damaged.
    """
    return VentricularModel.load(folder)


def _not_called(checked: CheckedEcg, beats: Beats, why: str) -> BeatCalls:
    count = len(beats.samples)
    unknown, none = np.full(count, np.nan), np.zeros(count, bool)
    return BeatCalls(beats.samples / checked.ecg.rate, beats.stretch, unknown, none, (), checked.refused or why)


def _no_beats() -> Beats:
    return Beats(np.zeros(0, np.int64), np.zeros(0, np.int64))


def _row(row: Row) -> dict[str, Any]:
    return {"seconds": round(row.seconds, 1), "beats": row.beats, "per_minute": round(row.rate)}


def _report(report: RhythmReport) -> dict[str, Any]:
    rate, found = report.rate, report.variability
    return {
        "heart_rate": {name: _figure(getattr(rate, name)) for name in ("mean", "lowest", "highest")},
        "heart_rate_by_hour": [{"hour": hour, "bpm": round(mean)} for hour, mean in rate.hours],
        "pauses": [{"start": round(p.start, 1), "seconds": round(p.seconds, 2)} for p in report.pauses],
        "irregular": {
            "windows": len(report.irregular.windows),
            "share": round(report.irregular.share, 3) if report.irregular.windows else None,
            "reason": report.irregular.reason,
        },
        "variability": {name: _figure(figure) for name, figure in found.figures.items()},
        "sdnn_24_hours": _figure(found.day),
    }


def _figure(figure: Figure) -> dict[str, Any]:
    numbers = {name: getattr(figure, name) for name in ("value", "low", "high")}
    rounded = {name: None if number is None else round(number, 1) for name, number in numbers.items()}
    return {**rounded, "unit": figure.unit, "reason": figure.reason}
