"""Training: heads on the frozen backbone first, then fine-tuning with augmentation, averaged weights, early stopping.

A run can be stopped at any time and goes on from its checkpoint with the same result: what is random in an epoch
depends on the seed and the number of the epoch only.
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
from torch import Tensor, nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR

from riskmodels.imaging.augment import Augmentation, augment
from riskmodels.imaging.backbone import pretrained
from riskmodels.imaging.checkpoint import read_checkpoint, write_checkpoint
from riskmodels.imaging.network import ImageNetwork
from riskmodels.imaging.targets import Target, prior_logits, slices
from riskmodels.model_files.card_values import record

#: few: heads fitted to the end on frozen features were a worse start on validation photos
_FROZEN_STEPS = 60


@dataclass(frozen=True)
class ImageConfig:
    """How a classifier is trained.

    Args:
        side: of the square given to the network, pixels.
        crop_field: whether pictures are cropped to the bright field of a fundus photo.
        frozen_blocks: of the 16; the stem and these keep their ImageNet weights.
        epochs: at most.
        patience: epochs without a lower validation loss before stopping.
        batch: pictures a step.
        rate: highest learning rate of the backbone.
        head_rate: highest learning rate of the heads.
        decay: weight decay.
        drop: share of the features left out in training.
        members: heads of the ensemble.
        seed: of everything random.
        augmentation: how far views may differ.
    """

    side: int = 448
    crop_field: bool = False
    frozen_blocks: int = 3
    epochs: int = 14
    patience: int = 5
    batch: int = 8
    rate: float = 5e-4
    head_rate: float = 2e-3
    decay: float = 1e-2
    drop: float = 0.3
    members: int = 16
    seed: int = 0
    augmentation: Augmentation = field(default_factory=Augmentation)

    def to_dict(self) -> dict[str, Any]:
        """For the card."""
        return asdict(self)

    @staticmethod
    def from_dict(document: dict[str, Any]) -> ImageConfig:
        """From the card."""
        return record(ImageConfig, document | {"augmentation": record(Augmentation, document["augmentation"])})


@dataclass(frozen=True)
class ImageSet:
    """Pictures in memory with their labels.

    Args:
        images: (n, 3, s, s) uint8.
        labels: by the target's name, (n,) class numbers.
    """

    images: Tensor
    labels: dict[str, NDArray[np.int64]]

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True)
class ImageEpoch:
    """Told after every epoch.

    Args:
        epoch: from 1; 0 is the frozen backbone.
        epochs: at most.
        loss: of training.
        validation_loss: with the averaged weights.
        seconds_left: about, if it runs to the last epoch.
        best: whether it is the best so far.
    """

    epoch: int
    epochs: int
    loss: float
    validation_loss: float
    seconds_left: float
    best: bool


Report = Callable[[ImageEpoch], None]


def train_network(
    train: ImageSet,
    validation: ImageSet,
    targets: tuple[Target, ...],
    config: ImageConfig,
    device: torch.device,
    report: Report | None = None,
    checkpoint: Path | None = None,
) -> ImageNetwork:
    """Fit a network.

    Args:
        train: pictures to learn from.
        validation: pictures that choose the epoch.
        targets: what to learn.
        config: how.
        device: where.
        report: told after every epoch.
        checkpoint: file to go on from when it is there, and to save to after every epoch.

    Returns:
        The network with the averaged weights of the best epoch, in evaluation mode.

    Raises:
        TrainingError: when the checkpoint is of another run.
    """
    torch.manual_seed(config.seed)
    network = ImageNetwork(
        pretrained(config.frozen_blocks), config.members, sum(t.outputs for t in targets), config.drop
    ).to(device)
    run = _Run(network, train, validation, targets, config, device)
    if checkpoint is None or not run.resume(checkpoint):
        run.fit_frozen()
    started, begun = time.monotonic(), run.epoch
    while run.epoch < config.epochs and run.epoch - run.best_epoch < config.patience:
        loss, validation_loss = run.one_epoch()
        left = (time.monotonic() - started) / (run.epoch - begun) * (config.epochs - run.epoch)
        if report is not None:
            best = run.best_epoch == run.epoch
            report(ImageEpoch(run.epoch, config.epochs, loss, validation_loss, left, best))
        if checkpoint is not None:
            run.save(checkpoint)
    network.load_state_dict(run.best)
    return network.eval()


#: of a run, kept in its checkpoint
_NUMBERS = ("epoch", "best_epoch", "best_loss")


class _Run:
    """State of one training run."""

    def __init__(
        self,
        network: ImageNetwork,
        train: ImageSet,
        validation: ImageSet,
        targets: tuple[Target, ...],
        config: ImageConfig,
        device: torch.device,
    ) -> None:
        self.network, self.targets, self.config, self.device = network, targets, config, device
        self.train, self.validation = train, validation
        self.labels = {name: torch.tensor(y) for name, y in train.labels.items()}
        rng = torch.Generator().manual_seed(config.seed)
        self.member_weights = torch.poisson(torch.ones(len(train), config.members), generator=rng)
        self.trained = {n: p for n, p in network.named_parameters() if p.requires_grad}
        heads = [network.weight, network.bias]
        body = [p for n, p in self.trained.items() if n not in ("weight", "bias")]
        groups = [{"params": body}, {"params": heads}]
        self.optimizer = AdamW(groups, lr=config.rate, weight_decay=config.decay)
        self.steps = math.ceil(len(train) / config.batch)
        rates = [config.rate, config.head_rate]
        self.schedule = OneCycleLR(self.optimizer, rates, total_steps=self.steps * config.epochs, pct_start=0.2)
        self.average = {n: p.detach().clone() for n, p in self.trained.items()}
        self.epoch, self.best_epoch, self.best_loss = 0, 0, math.inf
        self.best: dict[str, Tensor] = {}

    def loss(self, logits: Tensor, chosen: Tensor) -> Tensor:
        """Mean over members and outputs of the bootstrap-weighted loss; (n, members, outputs) in."""
        weights = self.member_weights[chosen].to(self.device)
        total = torch.zeros((), device=self.device)
        places = slices(self.targets)
        for target in self.targets:
            labels = self.labels[target.name][chosen].to(self.device)
            total = total + target.outputs * _member_loss(target, logits[:, :, places[target.name]], labels, weights)
        return total / logits.shape[2]

    def fit_frozen(self) -> None:
        """Fit the heads to the features of the pretrained backbone: the starting point, and the first candidate."""
        places = slices(self.targets)
        with torch.no_grad():
            self.network.weight.zero_()
            for target in self.targets:
                prior = torch.as_tensor(prior_logits(target, self.train.labels[target.name]), dtype=torch.float32)
                self.network.bias[:, places[target.name]] = prior.to(self.device)
        pooled = self._pooled(self.train)
        optimizer = AdamW([self.network.weight, self.network.bias], lr=1e-3, weight_decay=0.1)
        everyone = torch.arange(len(self.train))
        self.network.train()
        for _ in range(_FROZEN_STEPS):
            loss = self.loss(self.network.heads(pooled), everyone)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        self.average = {n: p.detach().clone() for n, p in self.trained.items()}
        self._keep_if_best()

    def one_epoch(self) -> tuple[float, float]:
        """One pass over the training pictures; losses of training and validation."""
        self.epoch += 1
        rng = torch.Generator().manual_seed(self.config.seed * 10_007 + self.epoch)
        torch.manual_seed(self.config.seed * 10_007 + self.epoch)
        self.network.train()
        losses = [self._step(chosen, rng) for chosen in self._batches(rng)]
        return float(np.mean(losses)), self._keep_if_best()

    def _batches(self, rng: torch.Generator) -> list[Tensor]:
        return batches(torch.randperm(len(self.train), generator=rng), self.config.batch)

    def _step(self, chosen: Tensor, rng: torch.Generator) -> float:
        images = augment(self.train.images[chosen].to(self.device), self.config.augmentation, rng)
        with _mixed_precision(self.device):
            logits = self.network(images)
        loss = self.loss(logits.float(), chosen)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        self.schedule.step()
        step = self.schedule.last_epoch
        keep = min(0.98, (1 + step) / (10 + step))
        with torch.no_grad():
            for name, parameter in self.trained.items():
                self.average[name].lerp_(parameter, 1 - keep)
        return loss.item()

    def _keep_if_best(self) -> float:
        state = {n: t.detach().clone() for n, t in self.network.state_dict().items()} | self.average
        current = {n: p.detach().clone() for n, p in self.trained.items()}
        self.network.load_state_dict(state)
        loss = self._validation_loss()
        self.network.load_state_dict(current, strict=False)
        if loss < self.best_loss:
            self.best_loss, self.best_epoch = loss, self.epoch
            self.best = {n: t.clone() for n, t in state.items()}
        return loss

    def _validation_loss(self) -> float:
        logits = predict_logits(self.network, self.validation.images, self.device).mean(1)
        places, total = slices(self.targets), 0.0
        for target in self.targets:
            labels = torch.tensor(self.validation.labels[target.name])
            total += target.outputs * target.losses(logits[:, places[target.name]], labels).mean().item()
        return total / logits.shape[1]

    @torch.no_grad()
    def _pooled(self, pictures: ImageSet) -> Tensor:
        self.network.eval()
        parts = [self.network.backbone(x.to(self.device)).mean((2, 3)) for x in batches(pictures.images, 16)]
        return torch.cat(parts)

    def save(self, path: Path) -> None:
        """Write a checkpoint."""
        states = {"now": self.network.state_dict(), "average": self.average, "best": self.best}
        numbers = {name: getattr(self, name) for name in _NUMBERS} | {"schedule": self.schedule.state_dict()}
        write_checkpoint(path, self._key(), states, self.optimizer, numbers)

    def _key(self) -> str:
        """What makes a run this one: its configuration, its targets and the number of its pictures."""
        return json.dumps([self.config.to_dict(), [t.to_dict() for t in self.targets], len(self.train)])

    def resume(self, path: Path) -> bool:
        """Take up a run.

        Returns:
            False when there is no checkpoint yet.

        Raises:
            TrainingError: when the file is no checkpoint, or one of another run.
        """
        if not path.is_file():
            return False
        found = read_checkpoint(path, self._key(), self.device)
        self.network.load_state_dict(found.states["now"])
        self.average, self.best = found.states["average"], found.states["best"]
        for name in _NUMBERS:
            setattr(self, name, found.numbers[name])
        found.restore(self.optimizer)
        self.schedule.load_state_dict(found.numbers["schedule"])
        return True


def _member_loss(target: Target, logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    n, members, outputs = logits.shape
    flat = target.losses(logits.reshape(n * members, outputs), labels.repeat_interleave(members))
    return (flat.reshape(n, members) * weights).mean()


def batches(tensor: Tensor, size: int) -> list[Tensor]:
    """Consecutive parts of at most ``size`` rows."""
    return [tensor[start : start + size] for start in range(0, len(tensor), size)]


def _mixed_precision(device: torch.device) -> torch.autocast:
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda")


@torch.no_grad()
def predict_logits(
    network: nn.Module, images: Tensor, device: torch.device, batch: int = 8, mirror: bool = False
) -> Tensor:
    """Log-odds of every member.

    Args:
        network: in any mode; put into evaluation mode.
        images: (n, 3, s, s) uint8.
        device: where to compute.
        batch: pictures at a time.
        mirror: whether each picture is read together with its mirror image, as the mean of both.

    Returns:
        (n, members, outputs) float32 on the CPU.
    """
    network.eval()
    parts = []
    for images_now in batches(images, batch):
        now = images_now.to(device)
        with _mixed_precision(device):
            logits = network(now).float()
            parts.append(((logits + network(now.flip(3)).float()) / 2 if mirror else logits).cpu())
    return torch.cat(parts)
