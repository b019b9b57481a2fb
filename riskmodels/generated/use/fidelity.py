"""How alike two tables are: column by column, pair by pair, and in what is not measured.

Every distance stands beside its floor, the same distance between two parts of real people: what chance alone makes.

Sources: Kolmogorov 1933 (largest distance of two distribution functions); Spearman 1904; Cramér 1946, section 21.9.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import ks_2samp, rankdata

from riskmodels.evaluation.arrays import FloatArray
from riskmodels.generated.use.encoding import Encoding

#: patterns of what is known that are counted one by one, the commonest of the real test rows; all others are one more
PATTERNS = 20
#: a measurement is cut at its fifths where it meets words in Cramér's V
_PARTS = 5
#: pairs of which fewer people know both are not compared
FEWEST_TOGETHER = 100


@dataclass(frozen=True)
class Marginal:
    """One column.

    Args:
        column: its name.
        kind: "number" (Kolmogorov–Smirnov distance) or "answers" (total variation), of known values.
        distance: invented against real test rows; NaN where one has no known value.
        floor: real rows against real test rows.
        unknown_real, unknown_invented: share of rows in which it is not known.
    """

    column: str
    kind: str
    distance: float
    floor: float
    unknown_real: float
    unknown_invented: float


@dataclass(frozen=True)
class Pairs:
    """All pairs of columns: Spearman's correlation, Cramér's V where one holds words.

    Args:
        count: pairs compared.
        mean, floor: mean absolute difference to real test rows, of the invented and of the real rows.
        worst: the largest of the invented, in ``between``.
        between: those two columns.
    """

    count: int
    mean: float
    floor: float
    worst: float
    between: tuple[str, ...]


@dataclass(frozen=True)
class Masks:
    """Which values are known together.

    Args:
        distance, floor: total variation between shares of the patterns, of the invented and of the real rows.
        commonest_real, commonest_invented: share of rows with the commonest pattern of real test rows.
        correlation, correlation_floor: mean absolute difference of correlations of what is known.
        columns: of which some rows know and some do not.
    """

    distance: float
    floor: float
    commonest_real: float
    commonest_invented: float
    correlation: float
    correlation_floor: float
    columns: int


def marginals(encoding: Encoding, invented: FloatArray, real: FloatArray, test: FloatArray) -> tuple[Marginal, ...]:
    """Each column of the invented table against real test rows.

    Args:
        encoding: that made the arrays.
        invented, real, test: (n, c) each, as :meth:`~riskmodels.generated.use.encoding.Encoding.codes` gives them.
    """
    found = []
    for i, name in enumerate(encoding.columns):
        distance = _variation if name in encoding.answers else _largest_distance
        found.append(
            Marginal(
                name,
                "answers" if name in encoding.answers else "number",
                distance(invented[:, i], test[:, i]),
                distance(real[:, i], test[:, i]),
                float(np.isnan(test[:, i]).mean()),
                float(np.isnan(invented[:, i]).mean()),
            )
        )
    return tuple(found)


def _largest_distance(one: FloatArray, other: FloatArray) -> float:
    a, b = one[~np.isnan(one)], other[~np.isnan(other)]
    return float(ks_2samp(a, b).statistic) if len(a) and len(b) else float("nan")


def _variation(one: FloatArray, other: FloatArray) -> float:
    """Half the sum of absolute differences of shares."""
    a, b = one[~np.isnan(one)], other[~np.isnan(other)]
    values = np.union1d(a, b)
    if not (len(a) and len(b)):
        return float("nan")
    shares = [np.array([(side == value).mean() for value in values]) for side in (a, b)]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)


def pairs(encoding: Encoding, invented: FloatArray, real: FloatArray, test: FloatArray) -> Pairs:
    """All pairs of the invented table against real test rows; as :func:`marginals`."""
    cuts = {i: np.nanquantile(test[:, i], np.linspace(0, 1, _PARTS + 1)[1:-1]) for i in _measured(encoding, test)}
    inside = np.triu_indices(len(encoding.columns), 1)
    held = {
        name: _associations(encoding, table, cuts)[inside]
        for name, table in {"invented": invented, "real": real, "test": test}.items()
    }
    known = ~np.isnan(np.stack(list(held.values()))).any(axis=0)
    away = np.where(known, np.abs(held["invented"] - held["test"]), -1.0)
    if not known.any():
        return Pairs(0, float("nan"), float("nan"), float("nan"), ())
    place = int(away.argmax())
    between = tuple(encoding.columns[side[place]] for side in inside)
    floor = float(np.abs(held["real"] - held["test"])[known].mean())
    return Pairs(int(known.sum()), float(away[known].mean()), floor, float(away[place]), between)


def _measured(encoding: Encoding, test: FloatArray) -> list[int]:
    names = enumerate(encoding.columns)
    return [i for i, name in names if name not in encoding.answers and not np.isnan(test[:, i]).all()]


def _associations(encoding: Encoding, table: FloatArray, cuts: dict[int, FloatArray]) -> FloatArray:
    """(c, c): correlation of ranks, Cramér's V where one of the two holds words; NaN where too few know both."""
    found = correlations(np.column_stack([_ranks(column) for column in table.T]))
    texts = [i for i, name in enumerate(encoding.columns) if name in encoding.words]
    if texts:
        levels = [np.digitize(c, cuts[i]) if i in cuts else c for i, c in enumerate(table.T)]
        levels = [np.where(np.isnan(column), np.nan, cut) for column, cut in zip(table.T, levels, strict=True)]
        for i in texts:
            for j in range(table.shape[1]):
                found[i, j] = found[j, i] = _cramer(levels[i], levels[j]) if i != j else 1.0
    return found


