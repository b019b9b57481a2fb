"""The distribution of every input among a model's training people, as small tables of cumulative shares.

The shipped models' tables are in data/reference/training_distribution.json, made by
``python -m riskmodels.shipping.fit_training_distribution``; a model trained on own data has them on its card.
They belong to the people whose hash is on the model's card, so a recalibrated version finds them too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from riskmodels import ROOT
from riskmodels.evaluation.arrays import FloatArray
from riskmodels.tabular.model import RiskModel

SOURCE = ROOT / "data" / "reference" / "training_distribution.json"
#: cut points of a number at most
MOST_CUTS = 100
#: key of the tables on the card of a model trained on own data
CARD_KEY = "training_distribution"


@dataclass(frozen=True)
class Distribution:
    """One input among the training people.

    Args:
        cuts: ascending values of the input, the last one its largest; the codes of a choice.
        share: of the people with a known value at or below each cut; the last is 1.
        known, unknown: how many had it known, and not.
    """

    cuts: FloatArray
    share: FloatArray
    known: int
    unknown: int

    @classmethod
    def of(cls, values: pd.Series) -> Distribution:
        """The distribution of a column."""
        known = np.sort(values.dropna().to_numpy(float))
        distinct = np.unique(known)
        if len(distinct) > MOST_CUTS:
            distinct = np.unique(np.quantile(known, np.linspace(0, 1, MOST_CUTS + 1)[1:], method="higher"))
        share = np.searchsorted(known, distinct, "right") / max(len(known), 1)
        return cls(distinct, share, len(known), int(values.isna().sum()))

    def merged(self, codes: Mapping[float, float]) -> Distribution:
        """With some answers counted as another one: code → that one's. They lie beside one another."""
        cuts = np.array([codes.get(cut, cut) for cut in self.cuts.tolist()])
        last = np.r_[cuts[1:] != cuts[:-1], True]
        return Distribution(cuts[last], self.share[last], self.known, self.unknown)

    def to_dict(self) -> dict[str, Any]:
        """As JSON, exact to six digits."""
        return {
            "cuts": [float(f"{c:.6g}") for c in self.cuts],
            "share": [float(f"{s:.6g}") for s in self.share],
            "known": self.known,
            "unknown": self.unknown,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Distribution:
        """The inverse of :meth:`to_dict`."""
        cuts, share = (np.array(data[key], dtype=float) for key in ("cuts", "share"))
        return cls(cuts, share, int(data["known"]), int(data["unknown"]))


def distributions(frame: pd.DataFrame, inputs: tuple[str, ...]) -> dict[str, Any]:
    """Tables of the inputs of a frame, as JSON."""
    return {name: Distribution.of(frame[name]).to_dict() for name in inputs}


def training_distribution(model: RiskModel) -> dict[str, Distribution]:
    """The tables of a model's training people, by input; empty where none are kept."""
    listed = model.card.get(CARD_KEY) or _shipped().get(str(model.card.get("training_data_sha256")), {})
    return {name: Distribution.from_dict(table) for name, table in listed.items()}


@cache
def _shipped() -> dict[str, dict[str, Any]]:
    """Tables by the hash of the training people."""
    if not SOURCE.is_file():
        return {}
    models = json.loads(SOURCE.read_text(encoding="utf-8"))["models"]
    return {entry["training_data_sha256"]: entry["inputs"] for entry in models.values()}
