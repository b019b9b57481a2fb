"""A made-up file of a clinic: foreign names, columns that the app has no name for, no sex."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

OUTCOME = "Readmitted"


def clinic(rows: int = 600, seed: int = 4) -> pd.DataFrame:
    """People whose outcome comes with age and a marker; the marker is 0 where it was not measured."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(30, 80, rows).round()
    marker = rng.lognormal(3.5, 0.5, rows).round(1) + 15
    ward = rng.choice(["medicine", "surgery", "heart"], rows)
    logit = (age - 55) / 12 + (marker - 50) / 20 + (ward == "heart") * 0.8
    happened = rng.random(rows) < 1 / (1 + np.exp(-logit))
    return pd.DataFrame(
        {
            "Record": np.arange(rows) * 3 + 100_001,
            "Age": age,
            "BMI": rng.normal(27, 4, rows).clip(17, 50).round(1),
            "Marker X": np.where(rng.random(rows) < 0.2, 0.0, marker),
            "Ward": ward,
            "Site": 7,
            OUTCOME: happened.astype(int),
        }
    )


def write(table: pd.DataFrame, folder: Path, name: str = "clinic.csv") -> Path:
    """The table as a CSV file."""
    table.to_csv(folder / name, index=False)
    return folder / name
