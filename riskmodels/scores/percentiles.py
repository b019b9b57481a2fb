"""Where a value stands among reference people of the same sex and age band: survey-weighted percentiles.

One table a sex and age band, the values at the 0th to 100th percentile. Shared by the models' reference population
and by the published scores. The tables do not depend on the order of the people, nor on the processor: values that
differ in their last bits alone are equal, equals stand by their weight, and weights are summed as integers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.columns import Floats

#: "female 50–59" → the values at the 0th to 100th percentile
Tables = dict[str, list[float]]

AGE_BANDS = ((18, 29), (30, 39), (40, 49), (50, 59), (60, 69), (70, 79), (80, 110))
PERCENTILES = np.arange(101) / 100
#: fewer people than this in a sex and age band: no standing is given
FEWEST = 100
#: values equal to as many decimals are equal: what follows may differ between processors
_DECIMALS = 10
#: bits of the largest weight as an integer: ten million people can be summed without overflow
_WEIGHT_BITS = 38


def age_band(age: float) -> str:
    """“50–59” for an age in years; empty when unknown."""
    return next((f"{low}–{high}" for low, high in AGE_BANDS if low <= np.floor(age) <= high), "")


def group_key(sex: float, age: float) -> str:
    """“female 50–59”: the key of a table. Sex as coded in a PatientFrame (1 male)."""
    return f"{'male' if sex == 1 else 'female'} {age_band(age)}"


def percentile_tables(frame: pd.DataFrame, values: pd.Series, weight: pd.Series) -> Tables:
    """Survey-weighted percentiles of a value by sex and age band.

    Args:
        frame: PatientFrame of the reference people (``sex`` and ``age`` are read).
        values: the value of each, NaN where there is none; same index.
        weight: survey weight of each; people without one do not count.

    Returns:
        Table by :func:`group_key`; groups of fewer than :data:`FEWEST` people have none.
    """
    keys = pd.Series([group_key(s, a) for s, a in zip(frame["sex"], frame["age"], strict=True)], index=frame.index)
    usable = values.notna() & (weight > 0)
    return {
        str(key): _weighted_quantiles(rows.to_numpy(float), weight[rows.index].to_numpy(float))
        for key, rows in values[usable].groupby(keys[usable])
        if len(rows) >= FEWEST
    }


def share_below(tables: Mapping[str, Sequence[float]], value: float, age: float, sex: float) -> float:
    """Share (0–1) of reference people of the same sex and age band with a lower value.

    Args:
        tables: of one value, from :func:`percentile_tables`.
        value: the patient's.
        age: years.
        sex: as coded in a PatientFrame.

    Returns:
        The share; half of those with the very same value count as lower, so that points stand in the middle of their
        equals. NaN where the value, the age or the sex is not known or there is no such table.
    """
    table = tables.get(group_key(sex, age)) if sex == sex else None
    if table is None or value != value:
        return float("nan")
    low, high = int(np.searchsorted(table, value, "left")), int(np.searchsorted(table, value, "right"))
    if low == high:
        return float(np.interp(value, table, PERCENTILES))
    return float((PERCENTILES[low] + PERCENTILES[high - 1]) / 2)


def rounded(tables: Mapping[str, Sequence[float]]) -> Tables:
    """The same with four significant digits, for a file."""
    return {key: [float(f"{value:.4g}") for value in table] for key, table in tables.items()}


def _weighted_quantiles(values: Floats, weights: Floats) -> list[float]:
    """Each person stands in the middle of their own weight; in between, straight lines."""
    equal, counted = np.round(values, _DECIMALS), _integers(weights)
    order = np.lexsort((counted, equal))
    upper = np.cumsum(counted[order])
    level = (2 * upper - counted[order]) / (2 * upper[-1])
    return [float(v) for v in np.interp(PERCENTILES, level, equal[order])]


def _integers(weights: Floats) -> npt.NDArray[np.int64]:
    """The weights in the same proportions as integers, whose sums are exact in any order."""
    _, exponent = np.frexp(weights.max())
    return np.rint(np.ldexp(weights, _WEIGHT_BITS - int(exponent))).astype(np.int64)
