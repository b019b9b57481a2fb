"""Whether 7 % means 7 of 100: deciles, a smooth curve, and the affine recalibration of log-odds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit
from scipy.stats import norm

from riskmodels.errors import TrainingError
from riskmodels.evaluation.arrays import FloatArray, known_rows, log_odds, probabilities
from riskmodels.evaluation.bootstrap import DEFAULT_PLAN, Plan, interval, resample
from riskmodels.evaluation.logistic import fit_logistic, spline_design

_CURVE_RIDGE = 1e-3
#: share of people outside the curve at either end, where there is too little to see
_CURVE_TAIL = 0.005


def fit_affine(logit: Any, label: Any, weight: Any = None) -> tuple[float, float]:
    """Recalibration ``slope · logit + intercept`` by weighted maximum likelihood.

    Args:
        logit: predicted log-odds, one a person; NaN is left out.
        label: 0, 1, a fraction between (soft label), or NaN (left out).
        weight: one a person; all 1 when absent.

    Returns:
        Slope and intercept.

    Raises:
        TrainingError: when they cannot be estimated: one class only, separated classes, or no spread of log-odds.
        InputError: when lengths differ, a label lies outside 0–1, or a weight is negative.
    """
    sample = known_rows(label, logit, weight, soft=True)
    design = np.column_stack([np.ones(len(sample.label)), sample.scores[:, 0]])
    mean = np.average(sample.label, weights=sample.weight) if len(sample.label) else 0.0
    if not 0 < mean < 1:
        raise TrainingError("Calibration needs people with and people without the outcome.")
    # mean weight 1: the solution is the same, the arithmetic better
    weights = (sample.weight / sample.weight.mean())[None, :]
    intercept, slope = fit_logistic(design, sample.label, weights)[0]
    if not np.isfinite(slope):
        raise TrainingError("The calibration slope cannot be estimated from these people.")
    return float(slope), float(intercept)


def fit_shift(logit: Any, label: Any, weight: Any = None) -> float:
    """The shift of log-odds under which as many have the outcome as is estimated, on average.

    Args:
        logit, label, weight: as for :func:`fit_affine`.

    Raises:
        InputError: when lengths differ, a label lies outside 0–1, or a weight is negative.
    """
    sample = known_rows(label, logit, weight, soft=True)
    weights = (sample.weight / sample.weight.mean())[None, :]
    ones = np.ones((len(sample.label), 1))
    return float(fit_logistic(ones, sample.label, weights, offset=sample.scores[:, 0])[0, 0])


def decile_table(label: Any, score: Any, weight: Any = None, bins: int = 10, level: float = 0.95) -> pd.DataFrame:
    """Predicted against observed in groups of equal (weighted) size.

    Args:
        label: 0, 1 or NaN (left out), one a person.
        score: probability 0–1 or NaN (left out); equal scores stay in one group.
        weight: one a person; all 1 when absent.
        bins: number of groups wanted; fewer come out when scores are tied.
        level: of the interval.

    Returns:
        One row a group, from low to high risk: ``lowest`` and ``highest`` score, ``n`` people, ``events`` (both
        counted), ``predicted`` and ``observed`` (weighted means), ``low`` and ``high`` (Wilson interval of
        ``observed`` with the effective number of people).

    Raises:
        InputError: when lengths differ, a label is not 0 or 1, or a score is no probability.
    """
    sample = known_rows(label, score, weight)
    people = pd.DataFrame(
        {"y": sample.label, "p": probabilities(sample.scores[:, 0]), "w": sample.weight, "group": 0},
    )
    people["group"] = _equal_groups(people["p"].to_numpy(), sample.weight, bins)
    rows = [_bin(part, level) for _, part in people.groupby("group")]
    columns = ["lowest", "highest", "n", "events", "predicted", "observed", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def _equal_groups(score: FloatArray, weight: FloatArray, bins: int) -> Any:
    """Group number of each person: by the middle of the weight that has this very score."""
    distinct, place = np.unique(score, return_inverse=True)
    mass = np.bincount(place, weight, len(distinct))
    middle = (np.cumsum(mass) - mass / 2) / mass.sum() if len(mass) else mass
    return np.minimum((middle * bins).astype(int), bins - 1)[place]


def _bin(part: pd.DataFrame, level: float) -> list[float]:
    y, p, w = (part[c].to_numpy(float) for c in "ypw")
    observed = float(np.average(y, weights=w))
    low, high = wilson(observed, float(w.sum() ** 2 / (w**2).sum()), level)
    return [p.min(), p.max(), len(y), int(y.sum()), float(np.average(p, weights=w)), observed, low, high]


def wilson(share: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson score interval of a share.

    Args:
        share: observed, 0–1.
        n: number of people, or effective number under weights.
        level: of the interval.

    Returns:
        Low and high.

    Source: Wilson 1927, doi 10.1080/01621459.1927.10502953.
    """
    z = float(norm.ppf((1 + level) / 2))
    centre = share + z**2 / (2 * n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low, high = (centre - half) / (1 + z**2 / n), (centre + half) / (1 + z**2 / n)
    # a bound of 0 or 1 is exact; arithmetic leaves it a rounding away
    return 0.0 if share == 0 else float(low), 1.0 if share == 1 else float(high)


def smooth_curve(
    label: Any, score: Any, weight: Any = None, points: int = 50, plan: Plan = DEFAULT_PLAN
) -> pd.DataFrame:
    """Observed probability as a smooth function of the predicted one, with a bootstrap band.

    A logistic regression of the outcome on a cubic spline of the predicted log-odds (knots at the 5th to 95th
    centile, linear beyond), over the middle 99 % of the people.

    Args:
        label: 0, 1 or NaN (left out), one a person.
        score: probability 0–1 or NaN (left out).
        weight: one a person; all 1 when absent.
        points: length of the curve.
        plan: of the band; no replicates, no band.

    Returns:
        ``predicted``, ``observed``, ``low``, ``high``. Empty when not estimable.

    Raises:
        InputError: when lengths differ, a label is not 0 or 1, or a score is no probability.
    """
    sample = known_rows(label, score, weight)
    logit = log_odds(probabilities(sample.scores[:, 0]))
    if len(np.unique(sample.label)) < 2:
        return pd.DataFrame(columns=["predicted", "observed", "low", "high"], dtype=float)
    basis = spline_design(logit)
    first, last = (float(q) for q in np.quantile(logit, [_CURVE_TAIL, 1 - _CURVE_TAIL]))
    at = np.linspace(first, last, points)
    design, grid = basis(logit), basis(at)

    def kernel(weights: FloatArray) -> dict[str, FloatArray]:
        return {"curve": expit(fit_logistic(design, sample.label, weights, ridge=_CURVE_RIDGE) @ grid.T)}

    observed = kernel(sample.weight[None, :])["curve"][0]
    draws = resample(kernel, sample.weight, plan.of(sample.kept)).get("curve", np.empty((0, points)))
    low, high = interval(draws, plan.level)
    return pd.DataFrame({"predicted": expit(at), "observed": observed, "low": low, "high": high})
