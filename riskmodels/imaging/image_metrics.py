"""How good a classifier of pictures is: metrics with bootstrap intervals, thresholds, and tables for people.

A metric and its bootstrap are one computation, see :mod:`riskmodels.imaging.image_kernels`. With one class only, what
needs two is not estimable: None in a report.

Source of the threshold: Youden 1950,
doi 10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from riskmodels.errors import InputError
from riskmodels.evaluation.arrays import FloatArray, known_rows, probabilities
from riskmodels.evaluation.bootstrap import DEFAULT_PLAN, Plan, interval, resample
from riskmodels.evaluation.calibration import wilson
from riskmodels.evaluation.metrics import Kernel, prepare
from riskmodels.evaluation.report import number
from riskmodels.imaging.image_kernels import RATES, Codes, Flags, classifier_kernel, rates_kernel
from riskmodels.imaging.image_report import report_lines, report_markdown

__all__ = [
    "binary_report",
    "choose_confirmation",
    "choose_threshold",
    "classification_report",
    "report_lines",
    "report_markdown",
]

Json = dict[str, Any]
Thresholds = float | Sequence[float] | Mapping[str, float]

#: shares of counted pictures: where one is exactly 0 or 1 no draw differs from it, so Wilson's interval is given
_SHARES = ("accuracy", "sensitivity", "specificity", "ppv", "npv")


def classification_report(
    labels: Any,
    probabilities: Any,
    classes: Sequence[str],
    thresholds: Thresholds | None = None,
    plan: Plan = DEFAULT_PLAN,
    *,
    ordinal: bool = False,
) -> Json:
    """Everything about a classifier of two or more classes on held-out pictures.

    Args:
        labels: (n,) index into ``classes``.
        probabilities: (n, k), each row adding up to 1.
        classes: k names.
        thresholds: one a class. Of two classes, the second is called where it reaches its threshold (a single number
            will do); of more, they serve sensitivity, specificity, predictive values and F1 of each class against the
            rest. Without them the most probable class is called.
        plan: how to resample; give the patients as its groups where they are known.
        ordinal: the classes are in order: adds the quadratic-weighted kappa.

    Returns:
        A JSON-ready dictionary: ``kind``, ``n``, ``classes``, ``rule``, ``thresholds``, ``bootstrap``; ``metrics`` by
        name as [value, low, high], None where not estimable; ``by_class``, one entry a class; ``confusion``, counts
        with a row for each true class. With two classes AUROC, sensitivity, specificity, predictive values and F1 are
        those of the second, ``positive``; with more they are means over classes.

    Raises:
        InputError: when shapes do not fit, a label is not of a class, or probabilities do not add up to 1.
    """
    truth, p = _checked(labels, probabilities, len(classes))
    limits = _limits(thresholds, classes)
    called, predicted = _calls(p, limits)
    found = _estimate(classifier_kernel(truth, p, called, predicted, ordinal), len(truth), plan)
    rows = np.eye(len(classes))[truth]
    _widen(found, rows, called, plan)
    metrics = _overall(found, len(classes))
    confusion = np.zeros((len(classes), len(classes)), dtype=np.int64)
    np.add.at(confusion, (truth, predicted), 1)
    return {
        "kind": "classes",
        "n": len(truth),
        "classes": list(classes),
        "positive": classes[1] if len(classes) == 2 else None,
        "rule": "the most probable class" if limits is None else "thresholds chosen on validation pictures",
        "thresholds": None if limits is None else [number(t) for t in limits],
        "bootstrap": _plan(plan),
        "metrics": metrics,
        "by_class": [_of_class(found, i, name, int(rows[:, i].sum())) for i, name in enumerate(classes)],
        "confusion": confusion.tolist(),
    }


def binary_report(label: Any, score: Any, threshold: float, plan: Plan = DEFAULT_PLAN) -> Json:
    """Everything about one finding on held-out pictures.

    Args:
        label: 0, 1 or NaN (left out), one a picture.
        score: probability 0–1 or NaN (left out).
        threshold: at or above it the finding is called present; NaN when none could be chosen.
        plan: how to resample; give the patients as its groups where they are known.

    Returns:
        A JSON-ready dictionary: ``kind``, ``n``, ``events``, ``threshold``, ``bootstrap``; ``metrics`` by name
        (``auroc``, ``auprc``, ``brier``, ``sensitivity``, ``specificity``, ``ppv``, ``npv``) as [value, low, high],
        None where not estimable; ``counts`` of ``true_positive``, ``false_positive``, ``false_negative`` and
        ``true_negative``, None without a threshold.

    Raises:
        InputError: when lengths differ, a label is not 0 or 1, or a score is no probability.
    """
    sample = known_rows(label, score)
    truth, p = sample.label[:, None], probabilities(sample.scores)
    called = p >= threshold
    rates, scores = rates_kernel(truth, called), prepare(sample.label, p[:, 0], ("auroc", "auprc", "brier"))
    found = _estimate(lambda w: scores(w) | rates(w), len(truth), plan.of(sample.kept))
    if np.isnan(threshold):
        found |= {name: np.full((3, 1), np.nan) for name in RATES}
    _widen(found, truth, called, plan.of(sample.kept))
    names = ("auroc", "auprc", "brier", "sensitivity", "specificity", "ppv", "npv")
    return {
        "kind": "finding",
        "n": len(truth),
        "events": int(truth.sum()),
        "threshold": number(threshold),
        "bootstrap": _plan(plan),
        "metrics": {name: _listed(found[name]) for name in names},
        "counts": None if np.isnan(threshold) else _counts(truth, called),
    }


def choose_threshold(label: Any, score: Any, least_sensitivity: float | Literal["youden"] = 0.9) -> float:
    """A threshold from validation pictures; never from test pictures.

    Args:
        label: 0, 1 or NaN (left out), one a picture.
        score: any score, NaN (left out); at or above the threshold the finding is called present.
        least_sensitivity: the highest threshold with at least this sensitivity (above 0, at most 1); or ``youden``:
            the one with the largest sum of sensitivity and specificity, of equals the more sensitive one.

    Returns:
        Halfway to the next lower score, so that rounding changes no call. NaN without a picture of each kind.

    Raises:
        InputError: when lengths differ, a label is not 0 or 1, or the sensitivity cannot be one.
    """
    if least_sensitivity != "youden" and not 0 < least_sensitivity <= 1:
        raise InputError(
            f"A sensitivity of {least_sensitivity} cannot be asked for.", hint="Give a fraction, e.g. 0.9."
        )
    sample = known_rows(label, score)
    events, scores = sample.label.sum(), sample.scores[:, 0]
    if not 0 < events < len(scores):
        return float("nan")
    levels = np.unique(scores)  # ascending
    at_least = scores[:, None] >= levels
    sensitivity = sample.label @ at_least / events
    if least_sensitivity == "youden":
        specificity = 1 - (1 - sample.label) @ at_least / (len(scores) - events)
        chosen = int(np.argmax((sensitivity + specificity).round(12)))
    else:
        chosen = int(np.flatnonzero(sensitivity >= least_sensitivity - 1e-12).max())
    return float(levels[max(chosen - 1, 0)] + levels[chosen]) / 2


def choose_confirmation(label: Any, score: Any, least_specificity: float = 0.95) -> float:
    """The lowest threshold with at least this specificity, from validation pictures; never from test pictures.

    Args:
        label: 0, 1 or NaN (left out), one a picture.
        score: any score, NaN (left out); at or above the threshold the finding is called present.
        least_specificity: above 0, at most 1.

    Returns:
        Halfway to the next lower score. NaN without a picture of each kind, and where no picture would reach it.

    Raises:
        InputError: when lengths differ, a label is not 0 or 1, or the specificity cannot be one.
    """
    if not 0 < least_specificity <= 1:
        raise InputError(
            f"A specificity of {least_specificity} cannot be asked for.", hint="Give a fraction, e.g. 0.95."
        )
    sample = known_rows(label, score)
    absent, scores = 1 - sample.label, sample.scores[:, 0]
    if not 0 < absent.sum() < len(scores):
        return float("nan")
    levels = np.unique(scores)  # ascending
    specificity = absent @ (scores[:, None] < levels) / absent.sum()
    enough = np.flatnonzero(specificity >= least_specificity - 1e-12)
    return float(levels[enough[0] - 1] + levels[enough[0]]) / 2 if len(enough) else float("nan")


# ── from kernels to a report ────────────────────────────────────────────────────────────────────────────────────────


def _estimate(kernel: Kernel, n: int, plan: Plan) -> dict[str, FloatArray]:
    """Value, low and high by name: (3,) or (3, k)."""
    points, draws = kernel(np.ones((1, n))), resample(kernel, np.ones(n), plan)
    found = {}
    for name, values in points.items():
        low, high = interval(draws[name], plan.level) if name in draws else (np.nan, np.nan)
        stacked = np.stack(np.broadcast_arrays(values[0], low, high)).astype(np.float64)
        found[name] = np.where(np.isnan(stacked[:1]), np.nan, stacked)
    return found


def _widen(found: dict[str, FloatArray], truth: FloatArray, called: Flags, plan: Plan) -> None:
    """Wilson's interval for shares that are exactly 0 or 1; ``found`` is changed."""
    counted = {
        "accuracy": np.ones(len(truth), dtype=bool),
        "sensitivity": truth > 0,
        "specificity": truth == 0,
        "ppv": called,
        "npv": ~called,
    }
    for name in (name for name in _SHARES if name in found):
        values, of = np.atleast_2d(found[name].T).T, np.atleast_2d(counted[name].T).T
        for i in np.flatnonzero(np.isin(values[0], (0.0, 1.0))):
            values[1:, i] = wilson(float(values[0, i]), _people(of[:, i], plan), plan.level)


