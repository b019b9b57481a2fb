"""A small table of made people for the tests of generated/: numbers, answers and words that hang together."""

from __future__ import annotations

import numpy as np
import pandas as pd


def people(rows: int, seed: int = 0) -> pd.DataFrame:
    """Made people, one a row: waist follows body mass, treatment age, LDL is computed, some values are unknown."""
    rng = np.random.default_rng(seed)
    sex = rng.integers(0, 2, rows).astype(float)
    age = np.round(np.clip(rng.normal(52, 15, rows), 20, 85))
    bmi = np.round(np.exp(rng.normal(3.3, 0.2, rows)), 1)
    total, hdl = np.round(rng.normal(200, 35, rows)), np.round(rng.normal(52, 10, rows) - 5 * sex)
    triglycerides = np.round(np.exp(rng.normal(4.7, 0.4, rows)))
    table = pd.DataFrame(
        {
            "age": age,
            "sex": sex,
            "bmi": bmi,
            "waist": np.round(2.3 * bmi + 0.1 * age + 6 * sex + rng.normal(25, 4, rows), 1),
            "total_cholesterol": total,
            "hdl_cholesterol": hdl,
            "triglycerides": triglycerides,
            "ldl_cholesterol": np.round(total - hdl - triglycerides / 5),
            "bp_medication": (rng.random(rows) < 1 / (1 + np.exp(-(age - 62) / 8))).astype(float),
            "clinic": rng.choice(["north", "south", "west"], rows, p=[0.5, 0.3, 0.2]),
        }
    )
    fasting = ["triglycerides", "ldl_cholesterol"]
    table.loc[rng.random(rows) < 0.4, fasting] = np.nan
    table.loc[rng.random(rows) < 0.1, "waist"] = np.nan
    table.loc[rng.random(rows) < 0.05, "clinic"] = None
    return table
