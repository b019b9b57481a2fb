"""Fitting the network: bootstrap weights, hiding of inputs, penalties, directions, one-cycle Adam, averaged weights.

Deterministic for a seed, to the bit, on one kind of processor with as many threads. Every epoch draws its order and its
hiding from (seed, epoch), so a run that was stopped and resumed from its checkpoint gives the same network as one that
was not. Another processor adds in another order: its network gives the same risks within :data:`REPRODUCED`.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch

from riskmodels.errors import TrainingError
from riskmodels.model_files.checkpoint import read_checkpoint, write_checkpoint
from riskmodels.tabular.hiding import Hiding, VagueAnswer
from riskmodels.tabular.network import PAIR_COLUMNS, Weights, other_input, pair_columns, quadratic
from riskmodels.tabular.settled import Sweep, against
from riskmodels.variable import Variable
from riskmodels.vocabulary import VOCABULARY

#: largest difference of a risk (0–1) of the chest-pain model trained on another processor: single-precision sums in
#: another order, carried through the whole training; measured 2e-8 (tests/tabular/test_reproduced.py)
REPRODUCED = 1e-4
#: L2 strength of the levels of strata and of nuisance terms
LEVEL_PENALTY, NUISANCE_PENALTY = 1.0, 3.0
Progress = Callable[["EpochReport"], None]


@dataclass(frozen=True)
class Penalty:
    """L2 strengths of one outcome with n labelled rows: the penalty is strength / n · Σ squares.

    Args:
        curves: of the spline and one-hot columns.
        values: of known flags and standardised values.
        known_known, known_value, value_value: of pairs, by what their two columns are.
        of_person: factor of the pairs of known flags with age and sex, where "unknown" is averaged over people alike.
        of_input: factor of value × value pairs by input.
        directions: strength with which settled directions are kept, not over n; see settled.py.
    """

    curves: float = 60.0
    values: float = 10.0
    known_known: float = 100.0
    known_value: float = 100.0
    value_value: float = 300.0
    of_person: float = 1.0
    of_input: dict[str, float] = field(default_factory=dict)
    directions: float = 0.006


@dataclass(frozen=True)
class TrainingConfig:
    """All choices of a training run.

    Args:
        members: bootstrap members beside the network that is fitted to everybody.
        folds: members that leave out a fold each, for calibration; they are not kept.
        knots: spline knots an input.
        epochs, batch_size, learning_rate: of Adam with a one-cycle schedule.
        hidden_rows: share of rows of which inputs are hidden, see :class:`~riskmodels.tabular.hiding.Hiding`.
        hidden_sets: inputs that are hidden together, and the share of the touched rows that has just them hidden.
        hidden_files: share of the other touched rows that lack whole blocks of inputs as real files do.
        averaged_from: fraction of the run after which weights are averaged.
        penalties: by outcome; others take the default.
        computed: outcomes computed from the inputs themselves (a published equation), so alike in every stratum.
        counts: outcomes fitted as events of a Poisson process, log rate instead of log-odds.
        subsets: whether calibration goes into subsets of inputs; a few hundred people cannot tell them apart.
        interval_steps: of teaching the interval; with none its half-widths mean nothing.
        leaning: outcome with few events → the outcome whose head it leans on; see leaning.py.
        seed: of everything random.
    """

    members: int = 8
    folds: int = 5
    knots: int = 9
    epochs: int = 50
    batch_size: int = 1024
    learning_rate: float = 0.02
    hidden_rows: float = 0.8
    hidden_sets: tuple[tuple[tuple[str, ...], float], ...] = ()
    hidden_files: float = 0.0
    averaged_from: float = 0.5
    penalties: dict[str, Penalty] = field(default_factory=dict)
    computed: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    subsets: bool = True
    interval_steps: int = 1500
    leaning: dict[str, str] = field(default_factory=dict)
    seed: int = 20261124


@dataclass(frozen=True)
class EpochReport:
    """Progress after an epoch: which of how many, mean training loss, expected seconds to the end."""

    epoch: int
    epochs: int
    loss: float
    seconds_left: float


@dataclass(frozen=True)
class TrainingData:
    """What a network is fitted on.

    Args:
        names: the p inputs.
        z: (p, n, d) encoded inputs.
        basis: (p, d, m) of their pair columns.
        targets: (n, O) probabilities, 0/1 for events; NaN where there is no label.
        weights: (n, O) weight of each label; 0 where there is none.
        outcomes: names, in the order of the columns.
        strata: (n,) number of each row's survey cycle or site; None for one stratum. A level of its own is fitted for
            each and averaged away afterwards, so that an input measured only in some cycles does not speak for them.
        offset: (n, O) added to the log-odds or log rate; None for nothing.
        nuisance: (n, q) terms that are fitted along and left out afterwards; None for nothing.
        draws: (n, K) how often each row stands in each member's sample; drawn from the seed when None.
        sweeps: of the inputs whose direction is settled.
        vague: answers that leave others open; of them the mean is fitted, see :class:`VagueAnswer`.
        variables: what the inputs are.
    """

    names: tuple[str, ...]
    z: torch.Tensor
    basis: torch.Tensor
    targets: torch.Tensor
    weights: torch.Tensor
    outcomes: tuple[str, ...]
    strata: torch.Tensor | None = None
    offset: torch.Tensor | None = None
    nuisance: torch.Tensor | None = None
    draws: torch.Tensor | None = None
    sweeps: tuple[Sweep, ...] = ()
    vague: tuple[VagueAnswer, ...] = ()
    variables: Mapping[str, Variable] = field(default_factory=lambda: VOCABULARY)

    def __post_init__(self) -> None:
        _, n, _ = self.z.shape
        if self.targets.shape != (n, len(self.outcomes)) or self.weights.shape != self.targets.shape:
            raise ValueError(
                f"targets and weights must be {(n, len(self.outcomes))}, "
                f"got {tuple(self.targets.shape)} and {tuple(self.weights.shape)}"
            )
        empty = [o for o, w in zip(self.outcomes, self.weights.sum(0).tolist(), strict=True) if w <= 0]
        if empty:
            raise TrainingError(f"No labelled rows for: {', '.join(empty)}.", hint="Check the label columns.")


def bootstrap_weights(rows: int, members: int, seed: int) -> torch.Tensor:
    """Poisson(1) counts, (rows, members): how often each row stands in each member's bootstrap sample."""
    generator = torch.Generator().manual_seed(seed)
    return torch.poisson(torch.ones(rows, members), generator=generator)