def _people(rows: Flags, plan: Plan) -> int:
    """How many independent ones these pictures are."""
    return int(rows.sum()) if plan.groups is None else len(set(np.asarray(plan.groups)[rows].tolist()))


def _overall(found: Mapping[str, FloatArray], k: int) -> Json:
    names = ["accuracy", "balanced_accuracy", "log_loss"]
    names += ["quadratic_kappa"] if "quadratic_kappa" in found else []
    metrics = {name: _listed(found[name]) for name in names}
    for name in ("auroc", *RATES):
        metrics[name] = _listed(found[name][:, 1] if k == 2 else found[f"macro_{name}"])
    return metrics | ({"macro_f1": _listed(found["macro_f1"])} if k == 2 else {})


def _of_class(found: Mapping[str, FloatArray], i: int, name: str, n: int) -> Json:
    return {"name": name, "n": n} | {key: _listed(found[key][:, i]) for key in ("auroc", *RATES)}


def _counts(truth: FloatArray, called: Flags) -> dict[str, int]:
    return {
        "true_positive": int((truth * called).sum()),
        "false_positive": int(((1 - truth) * called).sum()),
        "false_negative": int((truth * ~called).sum()),
        "true_negative": int(((1 - truth) * ~called).sum()),
    }


def _plan(plan: Plan) -> Json:
    grouped = plan.groups is not None
    return {"replicates": plan.replicates, "seed": plan.seed, "level": plan.level, "by_patient": grouped}


