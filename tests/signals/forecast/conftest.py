"""Waves of glucose that a small network can learn in seconds, and a model trained on them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from riskmodels.signals.forecast.model import ForecastModel
from riskmodels.signals.forecast.network import Shape
from riskmodels.signals.forecast.training import Recipe, fit
from riskmodels.signals.forecast.windows import Windows, cut
from riskmodels.signals.glucose.series import CheckedGlucose, GlucoseSeries

RECIPE = Recipe(shape=Shape(hidden=8, layers=1), steps=60, batch=64, rate=1e-2, average=0.9)


def wave(person: int, days: int = 3, minutes: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Seconds and mg/dL of one person: a wave of some hours, with noise."""
    rng = np.random.default_rng(person)
    seconds = np.arange(0, days * 86400.0, 60.0 * minutes)
    period = rng.uniform(2.5, 4) * 3600
    glucose = 130 + 65 * np.sin(2 * np.pi * seconds / period + person) + rng.normal(0, 3, len(seconds))
    return seconds, np.round(np.clip(glucose, 40, 400))


def windows_of_waves(people: range) -> Windows:
    """Windows that hang on every third reading of each."""
    parts = []
    for person in people:
        seconds, mg_dl = wave(person)
        windows = cut(seconds, mg_dl, np.arange(40, len(seconds) - 12, 3), 5, f"person {person}")
        parts.append(windows.part(windows.judged))
    return Windows.together(parts)


def checked_wave(person: int = 99, minutes: int = 5) -> CheckedGlucose:
    """A series as the checks give it."""
    seconds, mg_dl = wave(person, minutes=minutes)
    series = GlucoseSeries(seconds, mg_dl, np.zeros(len(seconds), np.int8), None, float(minutes), "CSV", "mg/dL")
    return CheckedGlucose(series, ())


@pytest.fixture(scope="session")
def wave_model() -> ForecastModel:
    """Trained on six people's waves and calibrated on two others'."""
    from riskmodels.shipping.signals.forecast import calibrations

    network = fit(windows_of_waves(range(6)), RECIPE, torch.device("cpu"))
    model = ForecastModel([network], {}, {"created": "2026-11-30", "name": "waves"}, torch.device("cpu"))
    model.calibration = calibrations(model, windows_of_waves(range(6, 8)))
    return model
