"""Slope and intercept of log-odds, and a new head on frozen features shrunk towards the one there is.

All outputs of an ordered target get the same slope, intercept and addition, so a later class stays no likelier than an
earlier one. The head's strength is chosen by an inner cross-validation.

Source of slope and intercept: Cox 1958, doi 10.1093/biomet/45.3-4.562; of temperature: Guo et al. 2017,
arXiv:1706.04599.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.model_selection import StratifiedKFold

from riskmodels.imaging.calibration import NewHead
from riskmodels.imaging.targets import FloatArray

Codes = NDArray[np.int64]

#: the slope stays between its inverse and this
_STEEPEST = 5.0
#: log-odds; beyond it the photos or the model do not fit
_FARTHEST = 7.0
#: photos' worth of pull towards a slope of 1 and an intercept of 0
_PRIOR = 1.0
#: pulls of the new head towards the one there is, from weak to strong: loss a squared unit
_PULLS = (0.003, 0.01, 0.03, 0.1, 0.3)
_INNER_FOLDS = 3


@dataclass(frozen=True, eq=False)
class Fitted:
    """What is done to log-odds.

    Args:
        slope: above 0.
        intercept: log-odds.
        head: added to them; None where a slope and an intercept are all.
    """

    slope: float
    intercept: float
    head: NewHead | None = None

    def applied(self, logits: FloatArray, pooled: FloatArray) -> FloatArray:
        """(n, outputs) log-odds and (n, C) features → (n, outputs)."""
        added = 0.0 if self.head is None else self.head.added(pooled)[:, None]
        return self.slope * logits + self.intercept + added


def fit_map(logits: FloatArray, wanted: FloatArray) -> Fitted:
    """Slope and intercept.

    Args:
        logits: (n, k), of the outputs that the labels speak of.
        wanted: (n, k), 0 or 1.
    """
    slope, intercept, _ = _minimum(logits, wanted, np.zeros((len(logits), 0)), 0.0)
    return Fitted(slope, intercept)


def fit_head(logits: FloatArray, pooled: FloatArray, wanted: FloatArray, strata: Codes, seed: int) -> Fitted:
    """Slope, intercept and a new head.

    Args:
        logits, wanted: as in :func:`fit_map`.
        pooled: (n, C).
        strata: (n,) what the inner folds are balanced by.
        seed: of the inner folds.
    """
    mean = pooled.mean(0)
    left, size, right = np.linalg.svd(pooled - mean, full_matrices=False)
    unit = np.sqrt((size**2).sum() / len(pooled)) or 1.0  # a photo's mean distance from the centre
    places = left * size / unit
    pull = _chosen_pull(logits, places, wanted, strata, seed)
    slope, intercept, along = _minimum(logits, wanted, places, pull)
    return Fitted(slope, intercept, NewHead(mean, right.T @ along / unit))


def _chosen_pull(logits: FloatArray, places: FloatArray, wanted: FloatArray, strata: Codes, seed: int) -> float:
    folds = list(StratifiedKFold(_INNER_FOLDS, shuffle=True, random_state=seed).split(places, strata))

    def loss(pull: float) -> float:
        lost = 0.0
        for train, test in folds:
            slope, intercept, along = _minimum(logits[train], wanted[train], places[train], pull)
            told = slope * logits[test] + intercept + (places[test] @ along)[:, None]
            lost += float(cross_entropy(told, wanted[test]).sum())
        return lost

    return min(_PULLS, key=loss)


def cross_entropy(logits: FloatArray, wanted: FloatArray) -> FloatArray:
    """(n, k) log-odds and 0 or 1 → (n,), mean over outputs."""
    return np.asarray((np.logaddexp(0, logits) - wanted * logits).mean(1))


def _minimum(
    logits: FloatArray, wanted: FloatArray, places: FloatArray, pull: float
) -> tuple[float, float, FloatArray]:
    """Slope, intercept and the addition along each direction of the features that lose least."""
    n = len(logits)

    def loss(at: FloatArray) -> tuple[float, FloatArray]:
        slope, along = np.exp(at[0]), at[2:]
        told = slope * logits + at[1] + (places @ along)[:, None]
        off = (expit(told) - wanted).mean(1)
        value = cross_entropy(told, wanted).mean() + _PRIOR / (2 * n) * (at[:2] ** 2).sum() + pull * (along**2).sum()
        steps = [slope * ((expit(told) - wanted) * logits).mean(), off.mean()]
        gradient = np.concatenate([steps + _PRIOR / n * at[:2], places.T @ off / n + 2 * pull * along])
        return float(value), gradient

    steepest = float(np.log(_STEEPEST))
    bounds = [(-steepest, steepest), (-_FARTHEST, _FARTHEST), *[(None, None)] * places.shape[1]]
    found = minimize(loss, np.zeros(2 + places.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds).x
    return float(np.exp(found[0])), float(found[1]), np.asarray(found[2:])
