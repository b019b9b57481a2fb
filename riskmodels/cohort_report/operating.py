"""What flagging at a threshold finds and misses, at many thresholds, under many bootstrap weights at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from riskmodels.evaluation import Plan, wilson
from riskmodels.evaluation.arrays import FloatArray, known_rows, probabilities
from riskmodels.evaluation.bootstrap import interval, resample
from riskmodels.evaluation.metrics import Kernel

RATES: dict[str, str] = {
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "ppv": "Positive predictive value",
    "npv": "Negative predictive value",
    "flagged": "Share flagged",
}
#: thresholds of a curve
MOST_THRESHOLDS = 100


def operating_points(label: Any, risk: Any, thresholds: Sequence[float] | None, plan: Plan) -> pd.DataFrame:
    """Rates at thresholds, each with its interval.

    Args:
        label: 0, 1 or NaN (left out), one a row.
        risk: 0–1 or NaN (left out).
        thresholds: risks from which one is flagged; about a hundred spread over the risks found when None.
        plan: how to resample.

    Returns:
        One row a threshold, ascending as given: ``threshold``, ``n_flagged``, and each of :data:`RATES` with ``_low``
        and ``_high``: bootstrap, or Wilson's where the rate is 0 or 1. A rate of nobody is NaN.
    """
    sample = known_rows(label, risk)
    score = probabilities(sample.scores[:, 0])
    at = _spread(score, sample.label) if thresholds is None else np.array(thresholds, dtype=float)
    table = pd.DataFrame({"threshold": at})
    if not len(score):
        for name in RATES:
            table[[name, f"{name}_low", f"{name}_high"]] = np.nan
        return table.assign(n_flagged=0)
    kernel = _kernel(sample.label, score, at)
    point = kernel(np.ones((1, len(score))))
    draws = resample(kernel, sample.weight, plan.of(sample.kept)) if len(at) else {}
    table["n_flagged"] = (score[:, None] >= at).sum(axis=0)
    wholes = _wholes(sample.label, table["n_flagged"].to_numpy(float))
    for name in RATES:
        ends = interval(draws.get(name, np.empty((0, len(at)))), plan.level)
        table[name] = point[name][0]
        table[f"{name}_low"], table[f"{name}_high"] = _at_the_edge(point[name][0], wholes[name], *ends, plan.level)
    return table


def _wholes(label: FloatArray, flagged: FloatArray) -> dict[str, FloatArray]:
    """How many rows each rate is a share of, by threshold."""
    n, events = float(len(label)), float(label.sum())
    return {
        "sensitivity": np.full(len(flagged), events),
        "specificity": np.full(len(flagged), n - events),
        "ppv": flagged,
        "npv": n - flagged,
        "flagged": np.full(len(flagged), n),
    }


def _at_the_edge(
    rate: FloatArray, whole: FloatArray, low: FloatArray, high: FloatArray, level: float
) -> tuple[FloatArray, FloatArray]:
    """Wilson's interval where all or none were: there every bootstrap replicate is the same."""
    low, high = low.copy(), high.copy()
    for i in np.flatnonzero(((rate == 0) | (rate == 1)) & (whole > 0)):
        low[i], high[i] = wilson(float(rate[i]), float(whole[i]), level)
    return low, high


def _spread(score: FloatArray, label: FloatArray) -> FloatArray:
    """Quantiles of the risks of those with and of those without the event, so that both axes are well covered."""
    levels = np.linspace(0, 1, MOST_THRESHOLDS // 2)
    parts = [np.quantile(score[label == value], levels) for value in (0, 1) if (label == value).any()]
    return np.unique(np.concatenate(parts)) if parts else np.empty(0)


def _kernel(label: FloatArray, score: FloatArray, at: FloatArray) -> Kernel:
    flagged = (score[:, None] >= at).astype(np.float64)

    def kernel(weights: FloatArray) -> dict[str, FloatArray]:
        events, others = weights * label, weights * (1 - label)
        true, false = events @ flagged, others @ flagged
        with_event, without = events.sum(axis=1, keepdims=True), others.sum(axis=1, keepdims=True)
        total = with_event + without
        return {
            "sensitivity": _ratio(true, with_event),
            "specificity": _ratio(without - false, without),
            "ppv": _ratio(true, true + false),
            "npv": _ratio(without - false, total - true - false),
            "flagged": _ratio(true + false, total),
        }

    return kernel


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    whole = np.broadcast_to(whole, part.shape)
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)
