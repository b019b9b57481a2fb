"""A model is a folder with model.safetensors and card.json. Never pickle.

The card records the format, the SHA-256 of the weights, a version that names them, and the SHA-256 of all else that it
says itself. Other weights, a card that was edited, entries of another kind than they should be, and numbers that are
none are refused, all as :class:`~riskmodels.errors.ModelFileError`. Nothing is signed: whoever can write the folder can
write another model there.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from riskmodels.errors import ModelFileError
from riskmodels.model_files.card_values import require_finite
from riskmodels.runtime.hashes import file_hash

LARGEST_CARD = 20_000_000
WEIGHTS, CARD = "model.safetensors", "card.json"
#: entry of the card: the hash of all its other entries. Cards of before 2026-11-29 have none
SEAL = "card_sha256"
#: what an entry is, where it is there; all kinds of models share the names
_KINDS: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("name", "title", "kind", "about", "wanted", "checks", "sample", "version", "created"), str),
    **dict.fromkeys(("weights_sha256", "training_data_sha256", "split", "interval", "positive", SEAL), str),
    **dict.fromkeys(
        ("inputs", "encoding", "limits", "cautions", "targets", "questions", "edits", "own_inputs", "own_columns"), list
    ),
    **dict.fromkeys(("calibration", "support", "steps", "histograms", "data", "parts", "derived", "config"), dict),
    **dict.fromkeys(("network", "ranges", "temperatures", "metrics", "evaluation", "training", "missing"), dict),
    **dict.fromkeys(("points", "ranks"), dict),
    **dict.fromkeys(("format", "training_rows"), int),
    "ratio_error_90": (int, float),
}
#: entries that answers are computed with
_COMPUTED = ("encoding", "calibration", "support", "steps", "edits", "config", "targets", "questions", "temperatures",
             "network", "ranges", "ratio_error_90", "own_inputs", "points", "ranks")  # fmt: skip


def write_model(folder: Path, tensors: dict[str, torch.Tensor], card: dict[str, Any], format_number: int) -> None:
    """Write weights and card.

    Args:
        folder: made when absent.
        tensors: weights by name.
        card: with ``created`` (ISO date); ``format``, ``weights_sha256``, ``version`` and its seal are added.
        format_number: of the kind of model; another one is refused on reading.
    """
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, folder / WEIGHTS)
    digest = file_hash(folder / WEIGHTS)
    document = card | {"format": format_number, "weights_sha256": digest}
    document["version"] = f"{card['created']}-{digest[:8]}"
    write_card(folder, document)


def write_card(folder: Path, card: Mapping[str, Any]) -> None:
    """Write a card, sealed anew.

    Args:
        folder: of the model.
        card: as it shall be read again.
    """
    text = json.dumps({name: value for name, value in card.items() if name != SEAL}, ensure_ascii=False)
    plain = json.loads(text)
    document = plain | {SEAL: _seal(plain)}
    (folder / CARD).write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")


def replace_text(path: Path, text: str) -> None:
    """Write a small file so that whoever reads it finds the former text or the new one, whole.

    Args:
        path: of the file.
        text: its whole new content.
    """
    work = path.with_name(f".{path.name}.{os.getpid()}")  # another process may be at it as well
    work.write_text(text, encoding="utf-8")
    work.replace(path)


def seal_card(folder: Path) -> str:
    """Add to a card the hash of what it says; one that has a hash already must agree with it.

    For cards of before there was one, and after an edit that was meant: take the entry out of the card first.

    Args:
        folder: of the model; its weights must be those of the card.

    Returns:
        The hash.

    Raises:
        ModelFileError: when the model cannot be read.
    """
    hint = f"Take “{SEAL}” out of the card if the edit was meant, and seal it again."
    card = read_card(folder, hint)
    with understood(folder, hint):
        read_model(folder, card["format"], hint)
        write_card(folder, card)
    return str(read_card(folder, hint)[SEAL])


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
    with understood(folder, hint):
        if card["format"] != format_number:
            raise ModelFileError(
                f"The model in {folder.name} has format {card['format']}, not {format_number}.", hint=hint
            )
        if card["weights_sha256"] != file_hash(folder / WEIGHTS):
            raise ModelFileError(f"The weights in {folder.name} are not those on its card.", hint=hint)
        if card["weights_sha256"][:8] not in card["version"].split("-"):
            raise ModelFileError(f"The version on the card of {folder.name} names other weights.", hint=hint)
        tensors = load_file(folder / WEIGHTS)
        if not all(_is_finite(tensor) for tensor in tensors.values()):
            raise ModelFileError(f"The weights in {folder.name} hold numbers that are none.", hint=hint)
        return tensors, card


def read_card(folder: Path, hint: str) -> dict[str, Any]:
    """The card alone, without touching the weights.

    Raises:
        ModelFileError: when there is no model in the folder, or its card is not one, or not the one that was written.
    """
    path = folder / CARD
    with understood(folder, hint):
        if not path.is_file() or not (folder / WEIGHTS).is_file():
            raise ModelFileError(f"There is no model in {folder.name}.", hint=hint)
        if path.stat().st_size > LARGEST_CARD:
            raise ModelFileError(f"The card of {folder.name} is too large to be one.", hint=hint)
        card: dict[str, Any] = {**json.loads(path.read_text(encoding="utf-8"))}
        _require_kinds(card, folder, hint)
        if SEAL in card and card[SEAL] != _seal({name: value for name, value in card.items() if name != SEAL}):
            raise ModelFileError(f"The card of {folder.name} was changed after it was written.", hint=hint)
        return card


@contextmanager
def understood(folder: Path, hint: str) -> Iterator[None]:
    """Whatever a model's folder makes its reader stumble over is a :class:`~riskmodels.errors.ModelFileError`.

    Args:
        folder: of the model.
        hint: what to do when it cannot be used.
    """
    try:
        yield
    except ModelFileError:
        raise
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        OSError,
        RuntimeError,
        SafetensorError,
        TypeError,
        ValueError,
    ) as error:
        raise ModelFileError(f"The model in {folder.name} cannot be read.", hint=hint) from error


def _require_kinds(card: Mapping[str, Any], folder: Path, hint: str) -> None:
    for name, kind in _KINDS.items():
        if name in card and (not isinstance(card[name], kind) or isinstance(card[name], bool)):
            raise ModelFileError(f"“{name}” on the card of {folder.name} is not what it should be.", hint=hint)
    for name in _COMPUTED:
        require_finite(card.get(name))


def _seal(card: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(card, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _is_finite(tensor: torch.Tensor) -> bool:
    return not tensor.is_floating_point() or bool(tensor.isfinite().all())


def halved(tensor: torch.Tensor) -> torch.Tensor:
    """Kernels in half precision; the few numbers of normalisation layers and biases stay as they are."""
    return tensor.half() if tensor.is_floating_point() and tensor.ndim > 1 else tensor
