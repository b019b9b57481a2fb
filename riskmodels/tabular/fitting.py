"""A frame and its labels → a calibrated :class:`RiskModel`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from riskmodels.outcomes import OUTCOME
from riskmodels.tabular.calibration import calibrate_affine, calibrate_subsets, unseen_logits
from riskmodels.tabular.device import choose_device
from riskmodels.tabular.encoding import Encoding
from riskmodels.tabular.leaning import leaning_head
from riskmodels.tabular.model import CHUNK, RiskModel, today
from riskmodels.tabular.network import concatenate, select
from riskmodels.tabular.support import fit_support
from riskmodels.tabular.training import (
    Hiding,
    Progress,
    Trainer,
    TrainingConfig,
    TrainingData,
    bootstrap_weights,
)
from riskmodels.vocabulary import VOCABULARY, Kind


def fit_model(
    frame: pd.DataFrame,
    targets: pd.DataFrame,
    *,
    name: str,
    inputs: Sequence[str],
    weights: pd.DataFrame | None = None,
    config: TrainingConfig | None = None,
    not_inputs: Mapping[str, tuple[str, ...]] | None = None,
    strata: pd.Series | None = None,
    device: str | None = None,
    checkpoint: Path | None = None,
    progress: Progress | None = None,
) -> RiskModel:
    """Fit an ensemble and calibrate it on the rows each member did not draw.

    Args:
        frame: PatientFrame of the training people.
        targets: one column an outcome: 0/1, or a probability as a soft target; NaN where there is no label.
        name: of the model.
        inputs: variables to use.
        weights: weight of each label, like ``targets``; 1 when None.
        config: choices of the run.
        not_inputs: outcome → inputs it must not use; from :data:`OUTCOME` when None.
        strata: survey cycle or site of each person; see :class:`~riskmodels.tabular.training.TrainingData`.
        device: where to train; the best there is when None.
        checkpoint: file (without ending) to resume from and to save to.
        progress: called after every epoch.

    Returns:
        The model. Its card holds name, inputs, config, data hash and histograms; metrics are added by evaluation.

    Raises:
        TrainingError: when an outcome has no labelled rows, or the checkpoint is of another run.
    """
    config = config or TrainingConfig()
    names = [str(o) for o in targets]
    weights = targets.notna().astype(float) if weights is None else weights.where(targets.notna(), 0.0)
    if not_inputs is None:
        not_inputs = {o: OUTCOME[o].not_inputs if o in OUTCOME else () for o in names}
    encoding = Encoding.fit(frame, inputs, config.knots)
    z = torch.cat([encoding(part).float() for part in torch.split(encoding.matrix(frame), CHUNK)], dim=1)
    allowed = torch.tensor([[i not in not_inputs[o] for o in names] for i in inputs])
    order = [o for o in names if o not in config.leaning]
    levels = None if strata is None else torch.tensor(pd.factorize(strata, sort=True)[0])
    data = TrainingData(tuple(inputs), z, _tensor(targets[order]), _tensor(weights[order]), tuple(order), levels)
    columns = [names.index(o) for o in order]
    trainer = Trainer(data, allowed[:, columns], config, choose_device(device), checkpoint)
    fitted = trainer.fit(progress)
    draws = bootstrap_weights(len(frame), config.members, config.seed)
    for outcome, other in config.leaning.items():
        rows = torch.tensor((targets[outcome].notna() & (weights[outcome] > 0)).to_numpy())
        head = leaning_head(
            z[:, rows],
            select(fitted, order.index(other)),
            _tensor(targets[outcome])[rows],
            _tensor(weights[outcome])[rows],
            draws[rows],
            penalty=config.leaning_penalty,
            allowed=allowed[:, names.index(outcome)],
            seed=config.seed,
            hiding=Hiding(tuple(inputs), config.hidden_rows),
        )
        fitted, order = concatenate(fitted, head), [*order, outcome]
    places = torch.zeros(len(frame), dtype=torch.long) if levels is None else levels
    hiding = Hiding(tuple(inputs), 1.0)
    labels, label_weights = targets[order], weights[order]
    fitted = calibrate_subsets(
        z,
        fitted,
        draws,
        _tensor(labels),
        _tensor(label_weights),
        places,
        hiding,
        config.seed,
        [o not in config.computed for o in order],
    ).detached()
    calibration = calibrate_affine(unseen_logits(z, fitted, draws), labels, label_weights)
    support = {
        o: fit_support(frame[targets[o].notna()], tuple(i for i in inputs if i not in not_inputs[o])) for o in order
    }
    card = {
        "name": name,
        "created": today(),
        "version": today(),
        "inputs": list(inputs),
        "config": asdict(config),
        "training_rows": len(frame),
        "training_data_sha256": frame_hash(frame, targets),
        "histograms": {i: _histogram(frame[i]) for i in inputs},
    }
    return RiskModel(encoding, fitted, calibration, support, card, device=device)


def frame_hash(*frames: pd.DataFrame) -> str:
    """SHA-256 of frames' values and index, for the card."""
    digest = hashlib.sha256()
    for frame in frames:
        digest.update(pd.util.hash_pandas_object(frame, index=True).to_numpy().tobytes())
    return digest.hexdigest()


def _tensor(table: pd.DataFrame | pd.Series) -> torch.Tensor:
    return torch.tensor(table.to_numpy(np.float32))


def _histogram(values: pd.Series) -> dict[str, Any]:
    known = values.dropna()
    variable = VOCABULARY[str(values.name)]
    if variable.kind is not Kind.NUMBER or known.nunique() <= 6:
        counts = known.value_counts().sort_index()
        return {"bins": counts.index.tolist(), "counts": counts.tolist(), "unknown": int(values.isna().sum())}
    low, high = np.quantile(known, [0.001, 0.999])
    counts_, edges = np.histogram(known.clip(low, high), bins=30)
    return {
        "bins": [float(f"{e:.5g}") for e in edges],
        "counts": counts_.tolist(),
        "unknown": int(values.isna().sum()),
    }
