"""Kernels of image classifiers: weights (b, n) in, b values out, for a sample and its bootstrap alike.

Sources: macro AUROC as the mean over classes of one against the rest, as MedMNIST v2 measures it: Yang 2023,
doi 10.1038/s41597-022-01721-8. Quadratic-weighted kappa: Cohen 1968, doi 10.1037/h0026256.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from riskmodels.evaluation.arrays import EDGE, FloatArray
from riskmodels.evaluation.metrics import Kernel, prepare

Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]

RATES = ("sensitivity", "specificity", "ppv", "npv", "f1")


def rates_kernel(truth: FloatArray, called: Flags) -> Kernel:
    """:data:`RATES` of each column.

    Args:
        truth: (n, k) 0 or 1.
        called: (n, k).
    """
    hit = truth * called

    def kernel(weights: FloatArray) -> dict[str, FloatArray]:
        total = weights.sum(axis=1, keepdims=True)
        events, positive, true = weights @ truth, weights @ called, weights @ hit
        neither = total - events - positive + true
        with np.errstate(invalid="ignore", divide="ignore"):
            return {
                "sensitivity": true / events,
                "specificity": neither / (total - events),
                "ppv": true / positive,
                "npv": neither / (total - positive),
                "f1": np.where(events > 0, 2 * true / (events + positive), np.nan),
            }

    return kernel


def classifier_kernel(labels: Codes, p: FloatArray, called: Flags, predicted: Codes, ordinal: bool) -> Kernel:
    """Metrics of a classifier of k classes: :data:`RATES` and ``auroc`` (b, k), the others (b,).

    Args:
        labels: (n,) true class.
        p: (n, k) probabilities.
        called: (n, k) which classes are called.
        predicted: (n,) the class that is told.
        ordinal: add ``quadratic_kappa``.
    """
    rows = np.arange(len(labels))
    truth = np.eye(p.shape[1])[labels]
    losses = -np.log(np.clip(p[rows, labels], EDGE, 1))
    each = np.column_stack([predicted == labels, losses]).astype(np.float64)
    rates, recalls = rates_kernel(truth, called), rates_kernel(truth, np.eye(p.shape[1], dtype=bool)[predicted])
    rankings = [prepare(truth[:, i], p[:, i], ["auroc"]) for i in range(p.shape[1])]
    kappa = _kappa(labels, predicted, p.shape[1]) if ordinal else None

    def kernel(weights: FloatArray) -> dict[str, FloatArray]:
        with np.errstate(invalid="ignore", divide="ignore"):
            accuracy, loss = (weights @ each).T / weights.sum(axis=1)
        found = rates(weights) | {"accuracy": accuracy, "log_loss": loss}
        found["balanced_accuracy"] = _mean_known(recalls(weights)["sensitivity"])
        found["auroc"] = np.column_stack([ranking(weights)["auroc"] for ranking in rankings])
        found["macro_auroc"] = found["auroc"].mean(axis=1)  # a class that is absent leaves it unknown
        found |= {f"macro_{name}": _mean_known(found[name]) for name in RATES}
        return found | ({} if kappa is None else {"quadratic_kappa": kappa(weights)})

    return kernel


def _kappa(labels: Codes, predicted: Codes, k: int) -> Callable[[FloatArray], FloatArray]:
    distance = (np.arange(k)[:, None] - np.arange(k)) ** 2.0
    truth, calls = np.eye(k)[labels], np.eye(k)[predicted]
    apart = distance[labels, predicted]

    def kernel(weights: FloatArray) -> FloatArray:
        by_chance = np.einsum("bi,ij,bj->b", weights @ truth, distance, weights @ calls)
        with np.errstate(invalid="ignore", divide="ignore"):
            value: FloatArray = 1 - weights @ apart * weights.sum(axis=1) / by_chance
        return value

    return kernel


def _mean_known(values: FloatArray) -> FloatArray:
    """Mean over the classes that are there (b, k) → (b,)."""
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        mean: FloatArray = np.where(known, values, 0).sum(axis=1) / known.sum(axis=1)
    return mean
