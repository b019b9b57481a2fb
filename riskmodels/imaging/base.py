"""What every image model can do, and where the models are found."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from riskmodels.errors import ModelFileError
from riskmodels.imaging.results import Map, Picture, Reading
from riskmodels.model_files import read_card

ROOT = Path(__file__).resolve().parent.parent.parent
SHIPPED = ROOT / "data" / "image_models"
#: further folders with trained image models, separated as in PATH
FOLDERS_VARIABLE = "CARERISK_IMAGE_MODELS"
HINT = "Restore the folder from the repository, or train it again with make train-imaging."
#: of image model folders
FORMAT = 1
CLASSIFIER, HEART_SIZE = "classifier", "heart size"

#: told the share done, 0–1
Progress = Callable[[float], None]


class ImageModel(Protocol):
    """A model that reads one kind of picture.

    Attributes:
        card: what it was trained on and how good it is; see docs/imaging_card.md.
    """

    card: dict[str, Any]

    def read(self, picture: Picture) -> Reading:
        """Checks first; findings or a measurement only when all have passed."""

    def heatmap(self, picture: Picture, finding: str) -> Map:
        """Grad-CAM: (h, w) float32 in the picture's pixels, 0–1, hot = 1: what speaks for the finding."""

    def occlusion(self, picture: Picture, finding: str, progress: Progress | None = None) -> Map:
        """(h, w) float32, 0–1: how much the finding falls when that part is hidden, 1 = most."""


@dataclass(frozen=True)
class Found:
    """An image model on disk, not yet loaded.

    Args:
        folder: where.
        card: name, title, kind, version, created, metrics, …
    """

    folder: Path
    card: dict[str, Any]

    @property
    def title(self) -> str:
        """For people."""
        return str(self.card["title"])

    @property
    def kind(self) -> str:
        """:data:`CLASSIFIER` or :data:`HEART_SIZE`."""
        return str(self.card["kind"])

    def load(self, device: str | None = None) -> ImageModel:
        """Read the weights. Only now are torch and the network imported.

        Raises:
            ModelFileError: when the weights are damaged or not those on the card.
        """
        if self.kind == HEART_SIZE:
            from riskmodels.imaging.heart_size import HeartSizeModel

            return HeartSizeModel.load(self.folder, device)
        from riskmodels.imaging.classifier import ImageClassifier

        return ImageClassifier.load(self.folder, device)


def find_models() -> dict[str, Found]:
    """Every image model there is, by name: the shipped ones first, then those trained here.

    A folder without a readable card is left out: it is not a model.
    """
    extra = [Path(p) for p in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep) if p]
    found: dict[str, Found] = {}
    for base in (SHIPPED, *extra):
        for folder in sorted(base.iterdir()) if base.is_dir() else []:
            model = _found(folder)
            if model is not None:
                found.setdefault(str(model.card["name"]), model)
    return found


def _found(folder: Path) -> Found | None:
    try:
        card = read_card(folder, HINT)
    except ModelFileError:
        return None
    return Found(folder, card) if {"name", "title", "kind"} <= card.keys() else None
