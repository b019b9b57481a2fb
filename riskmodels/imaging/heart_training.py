"""Training the heart-size network: its loss on heart and lungs, and how far its ratio is off on validation films."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from riskmodels.imaging.heart_augment import FilmAugmentation, augment_films
from riskmodels.imaging.heart_data import FilmSet
from riskmodels.imaging.heart_film import HEART, as_input, dice, outline, probabilities
from riskmodels.imaging.run import Pace, Run
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
        heart_dice: mean on validation films, with the averaged weights; NaN without such films.
        ratio_error: mean absolute error of the ratio on them; NaN likewise.
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
    validation: FilmSet | None,
    config: HeartConfig,
    device: torch.device,
    report: Report | None = None,
    checkpoint: Path | None = None,
) -> Trained:
    """Fit the network.

    Args:
        train: films to learn from.
        validation: films that choose the epoch; the last one is kept without.
        config: how.
        device: where.
        report: told after every epoch.
        checkpoint: file to go on from when it is there, and to save to after every epoch.

    Returns:
        The network, its epoch and the time.

    Raises:
        TrainingError: when the checkpoint is none, or one of another run.
    """
    torch.manual_seed(config.seed)
    run = _Run(train, validation, config, device)
    run.resume(checkpoint)
    run.fit(report, checkpoint)
    return Trained(run.network, run.best_epoch, run.seconds)


class _Run(Run[UNet, HeartEpoch]):
    """All weights of a fresh network, with augmentation."""

    def __init__(self, train: FilmSet, validation: FilmSet | None, config: HeartConfig, device: torch.device) -> None:
        network: UNet = UNet(UNetShape(config.widths)).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        groups = [(config.rate, list(network.parameters()))]
        pace = Pace(len(train), config.batch, config.epochs, config.decay, config.keep, clip=1.0)
        super().__init__(network, groups, network.state_dict(), pace, device)
        self.train, self.validation, self.config = train, validation, config

    @property
    def key(self) -> str:
        """Configuration and films."""
        chosen_by = self.validation.names if self.validation else ()
        return json.dumps([self.config.to_dict(), self.train.names, chosen_by])

    @property
    def epoch_seed(self) -> int:
        """Of what is random in the epoch."""
        return self.config.seed + 10_007 * self.epoch

    def batch_loss(self, chosen: Tensor, rng: torch.Generator) -> Tensor:
        """Of one view of each film."""
        films, masks = self.train.films[chosen].to(self.device), self.train.masks[chosen].to(self.device)
        films, masks = augment_films(films, masks, self.config.augmentation, rng)
        films = films.contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._low_precision()):
            logits = self.network(films)
        return heart_loss(logits.float(), masks, self.config.edge)

    def _low_precision(self) -> bool:
        return self.config.low_precision and has_bfloat16(self.device)

    def judge(self) -> tuple[float, float, float]:
        """The sum of both errors on the validation films, mean heart Dice, mean error of the ratio.

        Without validation films the latest epoch counts as the best.
        """
        if self.validation is None:
            return -float(self.epoch), math.nan, math.nan
        overlap, error = validation_error(self.network, self.validation, self.device)
        return 1 - overlap + error, overlap, error

    def told(self, loss: float, judged: tuple[float, ...], left: float) -> HeartEpoch:
        """An epoch for whoever watches."""
        _, overlap, error = judged
        best = self.best_epoch == self.epoch
        return HeartEpoch(self.epoch, self.config.epochs, loss, overlap, error, left, best)


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
