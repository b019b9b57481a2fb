from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

INPUTS = ("age", "sex", "systolic_bp", "st_depression", "major_vessels")


def patients(rows: int, seed: int) -> tuple[pd.DataFrame, pd.Series]:
    """Invented patients whose outcome follows from age, pressure and vessels; some values are unknown."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": rng.integers(30, 80, rows).astype(float),
            "sex": rng.integers(0, 2, rows).astype(float),
            "systolic_bp": rng.normal(135, 18, rows).round(),
            "st_depression": rng.exponential(0.9, rows).round(1),
            "major_vessels": rng.integers(0, 4, rows).astype(float),
        }
    )
    logit = 0.06 * (frame["age"] - 55) + 0.8 * (frame["major_vessels"] - 1.5) + 0.02 * (frame["systolic_bp"] - 135)
    label = pd.Series((rng.random(rows) < 1 / (1 + np.exp(-logit))).astype(float))
    return frame.mask(pd.DataFrame(rng.random(frame.shape) < 0.1, columns=frame.columns)), label


@pytest.fixture(scope="session")
def three() -> list[tuple[pd.DataFrame, pd.Series]]:
    """Three hospitals of different sizes."""
    return [patients(rows, seed) for seed, rows in enumerate((120, 80, 200))]
