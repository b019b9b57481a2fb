"""What every image model can do, and what is written on its card."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from riskmodels.imaging.results import Map, Picture, Reading

ROOT = Path(__file__).resolve().parent.parent.parent
SHIPPED = ROOT / "data" / "image_models"
HINT = "Restore the folder from the repository, or train it again with make train-imaging."
#: of image model folders
FORMAT = 1
#: kinds of model, on the card
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
