"""Other views of a chest film: slightly turned, scaled, shifted, darker or lighter. Never mirrored: the heart's side
is part of what the network knows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from riskmodels.imaging.augment import draw, moved


@dataclass(frozen=True)
class FilmAugmentation:
    """How far views may differ.

    Args:
        rotation: largest angle, degrees.
        scale: largest relative change of size.
        stretch: largest relative change of width against height.
        shift: largest shift, as a share of half the side.
        gamma: largest change of the logarithm of gamma.
        contrast: largest relative change of contrast; a third of it of brightness.
        noise: largest standard deviation of the noise, as a share of the grey scale.
    """

    rotation: float = 10.0
    scale: float = 0.15
    stretch: float = 0.08
    shift: float = 0.12
    gamma: float = 0.4
    contrast: float = 0.25
    noise: float = 0.03


def augment_films(films: Tensor, masks: Tensor, how: FilmAugmentation, rng: Generator) -> tuple[Tensor, Tensor]:
    """One random view of each film and, moved alike, of its masks.

    Args:
        films: (n, 1, s, s), 0–255.
        masks: (n, k, s, s), share of each pixel covered, 0–255.
        how: the limits.
        rng: a generator on the CPU, so that every device sees the same views.

    Returns:
        Films −1 to 1 and masks 0 to 1, float.
    """
    both = _move(torch.cat([films, masks], dim=1).float() / 255, how, rng).clamp(0, 1)
    return _relight(both[:, :1], how, rng) * 2 - 1, both[:, 1:]


def _move(films: Tensor, how: FilmAugmentation, rng: Generator) -> Tensor:
    n = len(films)
    angle = draw(rng, n) * math.radians(how.rotation)
    scale = torch.exp(draw(rng, n) * how.scale)
    stretch = torch.exp(draw(rng, n) * how.stretch / 2)
    rows = (
        torch.stack([angle.cos() / (scale * stretch), -angle.sin() / (scale * stretch)], 1),
        torch.stack([angle.sin() / scale * stretch, angle.cos() / scale * stretch], 1),
    )
    return moved(films, rows, draw(rng, n, 2, 1) * how.shift)


def _relight(films: Tensor, how: FilmAugmentation, rng: Generator) -> Tensor:
    n, device = len(films), films.device
    gamma = torch.exp(draw(rng, n, 1, 1, 1) * how.gamma).to(device)
    contrast = (1 + draw(rng, n, 1, 1, 1) * how.contrast).to(device)
    brightness = (draw(rng, n, 1, 1, 1) * how.contrast / 3).to(device)
    noise = (torch.rand((n, 1, 1, 1), generator=rng) * how.noise * torch.randn(films.shape, generator=rng)).to(device)
    return ((films**gamma - 0.5) * contrast + 0.5 + brightness + noise).clamp(0, 1)
