"""How good the calls are: calls and marked beats of several people in; sensitivity, PPV and F1 with intervals out.

Fusion and supraventricular beats that are called count as wrong, as in the standard evaluation (ANSI/AAMI EC57, the
classes V against N, S, F). Intervals draw people, not beats: beats of one person are alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from riskmodels.evaluation.bootstrap import Plan, estimates, resample
from riskmodels.signals.ectopy.frame import Floats
from riskmodels.signals.rhythm.matching import partners

PLAN = Plan(replicates=2000)


class Counts(NamedTuple):
    """Of one person: marked beats that count, right calls, wrong calls, ventricular beats that were not called."""

    beats: int
    right: int
    wrong: int
    missed: int


def counts(called: NDArray[np.bool_], ventricular: Floats) -> Counts:
    """Compare beat by beat.

    Args:
        called: (m,).
        ventricular: (m,) 1, 0, or NaN where the class is unknown.
    """
    known = np.isfinite(ventricular)
    truth = ventricular[known] > 0.5
    said = called[known]
    return Counts(len(truth), int((said & truth).sum()), int((said & ~truth).sum()), int((~said & truth).sum()))


def counts_found(called: NDArray[np.bool_], found: Floats, ventricular: Floats, marked: Floats) -> Counts:
    """Compare found beats with marked ones: each marked beat meets at most one found within 150 ms.

    A call where no beat was marked is wrong; a ventricular beat that was not found is missed.

    Args:
        called: (k,) of the found beats.
        found: (k,) seconds, ascending.
        ventricular: (m,) 1, 0, or NaN where the class is unknown.
        marked: (m,) seconds, ascending.
    """
    partner = partners(found, marked)
    met = partner >= 0
    said = np.zeros(len(marked), bool)
    said[met] = called[partner[met]]
    alone = np.ones(len(found), bool)
    alone[partner[met]] = False
    matched = counts(said, ventricular)
    return matched._replace(wrong=matched.wrong + int((called & alone).sum()))


def rates(table: NDArray[Any]) -> dict[str, Floats]:
    """Sensitivity, PPV and F1.

    Args:
        table: (…, 3) right, wrong, missed.

    Returns:
        (…) each; NaN where there is nothing to divide by.
    """
    right, wrong, missed = np.moveaxis(np.asarray(table, dtype=np.float64), -1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "sensitivity": right / (right + missed),
            "ppv": right / (right + wrong),
            "f1": 2 * right / (2 * right + wrong + missed),
        }


def report(people: Mapping[int, Counts], plan: Plan = PLAN) -> dict[str, Any]:
    """All people together, with 95 % intervals over people, and each on their own.

    Args:
        people: counts by record.
        plan: how people are drawn.

    Returns:
        ``metrics`` (value, low, high by name), ``counts``, and ``people``, a row a record.
    """
    table = np.array([row[1:] for row in people.values()], dtype=np.float64)
    draws = resample(lambda weights: rates(weights @ table), np.ones(len(table)), plan)
    points = {name: float(value) for name, value in rates(table.sum(0)).items()}
    found = estimates(points, draws, plan.level)
    return {
        "metrics": {name: [round(value, 4) for value in estimate] for name, estimate in found.items()},
        "counts": dict(zip(("right", "wrong", "missed"), table.sum(0).astype(int).tolist(), strict=True)),
        "people": [{"record": record, **row._asdict()} for record, row in people.items()],
    }


def best_threshold(log_odds: Sequence[Floats], ventricular: Sequence[Floats]) -> tuple[float, float]:
    """The threshold with the highest F1 over all beats of all people, and that F1.

    Args:
        log_odds: of each person, (m,); NaN counts as not called.
        ventricular: of each person, (m,) 1, 0 or NaN.
    """
    score = np.nan_to_num(np.concatenate(log_odds), nan=-np.inf)
    labels = np.concatenate(ventricular)
    known = np.isfinite(labels)
    score, truth = score[known], labels[known] > 0.5
    order = np.argsort(-score, kind="stable")
    right = np.cumsum(truth[order])
    f1 = 2 * right / (np.arange(1, len(right) + 1) + truth.sum())
    ranked = np.append(score[order], -np.inf)
    f1[ranked[:-1] == ranked[1:]] = -1  # a threshold cannot part equal scores
    best = int(f1.argmax())
    above, below = float(ranked[best]), float(ranked[best + 1])
    return (above + below) / 2 if np.isfinite(below) else above - 1e-6, float(f1[best])
