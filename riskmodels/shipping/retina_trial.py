"""Recipes for the retina model, compared on validation photos: as they are, and through simulated cameras.

    python -m riskmodels.shipping.retina_trial --shared ../shared --recipe short    # or another of RECIPES
    python -m riskmodels.shipping.retina_trial --shared ../shared --pretraining     # with and without it

No test photo is looked at. Pretraining sees the training photos without their labels.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from scipy.special import expit

from riskmodels.evaluation.metrics import measure
from riskmodels.imaging.backbone import Backbone, pretrained
from riskmodels.imaging.cameras import SHIFTS
from riskmodels.imaging.fitting import fit_temperature
from riskmodels.imaging.network import ImageNetwork
from riskmodels.imaging.pretraining import Pretraining, pretrain
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
    "whole backbone": replace(CONFIG, depths=(16,), epochs=12, patience=5, rate=5e-4),
    "short": replace(CONFIG, depths=(11,), epochs=12, patience=5, rate=5e-4),
    "shipped": CONFIG,
}
#: a quarter of the shipped recipe's work
TRIAL = replace(CONFIG, depths=(11,), side=320, epochs=8, patience=8)
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


def try_pretraining(
    shared: Path, say: Say, seeds: Sequence[int] = (0, 1), config: ImageConfig = TRIAL, how: Pretraining | None = None
) -> dict[str, list[float]]:
    """Lowest validation loss by seed, ``without`` and ``with`` pretraining.

    Args:
        shared: with images/idrid_grading.
        say: told what happens.
        seeds: one pair of runs each.
        config: how to fine-tune.
        how: how to pretrain.
    """
    train, validation = _parts(shared, config)
    found: dict[str, list[float]] = {"without": [], "with": []}
    for seed in seeds:
        start = pretrained(config.frozen_blocks, config.depths[0])
        plan = how or Pretraining(seed=seed)
        pretrain(start, train.images, plan, torch.device("cpu"), lambda n, loss: say(f"epoch {n}: contrast {loss:.3f}"))
        starts: dict[str, Backbone | None] = {"without": None, "with": start}
        for name, backbone in starts.items():
            losses: list[float] = []

            def note(epoch: ImageEpoch, losses: list[float] = losses) -> None:
                losses.append(epoch.validation_loss)

            seeded = replace(config, seed=seed)
            train_network(train, validation, TARGETS, seeded, torch.device("cpu"), note, start=backbone)
            found[name].append(min(losses))
            say(f"seed {seed}, {name} pretraining: validation loss {min(losses):.4f}")
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
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--recipe", choices=list(RECIPES))
    what.add_argument("--pretraining", action="store_true")
    options = parser.parse_args()
    if options.pretraining:
        try_pretraining(options.shared, to_stdout)
    else:
        try_recipe(options.shared, RECIPES[options.recipe], to_stdout)
