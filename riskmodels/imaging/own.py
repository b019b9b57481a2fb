"""Train a classifier on one's own pictures: a folder with one sub-folder a class, or a CSV of file,label."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from riskmodels.errors import ImageError, TrainingError
from riskmodels.evaluation import bootstrap
from riskmodels.imaging.classifier import ImageClassifier, picture_tensor
from riskmodels.imaging.findings import Question
from riskmodels.imaging.fitting import Plan, fit_classifier, scores
from riskmodels.imaging.folder import LabelledImages, read_labelled
from riskmodels.imaging.image_metrics import classification_report
from riskmodels.imaging.labels_csv import TEST, TRAIN, VAL
from riskmodels.imaging.model import SHIPPED
from riskmodels.imaging.picture import open_picture
from riskmodels.imaging.splitting import cautions, split
from riskmodels.imaging.targets import Target
from riskmodels.imaging.training import ImageConfig, ImageSet, Report
from riskmodels.tabular.device import choose_device
from riskmodels.tabular.model import today

#: bytes of pictures held in memory
_MOST_MEMORY = 6_000_000_000


@dataclass(frozen=True)
class OwnTask:
    """What to train.

    Args:
        name: of the model: letters, digits, _ and -.
        data: folder or CSV.
        out: folder in which the model's folder is made.
        ordered: whether the classes, sorted by name, are grades of one thing.
        config: how.
        device: "cpu", "cuda", "mps"; the best there is when None.
        checkpoint: file to go on from and to save to.
    """

    name: str
    data: Path
    out: Path
    ordered: bool
    config: ImageConfig
    device: str | None = None
    checkpoint: Path | None = None


@dataclass(frozen=True)
class OwnResult:
    """What came out.

    Args:
        folder: of the model.
        report: of the test pictures; see :func:`riskmodels.imaging.image_metrics.classification_report`.
        notes: what the person should know: files left out, warnings of the split.
    """

    folder: Path
    report: dict[str, Any]
    notes: tuple[str, ...]


def train_own(task: OwnTask, say: Callable[[str], None], report: Report | None = None) -> OwnResult:
    """Train, evaluate on the test part, write the model's folder.

    Args:
        task: what.
        say: told what happens.
        report: told after every epoch.

    Raises:
        TrainingError: when name, data, classes or split do not allow it; the text says what to do.
    """
    folder = _folder(task)
    labelled = read_labelled(task.data)
    parted = split(labelled, task.config.seed)
    images, readable = _read(labelled, task.config, say)
    warnings = cautions(labelled, parted)
    notes = (*labelled.skipped, *warnings, *_unreadable(readable))
    parts = {name: _part(images, labelled, np.flatnonzero(readable & (parted == name))) for name in (TRAIN, VAL, TEST)}
    say(f"{len(images):,} pictures: " + ", ".join(f"{len(part)} {name}" for name, part in parts.items()))
    target = Target("class", labelled.classes, task.ordered)
    card = _card(task, labelled, parts, warnings)
    plan = Plan((target,), _questions(target), task.config, card, choose_device(task.device), task.checkpoint)
    fit_classifier(parts["train"], parts["val"], plan, report).save(folder)
    model = ImageClassifier.load(folder, task.device)
    shares = scores(model, parts["test"])[1]["class"]
    patients = None if labelled.patients is None else labelled.patients[readable & (parted == "test")]
    model.card["metrics"] = classification_report(
        parts["test"].labels["class"],
        shares,
        labelled.classes,
        plan=bootstrap.Plan(groups=patients),
        ordinal=task.ordered,
    )
    model.save(folder)
    return OwnResult(folder, model.card["metrics"], notes)


def _folder(task: OwnTask) -> Path:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", task.name):
        raise TrainingError(f"“{task.name}” cannot be a model's name.", hint="Use letters, digits, _ and -.")
    if (SHIPPED / task.name).exists():
        raise TrainingError(f"{task.name} is the name of a shipped model.", hint="Choose another --task.")
    return task.out / task.name


def _read(labelled: LabelledImages, config: ImageConfig, say: Callable[[str], None]) -> tuple[Tensor, Any]:
    """All pictures as squares, and which of them could be read."""
    needed = len(labelled.files) * config.side**2 * 3
    if needed > _MOST_MEMORY:
        side = int((_MOST_MEMORY / len(labelled.files) / 3) ** 0.5) // 32 * 32
        raise TrainingError(
            f"{len(labelled.files):,} pictures of {config.side} pixels take {needed / 1e9:.0f} GB.",
            hint=f"Use --side {side}, or fewer pictures.",
        )
    images = torch.zeros((len(labelled.files), 3, config.side, config.side), dtype=torch.uint8)
    readable = np.ones(len(labelled.files), dtype=bool)
    for number, file in enumerate(labelled.files):
        try:
            images[number] = picture_tensor([open_picture(file.read_bytes()).pixels], config)[0]
        except ImageError:
            readable[number] = False
        if (number + 1) % 500 == 0:
            say(f"read {number + 1:,} of {len(labelled.files):,} pictures")
    return images, readable


def _unreadable(readable: Any) -> tuple[str, ...]:
    count = int((~readable).sum())
    return (f"{count} pictures could not be read and were left out.",) if count else ()


def _part(images: Tensor, labelled: LabelledImages, rows: Any) -> ImageSet:
    return ImageSet(images[torch.as_tensor(rows)], {"class": np.asarray(labelled.labels[rows], dtype=np.int64)})


def _questions(target: Target) -> tuple[Question, ...]:
    """With two classes, the second; with grades, every "at least"; else every class."""
    levels = range(1, len(target.classes)) if target.cumulative else range(len(target.classes))
    words = "at least " if target.ordered and len(target.classes) > 2 else ""
    return tuple(
        Question(
            f"class_{level}",
            f"{words}{target.classes[level]}".capitalize() if words else target.classes[level],
            target.name,
            level,
            0.5,
            f"This picture looks like “{words}{target.classes[level]}”.",
            f"This picture does not look like “{words}{target.classes[level]}”.",
        )
        for level in levels
    )


def _card(
    task: OwnTask, labelled: LabelledImages, parts: dict[str, ImageSet], warnings: tuple[str, ...]
) -> dict[str, Any]:
    counts = {
        name: np.bincount(part.labels["class"], minlength=len(labelled.classes)).tolist()
        for name, part in parts.items()
    }
    return {
        "name": task.name,
        "title": task.name.replace("_", " ").replace("-", " ").capitalize(),
        "created": today(),
        "about": f"Tells apart {', '.join(labelled.classes)}. Trained here on your own pictures.",
        "limits": [
            "Trained by a user on their own pictures; nobody else has checked the labels or the split.",
            *warnings,
        ],
        "sample": "",
        "wanted": "Use a picture of the kind that it was trained on.",
        "data": {"classes": list(labelled.classes), "pictures": counts},
        "split": "by patient" if labelled.patients is not None else "by picture",
    }
