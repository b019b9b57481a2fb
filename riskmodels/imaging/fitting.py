"""From labelled pictures to a classifier: network, temperatures, thresholds, familiarity."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from torch import Tensor

from riskmodels.evaluation import bootstrap
from riskmodels.imaging.calibration import Seen
from riskmodels.imaging.classifier import ImageClassifier
from riskmodels.imaging.familiarity import learn_familiarity
from riskmodels.imaging.findings import Question, quantiles_of
from riskmodels.imaging.network import ImageNetwork
from riskmodels.imaging.points import choose_points, measure_points
from riskmodels.imaging.run import batches
from riskmodels.imaging.targets import FloatArray, Target, slices
from riskmodels.imaging.training import ImageConfig, ImageSet, Report, predict_logits, train_network

#: temperatures are looked for between its inverse and this
_HOTTEST = 5.0
#: fewest validation pictures that can say whether a network is too sure
LEAST_CALIBRATED = 50


@dataclass(frozen=True)
class Plan:
    """What to fit.

    Args:
        targets: what to learn; the first one gives the scale of classes.
        questions: what to ask; their thresholds are chosen here.
        config: how to train.
        card: what is known of model and data beforehand (name, title, created, …).
        device: where to compute.
        checkpoint: file to go on from and to save to.
    """

    targets: tuple[Target, ...]
    questions: tuple[Question, ...]
    config: ImageConfig
    card: dict[str, Any]
    device: torch.device
    checkpoint: Path | None = None


def fit_classifier(train: ImageSet, validation: ImageSet, plan: Plan, report: Report | None = None) -> ImageClassifier:
    """Train a classifier; temperatures, thresholds and the limit of strangeness come from validation pictures only.

    Args:
        train: pictures to learn from.
        validation: pictures for everything that is chosen.
        plan: what to fit.
        report: told after every epoch.

    Raises:
        TrainingError: when the ImageNet weights are not installed, or the checkpoint is of another run.
    """
    network = train_network(train, validation, plan.targets, plan.config, plan.device, report, plan.checkpoint)
    mirror = plan.config.augmentation.mirror
    logits = predict_logits(network, validation.images, plan.device, mirror=mirror).double().numpy()
    temperatures = {
        t.name: fit_temperature(t, logits[..., place].mean(1), validation.labels[t.name])
        for t, place in zip(plan.targets, slices(plan.targets).values(), strict=True)
    }
    model = ImageClassifier(
        network,
        learn_familiarity(
            describe(network, train.images, plan.device), describe(network, validation.images, plan.device)
        ),
        plan.targets,
        plan.questions,
        temperatures,
        plan.config,
        plan.card,
        plan.device,
    )
    return choose_thresholds(model, train.labels, validation)


def fit_temperature(target: Target, logits: FloatArray, labels: NDArray[np.int64]) -> float:
    """The number by which log-odds are divided for the lowest loss on validation pictures.

    Of fewer than :data:`LEAST_CALIBRATED` pictures, or of one class only, it is 1: they cannot say it.

    Args:
        target: the question.
        logits: (n, outputs), mean over members.
        labels: (n,) class numbers.
    """
    if len(labels) < LEAST_CALIBRATED or len(np.unique(labels)) < 2:
        return 1.0
    given, wanted = torch.as_tensor(logits), torch.as_tensor(labels)

    def loss(log_temperature: float) -> float:
        return float(target.losses(given / np.exp(log_temperature), wanted).mean())

    bound = float(np.log(_HOTTEST))
    return float(np.exp(minimize_scalar(loss, bounds=(-bound, bound), method="bounded").x))


def scores(
    model: ImageClassifier, pictures: ImageSet, batch: int = 8
) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """What a model says of many pictures, without checks: for evaluation.

    Returns:
        probabilities by question (n,), and shares by target (n, classes).
    """
    mirror = model.config.augmentation.mirror
    given = predict_logits(model.network, pictures.images, model.device, batch, mirror)
    logits = model.calibrated(given.double().numpy())
    mean = {name: values.mean(1) for name, values in logits.items()}
    targets = {t.name: t for t in model.targets}
    found = {q.name: q.probability(targets[q.target], mean[q.target]) for q in model.questions}
    return found, {t.name: t.shares(mean[t.name]) for t in model.targets}


def is_present(question: Question, target: Target, labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Truth of a question: (n,), 0 or 1."""
    present = labels >= question.level if target.ordered else labels == question.level
    return present.astype(np.int64)


def load_pictures(files: Sequence[Path], read: Callable[[Path], Tensor]) -> Tensor:
    """Pictures in memory: (n, 3, side, side) uint8, each read by ``read`` as (1, 3, side, side)."""
    return torch.cat([read(file) for file in files])


def choose_thresholds(
    model: ImageClassifier, train: dict[str, NDArray[np.int64]], validation: ImageSet
) -> ImageClassifier:
    """The same model with thresholds from validation pictures, and the share of training pictures with each finding.

    Args:
        model: calibrated.
        train: class numbers of the training pictures, by target.
        validation: pictures for everything that is chosen.
    """
    targets = {t.name: t for t in model.targets}
    found, questions = scores(model, validation)[0], []
    for question in model.questions:
        target = targets[question.target]
        points = choose_points(is_present(question, target, validation.labels[target.name]), found[question.name])
        share = float(is_present(question, target, train[target.name]).mean())
        chosen = replace(question, threshold=points.screening, confirmation=points.confirmation, prevalence=share)
        questions.append(replace(chosen, missing=points.missing))
    return model.with_questions(tuple(questions))


def judged(model: ImageClassifier, pictures: ImageSet, plan: bootstrap.Plan = bootstrap.DEFAULT_PLAN) -> dict[str, Any]:
    """What the page says beside a number, from pictures that chose nothing; for the card.

    Args:
        model: with its thresholds.
        pictures: the test pictures.
        plan: how to resample.

    Returns:
        ``points``: what the thresholds of each question do; ``ranks``: quantiles of each question's log-odds.
    """
    found, targets = scores(model, pictures)[0], {t.name: t for t in model.targets}
    truth = {q.name: is_present(q, targets[q.target], pictures.labels[q.target]) for q in model.questions}
    return {
        "points": {q.name: measure_points(q, truth[q.name], found[q.name], plan) for q in model.questions},
        "ranks": {q.name: quantiles_of(found[q.name]) for q in model.questions} if len(pictures) else {},
    }


def see_all(model: ImageClassifier, pictures: Tensor, batch: int = 8) -> Seen:
    """Many squares as the network sees them, a few at a time; (n, 3, side, side) uint8."""
    return Seen.together([model.see(part) for part in batches(pictures, batch)])


@torch.no_grad()
def describe(network: ImageNetwork, pictures: Tensor, device: torch.device) -> Tensor:
    """What :class:`riskmodels.imaging.familiarity.Familiarity` compares, of many pictures: (n, d) on the CPU."""
    return torch.cat([network.backbone.describe(x.to(device))[1].cpu() for x in batches(pictures, 8)])
