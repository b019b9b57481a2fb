"""Is this picture of the kind the model was trained on? A distance in the backbone's features.

Mean and spread of the channels of four blocks, standardised, projected on the leading directions of the training
pictures; the distance is Mahalanobis's inside those directions plus what lies outside them (the reconstruction error,
in units of the training pictures' own). What is usual, and the
limit, come from validation pictures.

Source: Lee et al. 2018, arXiv:1807.03888 (Mahalanobis distance in a network's features).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

_DIRECTIONS = 32
#: usual is up to this many times the distance that 99 % of the validation pictures stay below …
_MARGIN = 1.25
#: … and what is farther than this many times that is refused. Measured for the retina model (usual up to 1.7): test
#: photos at most 1.5, a healthy retina from another camera 2.3, pictures of anything else at least 4.7
_REFUSED = 2.0


@dataclass(frozen=True, eq=False)
class Familiarity:
    """Where training pictures lie.

    Args:
        mean: (d,) of the training pictures.
        scale: (d,) standard deviation.
        directions: (d, k) leading directions.
        spread: (k,) standard deviation along them.
        outside: mean squared distance of training pictures from the directions.
        usual: nearly all validation pictures are nearer.
    """

    mean: Tensor
    scale: Tensor
    directions: Tensor
    spread: Tensor
    outside: float
    usual: float

    @property
    def limit(self) -> float:
        """A picture farther than this is refused."""
        return _REFUSED * self.usual

    def distance(self, described: Tensor) -> Tensor:
        """How strange pictures are; about 1 for a training picture.

        Args:
            described: (n, d) from :meth:`riskmodels.imaging.backbone.Backbone.describe`.

        Returns:
            (n,), ≥ 0.
        """
        centred = (described.double().cpu() - self.mean) / self.scale
        along = centred @ self.directions
        inside = ((along / self.spread) ** 2).mean(1)
        residual = ((centred - along @ self.directions.T) ** 2).sum(1) / self.outside
        return torch.sqrt((inside + residual) / 2)

    def tensors(self) -> dict[str, Tensor]:
        """For the file with the weights."""
        numbers = torch.tensor([self.outside, self.usual], dtype=torch.float64)
        parts = {"mean": self.mean, "scale": self.scale, "directions": self.directions, "spread": self.spread}
        return {f"familiarity.{n}": t.float() for n, t in parts.items()} | {"familiarity.numbers": numbers}

    @staticmethod
    def from_tensors(tensors: dict[str, Tensor]) -> Familiarity:
        """From the file with the weights."""
        part = {n: tensors[f"familiarity.{n}"].double() for n in ("mean", "scale", "directions", "spread", "numbers")}
        outside, usual = part.pop("numbers").tolist()
        return Familiarity(**part, outside=outside, usual=usual)


def learn_familiarity(train: Tensor, validation: Tensor) -> Familiarity:
    """Fit the distance, and set its limit.

    Args:
        train: (n, d) descriptions of training pictures.
        validation: (m, d) of validation pictures.
    """
    described = train.double().cpu()
    mean, scale = described.mean(0), described.std(0).clamp_min(1e-6)
    centred = (described - mean) / scale
    _, singular, directions = torch.linalg.svd(centred, full_matrices=False)
    kept = min(_DIRECTIONS, max(1, len(described) // 4))
    directions = directions[:kept].T.contiguous()
    spread = singular[:kept] / np.sqrt(len(described))
    outside = ((centred - centred @ directions @ directions.T) ** 2).sum(1).mean().item()
    known = Familiarity(mean, scale, directions, spread, outside, np.inf)
    usual = _MARGIN * float(np.quantile(known.distance(validation).numpy(), 0.99))
    return Familiarity(mean, scale, directions, spread, outside, usual)
