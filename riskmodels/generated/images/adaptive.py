"""Adaptive augmentation of what the critic sees, so that it does not learn few photos by heart.

Real and generated pictures pass through the same random changes, each of which is made with one probability; that rises
while the critic is too sure of the real ones. The changes can be differentiated.

Source: Karras et al. 2020, arXiv:2006.06676 (ADA); cutout: Zhao et al. 2020, arXiv:2006.10738.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

#: share of real pictures called real, as the mean sign, above which more is changed
_TARGET = 0.6
#: standard deviations: of the logarithm of the size, of the shift (share of half the side), of brightness, and of the
#: binary logarithms of contrast and saturation
_SIZE, _SHIFT, _BRIGHTNESS, _CONTRAST, _SATURATION = 0.15, 0.08, 0.15, 0.4, 0.5
#: side of what cutout hides, as a share
_HIDDEN = 0.4


@dataclass
class Strength:
    """The probability of each change, and how it follows the critic.

    Args:
        p: at present.
        images: pictures in which it goes from 0 to 1.
        most: it never goes beyond; above 0.85 a generator learns the changes themselves.
    """

    p: float = 0.0
    images: int = 10_000
    most: float = 0.8

    def follow(self, sign: float, images: int) -> None:
        """Take a step.

        Args:
            sign: mean sign of the critic on real pictures, −1 to 1.
            images: real pictures that it is of.
        """
        step = math.copysign(images / self.images, sign - _TARGET)
        self.p = min(self.most, max(0.0, self.p + step))


def changed(images: Tensor, p: float) -> Tensor:
    """Pictures with each change made with probability p.

    Args:
        images: (n, 3, s, s), −1 to 1.
        p: 0–1.

    Returns:
        (n, 3, s, s); what is moved in from outside is black.
    """
    if p <= 0:
        return images
    return _hidden(_recoloured(_moved(images, p), p), p)


def _some(n: int, p: float, device: torch.device) -> Tensor:
    """(n,) 1 where a change is made, else 0."""
    return (torch.rand(n, device=device) < p).float()


def _moved(images: Tensor, p: float) -> Tensor:
    n, device = len(images), images.device
    quarter = _some(n, p, device) * torch.randint(0, 4, (n,), device=device) * (math.pi / 2)
    angle = quarter + _some(n, p, device) * (torch.rand(n, device=device) * 2 - 1) * math.pi
    mirror = 1 - 2 * _some(n, p / 2, device)
    size = torch.exp(-_SIZE * torch.randn(n, device=device) * _some(n, p, device))
    shift = _SHIFT * torch.randn(n, 2, device=device) * _some(n, p, device)[:, None]
    rows = [
        torch.stack([angle.cos() * size * mirror, -angle.sin() * size, shift[:, 0]], 1),
        torch.stack([angle.sin() * size * mirror, angle.cos() * size, shift[:, 1]], 1),
    ]
    grid = affine_grid(torch.stack(rows, 1), list(images.shape), align_corners=False)
    return grid_sample(images + 1, grid, align_corners=False) - 1


def _recoloured(images: Tensor, p: float) -> Tensor:
    n, device = len(images), images.device

    def drawn(spread: float) -> Tensor:
        return (spread * torch.randn(n, device=device) * _some(n, p, device))[:, None, None, None]

    images = (images + drawn(_BRIGHTNESS) + 1) * torch.exp2(drawn(_CONTRAST)) - 1
    grey = images.mean(1, keepdim=True)
    return grey + (images - grey) * torch.exp2(drawn(_SATURATION))


def _hidden(images: Tensor, p: float) -> Tensor:
    n, side, device = len(images), images.shape[2], images.device
    along = (torch.arange(side, device=device) + 0.5) / side
    middle = torch.rand(n, 2, 1, device=device)
    near = ((along - middle).abs() < _HIDDEN / 2).float()
    hidden = near[:, 0, :, None] * near[:, 1, None, :] * _some(n, p, device)[:, None, None]
    return images * (1 - hidden[:, None])
