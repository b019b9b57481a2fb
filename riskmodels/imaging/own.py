"""Train a classifier on one's own pictures: a folder with one sub-folder a class, or a CSV of file,label."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from riskmodels.errors import ImageError, TrainingError
from riskmodels.evaluation import bootstrap
from riskmodels.imaging.backbone import pretrained
from riskmodels.imaging.classifier import ImageClassifier, picture_tensor
from riskmodels.imaging.findings import Question
from riskmodels.imaging.fitting import LEAST_CALIBRATED, Plan, fit_classifier, is_present, judged, scores
from riskmodels.imaging.folder import LabelledImages, read_labelled
from riskmodels.imaging.image_kernels import Flags
from riskmodels.imaging.image_metrics import classification_report
from riskmodels.imaging.labels_csv import TEST, TRAIN, VAL
from riskmodels.imaging.model import SHIPPED
from riskmodels.imaging.picture import open_picture
from riskmodels.imaging.points import LEAST
from riskmodels.imaging.positive import class_question, require_class
from riskmodels.imaging.splitting import Parts, cautions, split
from riskmodels.imaging.strangers import ANSWERS, BLOCKS, learn_strangers, look, read_kinds
from riskmodels.imaging.targets import Target
from riskmodels.imaging.training import ImageConfig, ImageSet, Report
from riskmodels.tabular.device import choose_device
from riskmodels.tabular.model import today

#: bytes of pictures held in memory
_MOST_MEMORY = 6_000_000_000
#: fewest validation pictures with and without a class for its threshold; of 25 a share of 90 % is known to ± 12 points
_LEAST_OF_A_CLASS = 25


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
        positive: the class that is the finding; of grades, "at least this one". "" where none is: then each class is
            asked for against the rest, of grades each "at least".
    """

    name: str
    data: Path
    out: Path
    ordered: bool
    config: ImageConfig
    device: str | None = None
    checkpoint: Path | None = None
    positive: str = ""


@dataclass(frozen=True)
class OwnResult:
    """What came out.

    Args:
        folder: of the model.
        report: of the test pictures; see :func:`riskmodels.imaging.image_metrics.classification_report`.
        notes: what the person should know: files left out, warnings of the split, figures that rest on few pictures.
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
        InputError: when there is no such class as ``positive``.
    """
    folder = _folder(task)
    labelled = _finding_last(read_labelled(task.data), task)
    parted = split(labelled, task.config.seed)
    images, readable, looked = _read(labelled, task.config, say)
    warnings = cautions(labelled, parted)
    parts = {name: _part(images, labelled, np.flatnonzero(readable & (parted == name))) for name in (TRAIN, VAL, TEST)}
    say(f"{len(images):,} pictures: " + ", ".join(f"{len(part)} {name}" for name, part in parts.items()))
    target = Target("class", labelled.classes, task.ordered)
    questions = _questions(target, task.positive)
    few = _few_pictures(parts["val"], target, questions)
    card = _card(task, labelled, parts, warnings) | {"cautions": list(few)}
    notes = (*labelled.skipped, *warnings, *few, *_unreadable(readable))
    plan = Plan((target,), questions, task.config, card, choose_device(task.device), task.checkpoint)
    trained = fit_classifier(parts["train"], parts["val"], plan, report)
    _learn_strangers(trained, looked, readable, parted)
    trained.save(folder)
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
    model.card |= judged(model, parts["test"], bootstrap.Plan(groups=patients))
    model.save(folder)
    return OwnResult(folder, model.card["metrics"], notes)


def _folder(task: OwnTask) -> Path:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", task.name):
        raise TrainingError(f"“{task.name}” cannot be a model's name.", hint="Use letters, digits, _ and -.")
    if (SHIPPED / task.name).exists():
        raise TrainingError(f"{task.name} is the name of a shipped model.", hint="Choose another --task.")
    return task.out / task.name


def _learn_strangers(model: ImageClassifier, looked: Tensor, readable: Flags, parted: Parts) -> None:
    """What tells its pictures from those of other kinds, by all but the test part; what that refuses, on the card."""
    if model.config.frozen_blocks < BLOCKS:  # its first blocks are not those that the statistics are of
        return
    known, test = (torch.as_tensor(readable & rows) for rows in (parted != TEST, parted == TEST))
    found, refused = learn_strangers(looked[known].double().numpy(), read_kinds())
    own, model.strangers = found.score(looked[test]) < found.limit, found
    model.card["other_kinds"] = {
        "refused_when_held_out": {kind: round(share, 3) for kind, share in refused.items()},
        "own_test_pictures_refused": int(own.sum()),
    }


