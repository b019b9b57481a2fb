"""Is a picture like those a model was trained on, or rather like pictures of other kinds?

Two normal distributions of how the first blocks of the ImageNet backbone, which are never trained, answer to a whole
picture: of the training pictures, and of pictures of other kinds, whose channel statistics are shipped
(data/reference/strangers.md). What counts is the difference of the two distances: what is far from few training
pictures and farther still from everything else may be one of them; what is near to everything else is none.

Source: Ren et al. 2021, arXiv:2106.09022 (relative Mahalanobis distance); Ledoit and Wolf 2004,
doi 10.1016/S0047-259X(03)00096-4 (covariance of few pictures).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from riskmodels import ROOT
from riskmodels.checks.file_check import Check
from riskmodels.imaging.backbone import Backbone, scaled
from riskmodels.imaging.frame import square, whole_frame
from riskmodels.imaging.results import Pixels
from riskmodels.imaging.targets import FloatArray

FILE = ROOT / "data" / "reference" / "strangers.safetensors"
#: first blocks of the backbone that are looked at, and the side of the square they are shown, pixels: one side for
#: every model, since answers depend on it
BLOCKS, SIDE = 3, 224
#: numbers that come out: mean and spread of 24 channels
ANSWERS = 48
#: of the training pictures' scores that are held out: this quantile is their lower end …
_LOWEST = 0.01
#: … from which the limit keeps this share of its distance to the median
_MARGIN = 0.5
#: of the scores of kinds that are held out: this quantile is their upper end
_HIGHEST = 0.95
_FOLDS = 5
_PREFIX = "strangers."
_PARTS = ("centre", "scale", "own_mean", "own_precision", "other_mean", "other_precision", "limit")


@dataclass(frozen=True, eq=False)
class Strangers:
    """Training pictures and pictures of other kinds, as two normal distributions.

    Args:
        centre, scale: (d,) of the pictures of other kinds: answers are standardised by them.
        own_mean, own_precision: (d,), (d, d) of the training pictures.
        other_mean, other_precision: of the pictures of other kinds.
        limit: a picture of a lower score is of another kind.
    """

    centre: Tensor
    scale: Tensor
    own_mean: Tensor
    own_precision: Tensor
    other_mean: Tensor
    other_precision: Tensor
    limit: Tensor

    def score(self, looked: Tensor) -> Tensor:
        """How much likelier pictures are of the trained kind than of another.

        Args:
            looked: (n, d) from :func:`look`.

        Returns:
            (n,): half the difference of the squared Mahalanobis distances, a dimension.
        """
        given = (looked.double().cpu() - self.centre) / self.scale
        own = _distance(given, self.own_mean, self.own_precision)
        return (_distance(given, self.other_mean, self.other_precision) - own) / 2

    def check(self, backbone: Backbone, pixels: Pixels, wanted: str) -> Check:
        """Whether a picture is of the trained kind.

        Args:
            backbone: whose first blocks are those of ImageNet.
            pixels: (h, w, 3) uint8.
            wanted: what to do where it is not.
        """
        name, score = "Of the trained kind", float(self.score(look(backbone, pixels))[0])
        if score >= float(self.limit):
            return Check(name, True, "Nearer to the training pictures than to pictures of other kinds.")
        said = "This picture is more like pictures of other kinds than like those the model was trained on"
        return Check(name, False, f"{said}, so a reading would not be valid. {wanted}")

    def tensors(self) -> dict[str, Tensor]:
        """For the file with the weights."""
        return {f"{_PREFIX}{name}": getattr(self, name).double() for name in _PARTS}

    @staticmethod
    def from_tensors(tensors: dict[str, Tensor]) -> Strangers | None:
        """From the file with the weights; None for a model that was trained before there were any."""
        if f"{_PREFIX}limit" not in tensors:
            return None
        return Strangers(**{name: tensors[f"{_PREFIX}{name}"].double() for name in _PARTS})


@torch.no_grad()
def look(backbone: Backbone, pixels: Pixels) -> Tensor:
    """How the first blocks answer to a whole picture.

    Args:
        backbone: whose first :data:`BLOCKS` blocks are those of ImageNet.
        pixels: (h, w, 3) uint8.

    Returns:
        (1, d): mean and spread of the channels of the last of these blocks.
    """
    seen = torch.from_numpy(square(pixels, whole_frame(pixels), SIDE).copy()).permute(2, 0, 1)[None]
    backbone.eval()  # one that was just made normalises by the picture itself
    x = backbone.stem(scaled(seen.to(next(backbone.parameters()).device)))
    for block in backbone.blocks[:BLOCKS]:
        x = block(x)
    return torch.cat([x.mean((2, 3)), x.std((2, 3))], 1).cpu()


def read_kinds(path: Path = FILE) -> dict[str, FloatArray]:
    """Pictures of other kinds, as they are shipped: (n, d) by the kind's name."""
    return {name: tensor.double().numpy() for name, tensor in sorted(load_file(path).items())}


