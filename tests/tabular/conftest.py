"""A small invented cohort and a model fitted on it in seconds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.tabular.fitting import fit_model
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.training import Penalty, TrainingConfig

INPUTS = ("age", "sex", "bmi", "systolic_bp", "glucose", "smoking", "hypertension")
SMALL = TrainingConfig(
    members=4,
    folds=3,
    knots=5,
    epochs=6,
    batch_size=256,
    interval_steps=200,
    penalties={"diabetes": Penalty(curves=5, values=5, known_known=50, known_value=50, value_value=50)},
)


def make_cohort(rows: int = 1500, seed: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    """People whose diabetes depends on age, BMI and glucose; a fifth of the values unknown."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": rng.uniform(20, 85, rows),
            "sex": rng.integers(0, 2, rows).astype(float),
            "bmi": rng.normal(28, 5, rows).clip(15, 60),
            "systolic_bp": rng.normal(125, 18, rows).clip(80, 220),
            "glucose": rng.lognormal(4.6, 0.2, rows),
            "smoking": rng.integers(0, 3, rows).astype(float),
            "hypertension": rng.integers(0, 2, rows).astype(float),
        }
    )
    logit = -3 + 0.03 * (frame["age"] - 50) + 0.1 * (frame["bmi"] - 28) + 0.05 * (frame["glucose"] - 100)
    label = (rng.random(rows) < 1 / (1 + np.exp(-logit))).astype(float)
    hidden = rng.random(frame.shape) < 0.2
    hidden[:, :2] = False
    return frame.mask(hidden), pd.DataFrame({"diabetes": label})


@pytest.fixture(scope="session")
def cohort() -> tuple[pd.DataFrame, pd.DataFrame]:
    return make_cohort()


@pytest.fixture(scope="session")
def model(cohort: tuple[pd.DataFrame, pd.DataFrame]) -> RiskModel:
    frame, targets = cohort
    return fit_model(frame, targets, name="small", inputs=INPUTS, config=SMALL, device="cpu")
