"""Recipes for the retina model, compared on validation photos: as they are, and through simulated cameras.

    python -m riskmodels.shipping.retina_trial --shared ../shared --recipe short    # or another of RECIPES

No test photo is looked at.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from scipy.special import expit

from riskmodels.evaluation.metrics import measure
from riskmodels.imaging.cameras import SHIFTS
from riskmodels.imaging.fitting import fit_temperature
from riskmodels.imaging.network import ImageNetwork
from riskmodels.imaging.targets import slices
from riskmodels.imaging.training import (
    VALIDATION_SEED,
    ImageConfig,
    ImageEpoch,
    ImageSet,
    other_cameras,
    predict_logits,
    train_network,
)
from riskmodels.shipping.camera_shift import UNCHANGED, seen_through
from riskmodels.shipping.retina import CONFIG, TARGETS, read_labels, read_part
from riskmodels.shipping.say import to_stdout

RECIPES = {
    "whole backbone": replace(CONFIG, depths=(16,), rates=(2e-4,)),
    "short": replace(CONFIG, depths=(11,), epochs=12, patience=5, rates=(5e-4,)),
    "short, longer": replace(CONFIG, depths=(11,), rates=(8e-4,)),
    "shipped": CONFIG,
}
DRAWN = "a camera each, drawn"
Say = Callable[[str], None]


def try_recipe(shared: Path, config: ImageConfig, say: Say) -> dict[str, dict[str, float]]:
    """Train by a recipe; AUROC and Brier score of referable retinopathy on validation photos.

    Args:
        shared: with images/idrid_grading.
        config: the recipe.
        say: told what happens.

    Returns:
        ``auroc`` and ``brier`` by :data:`UNCHANGED`, :data:`DRAWN` (through a camera each, as in training) and the name
        of each simulated camera; calibrated on the photos as they are.
    """
    train, validation = _parts(shared, config)

    def told(epoch: ImageEpoch) -> None:
        say(f"epoch {epoch.epoch}: validation loss {epoch.validation_loss:.4f}")

    network = train_network(train, validation, TARGETS, config, torch.device("cpu"), told)
    grade, labels = TARGETS[0], validation.labels["grade"]
    logits = _logits(network, validation)
    temperature = fit_temperature(grade, logits, labels)
    drawn = replace(validation, images=other_cameras(validation.images, VALIDATION_SEED))
    views = {UNCHANGED: validation, DRAWN: drawn}
    found = {}
    for name in (*views, *SHIFTS):
        given = _logits(network, views[name] if name in views else seen_through(validation, SHIFTS[name]))
        found[name] = measure(labels >= 2, expit(given[:, 1] / temperature), names=("auroc", "brier"))
        say(f"{name}: AUROC {found[name]['auroc']:.3f}, Brier {found[name]['brier']:.3f}")
    others = [found[name] for name in SHIFTS]
    said = ", ".join(f"{key} {np.mean([part[key] for part in others]):.3f}" for key in ("auroc", "brier"))
    say(f"mean of the cameras: {said}")
    return found


def _parts(shared: Path, config: ImageConfig) -> tuple[ImageSet, ImageSet]:
    table = read_labels(shared)
    train, validation = (read_part(shared, table[table["split"] == part], config) for part in ("train", "val"))
    return train, validation


def _logits(network: ImageNetwork, pictures: ImageSet) -> np.ndarray:
    given = predict_logits(network, pictures.images, torch.device("cpu")).mean(1).double().numpy()
    return given[:, slices(TARGETS)["grade"]]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--recipe", choices=list(RECIPES), required=True)
    options = parser.parse_args()
    try_recipe(options.shared, RECIPES[options.recipe], to_stdout)