def _listed(values: FloatArray) -> list[float | None]:
    return [number(value) for value in values.reshape(-1)]


# ── what was given ──────────────────────────────────────────────────────────────────────────────────────────────────


def _checked(labels: Any, values: Any, k: int) -> tuple[Codes, FloatArray]:
    p, truth = np.asarray(values, dtype=np.float64), np.asarray(labels)
    if p.ndim != 2 or truth.ndim != 1 or p.shape != (len(truth), k) or k < 2:
        raise InputError(f"Labels of shape {truth.shape} and probabilities of shape {p.shape} for {k} classes.")
    if np.isnan(p).any() or not np.allclose(probabilities(p).sum(axis=1), 1, atol=1e-3):
        raise InputError("The probabilities of a picture do not add up to 1.", hint="Give one column a class.")
    if not np.isin(truth, np.arange(k)).all():
        raise InputError(f"A label is none of the {k} classes.", hint="Give the place of the class, from 0.")
    return truth.astype(np.int64), p


def _limits(thresholds: Thresholds | None, classes: Sequence[str]) -> FloatArray | None:
    """One a class; of two classes the first one's follows from the second one's."""
    if thresholds is None:
        return None
    if isinstance(thresholds, Mapping):
        needed = classes[1:] if len(classes) == 2 else classes
        absent = [name for name in needed if name not in thresholds]
        if absent:
            raise InputError(f"There is no threshold for {', '.join(absent)}.")
        thresholds = [thresholds[name] for name in needed]
    limits = np.atleast_1d(np.asarray(thresholds, dtype=np.float64))
    if len(classes) == 2 and limits.shape in ((1,), (2,)):
        return np.array([1 - limits[-1], limits[-1]])
    if limits.shape != (len(classes),):
        raise InputError(f"There are {limits.size} thresholds for {len(classes)} classes.")
    return limits


def _calls(p: FloatArray, limits: FloatArray | None) -> tuple[Flags, Codes]:
    """Which classes are called (n, k), and the one that is told (n,)."""
    k = p.shape[1]
    if limits is not None and k == 2:
        predicted = (p[:, 1] >= limits[1]).astype(np.int64)
    else:
        predicted = p.argmax(axis=1) if len(p) else np.zeros(0, dtype=np.int64)
    alone = np.eye(k, dtype=bool)[predicted]
    return (p >= limits if limits is not None and k > 2 else alone), predicted
