"""Fitting the network: bootstrap weights, hiding of inputs, penalties, one-cycle Adam, averaged weights.

Deterministic for a seed, to the bit, on one kind of processor with as many threads. Every epoch draws its order and its
hiding from (seed, epoch), so a run that was stopped and resumed from its checkpoint gives the same network as one that
was not. Another processor adds in another order: its network gives the same risks within :data:`REPRODUCED`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch

from riskmodels.errors import TrainingError
from riskmodels.model_files.checkpoint import read_checkpoint, write_checkpoint
from riskmodels.tabular.network import AdditivePairNetwork, Shape, Weights
from riskmodels.vocabulary import VOCABULARY

#: largest difference of a risk (0–1) of the chest-pain model trained on another processor: single-precision sums in
#: another order, carried through the whole training; measured 2e-8 (tests/tabular/test_reproduced.py)
REPRODUCED = 1e-4
#: L2 strength of the levels of strata
LEVEL_PENALTY = 1.0
Progress = Callable[["EpochReport"], None]


@dataclass(frozen=True)
class Penalty:
    """L2 strengths of one outcome with n labelled rows: the penalty is strength / n · Σ squares.

    Args:
        curves: of the curves.
        pairs: of the free interactions.
        contexts: of how curves bend when another input is known.
    """

    curves: float = 100.0
    pairs: float = 1000.0
    contexts: float = 100.0


@dataclass(frozen=True)
class TrainingConfig:
    """All choices of a training run.

    Args:
        members: networks in the ensemble.
        rank: rank of the free interactions.
        context: rank of the interactions of values with known flags.
        knots: spline knots an input.
        epochs, batch_size, learning_rate: of Adam with a one-cycle schedule.
        hidden_rows: share of rows of which inputs are hidden, see :class:`Hiding`.
        averaged_from: fraction of the run after which weights are averaged.
        penalties: by outcome; others take the default.
        leaning: outcome with few events → the outcome whose head it leans on (see leaning.py).
        leaning_penalty: L2 strength of its own curves.
        computed: outcomes computed from the inputs themselves (a published equation), so alike in every stratum.
        seed: of everything random.
    """

    members: int = 16
    rank: int = 4
    context: int = 2
    knots: int = 9
    epochs: int = 40
    batch_size: int = 1024
    learning_rate: float = 0.03
    hidden_rows: float = 0.6
    averaged_from: float = 0.6
    penalties: dict[str, Penalty] = field(default_factory=dict)
    leaning: dict[str, str] = field(default_factory=dict)
    leaning_penalty: float = 300.0
    computed: tuple[str, ...] = ()
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
        targets: (n, O) probabilities, 0/1 for events; NaN where there is no label.
        weights: (n, O) weight of each label (1, or inverse probability of censoring); 0 where there is none.
        outcomes: names, in the order of the columns.
        strata: (n,) number of each row's survey cycle or site; None for one stratum. A level of its own is fitted for
            each and averaged away afterwards, so that an input measured only in some cycles does not speak for them.
    """

    names: tuple[str, ...]
    z: torch.Tensor
    targets: torch.Tensor
    weights: torch.Tensor
    outcomes: tuple[str, ...]
    strata: torch.Tensor | None = None

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


