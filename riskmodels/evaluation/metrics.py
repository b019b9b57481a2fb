"""Discrimination and calibration, exact under weights and ties, for one or for many sets of weights at once.

A metric of one sample and its bootstrap are the same computation under different weights. So every family of
metrics is *prepared* once for a sample (sorting, design matrices) and gives a :data:`Kernel`: weights
(b, n) in, an array of b values for each name out.

With one class only nothing is estimable: every metric is then NaN, never an error.

Sources: AUROC as the weighted Mann–Whitney probability, ties counted one half. AUPRC as average precision (step-wise,
no interpolation). Scaled Brier: Steyerberg 2010, doi 10.1097/EDE.0b013e3181c30fb2. Calibration slope, intercept
and calibration in the large: Cox 1958; Van Calster 2016, doi 10.1016/j.jclinepi.2015.12.005. ICI: Austin and
Steyerberg 2019, doi 10.1002/sim.8281, with a spline logistic regression as the smoother; being a mean of distances, it
is above 0 by chance alone, and its bootstrap interval lies higher still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit

from riskmodels.errors import InputError
from riskmodels.evaluation.arrays import EDGE, FloatArray, known_rows, log_odds, probabilities
from riskmodels.evaluation.logistic import fit_logistic, spline_design

#: weights (b, n) → values (b,) by metric name
Kernel = Callable[[FloatArray], dict[str, FloatArray]]

_SPLINE_RIDGE = 1e-3


@dataclass(frozen=True)
class Metric:
    """How a metric is shown and compared.

    Args:
        name: key in reports and code.
        label: heading for people.
        ideal: the value of a perfect prediction; NaN where it depends on the sample.
        higher_is_better: None where nearer to the ideal is better.
    """

    name: str
    label: str
    ideal: float
    higher_is_better: bool | None


METRICS: dict[str, Metric] = {
    m.name: m
    for m in (
        Metric("auroc", "AUROC", 1.0, True),
        Metric("auprc", "AUPRC", 1.0, True),
        Metric("brier", "Brier score", 0.0, False),
        Metric("scaled_brier", "Scaled Brier score", 1.0, True),
        Metric("log_loss", "Log loss", 0.0, False),
        Metric("calibration_slope", "Calibration slope", 1.0, None),
        Metric("calibration_intercept", "Calibration intercept", 0.0, None),
        Metric("calibration_in_the_large", "Calibration in the large", 0.0, None),
        Metric("ici", "Integrated calibration index", 0.0, False),
    )
}


def prepare(label: FloatArray, score: FloatArray, names: Iterable[str] = tuple(METRICS)) -> Kernel:
    """Do once what does not depend on the weights.

    Args:
        label: (n,), 0 or 1, nothing unknown.
        score: (n,), probabilities, nothing unknown. For AUROC and AUPRC alone any score will do.
        names: metrics wanted, of :data:`METRICS`.

    Returns:
        A :data:`Kernel`. Its values are NaN under weights that leave only one class.

    Raises:
        InputError: for an unknown metric, or a score outside 0–1 where a probability is needed.
    """
    wanted = tuple(names)
    unknown = sorted(set(wanted) - set(METRICS))
    if unknown:
        raise InputError(f"There is no metric {', '.join(unknown)}.", hint=f"Use {', '.join(METRICS)}.")
    families = _FAMILIES if 0 < label.sum() < len(label) else ()
    kernels = [make(label, score) for make, served in families if set(served) & set(wanted)]

    def kernel(weights: FloatArray) -> dict[str, FloatArray]:
        with_event = weights @ label
        both = (with_event > 0) & (weights @ (1 - label) > 0)
        values = {name: np.full(len(weights), np.nan) for name in wanted}
        if both.any():
            usable = weights if both.all() else weights[both]
            for part in kernels:
                for name, found in part(usable).items():
                    if name in values:
                        values[name][both] = found
        return values

    return kernel


def measure(label: Any, score: Any, weight: Any = None, names: Iterable[str] = tuple(METRICS)) -> dict[str, float]:
    """Several metrics of one sample at once.

    Args:
        label: 0, 1 or NaN (left out), one a person.
        score: probability 0–1 or NaN (left out).
        weight: one a person; all 1 when absent.
        names: metrics wanted, of :data:`METRICS`.

    Returns:
        Value by name; NaN where not estimable.

    Raises:
        InputError: as :func:`known_rows` and :func:`prepare`.
    """
    sample = known_rows(label, score, weight)
    kernel = prepare(sample.label, sample.scores[:, 0], names)
    return {name: float(value[0]) for name, value in kernel(sample.weight[None, :]).items()}


def auroc(label: Any, score: Any, weight: Any = None) -> float:
    """Chance that someone with the event has the higher score than someone without; ties count one half."""
    return measure(label, score, weight, ["auroc"])["auroc"]


def auprc(label: Any, score: Any, weight: Any = None) -> float:
    """Average precision: precision at each distinct score, weighted by the recall gained there."""
    return measure(label, score, weight, ["auprc"])["auprc"]


def brier(label: Any, score: Any, weight: Any = None) -> float:
    """Mean squared difference between probability and outcome."""
    return measure(label, score, weight, ["brier"])["brier"]


def scaled_brier(label: Any, score: Any, weight: Any = None) -> float:
    """1 − Brier / Brier of the prevalence: 1 is perfect, 0 no better than the prevalence."""
    return measure(label, score, weight, ["scaled_brier"])["scaled_brier"]


def log_loss(label: Any, score: Any, weight: Any = None) -> float:
    """Mean negative log-likelihood (natural logarithm), probabilities kept 1e-7 from 0 and 1."""
    return measure(label, score, weight, ["log_loss"])["log_loss"]


def calibration_slope(label: Any, score: Any, weight: Any = None) -> float:
    """Slope of the outcome on the predicted log-odds: 1 is ideal, below 1 predictions are too extreme."""
    return measure(label, score, weight, ["calibration_slope"])["calibration_slope"]


def calibration_intercept(label: Any, score: Any, weight: Any = None) -> float:
    """Intercept fitted together with the calibration slope, in log-odds: 0 is ideal."""
    return measure(label, score, weight, ["calibration_intercept"])["calibration_intercept"]


def calibration_in_the_large(label: Any, score: Any, weight: Any = None) -> float:
    """Intercept with the slope held at 1, in log-odds: above 0 risk is underestimated."""
    return measure(label, score, weight, ["calibration_in_the_large"])["calibration_in_the_large"]


def ici(label: Any, score: Any, weight: Any = None) -> float:
    """Integrated calibration index: mean distance between predicted and smoothed observed probability."""
    return measure(label, score, weight, ["ici"])["ici"]


def _ranking(label: FloatArray, score: FloatArray) -> Kernel:
    order = np.argsort(score, kind="stable")
    ascending = label[order]
    first = np.flatnonzero(np.r_[True, np.diff(score[order]) > 0])
    tied = len(first) < len(order)

    def joined(values: FloatArray) -> FloatArray:  # (b, n) → (b, distinct scores)
        return np.add.reduceat(values, first, axis=1) if tied else values

    def kernel(weights: FloatArray) -> dict[str, FloatArray]:
        ranked = weights[:, order]
        events = joined(ranked * ascending)
        others = joined(ranked * (1 - ascending))
        return {"auroc": _auroc(events, others), "auprc": _auprc(events, others)}

    return kernel


def _auroc(events: FloatArray, others: FloatArray) -> FloatArray:
    below = np.cumsum(others, axis=1)
    total = below[:, -1] * events.sum(axis=1)
    below -= others / 2
    value: FloatArray = np.einsum("bg,bg->b", events, below) / total
    return value


def _auprc(events: FloatArray, others: FloatArray) -> FloatArray:
    true = np.cumsum(events[:, ::-1], axis=1)
    flagged = true + np.cumsum(others[:, ::-1], axis=1)
    precision = np.divide(true, flagged, out=np.zeros_like(true), where=flagged > 0)
    value: FloatArray = np.einsum("bg,bg->b", events[:, ::-1], precision) / true[:, -1]
    return value


def _losses(label: FloatArray, score: FloatArray) -> Kernel:
    p = np.clip(probabilities(score), EDGE, 1 - EDGE)
    each = np.column_stack([(score - label) ** 2, -np.where(label == 1, np.log(p), np.log1p(-p)), label])

    def kernel(weights: FloatArray) -> dict[str, FloatArray]:
        squared, loss, prevalence = (weights @ each).T / weights.sum(axis=1)
        return {
            "brier": squared,
            "scaled_brier": 1 - squared / (prevalence * (1 - prevalence)),
            "log_loss": loss,
        }

    return kernel


def _recalibration(label: FloatArray, score: FloatArray) -> Kernel:
    logit = log_odds(probabilities(score))
    design = np.column_stack([np.ones(len(logit)), logit])
    start = _start(design, label)

    def kernel(weights: FloatArray) -> dict[str, FloatArray]:
        intercept, slope = fit_logistic(design, label, weights, start=start).T
        return {"calibration_slope": slope, "calibration_intercept": intercept}

    return kernel


def _in_the_large(label: FloatArray, score: FloatArray) -> Kernel:
    logit = log_odds(probabilities(score))
    design = np.ones((len(logit), 1))

    def kernel(weights: FloatArray) -> dict[str, FloatArray]:
        return {"calibration_in_the_large": fit_logistic(design, label, weights, offset=logit)[:, 0]}

    return kernel


def _ici(label: FloatArray, score: FloatArray) -> Kernel:
    logit = log_odds(probabilities(score))
    design = spline_design(logit)(logit)
    start = _start(design, label, _SPLINE_RIDGE)

    def kernel(weights: FloatArray) -> dict[str, FloatArray]:
        beta = fit_logistic(design, label, weights, ridge=_SPLINE_RIDGE, start=start)
        distance = np.abs(expit(beta @ design.T) - score)
        return {"ici": np.einsum("bn,bn->b", weights, distance) / weights.sum(axis=1)}

    return kernel


def _start(design: FloatArray, label: FloatArray, ridge: float = 0.0) -> FloatArray | None:
    """The unweighted solution, near that of every bootstrap replicate; None where there is none."""
    found = fit_logistic(design, label, np.ones((1, len(label))), ridge=ridge)[0]
    return found if np.isfinite(found).all() else None


_FAMILIES: tuple[tuple[Callable[[FloatArray, FloatArray], Kernel], tuple[str, ...]], ...] = (
    (_ranking, ("auroc", "auprc")),
    (_losses, ("brier", "scaled_brier", "log_loss")),
    (_recalibration, ("calibration_slope", "calibration_intercept")),
    (_in_the_large, ("calibration_in_the_large",)),
    (_ici, ("ici",)),
)
