"""The door of every statistic: labels, scores and weights as clean arrays of one length, unknown rows left out."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from riskmodels.errors import InputError

FloatArray = npt.NDArray[np.float64]

#: probabilities are kept this far from 0 and 1 before a logarithm is taken (a float32 cannot come closer to 1)
EDGE = 1e-7


class Sample(NamedTuple):
    """People whose label, scores and weight are all known.

    Args:
        label: 0 or 1, one a person.
        scores: one row a person, one column a score.
        weight: above 0, one a person.
        kept: which of the given rows these people are (bool, as long as the input).
    """

    label: FloatArray
    scores: FloatArray
    weight: FloatArray
    kept: npt.NDArray[np.bool_]


def as_floats(values: Any) -> FloatArray:
    """Any column of numbers as a flat float array; unknown values become NaN."""
    return np.asarray(values, dtype=np.float64).reshape(-1)


def known_rows(label: Any, scores: Any, weight: Any = None, *, soft: bool = False) -> Sample:
    """Keep the rows on which every statistic can be computed.

    Args:
        label: 0, 1 or NaN (unknown), one a person.
        scores: one column, or a sequence of columns for the same people; NaN where there is none.
        weight: at least 0, one a person; 0 or NaN leaves the person out; all 1 when absent.
        soft: allow labels anywhere between 0 and 1.

    Returns:
        :class:`Sample`, possibly of no one.

    Raises:
        InputError: when lengths differ, a label is not 0 or 1, or a weight is negative.
    """
    y = as_floats(label)
    columns = np.atleast_2d(np.asarray(scores, dtype=np.float64)).T
    w = np.ones(len(y)) if weight is None else as_floats(weight)
    if len(columns) != len(y) or len(w) != len(y):
        raise InputError(f"Labels, scores and weights are of {len(y)}, {len(columns)} and {len(w)} people.")
    kept = ~np.isnan(y) & ~np.isnan(columns).any(axis=1) & (w != 0) & ~np.isnan(w)
    if (w[kept] < 0).any() or np.isinf(w[kept]).any():
        raise InputError("A weight is negative or infinite.")
    wrong = (y[kept] < 0) | (y[kept] > 1) if soft else ~np.isin(y[kept], (0.0, 1.0))
    if wrong.any():
        raise InputError("An outcome is neither 0 nor 1.", hint="Code it 1 where it happened, 0 where it did not.")
    return Sample(y[kept], columns[kept], w[kept], kept)


def probabilities(scores: FloatArray) -> FloatArray:
    """Scores that must be probabilities.

    Raises:
        InputError: when one lies outside 0–1.
    """
    if ((scores < 0) | (scores > 1)).any():
        raise InputError("A probability is below 0 or above 1.", hint="Give fractions, not per cent.")
    return scores


def log_odds(probability: FloatArray) -> FloatArray:
    """log(p / (1 − p)), with p kept within :data:`EDGE` of 0 and 1."""
    p = np.clip(probability, EDGE, 1 - EDGE)
    return np.log(p) - np.log1p(-p)
