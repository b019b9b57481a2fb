"""Training a classifier: heads on the frozen backbone first, then fine-tuning with augmentation and early stopping.

A network for other cameras sees its views through simulated ones, at sides from small to large, and the validation
pictures that choose its epoch are seen so as well (:mod:`riskmodels.imaging.cameras`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import interpolate
from torch.optim import AdamW

from riskmodels.imaging.augment import Augmentation, augment
from riskmodels.imaging.backbone import DEPTH, Backbone, pretrained
from riskmodels.imaging.cameras import draw_camera, through
from riskmodels.imaging.network import ImageNetwork, side_by_side
from riskmodels.imaging.run import Pace, Run, batches, copied
from riskmodels.imaging.targets import Target, prior_logits, slices
from riskmodels.model_files.card_values import number, record
from riskmodels.tabular.training import bootstrap_weights

#: few: heads fitted to the end on frozen features were a worse start on validation photos
_FROZEN_STEPS = 60
#: seed of the cameras through which validation pictures are seen
VALIDATION_SEED = 20_261_201


@dataclass(frozen=True)
class ImageConfig:
    """How a classifier is trained.

    Args:
        side: of the square given to the network, pixels.
        crop_field: whether pictures are cropped to the bright field of a fundus photo.
        frozen_blocks: of the 16; the stem and these keep their ImageNet weights.
        depths: blocks that are used, a network each, which answer together; see
            :class:`riskmodels.imaging.backbone.Backbone`.
        epochs: at most.
        patience: epochs without a lower validation loss before stopping.
        batch: pictures a step.
        rates: highest learning rate of each backbone.
        head_rate: highest learning rate of the heads.
        decay: weight decay.
        drop: share of the features left out in training.
        members: heads of the ensemble, of each network.
        seed: of everything random.
        augmentation: how far views may differ.
        cameras: share of the views that are seen through a simulated camera.
        least_side: views have a side between this and ``side`` at random; 0 for ``side`` always.
    """

    side: int = 448
    crop_field: bool = False
    frozen_blocks: int = 3
    depths: tuple[int, ...] = (DEPTH,)
    epochs: int = 14
    patience: int = 5
    batch: int = 8
    rates: tuple[float, ...] = (5e-4,)
    head_rate: float = 2e-3
    decay: float = 1e-2
    drop: float = 0.3
    members: int = 16
    seed: int = 0
    augmentation: Augmentation = field(default_factory=Augmentation)
    cameras: float = 0.0
    least_side: int = 0

    def to_dict(self) -> dict[str, Any]:
        """For the card."""
        return asdict(self)

    @staticmethod
    def from_dict(document: dict[str, Any]) -> ImageConfig:
        """From the card; one written before a setting was added has its default, before 2026-12-01 one network."""
        told = ImageConfig().to_dict() | {"depths": [document.get("depth", DEPTH)], "rates": [document.get("rate")]}
        told |= {name: value for name, value in document.items() if name not in ("depth", "rate")}
        told |= {
            "augmentation": record(Augmentation, document["augmentation"]),
            "depths": tuple(int(number(depth)) for depth in told["depths"]),
            "rates": tuple(float(number(rate)) for rate in told["rates"]),
        }
        return record(ImageConfig, told)


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

    def rows(self, chosen: NDArray[np.int64]) -> ImageSet:
        """Some of them, by their numbers."""
        labels = {name: values[chosen] for name, values in self.labels.items()}
        return ImageSet(self.images[torch.as_tensor(chosen)], labels)


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
    start: Backbone | None = None,
) -> ImageNetwork:
    """Fit a network.

    Args:
        train: pictures to learn from.
        validation: pictures that choose the epoch.
        targets: what to learn.
        config: how.
        device: where.
        report: told after every epoch, of one network after the other.
        checkpoint: file to go on from when it is there, and to save to after every epoch; of several networks each has
            its own, with its depth in the name.
        start: backbone to start from, of one network; that with the weights of ImageNet when None.

    Returns:
        The network, or all of them side by side, with the averaged weights of the best epoch, in evaluation mode.

    Raises:
        TrainingError: when the checkpoint is of another run.
    """
    if len(config.depths) > 1:
        alone = [
            replace(config, depths=(depth,), rates=(rate,), seed=config.seed + n)
            for n, (depth, rate) in enumerate(zip(config.depths, config.rates, strict=True))
        ]
        files = [checkpoint and checkpoint.with_stem(f"{checkpoint.stem}-{depth}") for depth in config.depths]
        return side_by_side(
            [
                train_network(train, validation, targets, one, device, report, file)
                for one, file in zip(alone, files, strict=True)
            ]
        )
    torch.manual_seed(config.seed)
    backbone = start or pretrained(config.frozen_blocks, config.depths[0])
    network = ImageNetwork(backbone, config.members, targets, config.drop).to(device)
    run = _Run(network, train, validation, targets, config, device)
    if not run.resume(checkpoint):
        run.fit_frozen()
    run.fit(report, checkpoint)
    return network


class _Run(Run[ImageNetwork, ImageEpoch]):
    """Heads on the frozen backbone first, then everything that is trained, with augmentation."""

    def __init__(
        self,
        network: ImageNetwork,
        train: ImageSet,
        validation: ImageSet,
        targets: tuple[Target, ...],
        config: ImageConfig,
        device: torch.device,
    ) -> None:
        trained = {n: p for n, p in network.named_parameters() if p.requires_grad}
        body = [p for n, p in trained.items() if n not in ("weight", "bias")]
        groups = [(config.rates[0], body), (config.head_rate, [network.weight, network.bias])]
        averaged = {n: p.detach() for n, p in trained.items()}
        pace = Pace(len(train), config.batch, config.epochs, config.decay, keep=0.98, patience=config.patience)
        super().__init__(network, groups, averaged, pace, device)
        self.train, self.validation, self.targets, self.config = train, validation, targets, config
        self.labels = {name: torch.tensor(y) for name, y in train.labels.items()}
        self.member_weights = bootstrap_weights(len(train), config.members, config.seed)
        self.judged = [validation.images]
        if config.cameras:
            self.judged.append(other_cameras(validation.images, VALIDATION_SEED))

    @property
    def key(self) -> str:
        """Configuration, targets and the number of pictures."""
        return json.dumps([self.config.to_dict(), [t.to_dict() for t in self.targets], len(self.train)])

    @property
    def epoch_seed(self) -> int:
        """Of what is random in the epoch."""
        return self.config.seed * 10_007 + self.epoch

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
        self.network.start_from([prior_logits(target, self.train.labels[target.name]) for target in self.targets])
        pooled = self._pooled(self.train)
        optimizer = AdamW([self.network.weight, self.network.bias], lr=1e-3, weight_decay=0.1)
        everyone = torch.arange(len(self.train))
        self.network.train()
        for _ in range(_FROZEN_STEPS):
            loss = self.loss(self.network.heads(pooled), everyone)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        self.average = copied(self.averaged)
        self.keep_if_best()

    def batch_loss(self, chosen: Tensor, rng: torch.Generator) -> Tensor:
        """Of one view of each picture."""
        images = augment(self.train.images[chosen].to(self.device), self.config.augmentation, rng)
        images = _sized(_seen(images, self.config.cameras, rng), self.config, rng)
        with _mixed_precision(self.device):
            logits = self.network(images)
        return self.loss(logits.float(), chosen)

    def judge(self) -> tuple[float]:
        """Loss of the validation pictures, without weights; as they are, and through other cameras."""
        return (float(np.mean([self._validation_loss(images) for images in self.judged])),)

    def _validation_loss(self, images: Tensor) -> float:
        logits = predict_logits(self.network, images, self.device).mean(1)
        places, total = slices(self.targets), 0.0
        for target in self.targets:
            labels = torch.tensor(self.validation.labels[target.name])
            total += target.outputs * target.losses(logits[:, places[target.name]], labels).mean().item()
        return total / logits.shape[1]

    def told(self, loss: float, judged: tuple[float, ...], left: float) -> ImageEpoch:
        """An epoch for whoever watches."""
        return ImageEpoch(self.epoch, self.config.epochs, loss, judged[0], left, self.best_epoch == self.epoch)

    @torch.no_grad()
    def _pooled(self, pictures: ImageSet) -> Tensor:
        self.network.eval()
        parts = [self.network.backbone(x.to(self.device)).mean((2, 3)) for x in batches(pictures.images, 16)]
        return torch.cat(parts)


def other_cameras(images: Tensor, seed: int, batch: int = 16) -> Tensor:
    """Each picture as a camera of its own would have given it: (n, 3, s, s) uint8 in and out.

    Args:
        images: the field filling the square.
        seed: of the cameras.
        batch: pictures at a time.
    """
    rng = torch.Generator().manual_seed(seed)
    return torch.cat([_seen(part, 1.0, rng).round().to(torch.uint8) for part in batches(images, batch)])


def _seen(images: Tensor, share: float, rng: torch.Generator) -> Tensor:
    """That share of the pictures through a drawn camera each."""
    if not share:
        return images
    there = torch.rand(len(images), generator=rng) < share
    images = images.float()
    if there.any():
        images[there] = through(images[there], [draw_camera(rng) for _ in range(int(there.sum()))], rng)
    return images


def _sized(images: Tensor, config: ImageConfig, rng: torch.Generator) -> Tensor:
    """The batch at a side drawn between the least and the usual one, a multiple of 32."""
    if not config.least_side:
        return images
    least = min(config.least_side, config.side)
    side = 32 * int(torch.randint(least // 32, config.side // 32 + 1, (1,), generator=rng))
    if side == images.shape[2]:
        return images
    return interpolate(images, (side, side), mode="bilinear", antialias=True, align_corners=False)


def _member_loss(target: Target, logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    n, members, outputs = logits.shape
    flat = target.losses(logits.reshape(n * members, outputs), labels.repeat_interleave(members))
    return (flat.reshape(n, members) * weights).mean()


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
