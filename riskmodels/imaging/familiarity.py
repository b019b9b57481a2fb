"""Is this picture of the kind the model was trained on, and from a camera like those?

Two distances. That of the kind: mean and spread of the channels of four blocks, standardised, projected on the leading
directions of the training pictures; Mahalanobis's inside those directions plus what lies outside them (the
reconstruction error, in units of the training pictures' own). That of the camera: the same of the statistics in which
photos of one camera are alike (:mod:`riskmodels.imaging.camera_statistics`), which the many channels would drown. What
is usual comes from validation pictures, for both; a picture is refused by its kind only.

Source: Lee et al. 2018, arXiv:1807.03888 (Mahalanobis distance in a network's features).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from riskmodels.imaging.camera_statistics import STATISTICS

_DIRECTIONS = 32
#: usual is up to this many times the distance that 99 % of the validation pictures stay below …
_MARGIN = 1.25
#: … and what is farther than this many times that is refused. Measured for the retina model (usual up to 1.7): test
#: photos at most 1.5, a healthy retina from another camera 2.3, pictures of anything else at least 4.7
_REFUSED = 2.0


#: prefixes of the names of tensors in a model's file
_KIND, _CAMERA = "familiarity.", "familiarity.camera."
_PARTS = ("mean", "scale", "directions", "spread", "numbers")


@dataclass(frozen=True, eq=False)
class Cloud:
    """Where training pictures lie, in one description.

    Args:
        mean: (d,) of the training pictures.
        scale: (d,) standard deviation.
        directions: (d, k) leading directions.
        spread: (k,) standard deviation along them.
        outside: mean squared distance of training pictures from the directions; 0 where these are all there are.
        usual: nearly all validation pictures are nearer.
    """

    mean: Tensor
    scale: Tensor
    directions: Tensor
    spread: Tensor
    outside: float
    usual: float

    def distance(self, described: Tensor) -> Tensor:
        """How strange pictures are, (n, d) → (n,), ≥ 0; about 1 for a training picture."""
        centred = (described.double().cpu() - self.mean) / self.scale
        along = centred @ self.directions
        inside = ((along / self.spread) ** 2).mean(1)
        if not self.outside:
            return torch.sqrt(inside)
        residual = ((centred - along @ self.directions.T) ** 2).sum(1) / self.outside
        return torch.sqrt((inside + residual) / 2)

    def tensors(self, prefix: str = _KIND) -> dict[str, Tensor]:
        """For the file with the weights."""
        numbers = torch.tensor([self.outside, self.usual], dtype=torch.float64)
        parts = {"mean": self.mean, "scale": self.scale, "directions": self.directions, "spread": self.spread}
        return {f"{prefix}{n}": t.float() for n, t in parts.items()} | {f"{prefix}numbers": numbers}

    @staticmethod
    def from_tensors(tensors: dict[str, Tensor], prefix: str = _KIND) -> Cloud:
        """From the file with the weights."""
        part = {name: tensors[f"{prefix}{name}"].double() for name in _PARTS}
        outside, usual = part.pop("numbers").tolist()
        return Cloud(**part, outside=outside, usual=usual)


@dataclass(frozen=True, eq=False)
class Familiarity:
    """What pictures a model knows.

    Args:
        kind: in the backbone's channels.
        camera: in the camera's statistics; None for a model that was trained before there were any.
    """

    kind: Cloud
    camera: Cloud | None

    @property
    def limit(self) -> float:
        """A picture of a kind farther than this is refused."""
        return _REFUSED * self.kind.usual

    def distance(self, described: Tensor) -> Tensor:
        """How strange the pictures' kind is; about 1 for a training picture.

        Args:
            described: (n, d) from :meth:`riskmodels.imaging.backbone.Backbone.describe`.

        Returns:
            (n,), ≥ 0.
        """
        return self.kind.distance(described[:, STATISTICS:])

    def unusual(self, described: Tensor) -> Tensor:
        """Whether the pictures differ from nearly all that were seen, in kind or camera: (n, d) → (n,) bool."""
        unusual = self.distance(described) > self.kind.usual
        if self.camera is not None:
            unusual |= self.camera.distance(described[:, :STATISTICS]) > self.camera.usual
        return unusual

    def tensors(self) -> dict[str, Tensor]:
        """For the file with the weights."""
        camera = {} if self.camera is None else self.camera.tensors(_CAMERA)
        return self.kind.tensors() | camera

    @staticmethod
    def from_tensors(tensors: dict[str, Tensor]) -> Familiarity:
        """From the file with the weights."""
        there = f"{_CAMERA}mean" in tensors
        return Familiarity(Cloud.from_tensors(tensors), Cloud.from_tensors(tensors, _CAMERA) if there else None)


def learn_familiarity(train: Tensor, validation: Tensor) -> Familiarity:
    """Fit the distances, and set their limits.

    Args:
        train: (n, d) descriptions of training pictures.
        validation: (m, d) of validation pictures.
    """
    return Familiarity(
        learn_cloud(train[:, STATISTICS:], validation[:, STATISTICS:]),
        learn_cloud(train[:, :STATISTICS], validation[:, :STATISTICS]),
    )


def learn_cloud(train: Tensor, validation: Tensor) -> Cloud:
    """Where training pictures lie, and how far off validation pictures usually are; (n, d) and (m, d)."""
    described = train.double().cpu()
    mean, scale = described.mean(0), described.std(0).clamp_min(1e-6)
    centred = (described - mean) / scale
    _, singular, directions = torch.linalg.svd(centred, full_matrices=False)
    kept = min(_DIRECTIONS, max(1, len(described) // 4), len(directions))
    directions = directions[:kept].T.contiguous()
    spread = (singular[:kept] / np.sqrt(len(described))).clamp_min(1e-6)
    residual = 0.0
    if kept < described.shape[1]:
        residual = ((centred - centred @ directions @ directions.T) ** 2).sum(1).mean().item()
    known = Cloud(mean, scale, directions, spread, residual, np.inf)
    return replace(known, usual=_MARGIN * float(np.quantile(known.distance(validation).numpy(), 0.99)))
