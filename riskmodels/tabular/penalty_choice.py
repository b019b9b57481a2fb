"""Several penalties tried at once: rows and their label in; by each, log-odds of networks that left the row out.

The candidates are fitted as so many outcomes with one label, and the folds as members, so that all of it is one batched
training; nothing of it is kept but the choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import torch

from riskmodels.columns import Floats
from riskmodels.tabular.calibration import unseen_logits
from riskmodels.tabular.device import choose_device
from riskmodels.tabular.encoding import Encoding
from riskmodels.tabular.network import pair_basis
from riskmodels.tabular.training import Penalty, Trainer, TrainingConfig, TrainingData
from riskmodels.variable import Variable


def out_of_fold(
    frame: pd.DataFrame,
    label: Floats,
    weight: Floats,
    fold: np.ndarray,
    *,
    inputs: tuple[str, ...],
    variables: Mapping[str, Variable],
    candidates: Sequence[Penalty],
    config: TrainingConfig,
    device: str | None = None,
) -> Floats:
    """Log-odds of every row under every penalty, by a network that was fitted without the row's fold.

    Args:
        frame: (n) rows with the inputs.
        label, weight: (n,) 0 or 1, and weight of each.
        fold: (n,) 0, 1, …: rows of one patient in one fold.
        inputs: columns to use.
        variables: what they are.
        candidates: C penalties.
        config: the other choices; its members and penalties are not used.
        device: where to train; the best there is when None.

    Returns:
        (n, C) log-odds, not calibrated.
    """
    folds, names = int(fold.max()) + 1, tuple(map(str, range(len(candidates))))
    encoding = Encoding.fit(frame, inputs, config.knots, variables)
    with torch.no_grad():
        z = encoding(encoding.matrix(frame)).float()
    left_in = torch.tensor(fold[:, None] != np.arange(folds)).float()
    draws = torch.cat([torch.ones(len(frame), 1), left_in], dim=1)
    every = torch.ones(1, len(names))
    data = TrainingData(
        inputs,
        z,
        pair_basis(z, encoding),
        torch.tensor(label, dtype=torch.float32)[:, None] * every,
        torch.tensor(weight, dtype=torch.float32)[:, None] * every,
        names,
        draws=draws,
        variables=variables,
    )
    chosen = dict(zip(names, candidates, strict=True))
    plan = replace(config, members=0, folds=folds, penalties=chosen, leaning={}, computed=())
    ensemble = Trainer(data, torch.ones(len(inputs), len(names)), plan, choose_device(device)).fit()
    return np.asarray(unseen_logits(z, ensemble.members(1), draws[:, 1:]).double().numpy())
