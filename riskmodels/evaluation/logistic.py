"""Weighted logistic regression by Newton's method, many sets of weights at once, and a spline basis for it.

A bootstrap of a regression is the same regression under many weights: the design is shared, so the work of all
replicates is a few matrix products. Labels may be fractions.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import expit
from sklearn.preprocessing import SplineTransformer

from riskmodels.evaluation.arrays import FloatArray

_ROUNDS = 40
_TOLERANCE = 1e-8
#: longest step of a coefficient in one round; keeps Newton's method from overshooting far from the solution
_LONGEST_STEP = 4.0
#: quantiles at which the smooth curve bends; linear beyond the outer ones (Harrell, Regression Modeling Strategies)
KNOT_QUANTILES = (0.05, 0.275, 0.5, 0.725, 0.95)


def fit_logistic(
    design: FloatArray,
    label: FloatArray,
    weights: FloatArray,
    *,
    offset: FloatArray | None = None,
    ridge: float = 0.0,
    start: FloatArray | None = None,
) -> FloatArray:
    """Coefficients of a logistic regression under each set of weights.

    Args:
        design: (n, k), the first column the intercept.
        label: (n,), between 0 and 1.
        weights: (b, n), at least 0.
        offset: (n,) log-odds added with coefficient 1.
        ridge: penalty ½ · ridge · β² on every coefficient but the first.
        start: (k,) where to begin; zeros when absent.

    Returns:
        (b, k); NaN rows where there is no finite solution (one class only, separated classes, no spread).
    """
    b, k = len(weights), design.shape[1]
    shift = np.zeros(len(label)) if offset is None else offset
    penalty = np.r_[0.0, np.full(k - 1, ridge)]
    products = (design[:, :, None] * design[:, None, :]).reshape(-1, k * k)
    beta = np.tile(np.zeros(k) if start is None else start, (b, 1))
    open_ = np.arange(b)
    for _ in range(_ROUNDS):
        step = _newton_step(design, products, label, weights[open_], beta[open_], shift, penalty)
        beta[open_] += step  # NaN where there is no step: no solution
        open_ = open_[np.abs(step).max(axis=1) >= _TOLERANCE]
        if not open_.size:
            break
    beta[open_] = np.nan
    return beta


def _newton_step(
    design: FloatArray,
    products: FloatArray,
    label: FloatArray,
    weights: FloatArray,
    beta: FloatArray,
    shift: FloatArray,
    penalty: FloatArray,
) -> FloatArray:
    k = design.shape[1]
    fitted = expit(beta @ design.T + shift)
    gradient = (weights * (label - fitted)) @ design - penalty * beta
    curvature = ((weights * fitted * (1 - fitted)) @ products).reshape(-1, k, k) + np.diag(penalty)
    usable = np.linalg.cond(curvature) < 1e12
    step = np.full_like(beta, np.nan)
    step[usable] = np.linalg.solve(curvature[usable], gradient[usable][:, :, None])[:, :, 0]
    longest = np.abs(step).max(axis=1, keepdims=True)
    step *= np.minimum(1.0, _LONGEST_STEP / np.maximum(longest, _LONGEST_STEP))
    return step


def spline_design(logit: FloatArray) -> Callable[[FloatArray], FloatArray]:
    """A cubic spline basis of log-odds, linear beyond its outer knots.

    Args:
        logit: (n,) log-odds whose quantiles become the knots; at least one value.

    Returns:
        A function from log-odds (m,) to a design (m, k): the intercept and standardised columns. With fewer
        than three distinct knots it is a straight line.
    """
    knots = np.unique(np.quantile(logit, KNOT_QUANTILES, method="nearest"))
    if len(knots) < 3:
        centre, scale = float(logit.mean()), float(logit.std()) or 1.0
        return lambda x: np.column_stack([np.ones(len(x)), (x - centre) / scale])
    spline = SplineTransformer(knots=knots[:, None], extrapolation="linear", include_bias=False)
    basis = spline.fit_transform(logit[:, None])
    mean, spread = basis.mean(axis=0), basis.std(axis=0)
    spread[spread == 0] = 1.0
    return lambda x: np.column_stack([np.ones(len(x)), (spline.transform(x[:, None]) - mean) / spread])
