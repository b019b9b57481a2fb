"""What identifies a model: one hash over everything that its numbers depend on.

The card's own ``weights_sha256`` is not enough: a recalibrated version has the same weights.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from riskmodels.tabular.model import RiskModel
    from riskmodels.tabular.network import Weights

_known: WeakKeyDictionary[RiskModel, str] = WeakKeyDictionary()


def hash_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of canonical JSON: keys sorted, no spaces, numbers by their shortest exact text.

    Raises:
        ValueError: for a number that is not finite.
    """
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def model_hash(model: RiskModel) -> str:
    """SHA-256 of name, version, encoding, weights, interval, calibration, steps, edits, support, reference population,
    and how values beyond the support are answered.

    The same for a model in memory and one read from its folder, on any device. A model is not changed once it is
    made, so each is read through once.
    """
    if model not in _known:
        _known[model] = hash_of(_content(model))
    return _known[model]


def _content(model: RiskModel) -> dict[str, Any]:
    from riskmodels.tabular.holding import LEAST_WIDENING
    from riskmodels.tabular.support import FARTHEST

    steps = getattr(model, "steps", {})  # of an isotonic recalibration
    edits = {"edits": model.edits.to_list()} if model.edits else {}  # not there before there were any
    return edits | {
        "name": model.name,
        "version": model.version,
        "encoding": model.encoding.to_list(),
        "weights": _hashes(model.weights),
        "interval": _hashes(model.interval),
        "calibration": {outcome: list(scale) for outcome, scale in model.calibration.items()},
        "steps": {outcome: step.to_dict() for outcome, step in steps.items()},
        "support": {o: {name: vars(seen) for name, seen in s.items()} for o, s in model.support.items()},
        "beyond": {"farthest": FARTHEST, "widening": LEAST_WIDENING},
        "reference": model.reference.to_dict() if model.reference else None,
    }


def _hashes(weights: Weights) -> dict[str, str]:
    """SHA-256 of each table as it is kept in the model's file: single precision, row by row."""
    found = {}
    for field in fields(weights):
        table = getattr(weights, field.name).detach().to("cpu").float().contiguous().numpy()
        found[field.name] = hashlib.sha256(repr(table.shape).encode() + table.tobytes()).hexdigest()
    return found
