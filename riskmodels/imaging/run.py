"""A training run of an image network: AdamW on one cycle, averaged weights, the epoch chosen on validation.

A run can be stopped at any time and goes on from its checkpoint with the same result: what is random in an epoch
depends on the seed and the number of the epoch only.
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR

from riskmodels.model_files.checkpoint import State, read_checkpoint, write_checkpoint

Network = TypeVar("Network", bound=nn.Module)
Epoch = TypeVar("Epoch")
#: kept in a checkpoint
_NUMBERS = ("epoch", "best_epoch", "best_loss", "seconds")


@dataclass(frozen=True)
class Pace:
    """How long and how fast a network learns.

    Args:
        rows: pictures to learn from.
        batch: of them a step.
        epochs: at most.
        decay: weight decay.
        keep: share of the averaged weights kept at a step.
        clip: largest norm of the gradient.
        patience: epochs without a lower validation loss before stopping.
    """

    rows: int
    batch: int
    epochs: int
    decay: float
    keep: float
    clip: float = math.inf
    patience: float = math.inf

    @property
    def steps(self) -> int:
        """Of an epoch."""
        return math.ceil(self.rows / self.batch)


class Run(ABC, Generic[Network, Epoch]):
    """State of one run; a network adds what it learns from, its loss and how it is judged.

    Args:
        network: to fit.
        groups: parameters, each with its highest learning rate.
        averaged: weights whose average is judged and kept, by their name in the network's state.
        pace: how long and how fast.
        device: where the network is.
    """

    def __init__(
        self,
        network: Network,
        groups: Sequence[tuple[float, list[nn.Parameter]]],
        averaged: State,
        pace: Pace,
        device: torch.device,
    ) -> None:
        self.network, self.averaged, self.pace, self.device = network, averaged, pace, device
        rates = [rate for rate, _ in groups]
        self.optimizer = AdamW([{"params": part} for _, part in groups], lr=rates[0], weight_decay=pace.decay)
        steps = max(6, pace.steps * pace.epochs)  # at a cycle of just five, torch divides by zero
        self.schedule = OneCycleLR(self.optimizer, rates, total_steps=steps, pct_start=0.2)
        self.average = copied(averaged)
        self.epoch, self.best_epoch, self.best_loss, self.seconds = 0, 0, math.inf, 0.0
        self.best: State = {}

    @property
    @abstractmethod
    def key(self) -> str:
        """What makes the run another than others: configuration and data."""

    @property
    @abstractmethod
    def epoch_seed(self) -> int:
        """Of what is random in the epoch."""

    @abstractmethod
    def batch_loss(self, chosen: Tensor, rng: torch.Generator) -> Tensor:
        """Loss of the pictures of these numbers, their views drawn from ``rng``."""

    @abstractmethod
    def judge(self) -> tuple[float, ...]:
        """The network on the validation pictures; the first number chooses the epoch, the lowest is best."""

    @abstractmethod
    def told(self, loss: float, judged: tuple[float, ...], left: float) -> Epoch:
        """An epoch for whoever watches: loss of training, of :meth:`judge`, seconds left."""

    def fit(self, report: Callable[[Epoch], None] | None = None, checkpoint: Path | None = None) -> None:
        """Run to the end; the network then has the averaged weights of the best epoch, in evaluation mode.

        Args:
            report: told after every epoch.
            checkpoint: file to save to after every epoch.
        """
        while self.epoch < self.pace.epochs and self.epoch - self.best_epoch < self.pace.patience:
            loss, judged = self._one_epoch()
            left = self.seconds / self.epoch * (self.pace.epochs - self.epoch)
            if report is not None:
                report(self.told(loss, judged, left))
            if checkpoint is not None:
                self._save(checkpoint)
        self.network.load_state_dict(self.best)
        self.network.eval()

    def _one_epoch(self) -> tuple[float, tuple[float, ...]]:
        """One pass over the training pictures: mean loss, and what the validation pictures say."""
        started = time.monotonic()
        self.epoch += 1
        torch.manual_seed(self.epoch_seed)
        rng = torch.Generator().manual_seed(self.epoch_seed)
        self.network.train()
        order = torch.randperm(self.pace.rows, generator=rng)
        losses = [self._step(chosen, rng) for chosen in batches(order, self.pace.batch)]
        judged = self.keep_if_best()
        self.seconds += time.monotonic() - started
        return float(np.mean(losses)), judged

    def _step(self, chosen: Tensor, rng: torch.Generator) -> float:
        loss = self.batch_loss(chosen, rng)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        if math.isfinite(self.pace.clip):
            nn.utils.clip_grad_norm_(self.network.parameters(), self.pace.clip)
        self.optimizer.step()
        self.schedule.step()
        step = self.schedule.last_epoch
        keep = min(self.pace.keep, (1 + step) / (10 + step))
        for name, tensor in self.averaged.items():
            if tensor.is_floating_point():
                self.average[name].lerp_(tensor, 1 - keep)
        return loss.item()

    def keep_if_best(self) -> tuple[float, ...]:
        """Judge the averaged weights, and remember them where they are the best so far."""
        now = copied(self.network.state_dict())
        self.network.load_state_dict(now | self.average)
        judged = self.judge()
        self.network.load_state_dict(now)
        if judged[0] < self.best_loss:
            self.best_loss, self.best_epoch = judged[0], self.epoch
            self.best = copied(now | self.average)
        return judged

    def _save(self, path: Path) -> None:
        states = {"now": self.network.state_dict(), "average": self.average, "best": self.best}
        write_checkpoint(path, self.key, states, self.optimizer, {name: getattr(self, name) for name in _NUMBERS})

    def resume(self, path: Path | None) -> bool:
        """Go on from a checkpoint.

        Returns:
            False when there is none yet.

        Raises:
            TrainingError: when the file is no checkpoint, or one of another run.
        """
        if path is None or not path.is_file():
            return False
        found = read_checkpoint(path, self.key, self.device)
        self.network.load_state_dict(found.states["now"])
        self.average, self.best = found.states["average"], found.states["best"]
        for name in _NUMBERS:
            setattr(self, name, found.numbers[name])
        found.restore(self.optimizer)
        steps = self.epoch * self.pace.steps
        self.schedule.load_state_dict({"last_epoch": steps, "_step_count": steps + 1})
        return True


def copied(state: State) -> State:
    """Tensors of their own."""
    return {name: tensor.detach().clone() for name, tensor in state.items()}


def batches(tensor: Tensor, size: int) -> list[Tensor]:
    """Consecutive parts of at most ``size`` rows."""
    return [tensor[start : start + size] for start in range(0, len(tensor), size)]
