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

from riskmodels.imaging.classifier import ImageClassifier
from riskmodels.imaging.familiarity import learn_familiarity
from riskmodels.imaging.findings import Question
from riskmodels.imaging.image_metrics import choose_threshold
from riskmodels.imaging.network import ImageNetwork
from riskmodels.imaging.run import batches
from riskmodels.imaging.targets import FloatArray, Target, slices
from riskmodels.imaging.training import ImageConfig, ImageSet, Report, predict_logits, train_network

#: temperatures are looked for between its inverse and this
_HOTTEST = 5.0


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
        learn_familiarity(_described(network, train, plan.device), _described(network, validation, plan.device)),
        plan.targets,
        plan.questions,
        temperatures,
        plan.config,
        plan.card,
        plan.device,
    )
    return _with_thresholds(model, model.calibrated(logits), validation, plan)


def fit_temperature(target: Target, logits: FloatArray, labels: NDArray[np.int64]) -> float:
    """The number by which log-odds are divided for the lowest loss on validation pictures.

    Args:
        target: the question.
        logits: (n, outputs), mean over members.
        labels: (n,) class numbers.
    """
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
    present = labels >= question.level if target.cumulative else labels == question.level
    return present.astype(np.int64)


def load_pictures(files: Sequence[Path], read: Callable[[Path], Tensor]) -> Tensor:
    """Pictures in memory: (n, 3, side, side) uint8, each read by ``read`` as (1, 3, side, side)."""
    return torch.cat([read(file) for file in files])


def _with_thresholds(
    model: ImageClassifier, logits: dict[str, FloatArray], validation: ImageSet, plan: Plan
) -> ImageClassifier:
    targets, questions = {t.name: t for t in plan.targets}, []
    for question in plan.questions:
        target = targets[question.target]
        truth = is_present(question, target, validation.labels[target.name])
        probability = question.probability(target, logits[target.name].mean(1))
        questions.append(replace(question, threshold=float(choose_threshold(truth, probability))))
    return ImageClassifier(
        model.network,
        model.familiarity,
        model.targets,
        tuple(questions),
        model.temperatures,
        model.config,
        model.card,
        model.device,
    )


@torch.no_grad()
def _described(network: ImageNetwork, pictures: ImageSet, device: torch.device) -> Tensor:
    return torch.cat([network.backbone.describe(x.to(device))[1].cpu() for x in batches(pictures.images, 8)])
