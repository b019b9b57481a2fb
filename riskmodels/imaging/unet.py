"""A small U-Net: one grey channel in, one logit map a structure out.

Source: Ronneberger, Fischer, Brox, MICCAI 2015; batch normalisation and a strided stem added. The finest level works
at half the input's resolution and the logits are enlarged bilinearly: the outlines sought are smooth, so widths stay
exact to parts of a pixel at a third of the arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class UNetShape:
    """Sizes of the network.

    Args:
        widths: channels a level, from half the input's resolution downwards; each level halves it.
        outputs: structures to find.
        dropout: share of the deepest level's channels hidden in training.
    """

    widths: tuple[int, ...] = (24, 48, 80, 112, 144)
    outputs: int = 3
    dropout: float = 0.1

    @property
    def divisor(self) -> int:
        """The input's side must be a multiple of this."""
        return int(2 ** len(self.widths))


class UNet(nn.Module):
    """Encoder, decoder, and connections between levels of one size.

    Args:
        shape: sizes.
    """

    def __init__(self, shape: UNetShape) -> None:
        super().__init__()
        widths = shape.widths
        self.shape = shape
        self.stem = nn.Conv2d(1, widths[0], 4, stride=2, padding=1, bias=False)
        self.down = nn.ModuleList(_block(a, b) for a, b in zip((widths[0], *widths[:-1]), widths, strict=True))
        self.hide = nn.Dropout2d(shape.dropout)
        self.up = nn.ModuleList(_block(a + b, b) for a, b in zip(widths[:0:-1], widths[-2::-1], strict=True))
        self.head = nn.Conv2d(widths[0], shape.outputs, 1)

    def forward(self, films: Tensor) -> Tensor:
        """Logits.

        Args:
            films: (n, 1, s, s), about −1 to 1.

        Returns:
            (n, outputs, s, s).

        Raises:
            ValueError: when the films' shape does not fit.
        """
        return self.decode(self.encode(films))

    def encode(self, films: Tensor) -> list[Tensor]:
        """Feature maps of every level, the finest first; the last is the bottleneck (n, widths[-1], s/2^k, s/2^k)."""
        if films.ndim != 4 or films.shape[1] != 1 or any(side % self.shape.divisor for side in films.shape[2:]):
            raise ValueError(f"films must be (n, 1, s, s) with s a multiple of {self.shape.divisor}, not {films.shape}")
        maps = [self.down[0](self.stem(films))]
        for block in self.down[1:]:
            maps.append(block(functional.max_pool2d(maps[-1], 2)))
        return maps

    def decode(self, maps: list[Tensor]) -> Tensor:
        """Logits at the input's resolution from the maps of :meth:`encode`."""
        deep = self.hide(maps[-1])
        for block, skip in zip(self.up, maps[-2::-1], strict=True):
            deep = block(torch.cat([_twice(deep), skip], dim=1))
        return _twice(self.head(deep))


def _twice(maps: Tensor) -> Tensor:
    return functional.interpolate(maps, scale_factor=2, mode="bilinear", align_corners=False)


def _block(inputs: int, outputs: int) -> nn.Sequential:
    """Two convolutions of 3 × 3, each normalised and rectified."""
    layers: list[nn.Module] = []
    for channels in (inputs, outputs):
        layers += [nn.Conv2d(channels, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
    return nn.Sequential(*layers)
