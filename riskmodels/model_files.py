"""A model is a folder with model.safetensors and card.json. Never pickle.

The card records the format, the SHA-256 of the weights and a version made from both, so that weights that are not
those of the card are refused.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from riskmodels.errors import ModelFileError

LARGEST_CARD = 20_000_000
WEIGHTS, CARD = "model.safetensors", "card.json"


def write_model(folder: Path, tensors: dict[str, torch.Tensor], card: dict[str, Any], format_number: int) -> None:
    """Write weights and card.

    Args:
        folder: made when absent.
        tensors: weights by name.
        card: with ``created`` (ISO date); ``format``, ``weights_sha256`` and ``version`` are added.
        format_number: of the kind of model; another one is refused on reading.
    """
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, folder / WEIGHTS)
    digest = file_hash(folder / WEIGHTS)
    document = card | {"format": format_number, "weights_sha256": digest}
    document["version"] = f"{card['created']}-{digest[:8]}"
    (folder / CARD).write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")


def read_model(folder: Path, format_number: int, hint: str) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Read and check weights and card.

    Args:
        folder: of the model.
        format_number: the format that the caller understands.
        hint: what to do when the model cannot be used.

    Raises:
        ModelFileError: when a file is missing, is not what it should be, or was changed after training.
    """
    card = read_card(folder, hint)
    try:
        if card["format"] != format_number:
            raise ModelFileError(
                f"The model in {folder.name} has format {card['format']}, not {format_number}.", hint=hint
            )
        if card["weights_sha256"] != file_hash(folder / WEIGHTS):
            raise ModelFileError(f"The weights in {folder.name} are not those on its card.", hint=hint)
        return load_file(folder / WEIGHTS), card
    except (KeyError, TypeError, SafetensorError) as error:
        raise ModelFileError(f"The model in {folder.name} cannot be read.", hint=hint) from error


def read_card(folder: Path, hint: str) -> dict[str, Any]:
    """The card alone, without touching the weights.

    Raises:
        ModelFileError: when there is no model in the folder, or its card is not one.
    """
    path = folder / CARD
    if not path.is_file() or not (folder / WEIGHTS).is_file():
        raise ModelFileError(f"There is no model in {folder.name}.", hint=hint)
    if path.stat().st_size > LARGEST_CARD:
        raise ModelFileError(f"The card of {folder.name} is too large to be one.", hint=hint)
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"The model in {folder.name} cannot be read.", hint=hint) from error
    if not isinstance(card, dict):
        raise ModelFileError(f"The model in {folder.name} cannot be read.", hint=hint)
    return card


def halved(tensor: torch.Tensor) -> torch.Tensor:
    """Kernels in half precision; the few numbers of normalisation layers and biases stay as they are."""
    return tensor.half() if tensor.is_floating_point() and tensor.ndim > 1 else tensor


def file_hash(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
