"""Layers of StyleGAN2: weights at an equal rate of learning, convolutions that a style modulates.

Source: Karras et al. 2020, arXiv:1912.04958 (modulation and demodulation in place of normalised feature maps).
"""

from __future__ import annotations

import math
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, conv2d, interpolate, leaky_relu, linear

Network = TypeVar("Network", bound=nn.Module)
#: of a layer before a rectifier, so that the variance behind it is one
GAIN = math.sqrt(2)
_SLOPE = 0.2


def rectified(x: Tensor) -> Tensor:
    """Leaky rectifier, in the place of what comes in."""
    return leaky_relu(x, _SLOPE, inplace=True)


def doubled(x: Tensor) -> Tensor:
    """(n, c, s, s) → (n, c, 2 s, 2 s), bilinear, in the precision of what comes in."""
    with torch.autocast(x.device.type, enabled=False):
        return interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


def halved(x: Tensor) -> Tensor:
    """(n, c, s, s) → (n, c, s / 2, s / 2), the mean of four pixels, in the precision of what comes in."""
    with torch.autocast(x.device.type, enabled=False):
        return avg_pool2d(x, 2)


def placed(network: Network, device: torch.device) -> Network:
    """A network on a device, its kernels with the channels last, in which processors are faster."""
    network.to(device)
    for parameter in network.parameters():
        if parameter.ndim == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return network


class Linear(nn.Module):
    """A linear layer whose weights are of variance one and scaled when used.

    Args:
        inputs, outputs: features.
        gain: standard deviation of what comes out of inputs of variance one.
        bias: where its bias starts.
        rate: of learning, relative to the other layers.
    """

    def __init__(self, inputs: int, outputs: int, gain: float = 1.0, bias: float = 0.0, rate: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / rate)
        self.bias = nn.Parameter(torch.full((outputs,), bias / rate))
        self.scale, self.rate = gain * rate / math.sqrt(inputs), rate

    def forward(self, x: Tensor) -> Tensor:
        return linear(x, self.weight * self.scale, self.bias * self.rate)


class Conv(nn.Module):
    """A convolution of odd kernel that keeps the side, scaled as :class:`Linear`."""

    def __init__(self, inputs: int, outputs: int, kernel: int, gain: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.scale, self.padding = gain / math.sqrt(inputs * kernel**2), kernel // 2

    def forward(self, x: Tensor) -> Tensor:
        return conv2d(x, self.weight * self.scale, self.bias, padding=self.padding)


class ModulatedConv(nn.Module):
    """A convolution whose input channels a style scales, which is the same as a kernel for each picture.

    Args:
        inputs, outputs: channels.
        kernel: odd.
        latent: width of the style's source.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, latent: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.style = Linear(latent, inputs, bias=1.0)
        self.scale, self.padding = 1 / math.sqrt(inputs * kernel**2), kernel // 2

    def forward(self, x: Tensor, w: Tensor) -> tuple[Tensor, Tensor]:
        """(n, inputs, s, s) and (n, latent) → (n, outputs, s, s) without bias, and its demodulation (n, outputs, 1, 1).

        What comes out times the demodulation is of variance one where what goes in is.
        """
        style, weight = self.style(w), self.weight * self.scale
        x = conv2d(x * style[:, :, None, None].to(x.dtype), weight, padding=self.padding)
        power = style.float().square() @ weight.float().square().sum((2, 3)).T
        return x, torch.rsqrt(power + 1e-8)[:, :, None, None]


class StyledConv(nn.Module):
    """A modulated convolution, noise of a strength that is learnt, bias and rectifier."""

    def __init__(self, inputs: int, outputs: int, latent: int) -> None:
        super().__init__()
        self.conv = ModulatedConv(inputs, outputs, 3, latent)
        self.strength = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor, w: Tensor, noise: Tensor, larger: bool = False) -> Tensor:
        """Args:
        x: (n, inputs, s, s).
        w: (n, latent).
        noise: (n, 1, t, t), standard normal.
        larger: the side is doubled, t = 2 s; else t = s.
        """
        x, demodulation = self.conv(x, w)
        if larger:
            x = doubled(x)
        added = noise * self.strength + self.conv.bias[:, None, None]
        return rectified(torch.addcmul(added.to(x.dtype), x, (GAIN * demodulation).to(x.dtype)))
