"""A frame and its labels → a calibrated :class:`RiskModel`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
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
from riskmodels.tabular.network import Weights, concatenate, select
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
        checkpoint: file to resume from and to save to.
        progress: called after every epoch.

    Returns:
        The model. Its card holds name, inputs, config, data hash and histograms; metrics are added by evaluation.

    Raises:
        TrainingError: when an outcome has no labelled rows, or the checkpoint is of another run.
    """
    config = config or TrainingConfig()
    people = _prepare(frame, targets, weights, tuple(inputs), config, not_inputs, strata)
    ensemble = _add_leaning_heads(people, _train(people, choose_device(device), checkpoint, progress))
    ensemble = calibrate_subsets(
        people.z,
        ensemble,
        people.draws,
        _tensor(people.targets),
        _tensor(people.weights),
        people.strata,
        Hiding(people.inputs, 1.0),
        config.seed,
        [o not in config.computed for o in people.outcomes],
        people.allowed,
    ).detached()
    unseen = unseen_logits(people.z, ensemble, people.draws)
    calibration = calibrate_affine(unseen, people.targets, people.weights)
    support = {o: fit_support(frame[people.targets[o].notna()], people.inputs_of(o)) for o in people.outcomes}
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
    return RiskModel(people.encoding, ensemble, calibration, support, card, device=device)


@dataclass(frozen=True)
class _People:
    """Training people, ready for the network: outcomes that lean on others come last."""

    inputs: tuple[str, ...]
    outcomes: tuple[str, ...]
    config: TrainingConfig
    encoding: Encoding
    z: torch.Tensor  # (p, n, d)
    targets: pd.DataFrame
    weights: pd.DataFrame
    allowed: torch.Tensor  # (p, O)
    strata: torch.Tensor  # (n,)
    draws: torch.Tensor  # (n, K)

    def inputs_of(self, outcome: str) -> tuple[str, ...]:
        """The inputs that may serve an outcome."""
        column = self.allowed[:, self.outcomes.index(outcome)].tolist()
        return tuple(name for name, may in zip(self.inputs, column, strict=True) if may)


def _prepare(
    frame: pd.DataFrame,
    targets: pd.DataFrame,
    weights: pd.DataFrame | None,
    inputs: tuple[str, ...],
    config: TrainingConfig,
    not_inputs: Mapping[str, tuple[str, ...]] | None,
    strata: pd.Series | None,
) -> _People:
    order = tuple(sorted(map(str, targets), key=lambda o: o in config.leaning))  # stable
    if not_inputs is None:
        not_inputs = {o: OUTCOME[o].not_inputs if o in OUTCOME else () for o in order}
    encoding = Encoding.fit(frame, inputs, config.knots)
    known = targets.notna()
    places = np.zeros(len(frame), dtype=np.int64) if strata is None else pd.factorize(strata, sort=True)[0]
    return _People(
        inputs,
        order,
        config,
        encoding,
        torch.cat([encoding(part).float() for part in torch.split(encoding.matrix(frame), CHUNK)], dim=1),
        targets[list(order)],
        (known.astype(float) if weights is None else weights.where(known, 0.0))[list(order)],
        torch.tensor([[i not in not_inputs[o] for o in order] for i in inputs]),
        torch.tensor(places),
        bootstrap_weights(len(frame), config.members, config.seed),
    )


def _train(people: _People, device: torch.device, checkpoint: Path | None, progress: Progress | None) -> Weights:
    first = [o for o in people.outcomes if o not in people.config.leaning]
    labels, weights = _tensor(people.targets[first]), _tensor(people.weights[first])
    data = TrainingData(people.inputs, people.z, labels, weights, tuple(first), people.strata)
    return Trainer(data, people.allowed[:, : len(first)], people.config, device, checkpoint).fit(progress)


def _add_leaning_heads(people: _People, ensemble: Weights) -> Weights:
    leaning = people.config.leaning
    for at, outcome in enumerate(people.outcomes):
        if outcome not in leaning:
            continue
        rows = torch.tensor((people.weights[outcome] > 0).to_numpy())
        head = leaning_head(
            people.z[:, rows],
            select(ensemble, people.outcomes.index(leaning[outcome])),
            _tensor(people.targets[outcome])[rows],
            _tensor(people.weights[outcome])[rows],
            people.draws[rows],
            penalty=people.config.leaning_penalty,
            allowed=people.allowed[:, at],
            seed=people.config.seed,
            hiding=Hiding(people.inputs, people.config.hidden_rows),
        )
        ensemble = concatenate(ensemble, head)
    return ensemble


def frame_hash(*frames: pd.DataFrame) -> str:
    """SHA-256 of frames' values and index, for the card.

    Numbers count in single precision, as the network reads them: the last bits of a double that was converted from
    another unit depend on the processor.
    """
    digest = hashlib.sha256()
    for frame in frames:
        read = frame.astype({name: np.float32 for name in frame.select_dtypes(np.float64)})
        digest.update(pd.util.hash_pandas_object(read, index=True).to_numpy().tobytes())
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
