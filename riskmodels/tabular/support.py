"""Where a model has seen people: outside its training data there is no answer, near the edge there is a caution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.vocabulary import VOCABULARY, Kind

#: fewer training people than this beyond a value: refused; the caution starts where CAUTION_SHARE lie beyond
REFUSED_BEYOND = 5
CAUTION_SHARE = 0.005

Texts = npt.NDArray[np.object_]


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


class Support:
    """The ranges of one outcome, as arrays that look at all inputs at once: a form asks at every keystroke.

    Args:
        names: the model's inputs, in the order of the value matrix.
        ranges: of the inputs that serve the outcome.
    """

    def __init__(self, names: tuple[str, ...], ranges: dict[str, Range]) -> None:
        self.ranges = {name: ranges[name] for name in names if name in ranges}
        self._columns = [names.index(name) for name in self.ranges]
        limits = [(r.low, r.usual_low, r.usual_high, r.high) for r in self.ranges.values()]
        self._limits = np.array(limits).reshape(-1, 4).T
        self._labels = [VOCABULARY[name].label for name in self.ranges]
        self._refusals = [_refusal(name, seen) for name, seen in self.ranges.items()]

    def outside(self, values: npt.NDArray[np.float64]) -> tuple[Texts, Texts]:
        """Refusals and cautions of each row.

        Args:
            values: (n, p) inputs, NaN where unknown.

        Returns:
            Two texts a row, empty where there is nothing to say: why the model has no answer, and where the patient
            is near the edge of the training data.
        """
        values = values[:, self._columns]
        low, usual_low, usual_high, high = self._limits
        beyond = (values < low) | (values > high)
        edge = ((values < usual_low) | (values > usual_high)) & ~beyond
        return _texts(beyond, self._refusals), _texts(edge, self._labels, "few people like this were seen: ")


def _texts(hits: npt.NDArray[np.bool_], words: list[str], start: str = "") -> Texts:
    """One text a row: the words of its hits. Rows with the same hits share one text."""
    texts = np.full(len(hits), "", dtype=object)
    rows = np.flatnonzero(hits.any(axis=1))
    if not len(rows):
        return texts
    patterns, which = np.unique(np.packbits(hits[rows], axis=1), axis=0, return_inverse=True)
    flags = np.unpackbits(patterns, axis=1, count=hits.shape[1]).astype(bool)
    said = np.array([start + "; ".join(words[i] for i in np.flatnonzero(flag)) for flag in flags], dtype=object)
    texts[rows] = said[which.ravel()]
    return texts


def _refusal(name: str, seen: Range) -> str:
    variable = VOCABULARY[name]
    if variable.choices:
        return f"{variable.label}: this answer was not in the training data"
    return f"{variable.label} outside the training data ({variable.format(seen.low)} to {variable.format(seen.high)})"