def learn_strangers(own: FloatArray, kinds: dict[str, FloatArray]) -> tuple[Strangers, dict[str, float]]:
    """Fit both distributions, and set the limit between them.

    The scores that set it are of pictures that were held out: the training pictures' in five folds, the other kinds'
    each in its turn, so that it holds for kinds that are not among them. Where both overlap, hardly any training
    picture is refused.

    Args:
        own: (n, d) of the training and validation pictures.
        kinds: as :func:`read_kinds` gives them; those that the own pictures are of are left out here.

    Returns:
        What was fitted, and by kind the share that is refused when the kind is held out.
    """
    kinds = _other(own, kinds)
    inside = _held_out(own, kinds)
    outside = {name: _score(own, _without(kinds, name), kinds[name]) for name in kinds}
    low, middle = np.quantile(inside, (_LOWEST, 0.5))
    high = max(float(np.quantile(scores, _HIGHEST)) for scores in outside.values())
    limit = min((low + high) / 2, low - _MARGIN * (middle - low))
    found = replace(_fit(own, kinds), limit=torch.tensor(limit, dtype=torch.float64))
    return found, {name: float((scores < limit).mean()) for name, scores in outside.items()}


def _other(own: FloatArray, kinds: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Without the kinds that the own pictures are of: most of their pictures score as the own ones do."""
    alike = set()
    for name in kinds:
        rest = _without(kinds, name)
        usual = np.quantile(_held_out(own, rest), 0.05)
        if (_score(own, rest, kinds[name]) >= usual).mean() > 0.5:
            alike.add(name)
    others = {name: rows for name, rows in kinds.items() if name not in alike}
    return others if len(others) > 1 else kinds


def _held_out(own: FloatArray, kinds: dict[str, FloatArray]) -> FloatArray:
    """Scores of the training pictures, each part of them by what was fitted to the others."""
    folds = np.random.default_rng(0).permutation(len(own)) % _FOLDS
    return np.concatenate([_score(own[folds != f], kinds, own[folds == f]) for f in range(_FOLDS)])


def _without(kinds: dict[str, FloatArray], name: str) -> dict[str, FloatArray]:
    return {other: rows for other, rows in kinds.items() if other != name}


def _score(own: FloatArray, kinds: dict[str, FloatArray], looked: FloatArray) -> FloatArray:
    scores: FloatArray = _fit(own, kinds).score(torch.as_tensor(looked)).numpy()
    return scores


def _fit(own: FloatArray, kinds: dict[str, FloatArray]) -> Strangers:
    from sklearn.covariance import LedoitWolf  # not needed for reading

    others = np.concatenate(list(kinds.values()))
    centre, scale = others.mean(0), others.std(0) + 1e-9
    of_own, of_others = (LedoitWolf().fit((rows - centre) / scale) for rows in (own, others))
    return Strangers(
        centre=torch.as_tensor(centre),
        scale=torch.as_tensor(scale),
        own_mean=torch.as_tensor(of_own.location_),
        own_precision=torch.as_tensor(of_own.precision_),
        other_mean=torch.as_tensor(of_others.location_),
        other_precision=torch.as_tensor(of_others.precision_),
        limit=torch.tensor(0.0, dtype=torch.float64),
    )


def _distance(given: Tensor, mean: Tensor, precision: Tensor) -> Tensor:
    """Squared Mahalanobis distance, a dimension."""
    centred = given - mean
    return torch.einsum("ni,ij,nj->n", centred, precision, centred) / given.shape[1]
