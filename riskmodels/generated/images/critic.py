"""The critic of the GAN: pictures and their labels in, how real each looks out.

Source: Karras et al. 2020, arXiv:1912.04958 (residual discriminator, minibatch standard deviation); labels by
projection: Miyato & Koyama 2018, arXiv:1802.05637.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from riskmodels.generated.images.layers import GAIN, Conv, Linear, halved, rectified
from riskmodels.generated.images.synthesis import FIRST, Shape

#: pictures whose spread is compared
_GROUP = 4


class Critic(nn.Module):
    """Residual blocks from the side of the picture down to 4 pixels.

    Args:
        shape: of the generator, whose channels it shares.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.colours = nn.ModuleList(Conv(3, channels, 1, GAIN) for channels in shape.channels)
        pairs = zip(shape.channels[1:], shape.channels[:-1], strict=True)
        #: of each side from 8 pixels on
        self.blocks = nn.ModuleList(_Block(inputs, outputs) for inputs, outputs in pairs)
        last = shape.channels[0]
        self.last = Conv(last + 1, last, 3, GAIN)
        self.flat, self.out = Linear(last * FIRST**2, last, GAIN), Linear(last, shape.latent)
        self.labels = Linear(shape.grades + shape.sources, shape.latent)

    def forward(self, images: Tensor, labels: Tensor, fade: float = 1.0) -> Tensor:
        """How real pictures look.

        Args:
            images: (n, 3, s, s), −1 to 1; s = 8, 16, … up to the side of the shape.
            labels: (n, grades + sources).
            fade: share of the block of the full side; the rest comes from the picture at half the side.

        Returns:
            (n,), above 0 for real ones.
        """
        at = int(math.log2(images.shape[2] // FIRST))
        x = rectified(self.colours[at](images))
        for k in range(at, 0, -1):
            x = self.blocks[k - 1](x)
            if k == at and fade < 1:
                x = fade * x + (1 - fade) * rectified(self.colours[k - 1](halved(images)))
        x = rectified(self.last(torch.cat([x, _spread(x)], 1)))
        x = self.out(rectified(self.flat(x.flatten(1)))).float()
        judged: Tensor = (x * self.labels(labels).float()).sum(1) / math.sqrt(self.shape.latent)
        return judged


class _Block(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        # both ways are of variance one half, their sum of variance one
        self.first, self.second = Conv(inputs, inputs, 3, GAIN), Conv(inputs, outputs, 3)
        self.past = Conv(inputs, outputs, 1, 1 / GAIN)

    def forward(self, x: Tensor) -> Tensor:
        after = rectified(self.second(halved(rectified(self.first(x)))))
        summed: Tensor = after + self.past(halved(x))
        return summed


def _spread(x: Tensor) -> Tensor:
    """(n, 1, s, s): how much pictures of a group differ, so that a generator of one picture is found out."""
    n, _, height, width = x.shape
    group = _GROUP if n % _GROUP == 0 else n
    parts = x.float().reshape(group, n // group, *x.shape[1:])
    spread = (parts.var(0, unbiased=False) + 1e-8).sqrt().mean((1, 2, 3))
    return spread.repeat(group)[:, None, None, None].expand(n, 1, height, width).to(x.dtype)
