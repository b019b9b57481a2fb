"""What a site's calibration is worth: probabilities of photos that it was not fitted on, before and after.

Folds are stratified and repeated; a photo's probability after is the mean over repeats. Thresholds are chosen within
each fold, so what they do is measured on photos that did not choose them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.model_selection import RepeatedStratifiedKFold

from riskmodels.evaluation.calibration import wilson
from riskmodels.imaging.findings import Question
from riskmodels.imaging.image_metrics import binary_report
from riskmodels.imaging.points import choose_points
from riskmodels.imaging.site.fit import Fitted, cross_entropy, fit_head, fit_map
from riskmodels.imaging.targets import FloatArray

FOLDS, REPEATS, SEED = 5, 4, 20_261_201
#: groups of the reliability diagram
_BINS = 5

#: told the share done, 0–1; what it raises ends the work
Progress = Callable[[float], None]
Fit = Callable[[NDArray[np.int64], int], Fitted]


@dataclass(frozen=True, eq=False)
class Known:
    """A site's photos in numbers.

    Args:
        logits: (n, k), the main target's outputs, mean over members, calibrated by the model.
        pooled: (n, C).
        wanted: (n, j), 0 or 1, for the outputs that the labels speak of.
        places: their numbers (j,).
        strata: (n,), what folds are balanced by.
        questions: that the labels answer, with the model's thresholds.
    """

    logits: FloatArray
    pooled: FloatArray
    wanted: FloatArray
    places: NDArray[np.int64]
    strata: NDArray[np.int64]
    questions: tuple[Question, ...]

    def __len__(self) -> int:
        return len(self.logits)

    def truth(self, question: Question) -> FloatArray:
        """(n,), 0 or 1."""
        return self.wanted[:, list(self.places).index(question.level - 1)]

    def as_shipped(self, rows: NDArray[np.int64], _: int) -> Fitted:
        """Nothing is fitted: the log-odds stay as they are."""
        return Fitted(1.0, 0.0)

    def fit_map(self, rows: NDArray[np.int64], _: int) -> Fitted:
        """Slope and intercept on some photos."""
        return fit_map(self.logits[rows][:, self.places], self.wanted[rows])

    def fit_head(self, rows: NDArray[np.int64], seed: int) -> Fitted:
        """Slope, intercept and a new head on some photos."""
        given = self.logits[rows][:, self.places], self.pooled[rows], self.wanted[rows]
        return fit_head(*given, self.strata[rows], seed)


@dataclass(frozen=True, eq=False)
class Held:
    """Photos as a calibration says them that was not fitted on them.

    Args:
        logits: (repeats, n, k).
        calls: by question and threshold, (repeats, n), whether the photo reaches it; NaN without a threshold.
    """

    logits: FloatArray
    calls: dict[tuple[str, str], FloatArray]

    def probability(self, question: Question) -> FloatArray:
        """(n,), mean over repeats."""
        return np.asarray(expit(self.logits[..., question.level - 1]).mean(0))

    def loss(self, known: Known) -> FloatArray:
        """(n,), mean over repeats."""
        losses = [cross_entropy(told[:, known.places], known.wanted) for told in self.logits]
        return np.asarray(np.mean(losses, axis=0))


def hold_out(known: Known, fit: Fit, progress: Progress | None = None) -> Held:
    """Repeated cross-validation of one way to calibrate.

    Args:
        known: the photos.
        fit: on some photos.
        progress: told the share done.
    """
    logits = np.zeros((REPEATS, *known.logits.shape))
    calls = {
        (q.name, point): np.full((REPEATS, len(known)), np.nan)
        for q in known.questions
        for point in ("screening", "confirmation")
    }
    folds = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=REPEATS, random_state=SEED)
    for number, (train, test) in enumerate(folds.split(known.logits, known.strata)):
        if progress is not None:
            progress(number / (FOLDS * REPEATS))
        fitted, repeat = fit(train, SEED + number), number // FOLDS
        told = fitted.applied(known.logits, known.pooled)
        logits[repeat, test] = told[test]
        for q in known.questions:
            p = expit(told[:, q.level - 1])
            points = choose_points(known.truth(q)[train], p[train])
            for name, threshold in (("screening", points.screening), ("confirmation", points.confirmation)):
                if threshold is not None:
                    calls[q.name, name][repeat, test] = p[test] >= threshold
    return Held(logits, calls)


def gain(one: Held, other: Held, known: Known) -> tuple[float, float]:
    """By how much the first loses less than the second, and the standard error of that, paired over photos."""
    less = other.loss(known) - one.loss(known)
    return float(less.mean()), float(less.std(ddof=1) / np.sqrt(len(less)))


def report(known: Known, held: Held) -> dict[str, Any]:
    """Before and after, by question.

    Returns:
        For each question ``label``, ``n``, ``events``, and under ``before`` and ``after``: ``brier``, ``auroc``,
        ``sensitivity`` and ``specificity`` at the screening threshold, ``confirmed`` (both at the other one), each
        [value, low, high] or None; ``reliability``, [mean probability, share with the finding, photos] by group.
    """
    found: dict[str, Any] = {}
    for q in known.questions:
        truth, before = known.truth(q), np.asarray(expit(known.logits[:, q.level - 1]))
        after = held.probability(q)
        found[q.name] = {
            "label": q.label,
            "n": len(truth),
            "events": int(truth.sum()),
            "before": _metrics(truth, before)
            | rates(truth, None if q.threshold is None else (before >= q.threshold)[None])
            | {"confirmed": rates(truth, None if q.confirmation is None else (before >= q.confirmation)[None])},
            "after": _metrics(truth, after)
            | rates(truth, held.calls[q.name, "screening"])
            | {"confirmed": rates(truth, held.calls[q.name, "confirmation"])},
        }
    return found


def _metrics(truth: FloatArray, probability: FloatArray) -> dict[str, Any]:
    metrics = binary_report(truth, probability, float("nan"))["metrics"]
    return {name: metrics[name] for name in ("brier", "auroc")} | {"reliability": _reliability(truth, probability)}


def _reliability(truth: FloatArray, probability: FloatArray) -> list[list[float]]:
    """Photos in equal groups by their probability."""
    groups = np.array_split(np.argsort(probability, kind="stable"), _BINS)
    return [[float(probability[g].mean()), float(truth[g].mean()), len(g)] for g in groups if len(g)]


def rates(truth: FloatArray, calls: NDArray[Any] | None) -> dict[str, list[float] | None]:
    """Sensitivity and specificity with Wilson's intervals; None where a threshold was missing in a fold.

    Args:
        truth: (n,), 0 or 1.
        calls: (repeats, n), whether a photo reaches the threshold.
    """
    if calls is None or np.isnan(calls.astype(np.float64)).any():
        return {"sensitivity": None, "specificity": None}
    reached = calls.astype(np.float64).mean(0)
    return {
        "sensitivity": _share(float(reached[truth == 1].mean()), int((truth == 1).sum())),
        "specificity": _share(float(1 - reached[truth == 0].mean()), int((truth == 0).sum())),
    }


def _share(value: float, n: int) -> list[float]:
    low, high = wilson(value, n)
    return [value, low, high]
