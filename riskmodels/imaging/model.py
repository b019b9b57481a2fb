"""What every image model can do, and how it lies in its folder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, Self, runtime_checkable

import torch

from riskmodels import ROOT
from riskmodels.imaging.results import Evidence, Map, Picture, Reading
from riskmodels.model_files.folder import read_model, understood, write_model
from riskmodels.tabular.device import choose_device

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
        """(h, w) float32 in the picture's pixels, 0–1, hot = 1: what speaks for the finding."""

    def occlusion(self, picture: Picture, finding: str, progress: Progress | None = None) -> Map:
        """(h, w) float32, 0–1: how much the finding falls when that part is hidden, 1 = most."""


@runtime_checkable
class AddsUp(Protocol):
    """A model that can say what every place of a picture adds to a finding."""

    def evidence(self, picture: Picture, finding: str) -> Evidence:
        """Places and bias that add up to the finding's log-odds."""


class StoredModel(ABC):
    """A model that is written to a folder and read from it; each kind says what of it is kept there.

    Attributes:
        card: everything that is known of it beside what it computes with.
    """

    card: dict[str, Any]

    @abstractmethod
    def parts(self) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
        """Weights, and entries of the card, that it computes with."""

    @classmethod
    @abstractmethod
    def of_parts(cls, tensors: dict[str, torch.Tensor], card: dict[str, Any], device: torch.device) -> Self:
        """The model of weights and card; whatever is raised is told as a damaged folder."""

    def save(self, folder: Path) -> None:
        """Write model.safetensors (half precision) and card.json."""
        tensors, entries = self.parts()
        write_model(folder, tensors, self.card | entries, FORMAT)

    @classmethod
    def load(cls, folder: Path, device: str | None = None) -> Self:
        """Read a model's folder.

        Args:
            folder: with model.safetensors and card.json.
            device: "cpu", "cuda", "mps"; the best there is when None.

        Raises:
            ModelFileError: when a file is missing, damaged or of another kind.
        """
        tensors, card = read_model(folder, FORMAT, HINT)
        with understood(folder, HINT):
            return cls.of_parts(tensors, card, choose_device(device))
