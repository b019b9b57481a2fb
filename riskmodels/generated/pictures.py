"""What the two cards are drawn from: real and invented people in, shares by level and differences of pairs out.

Real people appear in shares of at least :data:`FEWEST` of them only; smaller ones are drawn as nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from riskmodels.columns import Floats
from riskmodels.generated.learning.layout import FEWEST, MOST_ANSWERS
from riskmodels.generated.use.fidelity import correlations

#: bars of a number, between its 1st and its 99th percentile: fewer of few people, so that most have enough to be drawn
BARS, _LEAST_BARS, _PEOPLE_A_BAR = 14, 4, 5 * FEWEST


@dataclass(frozen=True)
class Shares:
    """One column, real beside invented.

    Args:
        column: its name.
        at: middle of each bar, or the answer.
        real, invented: share of the people of whom it is known, at each; a number's outer bars hold all beyond.
        unknown_real, unknown_invented: share of whom it is not known.
    """

    column: str
    at: tuple[float | str, ...]
    real: tuple[float, ...]
    invented: tuple[float, ...]
    unknown_real: float
    unknown_invented: float


@dataclass(frozen=True)
class Pictures:
    """Of one file of invented people.

    Args:
        columns: every column.
        names: of the numbers and yes/no, in the order of ``pairs``.
        pairs: (c, c) rank correlation among invented people less that among real ones; NaN where not estimable.
    """

    columns: tuple[Shares, ...]
    names: tuple[str, ...]
    pairs: Floats = field(repr=False)


def pictures(real: pd.DataFrame, invented: pd.DataFrame) -> Pictures:
    """What is drawn of a file.

    Args:
        real: real people kept apart from the generator.
        invented: invented people with the same columns.
    """
    numbers = [str(name) for name in real if pd.api.types.is_numeric_dtype(real[name])]
    ranked = [np.column_stack([_ranks(side[name]) for name in numbers]) for side in (real, invented)]
    away = correlations(ranked[1]) - correlations(ranked[0])
    shares = tuple(_shares(str(name), real[name], invented[name]) for name in real)
    return Pictures(shares, tuple(numbers), away)


def _ranks(column: pd.Series) -> Floats:
    """(n,) shares of rank, NaN where unknown."""
    values = column.to_numpy(np.float64)
    known, found = ~np.isnan(values), np.full(len(values), np.nan)
    if known.any():
        found[known] = rankdata(values[known]) / known.sum()
    return found


def _shares(name: str, real: pd.Series, invented: pd.Series) -> Shares:
    sides = [real.dropna(), invented.dropna()]
    unknown = [float(1 - len(side.dropna()) / len(side)) for side in (real, invented)]
    few = pd.api.types.is_numeric_dtype(real) and sides[0].nunique() > MOST_ANSWERS
    at, counts = _bars(sides) if few else _answers(sides)
    counts[0] = np.where(counts[0] < FEWEST, 0, counts[0])
    shares = [tuple(map(float, count / max(len(side), 1))) for count, side in zip(counts, sides, strict=True)]
    return Shares(name, at, shares[0], shares[1], unknown[0], unknown[1])


def _bars(sides: list[pd.Series]) -> tuple[tuple[float | str, ...], list[Floats]]:
    low, high = np.quantile(sides[0], [0.01, 0.99])
    bars = int(np.clip(len(sides[0]) // _PEOPLE_A_BAR, _LEAST_BARS, BARS))
    edges = np.linspace(low, max(high, low + 1e-9), bars + 1)
    middles = tuple(map(float, (edges[1:] + edges[:-1]) / 2))
    return middles, [np.histogram(np.clip(side, edges[0], edges[-1]), edges)[0].astype(float) for side in sides]


def _answers(sides: list[pd.Series]) -> tuple[tuple[float | str, ...], list[Floats]]:
    found = sorted(
        set(sides[0].unique()) | set(sides[1].unique()), key=lambda answer: (isinstance(answer, str), answer)
    )
    return tuple(found), [np.array([(side == answer).sum() for answer in found], float) for side in sides]
