"""Training the heart-size network: one-cycle AdamW, averaged weights, the epoch chosen on validation.

A run can be stopped at any time and goes on from its checkpoint: what is random in an epoch depends on the seed and
the number of the epoch only.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR

from riskmodels.imaging.checkpoint import read_checkpoint, write_checkpoint
from riskmodels.imaging.heart_augment import FilmAugmentation, augment_films
from riskmodels.imaging.heart_data import FilmSet
from riskmodels.imaging.heart_film import HEART, as_input, dice, outline, probabilities
from riskmodels.imaging.unet import UNet, UNetShape


@dataclass(frozen=True)
class HeartConfig:
    """How the network is trained.

    Args:
        side: of the square given to the network, pixels.
        widths: see :class:`~riskmodels.imaging.unet.UNetShape`.
        epochs: passes over the training films.
        batch: films a step.
        rate: highest learning rate.
        decay: weight decay.
        keep: share of the averaged weights kept at a step.
        edge: weight of the loss on the structures' horizontal extent.
        seed: of everything random.
        low_precision: compute in bfloat16, where the device is made for it.
        augmentation: how far views may differ.
    """

    side: int = 256
    widths: tuple[int, ...] = (16, 32, 64, 112, 160)
    epochs: int = 60
    batch: int = 8
    rate: float = 4e-3
    decay: float = 1e-2
    keep: float = 0.99
    edge: float = 0.2
    seed: int = 20261124
    low_precision: bool = True
    augmentation: FilmAugmentation = field(default_factory=FilmAugmentation)

    def to_dict(self) -> dict[str, Any]:
        """For the card."""
        return asdict(self)


@dataclass(frozen=True)
class HeartEpoch:
    """Told after every epoch.

    Args:
        epoch: from 1.
        epochs: of the run.
        loss: of training.
        heart_dice: mean on validation films, with the averaged weights.
        ratio_error: mean absolute error of the ratio on them.
        seconds_left: about.
        best: whether it is the best so far.
    """

    epoch: int
    epochs: int
    loss: float
    heart_dice: float
    ratio_error: float
    seconds_left: float
    best: bool


Report = Callable[[HeartEpoch], None]


@dataclass(frozen=True, eq=False)
class Trained:
    """The result of a run.

    Args:
        network: with the averaged weights of the best epoch, in evaluation mode.
        epoch: the best one.
        seconds: spent, those before an interruption included.
    """

    network: UNet
    epoch: int
    seconds: float


def train_unet(
    train: FilmSet,
    validation: FilmSet,
    config: HeartConfig,
    device: torch.device,
    report: Report | None = None,
    checkpoint: Path | None = None,
) -> Trained:
    """Fit the network.

    Args:
        train: films to learn from.
        validation: films that choose the epoch.
        config: how.
        device: where.
        report: told after every epoch.
        checkpoint: file to go on from when it is there, and to save to after every epoch.

    Returns:
        The network, its epoch and the time.

    Raises:
        TrainingError: when the checkpoint is none, or one of another run.
    """
    run = _Run(train, validation, config, device)
    if checkpoint is not None and checkpoint.is_file():
        run.resume(checkpoint)
    while run.epoch < config.epochs:
        loss, overlap, error = run.one_epoch()
        left = run.seconds / run.epoch * (config.epochs - run.epoch)
        if report is not None:
            report(HeartEpoch(run.epoch, config.epochs, loss, overlap, error, left, run.best_epoch == run.epoch))
        if checkpoint is not None:
            run.save(checkpoint)
    network = run.network
    network.load_state_dict(run.best)
    return Trained(network.eval(), run.best_epoch, run.seconds)


#: of a run, kept in its checkpoint
_NUMBERS = ("epoch", "best_epoch", "best_error", "seconds")


class _Run:
    """State of one training run."""

    def __init__(self, train: FilmSet, validation: FilmSet, config: HeartConfig, device: torch.device) -> None:
        torch.manual_seed(config.seed)
        self.train, self.validation, self.config, self.device = train, validation, config, device
        self.network: UNet = UNet(UNetShape(config.widths)).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimizer = AdamW(self.network.parameters(), lr=config.rate, weight_decay=config.decay)
        steps = math.ceil(len(train) / config.batch) * config.epochs
        self.schedule = OneCycleLR(self.optimizer, config.rate, total_steps=steps, pct_start=0.2)
        self.average = {n: t.detach().clone() for n, t in self.network.state_dict().items()}
        self.best = self.average
        self.epoch, self.best_epoch, self.best_error, self.seconds = 0, 0, math.inf, 0.0

    def one_epoch(self) -> tuple[float, float, float]:
        """One pass over the training films: mean loss; heart Dice and ratio error on the validation films."""
        started = time.monotonic()
        self.epoch += 1
        loss = self._learn()
        overlap, error = self._judge()
        self.seconds += time.monotonic() - started
        return loss, overlap, error

    def _learn(self) -> float:
        torch.manual_seed(self.config.seed + 10_007 * self.epoch)
        rng = torch.Generator().manual_seed(self.config.seed + 10_007 * self.epoch)
        self.network.train()
        order = torch.randperm(len(self.train), generator=rng)
        starts = range(0, len(order), self.config.batch)
        return float(np.mean([self._step(order[i : i + self.config.batch], rng) for i in starts]))

    def _step(self, chosen: Tensor, rng: torch.Generator) -> float:
        films, masks = self.train.films[chosen].to(self.device), self.train.masks[chosen].to(self.device)
        films, masks = augment_films(films, masks, self.config.augmentation, rng)
        films = films.contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._low_precision()):
            logits = self.network(films)
        loss = heart_loss(logits.float(), masks, self.config.edge)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.schedule.step()
        self._follow()
        return loss.item()

    def _low_precision(self) -> bool:
        return self.config.low_precision and has_bfloat16(self.device)

    def _follow(self) -> None:
        step = self.schedule.last_epoch
        keep = min(self.config.keep, (1 + step) / (10 + step))
        for name, tensor in self.network.state_dict().items():
            if tensor.is_floating_point():
                self.average[name].lerp_(tensor, 1 - keep)

    def _judge(self) -> tuple[float, float]:
        now = {n: t.detach().clone() for n, t in self.network.state_dict().items()}
        self.network.load_state_dict(self.average)
        overlap, error = validation_error(self.network, self.validation, self.device)
        self.network.load_state_dict(now)
        if 1 - overlap + error < self.best_error:
            self.best_error, self.best_epoch = 1 - overlap + error, self.epoch
            self.best = {n: t.clone() for n, t in self.average.items()}
        return overlap, error

    def save(self, path: Path) -> None:
        """Write a checkpoint."""
        states = {"now": self.network.state_dict(), "average": self.average, "best": self.best}
        numbers = {name: getattr(self, name) for name in _NUMBERS}
        write_checkpoint(path, self._key(), states, self.optimizer, numbers)

    def _key(self) -> str:
        return json.dumps([self.config.to_dict(), self.train.names, self.validation.names])

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint.

        Raises:
            TrainingError: when the file is no checkpoint, or one of another run.
        """
        found = read_checkpoint(path, self._key(), self.device)
        self.network.load_state_dict(found.states["now"])
        self.average, self.best = found.states["average"], found.states["best"]
        for name in _NUMBERS:
            setattr(self, name, found.numbers[name])
        found.restore(self.optimizer)
        steps = self.epoch * math.ceil(len(self.train) / self.config.batch)
        self.schedule.load_state_dict({"last_epoch": steps, "_step_count": steps + 1})


