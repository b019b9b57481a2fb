"""Layers of StyleGAN2: weights at an equal rate of learning, convolutions that a style modulates.

Source: Karras et al. 2020, arXiv:1912.04958 (modulation and demodulation in place of normalised feature maps).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, conv2d, interpolate, leaky_relu, linear

#: slope of the leaky rectifier, and the gain that keeps the variance behind it
_SLOPE, _GAIN = 0.2, math.sqrt(2)


def rectified(x: Tensor) -> Tensor:
    """Leaky rectifier that keeps the variance of what comes in."""
    return leaky_relu(x, _SLOPE) * _GAIN


def doubled(x: Tensor) -> Tensor:
    """(n, c, s, s) → (n, c, 2 s, 2 s), bilinear."""
    return interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


def halved(x: Tensor) -> Tensor:
    """(n, c, s, s) → (n, c, s / 2, s / 2), the mean of four pixels."""
    return avg_pool2d(x, 2)


class Linear(nn.Module):
    """A linear layer whose weights are of variance one and scaled when used.

    Args:
        inputs, outputs: features.
        bias: where its bias starts.
        rate: of learning, relative to the other layers.
    """

    def __init__(self, inputs: int, outputs: int, bias: float = 0.0, rate: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / rate)
        self.bias = nn.Parameter(torch.full((outputs,), bias / rate))
        self.scale, self.rate = rate / math.sqrt(inputs), rate

    def forward(self, x: Tensor) -> Tensor:
        return linear(x, self.weight * self.scale, self.bias * self.rate)


class Conv(nn.Module):
    """A convolution of odd kernel that keeps the side, scaled as :class:`Linear`."""

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.scale, self.padding = 1 / math.sqrt(inputs * kernel**2), kernel // 2

    def forward(self, x: Tensor) -> Tensor:
        return conv2d(x, self.weight * self.scale, self.bias, padding=self.padding)


class ModulatedConv(nn.Module):
    """A convolution whose input channels a style scales, and whose output is brought back to variance one.

    The style scales what goes in and the demodulation what comes out, which is the same as a kernel for each picture.

    Args:
        inputs, outputs: channels.
        kernel: odd.
        latent: width of the style's source.
        demodulated: not for the layer that gives colours.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, latent: int, demodulated: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.style = Linear(latent, inputs, bias=1.0)
        self.scale, self.padding = 1 / math.sqrt(inputs * kernel**2), kernel // 2
        self.demodulated = demodulated

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """(n, inputs, s, s) and (n, latent) → (n, outputs, s, s), without the bias."""
        style, weight = self.style(w), self.weight * self.scale
        x = conv2d(x * style[:, :, None, None].to(x.dtype), weight, padding=self.padding)
        if self.demodulated:
            power = style.float().square() @ weight.float().square().sum((2, 3)).T
            x = x * torch.rsqrt(power + 1e-8)[:, :, None, None].to(x.dtype)
        return x


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
        x = self.conv(x, w)
        if larger:
            x = doubled(x)
        x = x + (noise * self.strength + self.conv.bias[:, None, None]).to(x.dtype)
        return rectified(x)
