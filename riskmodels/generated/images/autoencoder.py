"""A variational autoencoder of the same photos: a photo in, itself in a few numbers and how strange it is, out.

The decoder is told the grade, so that one draw can be shown with each of them.

Source: Kingma & Welling 2014, arXiv:1312.6114; the width of the error is learnt: Rybkin et al. 2021, arXiv:2006.13202.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import interpolate, one_hot

from riskmodels.errors import TrainingError
from riskmodels.generated.images.layers import GAIN, Conv, Linear, doubled, halved, placed, rectified
from riskmodels.generated.images.photos import GRADES, Photos, at_side
from riskmodels.generated.images.synthesis import FIRST

#: smallest standard deviation of a pixel's error, of the 2 between black and white
_LEAST_ERROR = 0.02
#: share of a grade where the grade is not told, and share of the pictures of which it is not, in learning
_UNTOLD, _HIDDEN = 1 / len(GRADES), 0.3


@dataclass(frozen=True)
class VaeConfig:
    """All choices of a fit.

    Args:
        side: of the photos, pixels.
        channels: of each side, from 4 pixels on.
        latent: numbers that a photo is told by.
        steps, batch, rate: of learning.
        seed: of everything random.
    """

    side: int = 128
    channels: tuple[int, ...] = (128, 128, 96, 64, 32, 16)
    latent: int = 48
    steps: int = 1_200
    batch: int = 16
    rate: float = 2e-3
    seed: int = 20261201


LARGE = VaeConfig(channels=(256, 256, 192, 128, 64, 32), latent=96, steps=12_000, batch=32)


class PhotoVAE(nn.Module):
    """Encoder and decoder.

    Args:
        channels, latent: see :class:`VaeConfig`.
    """

    def __init__(self, channels: tuple[int, ...], latent: int) -> None:
        super().__init__()
        self.channels, self.latent, pairs = channels, latent, list(pairwise(channels))
        self.side = FIRST * 2 ** (len(channels) - 1)
        self.colours = Conv(3, channels[-1], 1, GAIN)
        self.down = nn.ModuleList(Conv(larger, smaller, 3, GAIN) for smaller, larger in reversed(pairs))
        self.read = Linear(channels[0] * FIRST**2, 2 * latent)
        self.told = Linear(latent + len(GRADES), channels[0] * FIRST**2, GAIN)
        self.up = nn.ModuleList(Conv(smaller, larger, 3, GAIN) for smaller, larger in pairs)
        self.out = Conv(channels[-1], 3, 3)
        self.log_error = nn.Parameter(torch.tensor(math.log(0.2)))

    def encode(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of z, (n, latent) each, of pictures (n, 3, s, s), −1 to 1."""
        x = rectified(self.colours(images))
        for conv in self.down:
            x = rectified(conv(halved(x)))
        mean, log_variance = self.read(x.flatten(1)).float().chunk(2, 1)
        return mean, log_variance.clamp(-10, 4)

    def decode(self, z: Tensor, grades: Tensor) -> Tensor:
        """Pictures (n, 3, s, s), about −1 to 1, of z (n, latent) and shares of the grades (n, 5)."""
        x = rectified(self.told(torch.cat([z, grades], 1))).view(len(z), -1, FIRST, FIRST)
        for conv in self.up:
            x = doubled(rectified(conv(x)))
        said: Tensor = self.out(x).float()
        return said

    def terms(self, images: Tensor, grades: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Of each picture −log likelihood given z, and z's divergence from the normal: (n,) each, nats.

        Args:
            images: (n, 3, s, s), −1 to 1.
            grades: (n, 5) shares.
            noise: (n, latent) of z; zeros for its mean.
        """
        mean, log_variance = self.encode(images)
        said = self.decode(mean + noise * (log_variance / 2).exp(), grades)
        log_error = self.log_error.clamp_min(math.log(_LEAST_ERROR))
        away = ((images - said) / log_error.exp()).square() / 2 + log_error + math.log(2 * math.pi) / 2
        divergence = (mean.square() + log_variance.exp() - log_variance - 1).sum(1) / 2
        return away.sum((1, 2, 3)), divergence

    @torch.no_grad()
    def strangeness(self, images: Tensor) -> Tensor:
        """How badly a picture is told, without knowing its grade: reconstruction and divergence, (n,), nats.

        Args:
            images: (n, 3, s, s), −1 to 1.
        """
        grades = torch.full((len(images), len(GRADES)), _UNTOLD, device=images.device)
        missed, divergence = self.terms(images, grades, torch.zeros(len(images), self.latent, device=images.device))
        return missed + divergence


@dataclass(frozen=True)
class VaeStep:
    """Progress: which step of how many, mean loss in nats a pixel and colour, seconds to the end as expected."""

    step: int
    steps: int
    loss: float
    seconds_left: float


def fit_vae(
    photos: Photos, config: VaeConfig, device: torch.device, tell: Callable[[VaeStep], None], half: bool = False
) -> PhotoVAE:
    """Fit one.

    Args:
        photos: of the source that is wanted.
        config: the choices.
        device: where to compute.
        tell: told every 50 steps.
        half: in half precision (bfloat16).

    Raises:
        TrainingError: when there are no photos, or the loss is no number.
    """
    if not len(photos):
        raise TrainingError("There are no photos to learn from.", hint="Name the folder of shared data.")
    torch.manual_seed(config.seed)
    rng = Generator().manual_seed(config.seed)
    network = placed(PhotoVAE(config.channels, config.latent), device)
    optimiser = torch.optim.Adam(network.parameters(), config.rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, config.rate, total_steps=config.steps)
    images, grades = at_side(photos.images, config.side), one_hot(torch.from_numpy(photos.grades), len(GRADES)).float()
    started, losses = time.monotonic(), []
    for step in range(1, config.steps + 1):
        rows = torch.randint(len(images), (config.batch,), generator=rng)
        hidden = torch.rand(config.batch, 1, generator=rng) < _HIDDEN
        batch = _varied(images[rows], rng).to(device).contiguous(memory_format=torch.channels_last)
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            noise = torch.randn(config.batch, config.latent, generator=rng).to(device)
            missed, divergence = network.terms(batch, torch.where(hidden, _UNTOLD, grades[rows]).to(device), noise)
        loss = (missed + divergence).mean() / batch[0].numel()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        losses.append(loss.item())
        if step % 50 == 0 or step == config.steps:
            if not math.isfinite(sum(losses)):
                raise TrainingError("The fit lost its way: its loss is no number.", hint="Lower the learning rate.")
            left = (time.monotonic() - started) / step * (config.steps - step)
            tell(VaeStep(step, config.steps, sum(losses) / len(losses), left))
            losses = []
    network.eval()
    return network


def _varied(images: Tensor, rng: Generator) -> Tensor:
    """Mirrored at random, and somewhat larger or smaller light."""
    mirrored = (torch.rand(len(images), generator=rng) < 0.5)[:, None, None, None]
    light = 1 + 0.1 * torch.randn(len(images), 1, 1, 1, generator=rng)
    return (torch.where(mirrored, images.flip(3), images) + 1) * light - 1


@torch.no_grad()
def between_grades(network: PhotoVAE, z: Tensor, steps: int) -> Tensor:
    """One draw at grades from the first to the last.

    Args:
        network: fitted.
        z: (1, latent).
        steps: pictures, at least 2.

    Returns:
        (steps, 3, s, s), about −1 to 1.
    """
    whole = torch.eye(len(GRADES), device=z.device)
    grades = interpolate(whole.T[None], size=steps, mode="linear", align_corners=True)[0].T
    return network.decode(z.expand(steps, -1), grades)
