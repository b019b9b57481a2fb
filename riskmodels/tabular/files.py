"""The files of a risk model: weights and card (:mod:`riskmodels.model_files`) and reference.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from riskmodels.errors import ModelFileError
from riskmodels.model_files import read_model, write_model
from riskmodels.tabular.network import Weights
from riskmodels.tabular.reference import Reference

FORMAT = 1
_HINT = "Restore the folder from the repository, or train it again with make train."


def write_model_files(folder: Path, weights: Weights, card: dict[str, Any], reference: Reference | None) -> None:
    """Write a model's folder; the card records the SHA-256 of the weights and the format."""
    names = ("bias", "curves", "pairs", "signs")
    write_model(folder, {n: getattr(weights, n).to("cpu", torch.float32) for n in names}, card, FORMAT)
    if reference is not None:
        (folder / "reference.json").write_text(json.dumps(reference.to_dict()), encoding="utf-8")


def read_model_files(folder: Path) -> tuple[Weights, dict[str, Any], Reference | None]:
    """Read and check a model's folder.

    Raises:
        ModelFileError: when a file is missing, is not what it should be, or was changed after training.
    """
    tensors, card = read_model(folder, FORMAT, _HINT)
    try:
        return Weights(**tensors), card, _read_reference(folder / "reference.json")
    except (ValueError, KeyError, TypeError) as error:
        raise ModelFileError(f"The model in {folder.name} cannot be read.", hint=_HINT) from error


def _read_reference(path: Path) -> Reference | None:
    return Reference.from_dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None