def _ranks(column: FloatArray) -> FloatArray:
    known, found = ~np.isnan(column), np.full(len(column), np.nan)
    if known.any():
        found[known] = rankdata(column[known]) / known.sum() - 0.5
    return found


def correlations(values: FloatArray) -> FloatArray:
    """Pearson correlations, each of the rows that know both.

    Args:
        values: (n, c), NaN unknown.

    Returns:
        (c, c); NaN where fewer than :data:`FEWEST_TOGETHER` rows know both, or one of them does not vary there.
    """
    known = ~np.isnan(values)
    flags, filled = known.astype(np.float64), np.where(known, values, 0.0)
    together = flags.T @ flags
    with np.errstate(invalid="ignore", divide="ignore"):  # nobody knows both: NaN, as said above
        mean = filled.T @ flags / together  # mean of the first over rows that know the second
        covariance = filled.T @ filled / together - mean * mean.T
        variance = (filled**2).T @ flags / together - mean**2
        varies = (variance > 1e-12) & (variance.T > 1e-12) & (together >= FEWEST_TOGETHER)
        found = covariance / np.sqrt(variance * variance.T)
    return np.where(varies, found, np.nan)


def _cramer(one: FloatArray, other: FloatArray) -> float:
    """Cramér's V of two columns of levels."""
    both = ~np.isnan(one) & ~np.isnan(other)
    table = pd.crosstab(one[both], other[both]).to_numpy(np.float64)
    people, smaller = table.sum(), min(table.shape, default=0) - 1
    if people < FEWEST_TOGETHER or smaller < 1:
        return float("nan")
    expected = table.sum(1, keepdims=True) * table.sum(0) / people
    return float(np.sqrt(((table - expected) ** 2 / expected).sum() / people / smaller))


def masks(invented: FloatArray, real: FloatArray, test: FloatArray) -> Masks:
    """What is known together in the invented table, against real test rows; as :func:`marginals`."""
    known = {"invented": ~np.isnan(invented), "real": ~np.isnan(real), "test": ~np.isnan(test)}
    patterns, counts = np.unique(known["test"], axis=0, return_counts=True)
    common = patterns[np.argsort(-counts, kind="stable")[:PATTERNS]]
    shares = {name: _pattern_shares(flags, common) for name, flags in known.items()}
    both = {name: correlations(flags.astype(np.float64)) for name, flags in known.items()}
    inside = np.triu_indices(test.shape[1], 1)
    away = {name: np.abs(both[name] - both["test"])[inside] for name in ("invented", "real")}
    comparable = ~np.isnan(away["invented"]) & ~np.isnan(away["real"])
    varies = known["test"].any(axis=0) & ~known["test"].all(axis=0)
    means = {name: float(each[comparable].mean()) if comparable.any() else 0.0 for name, each in away.items()}
    return Masks(
        float(np.abs(shares["invented"] - shares["test"]).sum() / 2),
        float(np.abs(shares["real"] - shares["test"]).sum() / 2),
        float(shares["test"][0]),
        float(shares["invented"][0]),
        means["invented"],
        means["real"],
        int(varies.sum()),
    )


def _pattern_shares(known: npt.NDArray[np.bool_], common: npt.NDArray[np.bool_]) -> FloatArray:
    """Share of rows of each common pattern, and of all others."""
    shares = [float((known == pattern).all(axis=1).mean()) for pattern in common]
    return np.array([*shares, 1 - sum(shares)])
