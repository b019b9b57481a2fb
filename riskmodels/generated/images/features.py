"""What pictures are compared by: features of a network that never saw a retina, and fine detail of pixels.

The network is EfficientNet-Lite0 with its ImageNet weights, mean over the last map. Inception's weights are not to be
had from the registry, so distances in these features are not those that are published.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

from riskmodels.columns import Floats
from riskmodels.generated.images.model import Pixels
from riskmodels.imaging.backbone import Backbone
from riskmodels.imaging.run import batches

#: side at which the network sees every picture, whatever its own
SIDE = 224
#: share of the side whose middle is compared pixel by pixel, without the field's rim, which all photos share; side of
#: what is compared, and of the part around a pixel that is taken off it
_MIDDLE, _SMALL, _AROUND = 0.625, 64, 9


@torch.no_grad()
def described(pictures: Pixels, backbone: Backbone, batch: int = 16) -> Floats:
    """Features of pictures.

    Args:
        pictures: (n, s, s, 3).
        backbone: with ImageNet weights, whole (:func:`riskmodels.imaging.backbone.pretrained`).
        batch: pictures at once.

    Returns:
        (n, 1280) float64.
    """
    device = next(backbone.parameters()).device
    found = []
    for part in batches(_tensor(pictures), batch):
        large = interpolate(part.to(device), (SIDE, SIDE), mode="bilinear", align_corners=False)
        found.append(backbone(large).mean((2, 3)).cpu())
    return torch.cat(found).double().numpy()


def detail(pictures: Pixels) -> Floats:
    """Fine detail of pictures, in which a blurred picture is no nearer to everything than a sharp one.

    Args:
        pictures: (n, s, s, 3).

    Returns:
        (n, 12288), rows of length one: 64 × 64 pixels of the middle, less the mean around each.
    """
    edge = round(pictures.shape[1] * (1 - _MIDDLE) / 2)
    middle = _tensor(pictures)[:, :, edge : pictures.shape[1] - edge, edge : pictures.shape[2] - edge]
    small = interpolate(middle, (_SMALL, _SMALL), mode="bilinear", antialias=True, align_corners=False)
    around = avg_pool2d(small, _AROUND, 1, _AROUND // 2, count_include_pad=False)
    rows = (small - around).flatten(1).double().numpy()
    unit: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit


def _tensor(pictures: Pixels) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float()