class Hiding:
    """Hides known inputs at random, so that one network learns every subset of inputs.

    A touched row takes one of three patterns, with a share drawn from 0–100 %: whole panels, i.e. the laboratory or
    the other inputs of a clinical group (half of the rows), single inputs (a quarter), or all laboratory values, and
    single other inputs in half of those (a quarter): what is unknown together in practice is hidden together.

    Args:
        names: the inputs, in the order of the encoding.
        share_of_rows: of the rows touched.
    """

    def __init__(self, names: Sequence[str], share_of_rows: float) -> None:
        self.share_of_rows = share_of_rows
        panels = [(VOCABULARY[name].group, VOCABULARY[name].laboratory) for name in names]
        self.panel = torch.tensor([sorted(set(panels)).index(p) for p in panels])
        self.laboratory = torch.tensor([VOCABULARY[name].laboratory for name in names])

    def keep(self, rows: int, generator: torch.Generator) -> torch.Tensor:
        """(p, rows) bool: which inputs stay, drawn from ``generator`` (on the CPU)."""
        p = len(self.panel)
        touched = torch.rand(rows, generator=generator) < self.share_of_rows
        share = torch.rand(rows, generator=generator)
        singles = torch.rand(p, rows, generator=generator) >= share
        panels = (torch.rand(int(self.panel.max()) + 1, rows, generator=generator) >= share)[self.panel]
        also_singles = torch.rand(rows, generator=generator) < 0.5
        no_labs = ~self.laboratory[:, None] & (singles | ~also_singles)
        pattern = torch.rand(rows, generator=generator)
        kept = torch.where(pattern < 0.5, panels, torch.where(pattern < 0.75, singles, no_labs))
        return kept | ~touched


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
        p, self.rows, d = data.z.shape
        shape = Shape(p, d, config.members, len(data.outcomes), config.rank, config.context)
        generator = torch.Generator().manual_seed(config.seed)
        strata = torch.zeros(self.rows, dtype=torch.long) if data.strata is None else data.strata
        self.strata = strata.to(device)
        self.network = AdditivePairNetwork(shape, allowed, generator, int(strata.max()) + 1).to(device)
        self.average = {k: torch.zeros_like(v) for k, v in self.network.named_parameters()}
        self.averaged = 0
        self.epoch = 0
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=config.learning_rate)
        self.steps = -(-self.rows // config.batch_size)
        self.has_levels = torch.tensor([o not in config.computed for o in data.outcomes], device=device)
        self.hiding = Hiding(data.names, config.hidden_rows)
        self._prepare()

    def _prepare(self) -> None:
        data, config = self.data, self.config
        self.z = data.z.to(self.device, torch.float32)
        self.targets = torch.nan_to_num(data.targets).to(self.device, torch.float32)
        weights = torch.where(torch.isnan(data.targets), 0.0, data.weights)
        self.weights = (weights / weights.mean(0)).to(self.device, torch.float32)
        self.draws = bootstrap_weights(self.rows, config.members, config.seed).to(self.device)
        labelled = (weights > 0).sum(0).float()
        chosen = [config.penalties.get(o, Penalty()) for o in data.outcomes]
        strengths = torch.tensor([(c.curves, c.pairs, c.contexts) for c in chosen]).T
        self.penalty = (strengths / labelled).to(self.device, torch.float32)  # (3, O)
        with torch.no_grad():
            rate = (self.targets * self.weights).sum(0) / self.weights.sum(0)
            self.network.bias.copy_(torch.logit(rate).expand_as(self.network.bias))

    def fit(self, progress: Progress | None = None) -> Weights:
        """Run to the end, or on from the checkpoint.

        Args:
            progress: called after every epoch.

        Returns:
            The ensemble with averaged parameters, on the CPU.
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
            for name, parameter in self.network.named_parameters():
                parameter.copy_(self.average[name] / self.averaged)
            self.network.bias.add_(self._mean_level())
            return self.network.weights().detached()

    def _mean_level(self) -> torch.Tensor:
        """(K, O) mean level of the labelled rows."""
        shares = torch.zeros(len(self.network.levels), self.weights.shape[1], device=self.device)
        shares.index_add_(0, self.strata, self.weights)
        return (self.network.levels * self.has_levels * (shares / shares.sum(0))[:, None, :]).sum(0)

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
            loss = self._loss(z, index)
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()
            self._average()
            losses.append(loss.detach())
        return float(torch.stack(losses).mean())

    def _loss(self, z: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
        logits = self.network(z) + self.network.levels[self.strata[index]] * self.has_levels  # (b, K, O)
        target = self.targets[index][:, None, :].expand_as(logits)
        weight = self.weights[index][:, None, :] * self.draws[index][:, :, None]
        fit = torch.nn.functional.binary_cross_entropy_with_logits(logits, target, weight, reduction="none")
        squares = torch.stack(self.network.squares())  # (3, K, O)
        levels = LEVEL_PENALTY / self.rows * self.network.levels.square().sum()
        return fit.mean(0).sum() + (self.penalty[:, None, :] * squares).sum() + levels

    def _set_rate(self, step: int) -> None:
        """One cycle: up for a quarter of the run, down to nothing in a cosine."""
        total = self.config.epochs * self.steps
        at = step / total
        if at < 0.25:
            factor = 0.1 + 0.9 * at / 0.25
        else:
            factor = 0.01 + 0.99 * 0.5 * (1 + float(torch.cos(torch.tensor(torch.pi * (at - 0.25) / 0.75))))
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.learning_rate * factor

    def _average(self) -> None:
        if self.epoch < self.config.averaged_from * self.config.epochs:
            return
        self.averaged += 1
        with torch.no_grad():
            for name, parameter in self.network.named_parameters():
                self.average[name] += parameter

    def _save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        states = {"network": self.network.state_dict(), "average": self.average}
        numbers = {"epoch": self.epoch, "averaged": self.averaged}
        write_checkpoint(path, self._key(), states, self.optimizer, numbers)

    def _restore(self, path: Path) -> None:
        if not path.is_file():
            return
        found = read_checkpoint(path, self._key(), self.device)
        self.epoch, self.averaged = found.numbers["epoch"], found.numbers["averaged"]
        self.network.load_state_dict(found.states["network"])
        self.average = found.states["average"]
        found.restore(self.optimizer)

    def _key(self) -> str:
        return json.dumps([asdict(self.config), self.rows])
