"""Electrocardiograms drawn for tests as files, and a stand-in for the model of ventricular beats."""

from __future__ import annotations

import numpy as np

from riskmodels.signals.ectopy.calls import BeatCalls
from riskmodels.signals.ectopy.model import Saliency
from riskmodels.signals.rhythm.beats import Beats
from riskmodels.signals.rhythm.ecg import CheckedEcg

#: of a usual beat and of a ventricular one: seconds from its middle, height in mV, width in seconds
USUAL = ((-0.16, 0.12, 0.025), (-0.025, -0.1, 0.008), (0.0, 1.1, 0.011), (0.028, -0.25, 0.01), (0.26, 0.3, 0.05))
VENTRICULAR = ((0.0, 1.6, 0.03), (0.07, -0.5, 0.04), (0.3, -0.5, 0.06))
RATE = 125


def times_of(seconds: float, early: tuple[int, ...]) -> np.ndarray:
    """Beats 0.8 s apart; an early one comes after 0.6 s, and the next after 1."""
    steps = np.full(int(seconds / 0.7), 0.8)
    for place in sorted(early):
        steps[place], steps[place + 1] = 0.6, 1.0
    at = np.cumsum(steps) - 0.4
    return at[at < seconds - 0.3]


def strip_csv(
    seconds: float = 60.0,
    early: tuple[int, ...] = (10, 20, 30),
    off: tuple[float, float] = (0.0, 0.0),
    upright: bool = True,
    header: str = "time [s],II [mV],V1 [mV]",
    scale: float = 1.0,
) -> bytes:
    """Two leads as a table.

    Args:
        seconds: length.
        early: numbers of the ventricular beats.
        off: from when to when the lead is off, seconds.
        upright: whether its beats point up.
        header: names of the columns; as many columns are written.
        scale: values a millivolt.
    """
    at, n = np.arange(int(seconds * RATE)) / RATE, int(seconds * RATE)
    trace = np.zeros(n)
    for number, middle in enumerate(times_of(seconds, early)):
        for shift, height, width in VENTRICULAR if number in early else USUAL:
            trace += height * np.exp(-0.5 * ((at - middle - shift) / width) ** 2)
    noise = np.random.default_rng(0).normal(0, 0.01, (2, n))
    first = (trace if upright else -trace) + noise[0]
    first[int(off[0] * RATE) : int(off[1] * RATE)] = 0.0
    columns = {"time": at, "II": scale * first, "V1": scale * (noise[1] - 0.5 * trace)}
    chosen = [columns[name.split(" ")[0]] for name in header.split(",")]
    return "\n".join([header, *(",".join(f"{v:.4f}" for v in row) for row in zip(*chosen, strict=True))]).encode()


class StandIn:
    """Calls the beats that come early, and says that their middle spoke for it."""

    card = {"name": "stand_in", "title": "Stand-in", "version": "1", "limits": ["Judged on nobody."]}  # noqa: RUF012

    def call(self, checked: CheckedEcg, beats: Beats) -> BeatCalls:
        seconds = beats.samples / checked.ecg.rate
        early = np.diff(seconds, prepend=-1.0) < 0.7
        probability = np.where(early, 0.97, 0.02)
        return BeatCalls(seconds, beats.stretch, probability, early, (checked.lead,), checked.refused)

    def saliency(self, checked: CheckedEcg, beats: Beats, i: int) -> Saliency:
        away = (np.arange(150) - 75) / 125
        return Saliency(beats.samples[i] / checked.ecg.rate + away, np.exp(-0.5 * (away / 0.05) ** 2))
