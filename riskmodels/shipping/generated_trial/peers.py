"""Peers that are measured and never shipped: CTGAN, TVAE, and rows between neighbours as SMOTE makes them.

CTGAN and TVAE come from the package ``ctgan`` (Xu 2019, arXiv 1907.00503), whose Business Source License allows what is
done here, measuring, and not a service; so it is no dependency of ours and lies in an environment of its own.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pandas as pd
import torch
from sklearn.neighbors import NearestNeighbors

from riskmodels.errors import InputError
from riskmodels.evaluation.arrays import FloatArray
from riskmodels.generated.use.encoding import Encoding, normal_scores

#: tried with this version, which with its ``rdt`` 2.0.0 works with our pandas 3 though that asks for pandas < 3
CTGAN_VERSION = "0.12.1"
#: neighbours of whom one is drawn (Chawla 2002, doi 10.1613/jair.953)
NEIGHBOURS = 5
_UNKNOWN, _IS_UNKNOWN = "unknown", " unknown"


def by_ctgan(kind: str, fit: pd.DataFrame, rows: int, seed: int, epochs: int) -> pd.DataFrame:
    """Rows invented by the package ctgan.

    Args:
        kind: "CTGAN" or "TVAE", with the package's own settings but for the epochs.
        fit: numbers and yes/no, NaN unknown. The package takes no unknown numbers: they are filled with known ones of
            the column, drawn at random, and a yes/no column beside says which; an unknown answer is an answer.
        rows: how many.
        seed: of the package and of what is filled.
        epochs: 300 is the package's own.

    Raises:
        InputError: when the package is not installed.
    """
    try:
        package = importlib.import_module("ctgan")
    except ImportError as error:
        raise InputError(
            "The package ctgan is not installed.",
            hint=f"In an environment of its own: pip install --no-deps ctgan=={CTGAN_VERSION} rdt faker; or name peers "
            "without it.",
        ) from error
    encoding, rng = Encoding.of(fit), np.random.default_rng(seed)
    filled = _without_gaps(fit, encoding, rng)
    torch.manual_seed(seed)
    model = getattr(package, kind)(epochs=epochs, enable_gpu=False)
    model.set_random_state(seed)
    model.fit(filled, [name for name in filled if filled[name].dtype == object])
    return _with_gaps(model.sample(rows), fit, encoding)


def _without_gaps(fit: pd.DataFrame, encoding: Encoding, rng: np.random.Generator) -> pd.DataFrame:
    found: dict[str, Any] = {}
    for name in fit:
        column, gaps = fit[name], fit[name].isna().to_numpy()
        if name in encoding.answers:
            found[str(name)] = pd.Series(np.where(gaps, _UNKNOWN, column.astype(str)), dtype=object)
            continue
        values = column.to_numpy(np.float64).copy()
        values[gaps] = rng.choice(values[~gaps], gaps.sum())
        found[str(name)] = pd.Series(values)
        if gaps.any():
            found[f"{name}{_IS_UNKNOWN}"] = pd.Series(np.where(gaps, "yes", "no"), dtype=object)
    return pd.DataFrame(found)


def _with_gaps(drawn: pd.DataFrame, fit: pd.DataFrame, encoding: Encoding) -> pd.DataFrame:
    found: dict[Any, Any] = {}
    for name in fit:
        column = drawn[name]
        if name in encoding.answers:
            known = column.where(column != _UNKNOWN)
            found[name] = known if name in encoding.words else known.astype(float)
            continue
        values = snapped(column.to_numpy(np.float64), fit[name])
        marker = f"{name}{_IS_UNKNOWN}"
        found[name] = pd.Series(values).mask(drawn[marker] == "yes") if marker in drawn else pd.Series(values)
    return pd.DataFrame(found)


def snapped(values: FloatArray, like: pd.Series[Any]) -> FloatArray:
    """Each value as the nearest that occurs in a column; NaN stays."""
    grid = np.sort(like.dropna().unique().astype(np.float64))
    above = np.searchsorted(grid, values).clip(1, len(grid) - 1)
    low, high = grid[above - 1], grid[above]
    return np.where(np.isnan(values), np.nan, np.where(values - low < high - values, low, high))


def between_neighbours(fit: pd.DataFrame, rows: int, seed: int) -> pd.DataFrame:
    """Rows on the way from one person to one of the five most alike: the peer that keeps everything, people included.

    Args:
        fit: numbers and yes/no, NaN unknown.
        rows: how many.
        seed: of whom is drawn, and how far the way is gone.

    Returns:
        Numbers between both people's where both are known, else the first one's; answers of either; gaps of the first.
    """
    rng, encoding = np.random.default_rng(seed), Encoding.of(fit)
    codes = encoding.codes(fit)
    places = np.column_stack([normal_scores(codes, codes), np.isnan(codes)])
    one = rng.integers(len(fit), size=rows)
    around = NearestNeighbors(n_neighbors=min(NEIGHBOURS + 1, len(fit))).fit(places).kneighbors(places[one])[1]
    other = around[np.arange(rows), rng.integers(1, around.shape[1], rows)]
    way = rng.random(rows)
    found: dict[Any, Any] = {}
    for name in fit:
        first, second = (fit[name].iloc[who].reset_index(drop=True) for who in (one, other))
        if name in encoding.answers:
            found[name] = first.where((way < 0.5) | first.isna() | second.isna(), second)
        else:
            mixed = (first + way * (second - first)).fillna(first).to_numpy(np.float64)
            found[name] = snapped(mixed, fit[name])
    return pd.DataFrame(found)
