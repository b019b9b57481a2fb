"""The interval of a ratio: errors on films that the network measuring them never saw, by cross-validation.

The films for training and validation are dealt to folds; a network learns from all folds but one and measures that
one. It learns from a third fewer films than the shipped network and for fewer epochs, so its errors, and with them the
interval, are larger rather than smaller. Nothing is chosen on the films measured: the last epoch is kept.

Source: Vovk, Annals of Mathematics and Artificial Intelligence 74:9, 2015 (cross-conformal predictors); Lei et al.,
JASA 113:1094, 2018 (split-conformal, for the quantile).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from riskmodels.errors import TrainingError
from riskmodels.evaluation.arrays import FloatArray
from riskmodels.imaging.heart_data import FilmSet
from riskmodels.imaging.heart_training import HeartConfig, HeartEpoch, train_unet
from riskmodels.imaging.unet import UNet

FOLDS = 3
#: of a fold's network; the shipped one has 60
EPOCHS = 30
#: of the interval of a ratio
COVERAGE = 0.90


def fold_numbers(ratios: FloatArray) -> NDArray[np.int64]:
    """Which fold each film is in: dealt in the order of their ratios, so that every fold holds small and large hearts.

    Args:
        ratios: (n,) of the drawn masks.

    Returns:
        (n,), 0 to :data:`FOLDS` − 1.
    """
    numbers = np.empty(len(ratios), dtype=np.int64)
    numbers[np.argsort(ratios, kind="stable")] = np.arange(len(ratios)) % FOLDS
    return numbers


def fold_networks(
    films: FilmSet, config: HeartConfig, device: torch.device, report: Callable[[int, HeartEpoch], None], folder: Path
) -> list[UNet]:
    """For every fold a network that learnt from the others.

    Args:
        films: for training and validation.
        config: of the shipped network; the folds' epochs are fewer.
        device: where.
        report: told the fold and what happened after every epoch.
        folder: for the files of an unfinished run, see :func:`fold_files`.
    """
    numbers, shorter = fold_numbers(films.ratios), dataclasses.replace(config, epochs=EPOCHS)
    networks = []
    for fold, path in enumerate(fold_files(folder)):
        learnt_from = films.of(numbers != fold)
        run = train_unet(learnt_from, None, shorter, device, lambda epoch, f=fold: report(f, epoch), path)  # type: ignore[misc]
        networks.append(run.network)
    return networks


def fold_files(folder: Path) -> list[Path]:
    """Where unfinished folds are kept, to be gone on with."""
    return [folder / f"fold-{fold}.safetensors" for fold in range(FOLDS)]


def conformal_half(errors: FloatArray) -> float:
    """Half of the interval: the conformal quantile of absolute errors.

    Args:
        errors: (n,), absolute; infinite where nothing was measured.

    Raises:
        TrainingError: when too many are infinite, or there are too few for such a quantile.
    """
    rank = int(np.ceil((len(errors) + 1) * COVERAGE))
    half = float(np.sort(errors)[rank - 1]) if rank <= len(errors) else np.inf
    if not np.isfinite(half):
        raise TrainingError(f"There is no {COVERAGE:.0%} interval from {len(errors)} films.", hint="Give more films.")
    return round(half, 4)
