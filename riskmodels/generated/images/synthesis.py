"""The generator: a draw, a grade and a source in, a photo out.

A mapping network turns the draw into a style, which modulates every convolution; colours are added up over the sides
(4, 8, … pixels), so that it can be asked for small pictures first and grown.

Source: Karras et al. 2020, arXiv:1912.04958 (StyleGAN2); growing: Karras et al. 2018, arXiv:1710.10196.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn

from riskmodels.generated.images.layers import GAIN, Linear, ModulatedConv, StyledConv, doubled, rectified

#: side of the first block
FIRST = 4


@dataclass(frozen=True)
class Shape:
    """How large the networks are.

    Args:
        channels: of each side, from 4 pixels on; the last is that of the whole picture.
        draw: numbers that are drawn for a picture.
        latent: width of the style.
        grades, sources: classes that a picture is asked for.
    """

    channels: tuple[int, ...] = (128, 128, 96, 64, 32, 16)
    draw: int = 64
    latent: int = 128
    grades: int = 5
    sources: int = 2

    @property
    def side(self) -> int:
        """Of a whole picture, pixels."""
        return int(FIRST * 2 ** (len(self.channels) - 1))


class Synthesis(nn.Module):
    """Mapping and synthesis network.

    Args:
        shape: see :class:`Shape`.
    """

    middle: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.labels = Linear(shape.grades + shape.sources, shape.draw)
        self.mapping = nn.ModuleList(
            [Linear(inputs, shape.latent, GAIN, rate=0.01) for inputs in (2 * shape.draw, shape.latent)]
        )
        self.start = nn.Parameter(torch.randn(shape.channels[0], FIRST, FIRST))
        pairs = zip((shape.channels[0], *shape.channels[:-1]), shape.channels, strict=True)
        self.blocks = nn.ModuleList(_Block(*pair, shape.latent, larger=k > 0) for k, pair in enumerate(pairs))
        self.register_buffer("middle", torch.zeros(shape.grades, shape.latent))

    def style(self, z: Tensor, labels: Tensor) -> Tensor:
        """Styles.

        Args:
            z: (n, draw), standard normal.
            labels: (n, grades + sources), of each kind one 1 (or shares that add up to 1).

        Returns:
            (n, latent).
        """
        w = torch.cat([_unit(z), _unit(self.labels(labels))], 1)
        for layer in self.mapping:
            w = rectified(layer(w))
        return w

    def forward(self, w: Tensor, side: int, fade: float = 1.0, rng: Generator | None = None) -> Tensor:
        """Pictures.

        Args:
            w: (n, latent).
            side: 8, 16, … up to that of the shape.
            fade: share of the last side in the colours; the rest is the side before, enlarged.
            rng: of the noise, on the CPU; the device's own when None.

        Returns:
            (n, 3, side, side), about −1 to 1.
        """
        x = self.start.expand(len(w), -1, -1, -1)
        colours = torch.zeros(len(w), 3, 1, 1, device=w.device)
        for k, block in enumerate(self.blocks):
            at = FIRST * 2**k
            if at > side:
                break
            noise = [_noise(len(w), at, w.device, rng) for _ in range(2)]
            x, added = block(x, w, noise)
            share = fade if at == side else 1.0
            colours = (doubled(colours) if k else colours) + share * added.float()
        return colours


class _Block(nn.Module):
    """Two styled convolutions and their colours at one side; the first doubles the side of what comes in."""

    def __init__(self, inputs: int, outputs: int, latent: int, larger: bool) -> None:
        super().__init__()
        self.first, self.second = StyledConv(inputs, outputs, latent), StyledConv(outputs, outputs, latent)
        self.colours = ModulatedConv(outputs, 3, 1, latent)
        self.larger = larger
        if larger:  # a side that is new adds nothing to the colours at first
            nn.init.zeros_(self.colours.weight)

    def forward(self, x: Tensor, w: Tensor, noise: list[Tensor]) -> tuple[Tensor, Tensor]:
        x = self.second(self.first(x, w, noise[0], self.larger), w, noise[1])
        return x, self.colours(x, w)[0] + self.colours.bias[:, None, None].to(x.dtype)


def _unit(x: Tensor) -> Tensor:
    """Rows of mean square one."""
    return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-8)


def _noise(rows: int, side: int, device: torch.device, rng: Generator | None) -> Tensor:
    if rng is None:
        return torch.randn(rows, 1, side, side, device=device)
    return torch.randn(rows, 1, side, side, generator=rng).to(device)


def one_hot(grade: Tensor, source: Tensor, shape: Shape) -> Tensor:
    """Labels (n, grades + sources) of class numbers (n,) each."""
    eye = torch.nn.functional.one_hot
    return torch.cat([eye(grade, shape.grades), eye(source, shape.sources)], 1).float()
