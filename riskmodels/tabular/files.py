"""Models are files: model.safetensors, card.json and reference.json. Never pickle."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from riskmodels.errors import ModelFileError
from riskmodels.tabular.network import Weights
from riskmodels.tabular.reference import Reference

FORMAT = 1
LARGEST_CARD = 20_000_000


def write_model_files(folder: Path, weights: Weights, card: dict[str, Any], reference: Reference | None) -> None:
    """Write a model's folder; the card records the SHA-256 of the weights and the format."""
    folder.mkdir(parents=True, exist_ok=True)
    names = ("bias", "curves", "pairs", "signs")
    tensors = {n: getattr(weights, n).to("cpu", torch.float32).contiguous() for n in names}
    path = folder / "model.safetensors"
    save_file(tensors, path)
    digest = file_hash(path)
    document = card | {"format": FORMAT, "weights_sha256": digest}
    document["version"] = f"{card['created']}-{digest[:8]}"
    (folder / "card.json").write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")
    if reference is not None:
        (folder / "reference.json").write_text(json.dumps(reference.to_dict()), encoding="utf-8")


def read_model_files(folder: Path) -> tuple[Weights, dict[str, Any], Reference | None]:
    """Read and check a model's folder.

    Raises:
        ModelFileError: when a file is missing, is not what it should be, or was changed after training.
    """
    hint = "Restore the folder from the repository, or train it again with make train."
    weights_path, card_path = folder / "model.safetensors", folder / "card.json"
    if not weights_path.is_file() or not card_path.is_file():
        raise ModelFileError(f"There is no model in {folder.name}.", hint=hint)
    if card_path.stat().st_size > LARGEST_CARD:
        raise ModelFileError(f"The card of {folder.name} is too large to be one.", hint=hint)
    try:
        card = json.loads(card_path.read_text(encoding="utf-8"))
        if card["format"] != FORMAT:
            raise ModelFileError(f"The model in {folder.name} has format {card['format']}, not {FORMAT}.", hint=hint)
        if card["weights_sha256"] != file_hash(weights_path):
            raise ModelFileError(f"The weights in {folder.name} are not those on its card.", hint=hint)
        weights = Weights(**load_file(weights_path))
        reference = _read_reference(folder / "reference.json")
    except (ValueError, KeyError, TypeError, SafetensorError) as error:
        raise ModelFileError(f"The model in {folder.name} cannot be read.", hint=hint) from error
    return weights, card, reference


def _read_reference(path: Path) -> Reference | None:
    return Reference.from_dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def file_hash(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
