"""Electrocardiograms drawn from bells: beats of one shape, and some early, wide and without a P wave."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodels.signals.ectopy.boosting import BoostingConfig, fit_trees, labelled
from riskmodels.signals.ectopy.frame import lead_frames
from riskmodels.signals.ectopy.look import look_at
from riskmodels.signals.ectopy.model import VentricularModel
from riskmodels.signals.rhythm.beats import Beats
from riskmodels.signals.rhythm.ecg import CheckedEcg, Ecg

#: of a normal beat and of a ventricular one: seconds from its middle, height in mV, width in seconds
NORMAL = ((-0.16, 0.12, 0.025), (-0.025, -0.1, 0.008), (0.0, 1.1, 0.011), (0.028, -0.25, 0.01), (0.26, 0.3, 0.05))
VENTRICULAR = ((0.0, 1.6, 0.04), (0.07, -0.5, 0.04), (0.3, -0.5, 0.06))


def drawn(rate: float = 250.0, beats: int = 80, every: int = 7, seed: int = 0, leads: tuple[float, ...] = (1.0, -0.6)):
    """A recording, its beats, and which of them are ventricular: every so many, none when 0."""
    rng = np.random.default_rng(seed)
    ventricular = np.array([every > 0 and i % every == every - 1 for i in range(beats)])
    steps = rng.normal(0.8, 0.02, beats)
    steps[ventricular] *= 0.65
    steps[1:][ventricular[:-1]] *= 1.35
    at = 0.8 + np.cumsum(steps)
    seconds = np.arange(int((at[-1] + 1) * rate)) / rate
    trace = np.zeros(len(seconds))
    for middle, early in zip(at, ventricular, strict=True):
        near = np.abs(seconds - middle) < 0.7
        for shift, height, width in VENTRICULAR if early else NORMAL:
            trace[near] += height * np.exp(-0.5 * ((seconds[near] - middle - shift) / width) ** 2)
    noise = rng.normal(0, 0.01, (len(leads), len(trace)))
    millivolts = (np.outer(leads, trace) + noise).astype(np.float32)
    ecg = Ecg(millivolts, rate, tuple(f"lead {i}" for i in range(len(leads))), source="drawn")
    samples = np.round(at * rate).astype(np.int64)
    return CheckedEcg(ecg, (), np.ones(millivolts.shape, bool)), Beats(samples, np.zeros(beats, np.int64)), ventricular


def looked(checked: CheckedEcg, beats: Beats):
    """What is seen in each lead."""
    ecg = checked.ecg
    return [look_at(f) for f in lead_frames(ecg.millivolts, ecg.rate, checked.usable, beats.samples, beats.stretch)]


@pytest.fixture(scope="session")
def drawn_model() -> VentricularModel:
    """Trees of three drawn recordings."""
    parts = []
    for seed in (1, 2, 3):
        checked, beats, ventricular = drawn(seed=seed, every=5 + seed)
        parts.append(labelled(looked(checked, beats), ventricular.astype(float), ventricular))
    trees = fit_trees(parts, BoostingConfig(n_estimators=12, learning_rate=0.3, min_child_samples=5))
    config = {"threshold": 0.0, "leaning": 0.3, "columns": list(looked(checked, beats)[0].features)}
    return VentricularModel(trees, {"name": "drawn", "created": "2026-11-30", "config": config})
