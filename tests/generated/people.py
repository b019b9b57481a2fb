"""People of a made-up population with mixed columns, for tests of what invented tables give away."""

from __future__ import annotations

import numpy as np
import pandas as pd


def people(n: int, seed: int) -> pd.DataFrame:
    """Independent draws from one population: numbers with steps and gaps, yes/no, text with gaps."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(20, 85, n).round()
    size, sugar, vessels = rng.normal(size=(3, n))
    frame = pd.DataFrame(
        {
            "age": age,
            "bmi": (28 + 6 * size + rng.normal(0, 1, n)).round(1),
            "waist": (97 + 14 * size + 0.1 * age + rng.normal(0, 4, n)).round(1),
            "systolic_bp": (105 + 0.4 * age + 10 * vessels + 3 * size + rng.normal(0, 5, n)).round(),
            "glucose": (5.3 + 0.6 * sugar**2 + 0.2 * size + rng.normal(0, 0.3, n)).round(2),
            "hdl": (1.4 - 0.15 * size + rng.normal(0, 0.3, n)).round(2),
            "creatinine": (80 + 0.2 * age + rng.normal(0, 15, n)).round(),
            "male": rng.integers(0, 2, n).astype(float),
            "diabetes": (sugar + 0.3 * size + rng.normal(0, 0.5, n) > 1.5).astype(float),
            "smoking": rng.choice(["never", "former", "current"], n, p=[0.55, 0.25, 0.2]),
        }
    )
    frame.loc[rng.random(n) < 0.3, ["glucose", "hdl", "creatinine"]] = np.nan  # bloods are missing together
    frame.loc[rng.random(n) < 0.05, "diabetes"] = np.nan
    frame["smoking"] = frame.smoking.astype(object).where(rng.random(n) > 0.05, None)
    return frame
