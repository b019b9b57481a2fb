"""Where a model has seen people: outside its training data there is no answer, near the edge there is a caution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskmodels.vocabulary import VOCABULARY, Kind

#: fewer training people than this beyond a value: refused; the caution starts where CAUTION_SHARE lie beyond
REFUSED_BEYOND = 5
CAUTION_SHARE = 0.005


@dataclass(frozen=True)
class Range:
    """What the training people of an outcome had of one input, canonical unit.

    Args:
        low, high: outside this fewer than five training people were seen: refused.
        usual_low, usual_high: outside this lie 0.5 % of them on each side: a caution.
        known: how many training people had it known.
    """

    low: float
    high: float
    usual_low: float
    usual_high: float
    known: int


def fit_support(frame: pd.DataFrame, inputs: tuple[str, ...]) -> dict[str, Range]:
    """Ranges of the numeric inputs among an outcome's training people; choices: the codes seen."""
    support = {}
    for name in inputs:
        values = np.sort(frame[name].dropna().to_numpy(float))
        if len(values) == 0:
            continue
        beyond = min(REFUSED_BEYOND, len(values) - 1) if VOCABULARY[name].kind is Kind.NUMBER else 0
        low, high = np.quantile(values, [CAUTION_SHARE, 1 - CAUTION_SHARE])
        support[name] = Range(float(values[beyond]), float(values[-1 - beyond]), float(low), float(high), len(values))
    return support


def outside(frame: pd.DataFrame, support: dict[str, Range]) -> tuple[pd.Series, pd.Series]:
    """Refusals and cautions of each row.

    Args:
        frame: PatientFrame.
        support: of one outcome.

    Returns:
        Two texts a row, empty where there is nothing to say: why the model has no answer, and where the patient is
        near the edge of the training data.
    """
    refused = pd.Series("", index=frame.index, dtype=object)
    caution = pd.Series("", index=frame.index, dtype=object)
    for name, seen in support.items():
        if name not in frame:
            continue
        values = frame[name]
        beyond = (values < seen.low) | (values > seen.high)
        edge = ((values < seen.usual_low) | (values > seen.usual_high)) & ~beyond
        if beyond.any():
            refused = _append(refused, beyond, _refusal(name, seen))
        if edge.any():
            caution = _append(caution, edge, f"few people like this were seen: {_label(name)}")
    return refused, caution


def _label(name: str) -> str:
    return VOCABULARY[name].label


def _refusal(name: str, seen: Range) -> str:
    variable = VOCABULARY[name]
    if variable.choices:
        return f"{variable.label}: this answer was not in the training data"
    return f"{variable.label} outside the training data ({variable.format(seen.low)} to {variable.format(seen.high)})"


def _append(texts: pd.Series, rows: pd.Series, text: str) -> pd.Series:
    return texts.mask(rows, texts.where(texts == "", texts + "; ") + text)
