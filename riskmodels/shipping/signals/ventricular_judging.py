"""The model of ventricular beats on the people kept back: as marked, as found, with one lead, with altered files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from scipy.signal import resample_poly

from riskmodels.shipping.say import Say
from riskmodels.shipping.signals.mitbih import DS2, SAME_PERSON, Recording, read_recordings
from riskmodels.signals.ectopy.evaluation import Counts, counts, counts_found, report
from riskmodels.signals.ectopy.model import VentricularModel
from riskmodels.signals.rhythm.beats import Beats, find_beats
from riskmodels.signals.rhythm.ecg import CheckedEcg, Ecg
from riskmodels.signals.rhythm.quality import check_ecg

#: makes of a recording the one that is judged
Change = Callable[[Recording], Recording]


def judge(model: VentricularModel, shared: Path, say: Say) -> dict[str, Any]:
    """All that is told of DS2: model, leaning and threshold are fixed before.

    Args:
        model: as shipped.
        shared: folder of shared data.
        say: told the figures.

    Returns:
        A :func:`~riskmodels.signals.ectopy.evaluation.report` by what was judged.
    """
    recordings = list(read_recordings(shared, DS2))
    marked = {r.record: count_marked(model, r) for r in recordings}
    found = {
        "marked beats, both leads": report(marked),
        "marked beats, both leads, without 202": report({k: v for k, v in marked.items() if k != SAME_PERSON}),
        "found beats, both leads": report({r.record: count_found(model, r) for r in recordings}),
    }
    for name, change in CHANGES.items():
        found[name] = report({r.record: count_marked(model, change(r)) for r in recordings})
    for name, one in found.items():
        if name in CHANGES:
            del one["people"]
        told = ", ".join(
            f"{key} {value:.3f} ({low:.3f}–{high:.3f})" for key, (value, low, high) in one["metrics"].items()
        )
        say.line(f"DS2, {name}: {told}")
    return found


def count_marked(model: VentricularModel, recording: Recording) -> Counts:
    """The readers' beats, all of the recording usable."""
    calls = model.call(unchecked(recording), recording.beats)
    return counts(calls.ventricular, recording.ventricular)


def count_found(model: VentricularModel, recording: Recording) -> Counts:
    """As in use: the file is checked, its beats are found; what is left out is missed."""
    checked = check_ecg(recording.ecg)
    calls = model.call(checked, find_beats(checked))
    marked = recording.beats.samples / recording.ecg.rate
    return counts_found(calls.ventricular, calls.seconds, recording.ventricular, marked)


def unchecked(recording: Recording) -> CheckedEcg:
    """A recording all of which is used."""
    return CheckedEcg(recording.ecg, (), np.ones(recording.ecg.millivolts.shape, bool), recording.lead)


def one_lead(recording: Recording, lead: int) -> Recording:
    """With one of its leads."""
    ecg = recording.ecg
    return replace(recording, ecg=replace(ecg, millivolts=ecg.millivolts[[lead]], leads=(ecg.leads[lead],)), lead=0)


def times(factor: float) -> Change:
    """With another gain; a negative one turns the leads over."""
    return lambda r: replace(r, ecg=replace(r.ecg, millivolts=r.ecg.millivolts * np.float32(factor)))


def at_rate(rate: float) -> Change:
    """Sampled at another rate."""

    def change(recording: Recording) -> Recording:
        ecg = recording.ecg
        ratio = Fraction(rate / ecg.rate).limit_denominator(1000)
        same = resample_poly(ecg.millivolts, ratio.numerator, ratio.denominator, axis=1, padtype="line")
        samples = np.minimum(np.round(recording.beats.samples * rate / ecg.rate).astype(np.int64), same.shape[1] - 1)
        new = Ecg(same.astype(np.float32), rate, ecg.leads, ecg.start, ecg.source)
        return replace(recording, ecg=new, beats=Beats(samples, recording.beats.stretch))

    return change


def moved(seconds: float) -> Change:
    """With every beat marked earlier or later by up to so much, at random."""

    def change(recording: Recording) -> Recording:
        rng = np.random.default_rng(recording.record)
        shift = np.round(rng.uniform(-seconds, seconds, len(recording.classes)) * recording.ecg.rate).astype(np.int64)
        samples = np.clip(recording.beats.samples + shift, 0, recording.ecg.millivolts.shape[1] - 1)
        return replace(recording, beats=Beats(samples, recording.beats.stretch))

    return change


CHANGES: dict[str, Change] = {
    "MLII alone": lambda r: one_lead(r, r.lead),
    "the other lead alone": lambda r: one_lead(r, 1 - r.lead),
    "leads turned over": times(-1),
    "a tenth of the gain": times(0.1),
    "at 250 Hz": at_rate(250),
    "at 1,000 Hz": at_rate(1000),
    "beats marked up to 24 ms beside": moved(0.024),
}
