"""The heart-size model: trained, its limits set on validation films, judged once on the test films, written."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from riskmodels.evaluation.arrays import FloatArray
from riskmodels.evaluation.bootstrap import Plan, estimates, resample
from riskmodels.imaging.chest_quality import chest_checks
from riskmodels.imaging.familiarity import learn_cloud
from riskmodels.imaging.heart_checks import learn_ranges, learn_side, view_check
from riskmodels.imaging.heart_data import FOLDER, TABLE, FilmSet, film_pixels, joined, load_films, read_mask
from riskmodels.imaging.heart_film import HEART, LEFT_LUNG, RIGHT_LUNG, as_input, dice, letterboxed
from riskmodels.imaging.heart_size import ENLARGED, HeartSizeModel, describe
from riskmodels.imaging.heart_training import HeartConfig, HeartEpoch, Trained, train_unet
from riskmodels.imaging.model import HEART_SIZE
from riskmodels.imaging.results import Picture
from riskmodels.imaging.unet import UNet
from riskmodels.runtime.hashes import file_hash
from riskmodels.shipping.heart_interval import (
    EPOCHS,
    FOLDS,
    conformal_half,
    fold_files,
    fold_networks,
    fold_numbers,
)
from riskmodels.shipping.say import Say
from riskmodels.tabular.device import choose_device
from riskmodels.tabular.model import today

CONFIG = HeartConfig()
#: networks whose maps are averaged; they differ in their seed
NETWORKS = 1
#: width and height that a film which is not square takes of the square (films of 35 × 43 cm: 0.81)
_SHARES = ((0.8, 1.0), (1.0, 0.8), (0.9, 1.0), (1.0, 0.9))
_ABOUT = (
    "Outlines heart and lungs on a frontal chest film and gives the cardiothoracic ratio with the two widths drawn."
)
_LIMITS = [
    "For PA films of adults, upright and whole. An AP film enlarges the heart and is refused when the file says AP, or "
    "when it says nothing and AP, PORTABLE, SUPINE or 臥位 can be made out on the film; other signs of it (shoulder "
    "blades, collar bones) are not looked at, so where nothing is said the reader has to know.",
    "Learnt from 181 films of one hospital collection with several scanners; 70 % of them have a ratio above 0.50, so "
    "it is no sample of the public. The data name no age, no sex and no view: performance by group is unknown.",
    "The drawn masks of one team are the truth here; how far two readers differ is not in the data.",
    "Fluid beside the lungs, a collapsed lung or a strong rotation hide the borders that are measured.",
    "A measurement, not a diagnosis: a wide heart shadow has many causes, and a normal one does not exclude disease.",
]
_SPLIT = (
    "181 films to learn from, 26 to choose epoch and limit of strangeness, 52 to test; one film a patient, so no "
    "patient is in two parts; stratified by ratio. No weight or setting was tuned on test films; they were judged "
    "again when the check for mirrored films was made and when the interval was set anew"
)
_BEFORE = "validation films, which chose the epoch too"
_INTERVAL = (
    f"90 % cross-conformal: the ratio ± the 90 % quantile of the absolute errors on all 207 films for training and "
    f"validation, each measured by a network that learnt from the other two thirds ({FOLDS} folds). Such a network "
    f"learns from fewer films and for {EPOCHS} epochs instead of {CONFIG.epochs}, so the interval is wide rather than "
    "narrow. It holds for films like these: PA films of adults that the checks let pass."
)
_DATA = {
    "name": "Extended Wingspan cardiothoracic ratio data set, 259 frontal chest films of 259 patients with drawn masks",
    "origin": "GitHub eveningdong/cardiothoracic_ratio_estimation_dataset @9fae424, folder wingspan",
    "licence": "MIT, © 2020 Nanqing Dong",
    "citation": "Dong N, Kampffmeyer M, Liang X, Wang Z, Dai W, Xing E. Unsupervised Domain Adaptation for Automatic "
    "Estimation of Cardiothoracic Ratio. MICCAI 2018, 544–552.",
}


def ship_heart_size(shared: Path, out: Path, device: str | None, say: Say) -> HeartSizeModel:
    """Train, evaluate once and write the model.

    Args:
        shared: folder of shared data.
        out: folder of the model; unfinished training is kept beside it and gone on with.
        device: see :func:`riskmodels.tabular.device.choose_device`.
        say: told what is going on.

    Returns:
        The model as written.

    Raises:
        SourceDataError: when the films are not there.
    """
    place = choose_device(device)
    train, validation = (load_films(shared, split, CONFIG.side) for split in ("train", "val"))
    say.line(f"Heart size: {len(train)} films to learn from, {len(validation)} to choose by")
    runs, checkpoints = _fit(train, validation, out, place, say)
    model = build(shared, tuple(run.network for run in runs), (train, validation), _card(shared), place)
    model.card |= {"training": _training(runs)}
    model.save(out)
    for path in checkpoints:
        path.unlink(missing_ok=True)
    return ship_interval(shared, out, device, say)


def ship_interval(shared: Path, out: Path, device: str | None, say: Say) -> HeartSizeModel:
    """Set the interval of a model on disk by cross-validation, judge on the test films, and write its card anew.

    Args:
        shared: folder of shared data.
        out: folder of the model, whose weights stay; unfinished folds are kept beside it and gone on with.
        device: see :func:`riskmodels.tabular.device.choose_device`.
        say: told what is going on.

    Returns:
        The model as written.

    Raises:
        SourceDataError: when the films are not there.
        ModelFileError: when there is no model.
    """
    model = HeartSizeModel.load(out, device)  # with the weights as they are on disk
    films = joined(*(load_films(shared, split, model.side) for split in ("train", "val")))
    say.line(f"Interval: {len(films)} films in {FOLDS} folds of {EPOCHS} epochs")
    networks = fold_networks(films, CONFIG, model.device, lambda fold, e: _tell(say.within(f"fold {fold + 1}"), e), out)
    before = ratio_error(judge(model, shared, "val"))
    model.error = ratio_error(judge_folds(model, shared, films, networks))
    say.line("Judging on the test films")
    tested = judge(model, shared, "test")
    model.card |= evaluation(tested, model.error) | _intervals(tested, before, model.error)
    model.card |= {"created": today(), "interval": _INTERVAL, "split": _SPLIT, "limits": _LIMITS}
    model.save(out)
    for path in fold_files(out):
        path.unlink(missing_ok=True)
    return HeartSizeModel.load(out, device)


def _intervals(tested: Judged, before: float, now: float) -> dict[str, Any]:
    """The interval as it was set before and as it is now, side by side, each with its coverage on the test films."""
    rows = ((f"26 {_BEFORE}", before), (f"207 films in {FOLDS} folds", now))
    covered = (evaluation(tested, half)["metrics"]["interval_coverage"] for _, half in rows)
    return {
        "intervals": [
            {"set on": name, "half": half, "coverage": part} for (name, half), part in zip(rows, covered, strict=True)
        ]
    }


def _fit(
    train: FilmSet, validation: FilmSet, out: Path, device: torch.device, say: Say
) -> tuple[list[Trained], list[Path]]:
    out.mkdir(parents=True, exist_ok=True)
    checkpoints = [out / f"training-{number}.safetensors" for number in range(NETWORKS)]
    runs = []
    for number, path in enumerate(checkpoints):
        config = dataclasses.replace(CONFIG, seed=CONFIG.seed + number)
        told = say.within(f"network {number + 1} of {NETWORKS}")
        runs.append(train_unet(train, validation, config, device, lambda e, s=told: _tell(s, e), path))  # type: ignore[misc]
    return runs, checkpoints


def _tell(say: Say, epoch: HeartEpoch) -> None:
    if epoch.epoch % max(1, epoch.epochs // 10) == 0 or epoch.epoch == epoch.epochs:
        judged = f", validation heart Dice {epoch.heart_dice:.3f}, ratio error {epoch.ratio_error:.4f}"
        say.line(
            f"epoch {epoch.epoch} of {epoch.epochs}, loss {epoch.loss:.3f}{'' if isnan(epoch.heart_dice) else judged}, "
            f"about {epoch.seconds_left:.0f} s left"
        )


def build(
    shared: Path,
    networks: tuple[UNet, ...],
    films: tuple[FilmSet, FilmSet],
    card: dict[str, Any],
    device: torch.device,
) -> HeartSizeModel:
    """A model around trained networks: what is familiar, and which sizes are usual.

    Args:
        shared: folder of shared data.
        networks: trained.
        films: for training and for validation.
        card: what is known of the model.
        device: where it computes.

    Returns:
        The model, its interval not set yet.
    """
    train, validation = (_views(part) for part in films)
    described, mirrored = (_described(networks[0], views, device) for views in (train, train.flip(3)))
    ranges = learn_ranges(read_mask(shared / FOLDER, name) for name in films[0].names)
    familiarity = learn_cloud(described, _described(networks[0], validation, device))
    return HeartSizeModel(
        networks, familiarity, learn_side(described, mirrored), CONFIG.side, ranges, 1.0, card, device
    )


def _views(films: FilmSet) -> torch.Tensor:
    """The films as they are, and as they would be were they not square."""
    return torch.cat([films.films, *(letterboxed(films.films, *shares) for shares in _SHARES)])


@torch.no_grad()
def _described(network: UNet, squares: torch.Tensor, device: torch.device) -> torch.Tensor:
    network.eval()
    parts = [squares[start : start + 8] for start in range(0, len(squares), 8)]
    return torch.cat([describe(network.encode(as_input(part.to(device)))) for part in parts])


@dataclass(frozen=True, eq=False)
class Judged:
    """The model against the drawn masks, one entry a film.

    Args:
        names: of the films.
        ratio: as measured.
        truth: of the drawn masks.
        heart: Dice of the heart.
        lungs: Dice of both lungs together.
        refused: whether a check would have refused the film; it counts in the metrics all the same.
    """

    names: tuple[str, ...]
    ratio: FloatArray
    truth: FloatArray
    heart: FloatArray
    lungs: FloatArray
    refused: NDArray[np.bool_]


def judge(model: HeartSizeModel, shared: Path, split: str, most: int | None = None) -> Judged:
    """Measure films and compare with the drawn masks, at the films' own resolution.

    Args:
        model: as shipped.
        shared: folder of shared data.
        split: ``val`` or ``test``.
        most: the first so many films only.
    """
    return _judge_films(model, shared / FOLDER, load_films(shared, split, model.side, most))


def judge_folds(model: HeartSizeModel, shared: Path, films: FilmSet, networks: Sequence[UNet]) -> Judged:
    """Measure every film as the model would, by the network of :func:`fold_networks` that has not seen it.

    Args:
        model: as shipped, for everything but its networks.
        shared: folder of shared data.
        films: that were dealt to folds.
        networks: of the folds.
    """
    numbers, parts = fold_numbers(films.ratios), []
    for fold, network in enumerate(networks):
        of_fold = HeartSizeModel(
            (network,), model.familiarity, model.side_direction, model.side, model.ranges, 1.0, {}, model.device
        )
        parts.append(_judge_films(of_fold, shared / FOLDER, films.of(numbers == fold)))
    columns = ("ratio", "truth", "heart", "lungs", "refused")
    joint = {name: np.concatenate([getattr(part, name) for part in parts]) for name in columns}
    return Judged(names=tuple(name for part in parts for name in part.names), **joint)


def _judge_films(model: HeartSizeModel, folder: Path, films: FilmSet) -> Judged:
    rows = [_judge_one(model, folder, name) for name in films.names]
    ratio, heart, lungs, refused = (np.array(column) for column in zip(*rows, strict=True))
    return Judged(films.names, ratio, films.ratios, heart, lungs, refused)


def _judge_one(model: HeartSizeModel, folder: Path, name: str) -> tuple[float, float, float, bool]:
    pixels, drawn = film_pixels(folder, name), read_mask(folder, name)
    measured = model.measure(pixels)
    heart, lungs = measured.masks()
    picture = Picture(pixels, "JPEG")
    checks = (view_check(picture), *chest_checks(picture), *model.own_checks(measured))
    passed = all(check.passed for check in checks)
    overlap = dice(lungs, drawn[RIGHT_LUNG] | drawn[LEFT_LUNG])
    return measured.outline.ratio, dice(heart, drawn[HEART]), overlap, not passed


def ratio_error(judged: Judged) -> float:
    """Half of the interval: see :func:`~riskmodels.shipping.heart_interval.conformal_half`.

    A ratio that could not be taken counts as an error without limit.

    Raises:
        TrainingError: when there are too few films for an interval.
    """
    return conformal_half(np.nan_to_num(np.abs(judged.ratio - judged.truth), nan=np.inf))


def evaluation(judged: Judged, error: float, plan: Plan | None = None) -> dict[str, Any]:
    """Metrics with bootstrap intervals, for the card.

    Args:
        judged: on test films.
        error: half of the interval of a ratio.
        plan: how to resample; 2,000 draws when absent.

    Returns:
        ``metrics``: value, low, high by name; ``test``: counts.
    """
    plan = plan or Plan(replicates=2000, seed=CONFIG.seed)
    weight = np.ones(len(judged.ratio))
    kernel = _Kernel(judged, error)
    points = {name: float(values[0]) for name, values in kernel(weight[None]).items()}
    found = estimates(points, resample(kernel, weight, plan), plan.level)
    right = (judged.ratio > ENLARGED) == (judged.truth > ENLARGED)
    return {
        "metrics": {name: [round(number, 4) for number in values] for name, values in found.items()},
        "test": {
            "films": len(right),
            "enlarged": int((judged.truth > ENLARGED).sum()),
            "right_at_threshold": int(right.sum()),
            "refused_by_checks": int(judged.refused.sum()),
            "bootstrap": {"replicates": plan.replicates, "level": plan.level},
        },
    }


class _Kernel:
    """Weighted metrics: weights (b, n) → (b,) by name."""

    def __init__(self, judged: Judged, error: float) -> None:
        self.difference = judged.ratio - judged.truth
        truth, called = judged.truth > ENLARGED, judged.ratio > ENLARGED
        one = np.ones(len(truth))
        self.means: dict[str, tuple[FloatArray, FloatArray]] = {
            "heart_dice": (judged.heart, one),
            "lung_dice": (judged.lungs, one),
            "ratio_mae": (np.abs(self.difference), one),
            "accuracy": ((truth == called).astype(float), one),
            "sensitivity": (called.astype(float), truth.astype(float)),
            "specificity": ((~called).astype(float), (~truth).astype(float)),
            "interval_coverage": ((np.abs(self.difference) <= error).astype(float), one),
        }

    def __call__(self, weights: FloatArray) -> dict[str, FloatArray]:
        found = {name: _mean(values, weights * among) for name, (values, among) in self.means.items()}
        bias = _mean(self.difference, weights)
        spread = np.sqrt(np.maximum(_mean(self.difference**2, weights) - bias**2, 0))
        limits = {"ratio_bias": bias, "limit_low": bias - 1.96 * spread, "limit_high": bias + 1.96 * spread}
        return found | limits


def _mean(values: FloatArray, weights: FloatArray) -> FloatArray:
    total = weights.sum(axis=1)
    found = np.full(len(total), np.nan)
    np.divide(weights @ values, total, out=found, where=total > 0)
    return found


def _card(shared: Path) -> dict[str, Any]:
    return {
        "name": "heart_size",
        "title": "Heart size on a chest film",
        "kind": HEART_SIZE,
        "created": today(),
        "about": _ABOUT,
        "limits": _LIMITS,
        "data": _DATA | {"table_sha256": file_hash(shared / FOLDER / TABLE), "films": 259},
        "split": _SPLIT,
        "sample": "",
        "interval": _INTERVAL,
    }


def _training(runs: list[Trained]) -> dict[str, Any]:
    return {
        "config": CONFIG.to_dict(),
        "networks": len(runs),
        "best_epochs": [run.epoch for run in runs],
        "seconds": round(sum(run.seconds for run in runs)),
        "threads": torch.get_num_threads(),
        "low_precision_note": "bfloat16 only on devices with the instructions; elsewhere float32",
    }
