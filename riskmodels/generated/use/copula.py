"""The Gaussian copula as a peer: invented rows by the simplest model that keeps single columns and pairs.

Every column has two latent normal variables, one for whether its value is known and one for the value. Levels (distinct
values) are intervals of the latent variable, so numbers, yes/no and words are treated alike. Correlations are fitted
pair by pair from mean scores of levels, corrected for what cutting into levels takes away.

Sources: Nelsen 2006, An Introduction to Copulas; Olsson 1979, doi 10.1007/BF02296207 (polychoric correlation); the
expansion of a bivariate normal in Hermite polynomials, Mehler 1866.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from riskmodels.errors import TrainingError
from riskmodels.evaluation.arrays import FloatArray
from riskmodels.generated.use.fidelity import correlations

#: terms of the expansion; with these a tetrachoric correlation of .95 comes back within .01
_TERMS = 60
#: halvings of the search for a correlation, and how far from ±1 it stays
_HALVINGS, _EDGE = 30, 0.02
#: smallest eigenvalue that a correlation matrix may have
_SMALLEST = 1e-6


@dataclass(frozen=True)
class _Levels:
    """One latent variable, cut into levels.

    Args:
        labels: what each level stands for.
        upper: normal score below which a value is of this level or a lower one, the last infinite.
        scores: mean of the latent variable within each level.
        moments: (_TERMS,) of the scores with normalised Hermite polynomials 1, 2, …
        spread: standard deviation of the scores.
    """

    labels: pd.Index
    upper: FloatArray
    scores: FloatArray
    moments: FloatArray
    spread: float


@dataclass(frozen=True)
class Copula:
    """A fitted copula.

    Args:
        columns: of the table.
        dtypes: of the columns, so that invented rows have the same.
        known, value: latent variables of each column; None where everything, or nothing, is known of it.
        matrix: (l, l) correlations of the latent variables, those of ``known`` first.
    """

    columns: tuple[str, ...]
    dtypes: dict[str, Any]
    known: tuple[_Levels | None, ...]
    value: tuple[_Levels | None, ...]
    matrix: FloatArray

    def sample(self, rows: int, seed: int) -> pd.DataFrame:
        """Invented rows.

        Args:
            rows: how many.
            seed: of the normal draws.

        Returns:
            Table of the columns and types that it was fitted on.
        """
        rng = np.random.default_rng(seed)
        draws = rng.standard_normal((rows, len(self.matrix))) @ np.linalg.cholesky(self.matrix).T
        latents = iter(draws.T)
        known = [None if levels is None else _pick(levels, next(latents)) for levels in self.known]
        found = {}
        for name, seen, levels in zip(self.columns, known, self.value, strict=True):
            if levels is None:
                found[name] = pd.Series([None] * rows, dtype=self.dtypes[name])
                continue
            column = pd.Series(_pick(levels, next(latents)))
            found[name] = (column if seen is None else column.where(seen.astype(bool))).astype(self.dtypes[name])
        return pd.DataFrame(found)


def fit_copula(frame: pd.DataFrame) -> Copula:
    """Fit a Gaussian copula.

    Args:
        frame: one row a person; numbers, yes/no or words, unknown as NaN or None.

    Returns:
        :class:`Copula`. Nothing is drawn.

    Raises:
        TrainingError: when there are fewer than two rows.
    """
    if len(frame) < 2:
        raise TrainingError("A copula needs at least two people.", hint="Give more rows.")
    latents: list[_Levels] = []
    scored: list[FloatArray] = []

    def add(column: pd.Series[Any]) -> _Levels:
        levels, scores = _cut(column)
        latents.append(levels)
        scored.append(scores)
        return levels

    known = [add(frame[c].notna()) if frame[c].isna().any() and frame[c].notna().any() else None for c in frame]
    value = [add(frame[c]) if frame[c].notna().any() else None for c in frame]
    names = tuple(map(str, frame))
    dtypes = {str(c): frame[c].dtype for c in frame}
    return Copula(names, dtypes, tuple(known), tuple(value), _latent_correlations(latents, np.column_stack(scored)))


def _cut(column: pd.Series[Any]) -> tuple[_Levels, FloatArray]:
    """The levels of a column, and each row's score (NaN unknown)."""
    codes, values = pd.factorize(column, sort=True)
    share = np.bincount(codes[codes >= 0], minlength=len(values)) / (codes >= 0).sum()
    bounds = ndtri(np.clip(np.concatenate([[0.0], np.cumsum(share)]), 0.0, 1.0))
    bounds[-1] = np.inf  # a sum of shares may be short of 1 by its last digit
    density = np.where(np.isfinite(bounds), np.exp(-(bounds**2) / 2) / np.sqrt(2 * np.pi), 0.0)
    scores = -np.diff(density) / share
    hermite = _hermite(np.where(np.isfinite(bounds), bounds, 0.0))  # the density is 0 where they are infinite
    order = np.arange(1, _TERMS + 1)
    moments = -(np.diff(hermite * density, axis=1) @ scores) / np.sqrt(order)
    spread = float(np.sqrt((share * scores**2).sum()))
    return _Levels(pd.Index(values), bounds[1:], scores, moments, spread), np.where(codes < 0, np.nan, scores[codes])


def _hermite(at: FloatArray) -> FloatArray:
    """(_TERMS, n): normalised Hermite polynomials 0, 1, …, He_k / √k!, by their recurrence."""
    found = [np.ones_like(at), at]
    for k in range(1, _TERMS - 1):
        found.append((at * found[k] - np.sqrt(k) * found[k - 1]) / np.sqrt(k + 1))
    return np.stack(found[:_TERMS])


def _latent_correlations(latents: list[_Levels], scores: FloatArray) -> FloatArray:
    """Correlations of latent variables whose levels' scores would correlate as seen; 0 where no pair is known."""
    seen = np.nan_to_num(correlations(scores))
    spread = np.array([levels.spread for levels in latents])
    moments = np.stack([levels.moments for levels in latents])
    products = moments[:, None, :] * moments[None, :, :]  # (l, l, _TERMS)
    low, high = np.full(seen.shape, -1 + _EDGE), np.full(seen.shape, 1 - _EDGE)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        implied = _series(products, middle) / np.maximum(spread[:, None] * spread[None, :], 1e-12)
        above = implied > seen
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    matrix = np.where(seen == 0, 0.0, (low + high) / 2)
    np.fill_diagonal(matrix, 1.0)
    return _positive(matrix)


def _series(products: FloatArray, correlation: FloatArray) -> FloatArray:
    """Σ_k products_k correlation^k, by Horner's rule: the covariance of the scores."""
    found = np.zeros_like(correlation)
    for k in range(_TERMS - 1, -1, -1):
        found = (found + products[:, :, k]) * correlation
    return found


def _positive(matrix: FloatArray) -> FloatArray:
    """The nearest matrix without eigenvalues below the smallest allowed, its diagonal put back to 1."""
    symmetric = (matrix + matrix.T) / 2
    values, vectors = np.linalg.eigh(symmetric)
    raised = (vectors * np.maximum(values, _SMALLEST)) @ vectors.T
    scale = np.sqrt(np.diag(raised))
    return np.asarray(raised / np.outer(scale, scale) + 1e-9 * np.eye(len(raised)), np.float64)


def _pick(levels: _Levels, latent: FloatArray) -> Any:
    """The values of the levels in which latent draws lie."""
    place = np.searchsorted(levels.upper, latent, side="right").clip(max=len(levels.labels) - 1)
    return levels.labels.to_numpy()[place]
