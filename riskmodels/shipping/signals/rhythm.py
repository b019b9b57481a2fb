"""How well beats are found, and whether irregular means atrial fibrillation, on MIT-BIH: figures for the card.

``python -m riskmodels signals ship --only rhythm --shared ../shared`` writes data/reference/rhythm.json.

Everything was chosen on the first half (DS1); the second (DS2) was looked at several times while this was built, after
the first choice of lead had failed there, and is no untouched test.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodels import ROOT
from riskmodels.evaluation.bootstrap import Plan, draw_counts, interval
from riskmodels.interop.dicom import silenced
from riskmodels.shipping.signals.mitbih import (
    DS1,
    DS2,
    FOLDER,
    MARKED_RATE,
    SAME_PERSON,
    VENTRICULAR,
    Recording,
    read_recordings,
)
from riskmodels.signals.rhythm.beats import Beats, find_beats
from riskmodels.signals.rhythm.ecg import CheckedEcg, Mask
from riskmodels.signals.rhythm.fibrillation import CUT_OFF, WINDOW, irregularity
from riskmodels.signals.rhythm.intervals import intervals_of
from riskmodels.signals.rhythm.matching import TOLERANCE, match_beats
from riskmodels.signals.rhythm.quality import check_ecg

OUT = ROOT / "data" / "reference" / "rhythm.json"
NOTES = "rhythm_and_notes.csv"
FIBRILLATION, FLUTTER, VENTRICULAR_FLUTTER = "(AFIB", "(AFL", "(VFL"
#: detectors by name: a checked recording in, samples of beats out
Detector = Callable[[CheckedEcg], NDArray[np.int64]]
_PLAN = Plan(replicates=1000)


@dataclass(frozen=True, eq=False)
class _Person:
    recording: Recording
    checked: CheckedEcg
    beats: Beats
    rhythm: pd.DataFrame  # sample_360hz, note

    def note_at(self, seconds: NDArray[np.float64]) -> NDArray[np.str_]:
        """Name of the rhythm at some times."""
        starts = self.rhythm["sample_360hz"].to_numpy() / MARKED_RATE
        places = np.searchsorted(starts, seconds, "right") - 1
        return self.rhythm["note"].to_numpy(dtype=str)[np.maximum(places, 0)]


def measure(shared: Path) -> dict[str, Any]:
    """All figures.

    Args:
        shared: folder of shared data.

    Raises:
        SourceDataError: when the recordings are not there.
    """
    halves = {"DS1": _people(shared, DS1), "DS2": _people(shared, DS2)}
    return {
        "data": "MIT-BIH Arrhythmia Database, halves of de Chazal 2004 (DS1 to choose, DS2 to judge), 125 Hz",
        "command": "python -m riskmodels signals ship --only rhythm --shared ../shared",
        "tolerance_seconds": TOLERANCE,
        "beats": {name: _beat_figures(people) for name, people in halves.items()},
        "irregular": _irregular_figures(halves["DS1"], halves["DS2"]),
    }


def _people(shared: Path, records: tuple[int, ...]) -> list[_Person]:
    notes = pd.read_csv(shared / FOLDER / NOTES)
    notes = notes[notes["note"].str.startswith("(")]
    people = []
    for recording in read_recordings(shared, records):
        checked = check_ecg(recording.ecg)
        rhythm = notes[notes["record"] == recording.record].sort_values("sample_360hz")
        people.append(_Person(recording, checked, find_beats(checked), rhythm))
    return people


# ── beats ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def _beat_figures(people: list[_Person]) -> dict[str, Any]:
    """Sensitivity and positive predictive value, ours and of peers, with intervals over people."""
    detectors: dict[str, Detector] = {
        "here": lambda checked: find_beats(checked).samples,
        "sleepecg as it is": _sleepecg,
        "wfdb xqrs": _xqrs,
    }
    counts = {name: np.array([_counted(person, detect) for person in people]) for name, detect in detectors.items()}
    told: dict[str, Any] = {name: _rates(part) for name, part in counts.items()}
    told["people"] = [_of_person(person, row) for person, row in zip(people, counts["here"], strict=True)]
    told["usable_share_of_beats"] = float(counts["here"][:, 0].sum() / counts["here"][:, 6].sum())
    return told


def _counted(person: _Person, detect: Detector) -> tuple[int, ...]:
    """Marked, hit, found, right, ventricular, hit among them, and all marked beats; in usable stretches only."""
    found = detect(person.checked)
    ecg, marked = person.recording.ecg, person.recording.beats.samples
    hit, used = match_beats(marked / ecg.rate, found / ecg.rate)
    clean = person.checked.read & (
        person.note_at(np.arange(len(person.checked.read)) / ecg.rate) != VENTRICULAR_FLUTTER
    )
    inside = clean[np.minimum(marked, len(clean) - 1)]
    ventricular = inside & (person.recording.classes == VENTRICULAR)
    shown = clean[found]
    parts = (inside, inside & hit, shown, shown & used, ventricular, ventricular & hit)
    return (*(int(part.sum()) for part in parts), len(marked))


def _rates(counts: NDArray[np.int64]) -> dict[str, list[float | None]]:
    """Value, low and high of each rate over people."""
    pairs = {"sensitivity": (1, 0), "positive_predictive_value": (3, 2), "ventricular_sensitivity": (5, 4)}
    return {name: _ratio(counts[:, over], counts[:, under]) for name, (over, under) in pairs.items()}


def _ratio(over: NDArray[Any], under: NDArray[Any]) -> list[float | None]:
    """A ratio of sums over people, with its interval when people are drawn again; None where there is none."""
    drawn = np.concatenate(list(draw_counts(len(over), _PLAN)))
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = interval((drawn @ over / (drawn @ under))[:, None])
        value = over.sum() / under.sum()
    return [round(float(number), 4) if np.isfinite(number) else None for number in (value, low[0], high[0])]


def _of_person(person: _Person, counts: NDArray[np.int64]) -> dict[str, Any]:
    return {
        "record": person.recording.record,
        "lead": person.checked.ecg.leads[person.checked.lead],
        "usable_share": round(float(person.checked.read.mean()), 4),
        "beats": int(counts[0]),
        "sensitivity": round(float(counts[1] / counts[0]), 4),
        "positive_predictive_value": round(float(counts[3] / counts[2]), 4),
    }


def _sleepecg(checked: CheckedEcg) -> NDArray[np.int64]:
    from sleepecg.heartbeats import detect_heartbeats

    return np.asarray(detect_heartbeats(checked.cleaned.astype(np.float64), checked.ecg.rate), dtype=np.int64)


def _xqrs(checked: CheckedEcg) -> NDArray[np.int64]:
    with silenced(), contextlib.redirect_stdout(io.StringIO()):
        from wfdb.processing import xqrs_detect  # type: ignore[import-untyped]

        found = xqrs_detect(checked.cleaned.astype(np.float64), checked.ecg.rate, verbose=False)
    return np.unique(np.asarray(found, dtype=np.int64))


# ── irregular rhythm ────────────────────────────────────────────────────────────────────────────────────────────────
def _irregular_figures(first: list[_Person], second: list[_Person]) -> dict[str, Any]:
    """Windows of atrial fibrillation against all others, at the published cut-off and at one chosen on DS1."""
    second = [person for person in second if person.recording.record != SAME_PERSON]
    told: dict[str, Any] = {"window_beats": WINDOW, "published_cut_off": CUT_OFF}
    for name, marked in (("ectopic beats as marked", True), ("ectopic beats not looked for", False)):
        chosen_on, judged_on = (_windows(people, marked) for people in (first, second))
        cut = _best_cut(chosen_on)
        told[name] = {
            "DS1": _judged(chosen_on, CUT_OFF),
            "DS2": _judged(judged_on, CUT_OFF),
            "cut_off_chosen_on_DS1": round(cut, 3),
            "DS2_at_that": _judged(judged_on, cut),
        }
    return told


def _windows(people: list[_Person], marked: bool) -> pd.DataFrame:
    """Entropy of each window with one rhythm all through, and whether that is atrial fibrillation; flutter left out."""
    rows = []
    for person in people:
        ectopic = _ectopic(person) if marked else None
        for window in irregularity(intervals_of(person.beats, person.checked.ecg.rate, ectopic)).windows:
            notes = set(person.note_at(np.arange(window.start, window.end, 0.2)))
            if FLUTTER not in notes and (FIBRILLATION not in notes or len(notes) == 1):
                rows.append((person.recording.record, window.entropy, FIBRILLATION in notes))
    return pd.DataFrame(rows, columns=["record", "entropy", "fibrillation"])


def _ectopic(person: _Person) -> Mask:
    """Found beats whose marked neighbour is ventricular."""
    marked = person.recording.beats.samples
    after = np.clip(np.searchsorted(marked, person.beats.samples), 1, len(marked) - 1)
    before = np.abs(marked[after - 1] - person.beats.samples) < np.abs(marked[after] - person.beats.samples)
    nearest = after - before.astype(np.int64)
    mask: Mask = person.recording.classes[nearest] == VENTRICULAR
    return mask


def _best_cut(windows: pd.DataFrame) -> float:
    """Where sensitivity and specificity, means over people, are highest together."""
    cuts = np.quantile(windows["entropy"], np.linspace(0, 1, 401))
    return float(max(cuts, key=lambda cut: sum(_by_person(windows, cut))))


def _by_person(windows: pd.DataFrame, cut: float) -> tuple[float, float]:
    """Sensitivity and specificity, means over people."""
    right = pd.Series((windows["entropy"] >= cut).to_numpy() == windows["fibrillation"].to_numpy(), windows.index)
    parts = [right[windows["fibrillation"] == truth] for truth in (True, False)]
    sensitivity, specificity = (float(part.groupby(windows["record"]).mean().mean()) for part in parts)
    return sensitivity, specificity


def _judged(windows: pd.DataFrame, cut: float) -> dict[str, Any]:
    told: dict[str, Any] = {}
    called = windows["entropy"] >= cut
    for name, truth in (("sensitivity", True), ("specificity", False)):
        part = windows[windows["fibrillation"] == truth]
        right = (called[part.index] == truth).groupby(part["record"]).agg(["sum", "size"])
        told[name] = _ratio(right["sum"].to_numpy(), right["size"].to_numpy())
        told[f"{name}_people"], told[f"{name}_windows"] = len(right), len(part)
    return told


def write(figures: Mapping[str, Any], out: Path = OUT) -> Path:
    """Write the figures as JSON."""
    out.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return out
