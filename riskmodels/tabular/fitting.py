"""A frame and its labels → a calibrated :class:`RiskModel`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from riskmodels.outcomes import OUTCOME, eligible
from riskmodels.tabular.calibration import (
    agree_with_full,
    calibrate_affine,
    calibrate_subsets,
    calibration_noise,
    unseen_logits,
)
from riskmodels.tabular.device import choose_device
from riskmodels.tabular.encoding import CHUNK, Encoding
from riskmodels.tabular.hiding import Hiding, vague_answers
from riskmodels.tabular.inputs import own_inputs_of
from riskmodels.tabular.interval import fit_interval
from riskmodels.tabular.leaning import FollowUp, leaning_head
from riskmodels.tabular.model import RiskModel, today
from riskmodels.tabular.network import Weights, centred, concatenate, pair_basis, select, weighted_sum
from riskmodels.tabular.settled import sweeps_of
from riskmodels.tabular.support import fit_support
from riskmodels.tabular.training import (
    Penalty,
    Progress,
    Trainer,
    TrainingConfig,
    TrainingData,
    draw,
)
from riskmodels.variable import Kind, Variable
from riskmodels.vocabulary import VOCABULARY

#: how death from any cause is fitted (docs/experiments.md)
FOLLOW_UP_EPOCHS = 30
FOLLOW_UP_PENALTY = Penalty(curves=20, values=3, known_known=100, known_value=300, value_value=1000, directions=0.012)


def fit_model(
    frame: pd.DataFrame,
    targets: pd.DataFrame,
    *,
    name: str,
    inputs: Sequence[str],
    weights: pd.DataFrame | None = None,
    soft: pd.DataFrame | None = None,
    config: TrainingConfig | None = None,
    not_inputs: Mapping[str, tuple[str, ...]] | None = None,
    strata: pd.Series | None = None,
    split: Split | None = None,
    follow_up: FollowUp | None = None,
    device: str | None = None,
    checkpoint: Path | None = None,
    progress: Progress | None = None,
    variables: Mapping[str, Variable] = VOCABULARY,
) -> RiskModel:
    """Fit an ensemble, calibrate it on rows that members did not draw, and teach it its interval.

    Args:
        frame: PatientFrame of the people.
        targets: one column an outcome: 0/1, or a probability as a soft target; NaN where there is no label.
        name: of the model.
        inputs: variables to use.
        weights: weight of each label, like ``targets``; 1 when None.
        soft: like ``targets``, what is fitted instead of them where known: a probability that says by how much a label
            was reached or missed. Calibration uses the labels themselves.
        config: choices of the run.
        not_inputs: outcome → inputs it must not use; from :data:`OUTCOME` when None.
        strata: survey cycle or site of each person; see :class:`~riskmodels.tabular.training.TrainingData`.
        split: who is fitted and who is calibrated on; everybody both, each by the members that did not draw them, when
            None.
        follow_up: deaths of any cause for outcomes that lean; see :mod:`riskmodels.tabular.leaning`.
        device: where to train; the best there is when None.
        checkpoint: file to resume from and to save to.
        progress: called after every epoch.
        variables: what the inputs are; with inputs of a file's own, those as well.

    Returns:
        The model. Its card holds name, inputs, config, data hash and histograms; metrics are added by evaluation.

    Raises:
        TrainingError: when an outcome has no labelled rows, or the checkpoint is of another run.
    """
    config = config or TrainingConfig()
    people = _prepare(frame, targets, weights, soft, tuple(inputs), config, not_inputs, strata, split, variables)
    place = choose_device(device)
    ensemble = _calibrate(people, _train(people, place, checkpoint, progress))
    ensemble = _add_leaning_heads(people, ensemble, follow_up, place)
    folds = 1 + config.members
    unseen = unseen_logits(people.z, ensemble.members(folds), people.draws[:, folds:])
    calibration = calibrate_affine(unseen, people.targets, people.calibrated)
    noise = calibration_noise(unseen, people.targets, people.calibrated, calibration)
    for computed in config.computed:  # nothing was observed that could be calibrated on
        calibration[computed], noise[computed] = (1.0, 0.0), np.zeros((2, 2))
    ensemble = centred(ensemble.members(0, folds)).detached()
    interval = fit_interval(
        people.z,
        ensemble,
        torch.tensor([slope for slope, _ in calibration.values()]).float(),
        torch.tensor(np.stack(list(noise.values()))).float(),
        Hiding(people.inputs, 1.0, vague=vague_answers(people.encoding), variables=variables),
        people.required(),
        people.allowed,
        people.counted(),
        config.seed,
        config.interval_steps,
    )
    fitted = people.fitted.numpy()
    support = {
        o: fit_support(frame[fitted & people.targets[o].notna()], people.inputs_of(o), variables)
        for o in people.outcomes
    }
    card = {
        "name": name,
        "created": today(),
        "version": today(),
        "inputs": list(inputs),
        "config": asdict(config),
        "training_rows": int(fitted.sum()),
        "training_data_sha256": frame_hash(frame.loc[fitted, list(inputs)], targets[fitted]),
        "histograms": {i: histogram_of(frame.loc[fitted, i], variables[i]) for i in inputs},
        "calibration_noise": {o: found.tolist() for o, found in noise.items()},
    } | own_inputs_of(inputs, variables)
    return RiskModel(people.encoding, ensemble, interval, calibration, support, card, device=device)


@dataclass(frozen=True)
class Split:
    """Who is fitted, and who is calibrated on.

    Args:
        fitted: (n,) bool.
        calibrated: like ``targets``, weight of each label in calibration; 0 where it does not count.
    """

    fitted: pd.Series
    calibrated: pd.DataFrame


@dataclass(frozen=True)
class _People:
    """People, ready for the network: outcomes that lean on others come last."""

    inputs: tuple[str, ...]
    outcomes: tuple[str, ...]
    config: TrainingConfig
    frame: pd.DataFrame
    encoding: Encoding
    z: torch.Tensor  # (p, n, d)
    basis: torch.Tensor  # (p, d, m)
    targets: pd.DataFrame
    soft: pd.DataFrame
    weights: pd.DataFrame
    calibrated: pd.DataFrame
    fitted: torch.Tensor  # (n,)
    allowed: torch.Tensor  # (p, O)
    strata: torch.Tensor  # (n,)
    draws: torch.Tensor  # (n, K); 0 for people that are not fitted
    variables: Mapping[str, Variable]

    @property
    def first(self) -> list[str]:
        """Outcomes that do not lean on others."""
        return [o for o in self.outcomes if o not in self.config.leaning]

    def inputs_of(self, outcome: str) -> tuple[str, ...]:
        """The inputs that may serve an outcome."""
        column = self.allowed[:, self.outcomes.index(outcome)].tolist()
        return tuple(name for name, may in zip(self.inputs, column, strict=True) if may)

    def views(self) -> Hiding:
        """How people are looked at with less known: in a seventh only what every estimate needs."""
        needed = self.required().tolist()
        others = [name for name, must in zip(self.inputs, needed, strict=True) if not must]
        return Hiding(self.inputs, 1.0, ((others, 1 / 7),), variables=self.variables)

    def required(self) -> torch.Tensor:
        """(p,) inputs without which no outcome is estimated."""
        needed = [set(OUTCOME[o].required) if o in OUTCOME else set() for o in self.outcomes]
        return torch.tensor([any(name in of for of in needed) for name in self.inputs])

    def counted(self) -> torch.Tensor:
        """(n, O) 1 for people for whom an outcome holds, as far as it is told; else 0."""
        holds = [
            eligible(self.frame, OUTCOME[o]).to_numpy() if o in OUTCOME else self.targets[o].notna().to_numpy()
            for o in self.outcomes
        ]
        return torch.tensor(np.stack(holds, 1)).float()


def _prepare(
    frame: pd.DataFrame,
    targets: pd.DataFrame,
    weights: pd.DataFrame | None,
    soft: pd.DataFrame | None,
    inputs: tuple[str, ...],
    config: TrainingConfig,
    not_inputs: Mapping[str, tuple[str, ...]] | None,
    strata: pd.Series | None,
    split: Split | None,
    variables: Mapping[str, Variable],
) -> _People:
    order = sorted(map(str, targets), key=lambda o: o in config.leaning)  # stable
    if not_inputs is None:
        not_inputs = {o: OUTCOME[o].not_inputs if o in OUTCOME else () for o in order}
    targets = targets[order]
    fitted = pd.Series(True, index=frame.index) if split is None else split.fitted
    encoding = Encoding.fit(frame[fitted], inputs, config.knots, variables)
    z = torch.cat([encoding(part).float() for part in torch.split(encoding.matrix(frame), CHUNK)], dim=1)
    rows = torch.tensor(fitted.to_numpy())
    known = targets.notna()
    weights = (known.astype(float) if weights is None else weights.where(known, 0.0))[order]
    places = np.zeros(len(frame), dtype=np.int64) if strata is None else pd.factorize(strata, sort=True)[0]
    return _People(
        inputs,
        tuple(order),
        config,
        frame,
        encoding,
        z,
        pair_basis(z[:, rows], encoding),
        targets,
        targets if soft is None else soft.reindex(columns=order).fillna(targets).where(known),
        weights,
        weights if split is None else split.calibrated.where(known, 0.0)[order],
        rows,
        torch.tensor([[i not in not_inputs[o] for o in order] for i in inputs]),
        torch.tensor(places),
        draw(len(frame), config) * rows[:, None],
        variables,
    )


def _train(people: _People, device: torch.device, checkpoint: Path | None, progress: Progress | None) -> Weights:
    rows, first = people.fitted, people.first
    data = TrainingData(
        people.inputs,
        people.z[:, rows],
        people.basis,
        _tensor(people.soft[first])[rows],
        _tensor(people.weights[first])[rows],
        tuple(first),
        people.strata[rows],
        draws=people.draws[rows],
        sweeps=sweeps_of(people.frame[rows.numpy()], people.encoding, people.basis, first),
        vague=vague_answers(people.encoding),
        variables=people.variables,
    )
    return Trainer(data, people.allowed[:, : len(first)], people.config, device, checkpoint).fit(progress)


def _calibrate(people: _People, ensemble: Weights) -> Weights:
    """Calibrated for every subset of inputs; a head that leans on others has it from them."""
    first, folds = people.first, 1 + people.config.members
    if not people.config.subsets:
        return ensemble
    return calibrate_subsets(
        people.z,
        ensemble,
        people.draws,
        folds,
        _tensor(people.targets[first]),
        _tensor(people.calibrated[first]),
        people.strata,
        people.views(),
        people.config.seed,
        [i for i, o in enumerate(first) if o not in people.config.computed],
        people.allowed[:, : len(first)],
    ).detached()


def _add_leaning_heads(people: _People, ensemble: Weights, follow_up: FollowUp | None, device: torch.device) -> Weights:
    leaning = people.config.leaning
    for at, outcome in enumerate(people.outcomes):
        if outcome not in leaning:
            continue
        rows = torch.tensor((people.weights[outcome] > 0).to_numpy())
        heads = [select(ensemble, people.outcomes.index(leaning[outcome]))]
        if follow_up is not None:
            heads.append(_any_death(people, follow_up, people.allowed[:, at : at + 1], device))
        head = leaning_head(
            people.z[:, rows],
            heads,
            _tensor(people.targets[outcome])[rows],
            _tensor(people.weights[outcome])[rows],
            people.draws[rows],
        )
        ensemble = _with_less_known(people, concatenate(ensemble, _calibrated(people, outcome, head)), outcome)
    return ensemble


def _calibrated(people: _People, outcome: str, head: Weights) -> Weights:
    """The head with its slope and level, as left-out folds show them."""
    folds = 1 + people.config.members
    unseen = unseen_logits(people.z, head.members(folds), people.draws[:, folds:])
    slope, intercept = calibrate_affine(unseen, people.targets[[outcome]], people.calibrated[[outcome]])[outcome]
    k = len(head.bias)
    return weighted_sum([head], [torch.full((k,), slope)], torch.full((k,), intercept)).detached()


def _with_less_known(people: _People, ensemble: Weights, outcome: str) -> Weights:
    """Estimates of people with less known agree with those of all that is known of them."""
    at, holds = people.outcomes.index(outcome), people.counted()[:, people.outcomes.index(outcome)] > 0
    return agree_with_full(
        people.z[:, holds],
        ensemble,
        people.draws[holds],
        1 + people.config.members,
        at,
        people.views(),
        people.config.seed,
        people.allowed[:, at],
    ).detached()


def _any_death(people: _People, follow_up: FollowUp, allowed: torch.Tensor, device: torch.device) -> Weights:
    """The head of death from any cause, fitted on everybody with follow-up.

    A person's draws are those it has among the model's people, so that a member that did not draw it knows nothing of
    it in either head.
    """
    encoding, frame = people.encoding, follow_up.frame
    z = torch.cat([encoding(part).float() for part in torch.split(encoding.matrix(frame), CHUNK)], dim=1)
    draws = draw(len(frame), replace(people.config, seed=people.config.seed + 1))
    among = torch.tensor(people.frame.index.get_indexer(frame.index))
    draws[among >= 0] = people.draws[among[among >= 0]]
    config = replace(
        people.config,
        epochs=FOLLOW_UP_EPOCHS,
        hidden_rows=0.6,
        hidden_sets=(),
        hidden_files=0.0,
        counts=("death",),
        penalties={"death": FOLLOW_UP_PENALTY},
        leaning={},
    )
    outcome = next(iter(people.config.leaning))
    data = TrainingData(
        people.inputs,
        z,
        people.basis,
        _tensor(follow_up.died)[:, None],
        torch.ones(len(frame), 1),
        ("death",),
        torch.tensor(pd.factorize(follow_up.strata, sort=True)[0]),
        offset=follow_up.offset(),
        nuisance=follow_up.nuisance(z),
        draws=draws,
        sweeps=sweeps_of(frame, encoding, people.basis, [outcome]),
        vague=vague_answers(encoding),
    )
    return Trainer(data, allowed, config, device).fit()


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


def histogram_of(values: pd.Series, variable: Variable) -> dict[str, Any]:
    known = values.dropna()
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
