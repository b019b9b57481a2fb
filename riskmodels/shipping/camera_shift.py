"""How a model of retinal photos holds on other cameras: its test photos through simulated ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Generator

from riskmodels.evaluation.metrics import measure
from riskmodels.imaging.cameras import SHIFTS, Camera, through
from riskmodels.imaging.classifier import ImageClassifier
from riskmodels.imaging.fitting import is_present, see_all
from riskmodels.imaging.run import batches
from riskmodels.imaging.training import ImageSet

_SEED = 1
UNCHANGED = "as they are"


def camera_shift(model: ImageClassifier, pictures: ImageSet, question: str) -> dict[str, dict[str, float]]:
    """How a finding holds through each simulated camera.

    Args:
        model: asked.
        pictures: squares as the network takes them, with their labels; the field fills the square.
        question: name of the finding.

    Returns:
        By name of the shift, :data:`UNCHANGED` first: ``auroc``, ``brier``, ``sensitivity`` and ``specificity`` at the
        screening threshold, ``mean`` probability, and ``unusual``, the share of photos that are read with a caution or
        not at all, since they differ from those the model knows.
    """
    shifts: dict[str, Camera | None] = {UNCHANGED: None, **SHIFTS}
    return {
        name: _measured(model, seen_through(pictures, camera) if camera else pictures, question)
        for name, camera in shifts.items()
    }


def summary(found: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Over all simulated cameras: mean and largest loss of AUROC, mean Brier score, flagged where it doubles.

    Args:
        found: from :func:`camera_shift`.

    Returns:
        ``auroc_loss``, ``largest_auroc_loss``, ``brier``, ``specificity``: means but for the second; ``doubled``, for
        how many cameras the Brier score is at least twice that of the photos as they are; ``flagged``, the share of
        the photos through those that are told as unusual, NaN where there is none.
    """
    before, others = found[UNCHANGED], [part for name, part in found.items() if name != UNCHANGED]
    losses = [before["auroc"] - part["auroc"] for part in others]
    doubled = [part["unusual"] for part in others if part["brier"] >= 2 * before["brier"]]
    return {
        "auroc_loss": float(np.mean(losses)),
        "largest_auroc_loss": float(np.max(losses)),
        "brier": float(np.mean([part["brier"] for part in others])),
        "specificity": float(np.mean([part["specificity"] for part in others])),
        "doubled": float(len(doubled)),
        "flagged": float(np.mean(doubled)) if doubled else float("nan"),
    }


def seen_through(pictures: ImageSet, camera: Camera, seed: int = _SEED) -> ImageSet:
    """Pictures as a camera would have given them, with the noise of one seed."""
    rng = Generator().manual_seed(seed)
    parts = [through(part, [camera] * len(part), rng) for part in batches(pictures.images, 16)]
    return ImageSet(torch.cat([part.round().to(torch.uint8) for part in parts]), pictures.labels)


def _measured(model: ImageClassifier, pictures: ImageSet, name: str) -> dict[str, float]:
    question = model.question(name)
    target = {target.name: target for target in model.targets}[question.target]
    truth, seen = is_present(question, target, pictures.labels[target.name]), see_all(model, pictures.images)
    probability = question.probability(target, model.calibrated(seen.logits)[target.name].mean(1))
    called = probability >= (np.inf if question.threshold is None else question.threshold)
    return measure(truth, probability, names=("auroc", "brier")) | {
        "sensitivity": float(called[truth == 1].mean()),
        "specificity": float((~called)[truth == 0].mean()),
        "mean": float(probability.mean()),
        "unusual": float(model.familiarity.unusual(seen.described).float().mean()),
    }
