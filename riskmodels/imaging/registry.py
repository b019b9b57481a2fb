"""Where image models are found: their cards are read at once, their weights and torch only when one is loaded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from riskmodels.errors import ModelFileError
from riskmodels.imaging.model import CLASSIFIER, HEART_SIZE, HINT, SHIPPED, ImageModel
from riskmodels.imaging.positive import asked_for, classes_to_ask
from riskmodels.model_files.folder import read_card

#: environment variable: further folders with trained image models, separated as in PATH
FOLDERS_VARIABLE = "CARERISK_IMAGE_MODELS"
#: shipped models, in the order in which they are offered
_ORDER = ("retina", "heart_size")


@dataclass(frozen=True)
class Found:
    """An image model on disk, not yet loaded.

    Args:
        folder: where.
        card: name, title, kind, version, created, metrics, …
        positive: the class that whoever reads calls the finding; "" where the model says it, or nobody does.
    """

    folder: Path
    card: dict[str, Any]
    positive: str = ""

    @property
    def title(self) -> str:
        """For people."""
        return str(self.card["title"])

    @property
    def kind(self) -> str:
        """:data:`CLASSIFIER`, :data:`HEART_SIZE`, or what a card of another version says."""
        return str(self.card["kind"])

    @property
    def open_classes(self) -> tuple[str, ...]:
        """Classes of which whoever reads may call one the finding; see :mod:`riskmodels.imaging.positive`."""
        return classes_to_ask(self.card)

    @property
    def has_finding(self) -> bool:
        """Whether what it reads first is the finding, not just one of classes of which none is more of one."""
        return bool(self.positive) or not self.open_classes

    def load(self, device: str | None = None) -> ImageModel:
        """Read the weights. Only now are torch and the network imported.

        Raises:
            ModelFileError: when the weights are damaged or not those on the card, or the kind is not known here.
            InputError: when there is no such class as ``positive``.
        """
        if self.kind == HEART_SIZE:
            from riskmodels.imaging.heart_size import HeartSizeModel

            return HeartSizeModel.load(self.folder, device)
        if self.kind == CLASSIFIER:
            from riskmodels.imaging.classifier import ImageClassifier

            model = ImageClassifier.load(self.folder, device)
            return asked_for(model, self.positive) if self.open_classes else model
        raise ModelFileError(f"“{self.kind}” is no kind of image model that this version knows.", hint=HINT)


def find_models() -> dict[str, Found]:
    """Every image model there is, by name: the shipped ones first, then those trained here.

    A folder without a readable card is left out: it is not a model.
    """
    shipped = [SHIPPED / name for name in _ORDER]
    extra = [Path(p) for p in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep) if p]
    found: dict[str, Found] = {}
    for folder in (*shipped, *(f for base in extra if base.is_dir() for f in sorted(base.iterdir()))):
        model = _found(folder)
        if model is not None:
            found.setdefault(str(model.card["name"]), model)
    return found


def _found(folder: Path) -> Found | None:
    try:
        card = read_card(folder, HINT)
    except ModelFileError:
        return None
    return Found(folder, card) if {"name", "title", "kind", "version"} <= card.keys() else None
