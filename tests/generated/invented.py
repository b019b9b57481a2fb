"""A small clinic for tests: people whose columns hang together, with a generator of it that learns in seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from riskmodels.generated.written.write import csv_bytes


def clinic(people: int, seed: int = 3) -> pd.DataFrame:
    """People with age, sex, pressure, sugar, smoking, diabetes, and two columns of a stranger."""
    rng = np.random.default_rng(seed)
    age = rng.integers(25, 85, people).astype(float)
    sugar = np.round(rng.normal(5.2 + age / 100, 0.5), 1)
    systolic = np.round(rng.normal(100 + age / 2, 14))
    return pd.DataFrame(
        {
            "age": age,
            "sex": rng.integers(0, 2, people).astype(float),
            "systolic_bp": np.where(rng.random(people) < 0.9, systolic, np.nan),
            "hba1c": np.where(rng.random(people) < 0.8, sugar, np.nan),
            "smoking": rng.choice([0.0, 1.0, 2.0], people),
            "diabetes": (rng.random(people) < 1 / (1 + np.exp(-3 * (sugar - 6)))).astype(float),
            "ward": rng.choice(["north", "south", "west"], people),
            "stay": np.round(rng.gamma(2, 3, people), 1),
        }
    )


def write_clinic(folder: Path, people: int, seed: int = 3) -> Path:
    """The clinic as a file, with columns that tell who somebody is."""
    table = clinic(people, seed)
    path = folder / "clinic.csv"
    path.write_bytes(csv_bytes(table))
    written = pd.read_csv(path, dtype=str)
    written["name"] = [f"Person {i}" for i in range(people)]
    written["seen on"] = [f"2024-{i % 12 + 1:02d}-{i % 28 + 1:02d}" for i in range(people)]
    written.to_csv(path, index=False)
    return path
