"""Learning from photos without labels: two views of one photo are to be alike, and unlike those of other photos.

Source: Chen et al. 2020, arXiv:2002.05709 (SimCLR, normalised temperature-scaled cross-entropy).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, interpolate, normalize
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR

from riskmodels.imaging.augment import Augmentation, augment
from riskmodels.imaging.backbone import Backbone
from riskmodels.imaging.cameras import draw_camera, through
from riskmodels.imaging.run import batches


@dataclass(frozen=True)
class Pretraining:
    """How a backbone is pretrained.

    Args:
        side: of the views, pixels.
        epochs: passes over the photos.
        batch: photos a step; each is compared with all the others.
        rate: highest learning rate.
        temperature: of the similarities.
        seed: of everything random.
        augmentation: how far views may differ, beside the camera that each is seen through.
    """

    side: int = 224
    epochs: int = 10
    batch: int = 32
    rate: float = 5e-4
    temperature: float = 0.2
    seed: int = 0
    augmentation: Augmentation = field(default_factory=lambda: Augmentation(scale=0.3, shift=0.1))


def pretrain(
    backbone: Backbone,
    photos: Tensor,
    how: Pretraining,
    device: torch.device,
    report: Callable[[int, float], None] | None = None,
) -> None:
    """Train a backbone in place; its frozen blocks stay.

    Args:
        backbone: where to start.
        photos: (n, 3, s, s) uint8, the field filling the square.
        how: see :class:`Pretraining`.
        device: where to compute.
        report: told number and mean loss of each epoch.
    """
    torch.manual_seed(how.seed)
    rng = torch.Generator().manual_seed(how.seed)
    head = nn.Sequential(nn.Linear(backbone.channels, 128), nn.ReLU(), nn.Linear(128, 64)).to(device)
    backbone.to(device)
    trained = [p for p in (*backbone.parameters(), *head.parameters()) if p.requires_grad]
    optimizer = AdamW(trained, lr=how.rate, weight_decay=1e-2)
    steps = -(-len(photos) // how.batch)
    schedule = OneCycleLR(optimizer, how.rate, total_steps=steps * how.epochs, pct_start=0.2)
    for epoch in range(1, how.epochs + 1):
        losses = []
        for chosen in batches(torch.randperm(len(photos), generator=rng), how.batch):
            views = torch.cat([_view(photos[chosen].to(device), how, rng) for _ in range(2)])
            loss = contrast(head(backbone(views).mean((2, 3))), how.temperature)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        if report is not None:
            report(epoch, sum(losses) / len(losses))


def contrast(found: Tensor, temperature: float) -> Tensor:
    """How badly each view finds the other view of its photo among all.

    Args:
        found: (2 n, d), the first views of n photos, then the second ones.
        temperature: of the similarities.
    """
    unit = normalize(found, dim=1)
    alike = unit @ unit.T / temperature
    alike = alike.masked_fill(torch.eye(len(unit), dtype=torch.bool, device=unit.device), float("-inf"))
    return cross_entropy(alike, torch.arange(len(unit), device=unit.device).roll(len(unit) // 2))


def _view(photos: Tensor, how: Pretraining, rng: torch.Generator) -> Tensor:
    small = interpolate(photos.float(), (how.side, how.side), mode="bilinear", antialias=True, align_corners=False)
    return through(augment(small, how.augmentation, rng), [draw_camera(rng) for _ in photos], rng)