def has_bfloat16(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 faster than float32: CUDA, and processors with the instructions."""
    if device.type != "cpu":
        return device.type == "cuda" and torch.cuda.is_bf16_supported()
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def heart_loss(logits: Tensor, masks: Tensor, edge: float) -> Tensor:
    """Cross-entropy and Dice of the areas, and cross-entropy of which columns each structure reaches.

    Args:
        logits: (n, 3, s, s).
        masks: (n, 3, s, s), 0–1.
        edge: weight of the columns.
    """
    areas = functional.binary_cross_entropy_with_logits(logits, masks)
    p = torch.sigmoid(logits)
    overlap = (2 * (p * masks).sum((2, 3)) + 1) / (p.sum((2, 3)) + masks.sum((2, 3)) + 1)
    columns = functional.binary_cross_entropy_with_logits(logits.amax(2), masks.amax(2))
    return areas + (1 - overlap).mean() + edge * columns


@torch.no_grad()
def predict_films(network: UNet, films: Tensor, device: torch.device, batch: int = 8) -> NDArray[np.float32]:
    """Probability maps, without checks: (n, 3, s, s)."""
    network.eval()
    parts = [films[start : start + batch] for start in range(0, len(films), batch)]
    return np.concatenate([probabilities(network(as_input(part.to(device)))) for part in parts])


def validation_error(network: UNet, films: FilmSet, device: torch.device) -> tuple[float, float]:
    """Mean heart Dice, and mean absolute error of the ratio; a ratio that cannot be taken counts as an error of 1."""
    overlaps, errors = [], []
    for p, mask, ratio in zip(predict_films(network, films.films, device), films.masks, films.ratios, strict=True):
        found = outline(p)
        overlaps.append(dice(found.pieces[HEART], mask[HEART].numpy() >= 128))
        errors.append(abs(found.ratio - ratio))
    return float(np.mean(overlaps)), float(np.nan_to_num(errors, nan=1.0).mean())
