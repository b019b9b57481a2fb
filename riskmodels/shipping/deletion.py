"""Does the map show what the answer rests on? The strongest places are removed, and the log-odds are read again."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate

from riskmodels.evaluation.bootstrap import bootstrap_mean
from riskmodels.imaging.cameras import Camera, through
from riskmodels.imaging.classifier import ImageClassifier
from riskmodels.imaging.saliency import grad_cam
from riskmodels.imaging.training import predict_logits

_SEED = 7
#: thousandths of the side: what is removed gets the colour of its surroundings
_BLUR = 60.0
#: darker than this, of 255, is outside the field
_SURROUND = 12.0

#: ways to choose what is removed
_REMOVED = ("map", "grad_cam", "random")

Mask = NDArray[np.bool_]
Json = dict[str, list[float]]


def deletion_test(model: ImageClassifier, images: Tensor, finding: str, share: float = 0.05) -> Json:
    """How far the log-odds of a finding fall when the strongest places are blurred away.

    Grad-CAM is taken before the last convolution: after it, with heads that are linear, it would be the map itself but
    for what speaks against.

    Args:
        model: asked.
        images: (n, 3, s, s) uint8, squares of pictures that have the finding.
        finding: name of the question.
        share: of the square that is removed.

    Returns:
        Mean fall with its 95 % interval, by ``map``, ``grad_cam`` and ``random`` (places inside the field); and by
        ``map_less_grad_cam`` the mean difference of the two.
    """
    rng = np.random.default_rng(_SEED)
    found = [_falls(model, image, finding, share, rng) for image in images[:, None]]
    falls = {name: np.array([fall[name] for fall in found]) for name in _REMOVED}
    falls["map_less_grad_cam"] = falls["map"] - falls["grad_cam"]
    return {name: [float(part) for part in bootstrap_mean(fall)] for name, fall in falls.items()}


def _falls(
    model: ImageClassifier, image: Tensor, finding: str, share: float, rng: np.random.Generator
) -> dict[str, float]:
    """How far the log-odds of one picture, (1, 3, s, s), fall by each way to choose what is removed."""
    places, score = model.places(image, finding)[0], model.score(finding)
    layers = [branch.blocks[-1] for branch in model.network.backbone.branches]
    heats = (
        _enlarged(places, image, "bilinear"),  # as Grad-CAM is
        grad_cam(model.network, layers, image, score),
        _enlarged(np.where(_in_field(image, len(places)), rng.random(places.shape), -1.0), image, "nearest"),
    )
    blurred = through(image, [Camera(blur=_BLUR)], torch.Generator())
    gone = [torch.from_numpy(_strongest(heat, share)).to(image.device) for heat in heats]
    views = torch.cat([image.float(), *(torch.where(mask, blurred, image.float()) for mask in gone)])
    before, *after = score(predict_logits(model.network, views, model.device, mirror=True)).tolist()
    return {name: before - left for name, left in zip(_REMOVED, after, strict=True)}


def _enlarged(values: NDArray[np.floating], image: Tensor, mode: str) -> NDArray[np.floating]:
    """A value a place, (g, g), as one a pixel of the picture."""
    given = torch.from_numpy(values)[None, None]
    return np.asarray(interpolate(given, image.shape[2:], mode=mode)[0, 0].numpy())


def _in_field(image: Tensor, side: int) -> Mask:
    """(side, side): the places that lie in the field."""
    bright = interpolate(image.float().amax(1, keepdim=True), (side, side), mode="area")[0, 0].cpu().numpy()
    return np.asarray(bright > _SURROUND)


def _strongest(heat: NDArray[np.floating], share: float) -> Mask:
    """That share of the square: what is hottest, of equals any."""
    kept = round(share * heat.size)
    mask = np.zeros(heat.size, dtype=bool)
    mask[np.argsort(heat, axis=None)[-kept:]] = True
    return mask.reshape(heat.shape)
