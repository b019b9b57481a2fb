"""Net benefit: what acting on a risk threshold is worth against treating everybody or nobody.

Net benefit = share of true positives − share of false positives × odds of the threshold. A threshold of 10 % says
that one case found is worth nine people treated for nothing.

Source: Vickers and Elkin 2006, doi 10.1177/0272989X06295361.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from riskmodels.errors import InputError
from riskmodels.evaluation.arrays import FloatArray, as_floats, known_rows, probabilities
from riskmodels.evaluation.bootstrap import DEFAULT_PLAN, Plan, interval, resample
from riskmodels.evaluation.metrics import Kernel


def net_benefit(
    label: Any, score: Any, thresholds: Iterable[float], weight: Any = None, plan: Plan = DEFAULT_PLAN
) -> pd.DataFrame:
    """Net benefit of treating everyone whose risk is at or above a threshold.

    Args:
        label: 0, 1 or NaN (left out), one a person.
        score: probability 0–1 or NaN (left out).
        thresholds: risks above 0 and below 1.
        weight: one a person; all 1 when absent.
        plan: of the band; no replicates, no band.

    Returns:
        One row a threshold: ``threshold``, ``net_benefit`` with ``low`` and ``high``, ``treat_all``,
        ``treat_none`` (0), ``gain`` (over the better of the two) with ``gain_low`` and ``gain_high``, ``flagged``
        (share treated). NaN when only one class is present.

    Raises:
        InputError: for a threshold outside 0–1, a score that is no probability, or what
            :func:`~riskmodels.evaluation.arrays.known_rows` refuses.
    """
    at = as_floats(list(thresholds))
    if not ((at > 0) & (at < 1)).all():
        raise InputError("A decision threshold is not between 0 and 1.", hint="Give fractions, not per cent.")
    sample = known_rows(label, score, weight)
    kernel = _kernel(sample.label, probabilities(sample.scores[:, 0]), at)
    point = {name: values[0] for name, values in kernel(sample.weight[None, :]).items()}
    draws = resample(kernel, sample.weight, plan.of(sample.kept))
    empty = np.empty((0, len(at)))
    low, high = interval(draws.get("net_benefit", empty), plan.level)
    gain_low, gain_high = interval(draws.get("gain", empty), plan.level)
    return pd.DataFrame(
        {
            "threshold": at,
            "net_benefit": point["net_benefit"],
            "low": low,
            "high": high,
            "treat_all": point["treat_all"],
            "treat_none": 0.0,
            "gain": point["gain"],
            "gain_low": gain_low,
            "gain_high": gain_high,
            "flagged": point["flagged"],
        }
    )


def _kernel(label: FloatArray, score: FloatArray, at: FloatArray) -> Kernel:
    treated = (score[:, None] >= at).astype(np.float64)  # (n, thresholds)
    odds = at / (1 - at)

    def kernel(weights: FloatArray) -> dict[str, FloatArray]:
        events, others = weights * label, weights * (1 - label)
        both = (events.sum(axis=1) > 0) & (others.sum(axis=1) > 0)
        total = np.where(both, weights.sum(axis=1), np.nan)[:, None]
        true, false = events @ treated / total, others @ treated / total
        prevalence = events.sum(axis=1)[:, None] / total
        net = true - odds * false
        everybody = prevalence - odds * (1 - prevalence)
        return {
            "net_benefit": net,
            "treat_all": everybody,
            "gain": net - np.maximum(everybody, 0.0),
            "flagged": true + false,
        }

    return kernel
