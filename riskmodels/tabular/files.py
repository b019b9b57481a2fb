"""The files of a risk model: weights and card (:mod:`riskmodels.model_files.folder`) and reference.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from riskmodels.errors import ModelFileError
from riskmodels.model_files.card_values import number, numbers, record
from riskmodels.model_files.folder import read_card, read_model, understood, write_model
from riskmodels.tabular.edits import format_of
from riskmodels.tabular.encoding import Encoding
from riskmodels.tabular.inputs import variables_of
from riskmodels.tabular.network import PAIR_COLUMNS, Weights
from riskmodels.tabular.reference import Reference
from riskmodels.tabular.support import Range

#: 1 and 2 had low-rank pairs and no interval of their own
FORMAT = 3
_PARTS = ("bias", "curves", "basis", "pairs")
_INTERVAL = "interval_"
#: what every card of a risk model has
_NEEDED = ("name", "created", "version", "training_rows", "histograms", "encoding", "calibration", "support")
#: what to do when a model cannot be used
HINT = "Restore the folder from the repository, or train it again with make train."


def write_model_files(
    folder: Path,
    weights: Weights,
    interval: Weights,
    card: dict[str, Any],
    reference: Reference | None,
    format_number: int = FORMAT,
) -> None:
    """Write a model's folder; the card records the SHA-256 of the weights and the format."""
    tensors = {n: getattr(weights, n) for n in _PARTS}
    tensors |= {_INTERVAL + n: getattr(interval, n) for n in _PARTS if n != "basis"}
    ready = {n: t.detach().to("cpu", torch.float32).contiguous() for n, t in tensors.items()}
    write_model(folder, ready, card, format_of(format_number, card))
    if reference is not None:
        (folder / "reference.json").write_text(json.dumps(reference.to_dict()), encoding="utf-8")


def read_model_files(
    folder: Path, format_number: int = FORMAT, hint: str = HINT
) -> tuple[Weights, Weights, dict[str, Any], Reference | None]:
    """Read and check a model's folder.

    Args:
        folder: of the model.
        format_number: the format that the caller understands, edits of curves aside.
        hint: what to do when it cannot be used.

    Raises:
        ModelFileError: when a file is missing, is not what it should be, or was changed after training.
    """
    tensors, card = read_model(folder, format_of(format_number, read_card(folder, hint)), hint)
    missing = [name for name in _NEEDED if name not in card]
    if missing:
        raise ModelFileError(
            f"The card of the model in {folder.name} is not complete.", hint=hint, log=f"card: no {missing[0]}"
        )
    with understood(folder, hint):
        weights = Weights(**{name: tensors[name] for name in _PARTS})
        of_interval = {name: tensors[_INTERVAL + name] for name in _PARTS if name != "basis"}
        interval = Weights(basis=weights.basis, **of_interval)
        return weights, interval, card, _read_reference(folder / "reference.json")


def take_parts(
    card: dict[str, Any], weights: Weights, interval: Weights
) -> tuple[Encoding, dict[str, tuple[float, float]], dict[str, dict[str, Range]]]:
    """Take out of a card what is computed with.

    Args:
        card: as it was read; ``encoding``, ``calibration`` and ``support`` are removed.
        weights, interval: that they go with.

    Returns:
        Encoding, outcome → (slope, intercept), and outcome → input → range.

    Raises:
        TypeError, ValueError, KeyError: when one of them is not what it should be, or they do not go together.
    """
    encoding = Encoding.from_list(card.pop("encoding"), variables_of(card))
    calibration = {outcome: (number(a), number(b)) for outcome, (a, b) in card.pop("calibration").items()}
    support = {o: {n: record(Range, seen) for n, seen in s.items()} for o, s in card.pop("support").items()}
    members = len(weights.bias)
    fits = all(_fits(part, encoding, k, len(calibration)) for part, k in ((weights, members), (interval, 2)))
    if not fits or not members or not calibration:
        raise ValueError("weights of another shape than the card says")
    if set(support) != set(calibration) or not {n for s in support.values() for n in s} <= set(encoding.names):
        raise ValueError("ranges of other outcomes or inputs")
    for name in encoding.names:
        bins, counts = (numbers(card["histograms"][name][part]) for part in ("bins", "counts"))
        if len(bins) - len(counts) not in (0, 1):
            raise ValueError("a histogram whose bins and counts do not go together")
    return encoding, calibration, support


def _fits(weights: Weights, encoding: Encoding, members: int, outcomes: int) -> bool:
    """Whether tensors have the sizes that go with an encoding."""
    p, d, q = len(encoding.names), encoding.width, len(encoding.names) * PAIR_COLUMNS
    sizes = ((members, outcomes), (p, d, members, outcomes), (p, d, PAIR_COLUMNS), (members, outcomes, q, q))
    return all(tuple(getattr(weights, name).shape) == size for name, size in zip(_PARTS, sizes, strict=True))


def _read_reference(path: Path) -> Reference | None:
    return Reference.from_dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None
