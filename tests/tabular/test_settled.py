from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import torch

from riskmodels.tabular.encoding import Encoding
from riskmodels.tabular.network import member_logits, pair_basis
from riskmodels.tabular.settled import sweeps_of
from riskmodels.tabular.training import Penalty, Trainer, TrainingConfig, TrainingData

from .conftest import INPUTS, SMALL

CPU = torch.device("cpu")


def wrongly_sloped(rows: int = 1500) -> tuple[pd.DataFrame, torch.Tensor]:
    """People whose diabetes *falls* with glucose, against what is settled."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({name: rng.normal(0, 1, rows) for name in INPUTS})
    frame["age"], frame["bmi"] = rng.uniform(20, 85, rows), rng.uniform(18, 45, rows)
    frame["glucose"], frame["systolic_bp"] = rng.uniform(70, 130, rows), rng.uniform(100, 180, rows)
    for name, codes in (("sex", 2), ("smoking", 3), ("hypertension", 2)):
        frame[name] = rng.integers(0, codes, rows).astype(float)
    risk = 1 / (1 + np.exp(0.08 * (frame["glucose"] - 100)))
    return frame, torch.tensor(rng.random(rows) < risk).float()[:, None]


def fall_along_glucose(config: TrainingConfig) -> float:
    """How far the log-odds fall from the lowest to the highest glucose, all else unknown."""
    frame, label = wrongly_sloped()
    encoding = Encoding.fit(frame, INPUTS, 5)
    z = encoding(encoding.matrix(frame)).float()
    basis = pair_basis(z, encoding)
    sweeps = sweeps_of(frame, encoding, basis, ["diabetes"])
    data = TrainingData(INPUTS, z, basis, label, torch.ones_like(label), ("diabetes",), sweeps=sweeps)
    fitted = Trainer(data, torch.ones(len(INPUTS), 1, dtype=torch.bool), config, CPU).fit()
    ends = pd.DataFrame({name: [np.nan, np.nan] for name in INPUTS}).assign(glucose=[75.0, 125.0])
    logits = member_logits(encoding(encoding.matrix(ends)).float(), fitted)[:, 0, 0]
    return float(logits[0] - logits[1])


def test_a_settled_direction_is_kept_against_the_data() -> None:
    free, kept = (
        fall_along_glucose(
            replace(SMALL, epochs=20, members=0, folds=0, penalties={"diabetes": Penalty(directions=strength)})
        )
        for strength in (0.0, 0.1)
    )
    assert free > 1.5
    assert kept < 0.2 * free


def test_a_direction_holds_between_its_values_only() -> None:
    frame, _ = wrongly_sloped()
    encoding = Encoding.fit(frame, INPUTS, 5)
    z = encoding(encoding.matrix(frame)).float()
    sweeps = sweeps_of(frame, encoding, pair_basis(z, encoding), ["cvd_10y", "diabetes"])
    pressure = next(sweep for sweep in sweeps if INPUTS[sweep.input] == "systolic_bp")
    signs = pressure.signs[:, 0].tolist()
    assert signs == sorted(signs)  # free below 110 mmHg, upwards from there
    assert set(signs) == {0.0, 1.0}
    assert not pressure.signs[:, 1].any()  # nothing is settled about pressure and diabetes
