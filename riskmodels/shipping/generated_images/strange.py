"""Telling strange pictures from usual photos: the autoencoder beside the familiarity check of the retina model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import Generator, Tensor

from riskmodels.columns import Floats
from riskmodels.generated.images.autoencoder import PhotoVAE
from riskmodels.generated.images.photos import at_side
from riskmodels.imaging.camera_statistics import STATISTICS
from riskmodels.imaging.cameras import Camera, through
from riskmodels.imaging.classifier import ImageClassifier
from riskmodels.imaging.run import batches

#: as the table names them
VAE, KIND, CAMERA = "autoencoder", "familiarity: kind", "familiarity: camera"
_SEED, _BATCH = 1, 8
Score = Callable[[Tensor], Floats]


@dataclass(frozen=True)
class Told:
    """How well strange pictures are told from photos as they are.

    Args:
        strange: which pictures.
        auroc: by name of the score.
        pictures: how many strange ones.
    """

    strange: str
    auroc: dict[str, float]
    pictures: int


def scores_of(vae: PhotoVAE, model: ImageClassifier) -> Callable[[Tensor], dict[str, Floats]]:
    """What gives each score of pictures (n, 3, s, s), 0–255; higher is stranger."""

    @torch.no_grad()
    def scored(images: Tensor) -> dict[str, Floats]:
        found: dict[str, list[Tensor]] = {VAE: [], KIND: [], CAMERA: []}
        for part in batches(images, _BATCH):
            _, seen = model.network.backbone.describe(part.float().to(model.device))
            found[KIND].append(model.familiarity.distance(seen))
            if model.familiarity.camera is not None:
                found[CAMERA].append(model.familiarity.camera.distance(seen[:, :STATISTICS]))
            found[VAE].append(vae.strangeness(at_side(part, vae.side)))
        return {name: torch.cat(rows).double().numpy() for name, rows in found.items() if rows}

    return scored


def tell_apart(
    scored: Callable[[Tensor], dict[str, Floats]],
    photos: Tensor,
    cameras: dict[str, Camera],
    others: dict[str, Tensor],
    tell: Callable[[str], None],
) -> list[Told]:
    """AUROC of every kind of strange pictures against photos as they are.

    Args:
        scored: see :func:`scores_of`.
        photos: (n, 3, s, s) uint8, real photos kept apart, as the retina model takes them.
        cameras: simulated ones by name.
        others: other pictures by name, (m, 3, s, s) each.
        tell: told what is done.
    """
    usual, found = scored(photos), []
    for name, camera in cameras.items():
        rng = Generator().manual_seed(_SEED)
        seen = torch.cat([through(part, [camera] * len(part), rng) for part in batches(photos, _BATCH)])
        found.append(_told(f"camera: {name}", scored(seen), usual))
        tell(_line(found[-1]))
    for name, pictures in others.items():
        found.append(_told(name, scored(pictures), usual))
        tell(_line(found[-1]))
    return found


def mean_auroc(found: Sequence[Told]) -> dict[str, float]:
    """Over the simulated cameras, by score."""
    cameras = [part.auroc for part in found if part.strange.startswith("camera: ")]
    return {name: float(np.mean([part[name] for part in cameras])) for name in cameras[0]} if cameras else {}


def _told(name: str, strange: dict[str, Floats], usual: dict[str, Floats]) -> Told:
    truth = np.r_[np.zeros(len(next(iter(usual.values())))), np.ones(len(next(iter(strange.values()))))]
    auroc = {score: float(roc_auc_score(truth, np.r_[usual[score], strange[score]])) for score in usual}
    return Told(name, auroc, int(truth.sum()))


def _line(told: Told) -> str:
    return f"{told.strange}: " + ", ".join(f"{name} {value:.2f}" for name, value in told.auroc.items())