def _read(labelled: LabelledImages, config: ImageConfig, say: Callable[[str], None]) -> tuple[Tensor, Flags, Tensor]:
    """All pictures as squares, which of them could be read, and how the first blocks answer to each."""
    needed = len(labelled.files) * config.side**2 * 3
    if needed > _MOST_MEMORY:
        side = int((_MOST_MEMORY / len(labelled.files) / 3) ** 0.5) // 32 * 32
        raise TrainingError(
            f"{len(labelled.files):,} pictures of {config.side} pixels take {needed / 1e9:.0f} GB.",
            hint=f"Use --side {side}, or fewer pictures.",
        )
    images = torch.zeros((len(labelled.files), 3, config.side, config.side), dtype=torch.uint8)
    readable, looked = np.ones(len(labelled.files), dtype=bool), torch.zeros((len(labelled.files), ANSWERS))
    backbone = pretrained(BLOCKS)
    for number, file in enumerate(labelled.files):
        try:
            pixels = open_picture(file.read_bytes()).pixels
        except ImageError:
            readable[number] = False
            continue
        images[number] = picture_tensor([pixels], config)[0]
        looked[number] = look(backbone, pixels)[0]
        if (number + 1) % 500 == 0:
            say(f"read {number + 1:,} of {len(labelled.files):,} pictures")
    return images, readable, looked


def _unreadable(readable: Any) -> tuple[str, ...]:
    count = int((~readable).sum())
    return (f"{count} pictures could not be read and were left out.",) if count else ()


def _part(images: Tensor, labelled: LabelledImages, rows: Any) -> ImageSet:
    return ImageSet(images[torch.as_tensor(rows)], {"class": np.asarray(labelled.labels[rows], dtype=np.int64)})


def _finding_last(labelled: LabelledImages, task: OwnTask) -> LabelledImages:
    """The finding must be a class; of two that are in no order it becomes the second, as reports have it."""
    if not task.positive:
        return labelled
    require_class(task.positive, labelled.classes)
    first = task.positive == labelled.classes[0]
    if first and task.ordered:
        raise TrainingError(
            f"“{task.positive}” is the lowest grade: every picture shows at least that.",
            hint=f"The grades above it are: {', '.join(labelled.classes[1:])}.",
        )
    if not first or len(labelled.classes) > 2:
        return labelled
    return replace(labelled, labels=1 - labelled.labels, classes=labelled.classes[::-1])


def _questions(target: Target, positive: str) -> tuple[Question, ...]:
    """The finding alone where one is named; else every "at least" of grades, and every class of classes apart."""
    if positive:
        levels: Sequence[int] = [target.classes.index(positive)]
    else:
        levels = range(int(target.ordered), len(target.classes))
    return tuple(class_question(target, level, 0.5) for level in levels)


def _few_pictures(validation: ImageSet, target: Target, questions: tuple[Question, ...]) -> tuple[str, ...]:
    """What rests on too few validation pictures: the temperature, and thresholds."""
    n, said = len(validation), []
    if n < LEAST_CALIBRATED:
        said.append(
            f"Its probabilities are not calibrated: that takes {LEAST_CALIBRATED} validation pictures, there were {n}. "
            "They may be much too sure."
        )
    counts = [int(is_present(q, target, validation.labels[target.name]).sum()) for q in questions]
    few = [
        f"“{question.label}” {with_it} of {n}"
        for question, with_it in zip(questions, counts, strict=True)
        if min(with_it, n - with_it) < _LEAST_OF_A_CLASS
    ]
    if few:
        said.append(
            f"Few validation pictures for its thresholds ({', '.join(few)}): {_LEAST_OF_A_CLASS} with and "
            f"{_LEAST_OF_A_CLASS} without are needed. With fewer than {LEAST} there is none; others may find fewer or "
            "call more than the card says."
        )
    return tuple(said)


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
        **({"positive": task.positive} if task.positive else {}),
    }