def draw(rows: int, config: TrainingConfig) -> torch.Tensor:
    """How often each row stands in each member's sample, (rows, K).

    Once in the first, which is shown; Poisson(1) in the bootstrap members; once in all but one of the last members,
    each of which leaves out a fold: what a member says of the fold it left out is honest, and calibration needs it.
    """
    drawn = bootstrap_weights(rows, config.members, config.seed)
    generator = torch.Generator().manual_seed(config.seed + 1)
    fold = torch.randperm(rows, generator=generator) % max(config.folds, 1)
    left_in = (fold[:, None] != torch.arange(config.folds)).float()
    return torch.cat([torch.ones(rows, 1), drawn, left_in], dim=1)


def penalties(names: tuple[str, ...], width: int, chosen: Penalty) -> tuple[torch.Tensor, torch.Tensor]:
    """L2 strengths of one outcome: of the columns (p, d), and of the pairs (p·m, p·m)."""
    columns = torch.full((len(names), width), chosen.curves)
    columns[:, :2] = chosen.values
    known = torch.arange(len(names) * PAIR_COLUMNS) % PAIR_COLUMNS == 0
    both, none = known[:, None] & known[None, :], ~known[:, None] & ~known[None, :]
    pairs = torch.where(both, chosen.known_known, torch.where(none, chosen.value_value, chosen.known_value))
    factor = torch.tensor([chosen.of_input.get(name, 1.0) for name in names]).repeat_interleave(PAIR_COLUMNS)
    pairs = torch.where(none, pairs * factor[:, None] * factor[None, :], pairs)
    person = torch.tensor([name in ("age", "sex") for name in names]).repeat_interleave(PAIR_COLUMNS)
    mixed = (known[:, None] & person[None, :]) | (person[:, None] & known[None, :])
    return columns, torch.where(mixed & ~none, pairs * chosen.of_person, pairs)


def one_cycle(at: float) -> float:
    """Factor of the learning rate at a share of the run: up for a quarter of it, down to nothing in a cosine."""
    if at < 0.25:
        return 0.1 + 0.9 * at / 0.25
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (at - 0.25) / 0.75))


