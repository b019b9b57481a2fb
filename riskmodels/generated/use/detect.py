"""Whether boosted trees can tell invented rows from real ones, and by which columns.

Source: Friedman 2003, "On multivariate goodness-of-fit and two-sample testing" (a classifier as a two-sample test).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riskmodels.evaluation.arrays import FloatArray
from riskmodels.evaluation.bootstrap import Estimate, Plan, bootstrap_metrics
from riskmodels.evaluation.metrics import auroc
from riskmodels.generated.use.transfer import REPLICATES, Predict, fit_boosting

#: most rows of each kind: enough for an interval of ±.01
MOST_ROWS = 12_000
#: columns named
_NAMED = 5


@dataclass(frozen=True)
class Detection:
    """How well boosting tells one kind of rows from the other, on the half that it was not fitted on.

    Args:
        rows: of each kind, both halves together.
        auroc, low, high: of invented against real test rows; .5 is a coin.
        floor, floor_low, floor_high: of real rows against real test rows.
        telling: columns whose shuffling costs most of the AUROC, with what it costs, the most telling first.
    """

    rows: int
    auroc: float
    low: float
    high: float
    floor: float
    floor_low: float
    floor_high: float
    telling: tuple[tuple[str, float], ...]


def detect(columns: Sequence[str], invented: FloatArray, real: FloatArray, test: FloatArray, seed: int) -> Detection:
    """Try to tell invented rows from real ones.

    Args:
        columns: names, (c,).
        invented, real, test: (n, c) each, NaN unknown. As many of each are drawn as the smallest has.
        seed: of what is drawn.
    """
    rng = np.random.default_rng(seed)
    rows = min(len(invented), len(real), len(test), MOST_ROWS)
    parts = [table[rng.permutation(len(table))[:rows]] for table in (invented, real, test)]
    found, predict, held, labels = _tell(parts[0], parts[2], seed)
    floor = _tell(parts[1], parts[2], seed)[0]
    telling = _telling(columns, predict, held, labels, rng)
    return Detection(rows, *found, *floor, telling)


def _tell(one: FloatArray, other: FloatArray, seed: int) -> tuple[Estimate, Predict, FloatArray, FloatArray]:
    half = len(one) // 2
    fitted, held = np.vstack([one[:half], other[:half]]), np.vstack([one[half:], other[half:]])
    predict = fit_boosting(fitted, np.repeat([1.0, 0.0], half), seed)
    labels = np.repeat([1.0, 0.0], len(one) - half)
    return (
        bootstrap_metrics(labels, predict(held), ["auroc"], plan=Plan(REPLICATES, seed))["auroc"],
        predict,
        held,
        labels,
    )


def _telling(
    columns: Sequence[str], predict: Predict, held: FloatArray, labels: FloatArray, rng: np.random.Generator
) -> tuple[tuple[str, float], ...]:
    whole, lost = auroc(labels, predict(held)), {}
    for i, name in enumerate(columns):
        shuffled = held.copy()
        shuffled[:, i] = rng.permutation(held[:, i])
        lost[name] = whole - auroc(labels, predict(shuffled))
    ranked = sorted(lost.items(), key=lambda item: -item[1])
    return tuple((name, float(cost)) for name, cost in ranked[:_NAMED] if cost > 0)