class Trainer:
    """Fits one network.

    Args:
        data: what to fit on.
        allowed: (p, O) which input serves which outcome.
        config: the choices.
        device: where to compute.
        checkpoint: file to resume from and to save to after every epoch; None for neither.
    """

    def __init__(
        self,
        data: TrainingData,
        allowed: torch.Tensor,
        config: TrainingConfig,
        device: torch.device,
        checkpoint: Path | None = None,
    ) -> None:
        self.data, self.config, self.device, self.checkpoint = data, config, device, checkpoint
        p, self.rows, _ = data.z.shape
        if allowed.shape != (p, len(data.outcomes)):
            raise ValueError(f"allowed must be {(p, len(data.outcomes))}, got {tuple(allowed.shape)}")
        strata = torch.zeros(self.rows, dtype=torch.long) if data.strata is None else data.strata
        self.strata = strata.to(device)
        self.members, self.outcomes = 1 + config.members + config.folds, len(data.outcomes)
        self.parameters = self._start(int(strata.max()) + 1)
        self.average = {k: torch.zeros_like(v) for k, v in self.parameters.items()}
        self.averaged = 0
        self.epoch = 0
        self.optimizer = torch.optim.Adam(list(self.parameters.values()), lr=config.learning_rate)
        self.steps = -(-self.rows // config.batch_size)
        shares = config.hidden_rows, config.hidden_sets, config.hidden_files
        self.hiding = Hiding(data.names, *shares, variables=data.variables)
        self._prepare(allowed)

    def _start(self, strata: int) -> dict[str, torch.Tensor]:
        p, _, d = self.data.z.shape
        k, o, q = self.members, self.outcomes, p * PAIR_COLUMNS
        nuisance = 0 if self.data.nuisance is None else self.data.nuisance.shape[1]
        shapes = {
            "bias": (k, o),
            "levels": (strata, k, o),
            "curves": (p, d, k, o),
            "pairs": (k, o, q, q),
            "nuisance": (nuisance, k, o),
        }
        return {name: torch.zeros(s, device=self.device, requires_grad=True) for name, s in shapes.items()}

    def _prepare(self, allowed: torch.Tensor) -> None:
        data, config, device = self.data, self.config, self.device
        p, _, d = data.z.shape
        self.z = data.z.to(device, torch.float32)
        self.basis = data.basis.to(device)
        self.targets = torch.nan_to_num(data.targets).to(device, torch.float32)
        weights = torch.where(torch.isnan(data.targets), 0.0, data.weights)
        self.weights = (weights / weights.mean(0)).to(device, torch.float32)
        drawn = draw(self.rows, config) if data.draws is None else data.draws
        self.draws = drawn.to(device)
        labelled = (weights > 0).sum(0).float()
        strengths = [config.penalties.get(o, Penalty()) for o in data.outcomes]
        self.directions = torch.tensor([strength.directions for strength in strengths], device=device)
        chosen = [penalties(data.names, d, strength) for strength in strengths]
        self.column_penalty = (torch.stack([c for c, _ in chosen], -1) / labelled).to(device)  # (p, d, O)
        self.pair_penalty = (torch.stack([m for _, m in chosen]) / labelled[:, None, None]).to(device)  # (O, q, q)
        serves = allowed.float().to(device)
        self.column_mask = serves[:, None, :].repeat(1, d, 1)  # (p, d, O)
        for answer in data.vague:
            self.column_mask[answer.input, answer.own] = 0.0
        wide = serves.repeat_interleave(PAIR_COLUMNS, 0).T  # (O, q)
        self.pair_mask = wide[:, :, None] * wide[:, None, :] * other_input(p).to(device)
        self.has_levels = torch.tensor([o not in config.computed for o in data.outcomes], device=device)
        self.counts = torch.tensor([o in config.counts for o in data.outcomes], device=device)
        self.offset = torch.zeros(1, 1, device=device) if data.offset is None else data.offset.to(device)
        self.extra = None if data.nuisance is None else data.nuisance.to(device)
        self.sweeps = [sweep.to(device) for sweep in data.sweeps]
        with torch.no_grad():
            share = (self.targets * self.weights).sum(0)
            exposed = torch.where(self.counts, (self.offset.exp() * self.weights).sum(0), self.weights.sum(0))
            rate = share / exposed
            start = torch.where(self.counts, rate.log(), torch.logit(rate.clamp(1e-6, 1 - 1e-6)))
            self.parameters["bias"].copy_(start.expand_as(self.parameters["bias"]))

    def fit(self, progress: Progress | None = None) -> Weights:
        """Run to the end, or on from the checkpoint.

        Args:
            progress: called after every epoch.

        Returns:
            The ensemble with averaged parameters, members in the order of :func:`draw`, on the CPU.
        """
        if self.checkpoint is not None:
            self._restore(self.checkpoint)
        started, first = time.monotonic(), self.epoch
        while self.epoch < self.config.epochs:
            loss = self._run_epoch()
            self.epoch += 1
            if self.checkpoint is not None:
                self._save(self.checkpoint)
            if progress is not None:
                pace = (time.monotonic() - started) / (self.epoch - first)
                left = pace * (self.config.epochs - self.epoch)
                progress(EpochReport(self.epoch, self.config.epochs, loss, left))
        with torch.no_grad():
            for name, parameter in self.parameters.items():
                parameter.copy_(self.average[name] / self.averaged)
            bias = self.parameters["bias"] + self._mean_level()
            return Weights(bias, self._curves(), self.basis, self._pairs()).detached()

    def _curves(self) -> torch.Tensor:
        return self.parameters["curves"] * self.column_mask[:, :, None, :]

    def _pairs(self) -> torch.Tensor:
        free = self.parameters["pairs"]
        return 0.5 * (free + free.transpose(2, 3)) * self.pair_mask

    def _mean_level(self) -> torch.Tensor:
        """(K, O) mean level of the labelled rows."""
        levels = self.parameters["levels"]
        shares = torch.zeros(len(levels), self.outcomes, device=self.device)
        shares.index_add_(0, self.strata, self.weights)
        return (levels * self.has_levels * (shares / shares.sum(0))[:, None, :]).sum(0)

    def _run_epoch(self) -> float:
        generator = torch.Generator().manual_seed(self.config.seed + 7919 * (self.epoch + 1))
        order = torch.randperm(self.rows, generator=generator)
        losses = []
        for step, batch in enumerate(torch.split(order, self.config.batch_size)):
            self._set_rate(self.epoch * self.steps + step)
            index = batch.to(self.device)
            keep = self.hiding.keep(len(batch), generator).to(self.device)
            z = self.z[:, index] * keep[:, :, None]
            self.optimizer.zero_grad(set_to_none=True)
            loss = self._loss(z, index, generator)
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()
            self._average()
            losses.append(loss.detach())
        return float(torch.stack(losses).mean())

    def _loss(self, z: torch.Tensor, index: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        n, k, o = len(index), self.members, self.outcomes
        curves, pairs, parameters = self._curves(), self._pairs(), self.parameters
        u = pair_columns(z, self.basis)
        main = z.transpose(0, 1).reshape(n, -1) @ curves.reshape(-1, k * o)
        logits = parameters["bias"] + (main + quadratic(u, pairs.flatten(0, 1))).view(n, k, o)
        logits = logits + parameters["levels"][self.strata[index]] * self.has_levels
        if self.data.offset is not None:
            logits = logits + self.offset[index][:, None, :]
        if self.extra is not None:
            logits = logits + torch.einsum("nq,qko->nko", self.extra[index], parameters["nuisance"])
        fit = self._misfit(logits, self.targets[index][:, None, :].expand_as(logits))
        weight = self.weights[index][:, None, :] * self.draws[index][:, :, None]
        loss = (fit * weight).mean(0).sum()
        loss = loss + (self.column_penalty[:, :, None] * parameters["curves"].square()).sum()
        loss = loss + 0.5 * (self.pair_penalty * pairs.square()).sum()
        loss = loss + LEVEL_PENALTY / self.rows * parameters["levels"].square().sum()
        if self.extra is not None:
            loss = loss + NUISANCE_PENALTY / self.rows * parameters["nuisance"].square().sum()
        if self.sweeps and self.directions.any():
            loss = loss + (self.directions * against(u, curves, pairs, self.sweeps, generator)).sum()
        return loss

    def _misfit(self, logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        fit = torch.nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
        if not self.counts.any():
            return fit
        rate = logits.clamp(max=4.0)
        return torch.where(self.counts, rate.exp() - target * rate, fit)

    def _set_rate(self, step: int) -> None:
        factor = one_cycle(step / (self.config.epochs * self.steps))
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.learning_rate * factor

    def _average(self) -> None:
        if self.epoch < self.config.averaged_from * self.config.epochs:
            return
        self.averaged += 1
        with torch.no_grad():
            for name, parameter in self.parameters.items():
                self.average[name] += parameter

    def _save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        states = {"network": self.parameters, "average": self.average}
        numbers = {"epoch": self.epoch, "averaged": self.averaged}
        write_checkpoint(path, self._key(), states, self.optimizer, numbers)

    def _restore(self, path: Path) -> None:
        if not path.is_file():
            return
        found = read_checkpoint(path, self._key(), self.device)
        self.epoch, self.averaged = found.numbers["epoch"], found.numbers["averaged"]
        with torch.no_grad():
            for name, parameter in self.parameters.items():
                parameter.copy_(found.states["network"][name])
        self.average = found.states["average"]
        found.restore(self.optimizer)

    def _key(self) -> str:
        return json.dumps([asdict(self.config), self.rows, self.data.outcomes])
