"""Discrimination, calibration and decision curve of one score: labels and risks in, a block of the evidence out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from riskmodels.columns import Floats
from riskmodels.evaluation import Plan, bootstrap_metrics, decile_table, net_benefit, smooth_curve
from riskmodels.evaluation.evidence import Decision, Validation

METRICS = ("auroc", "auprc", "brier", "calibration_slope", "calibration_in_the_large")
POINTS = 100
#: decision thresholds by outcome, from and to: where somebody would act
THRESHOLDS = {
    "diabetes": (0.005, 0.2),
    "dysglycaemia": (0.05, 0.6),
    "cvd_death_10y": (0.005, 0.15),
    "coronary_disease": (0.05, 0.95),
}
STEPS = 30


def validate(
    label: Floats,
    risk: Floats,
    weight: Floats,
    *,
    name: str,
    inputs: Sequence[str],
    plan: Plan,
    decision: Decision | None = None,
) -> Validation:
    """All of one score.

    Args:
        label: (n,) 0 or 1.
        risk: (n,) probabilities.
        weight: (n,) of each label.
        name: of the subset of inputs, in words.
        inputs: that were known.
        plan: of the bootstrap.
        decision: its decision curve, where there is one.
    """
    roc, pr = curves(label, risk, weight)
    found = bootstrap_metrics(label, risk, METRICS, weight, plan)
    deciles = decile_table(label, risk, weight)[["n", "events", "predicted", "observed", "low", "high"]]
    smooth = smooth_curve(label, risk, weight, 40, plan)
    return {
        "label": name,
        "inputs": list(inputs),
        "n": len(label),
        "events": int(label.sum()),
        "metrics": {metric: list(estimate) for metric, estimate in found.items()},
        "roc": roc,
        "pr": pr,
        "deciles": [{**row, "n": int(row["n"]), "events": int(row["events"])} for row in deciles.to_dict("records")],  # type: ignore[typeddict-item]
        "curve": smooth.to_dict("records"),  # type: ignore[typeddict-item]
        "decision": decision,
    }


def curves(label: Floats, risk: Floats, weight: Floats) -> tuple[list[list[float]], list[list[float]]]:
    """Receiver operating characteristic and precision–recall, each at most :data:`POINTS` points.

    Args:
        label: (n,) 0 or 1.
        risk: (n,) any score.
        weight: (n,).

    Returns:
        [1 − specificity, sensitivity] from (0, 0) to (1, 1), and [sensitivity, positive predictive value].
    """
    order = np.argsort(-risk, kind="stable")
    last = np.flatnonzero(np.r_[np.diff(risk[order]) < 0, True])  # equal scores are one point
    true = np.cumsum((weight * label)[order])[last]
    false = np.cumsum((weight * (1 - label))[order])[last]
    sensitivity, fall_out = true / true[-1], false / false[-1]
    roc = np.column_stack([np.r_[0, fall_out], np.r_[0, sensitivity]])
    pr = np.column_stack([sensitivity, true / (true + false)])
    return _thinned(roc, roc.sum(axis=1) / 2), _thinned(pr, sensitivity)


def _thinned(points: Floats, along: Floats) -> list[list[float]]:
    """Points at equal steps along a rising measure, first and last kept."""
    wanted = np.linspace(along[0], along[-1], POINTS - 1)
    places = np.unique(np.r_[0, np.searchsorted(along, wanted).clip(0, len(along) - 1), len(along) - 1])
    return [[float(x), float(y)] for x, y in points[places]]


def decide(
    outcome: str, label: Floats, scores: Mapping[str, Floats], weight: Floats, notes: Mapping[str, str], plan: Plan
) -> Decision | None:
    """Net benefit of several scores on the people who have all of them; None where no thresholds are stated.

    Args:
        outcome: whose thresholds.
        label: (n,) 0 or 1.
        scores: (n,) risks by name, the model first.
        weight: (n,).
        notes: by published score, how it became a risk.
        plan: of the bootstrap.
    """
    if outcome not in THRESHOLDS:
        return None
    at = np.linspace(*THRESHOLDS[outcome], STEPS)
    known = ~np.isnan(np.column_stack(list(scores.values()))).any(axis=1)
    kept = plan.of(known)
    tables = {name: net_benefit(label[known], score[known], at, weight[known], kept) for name, score in scores.items()}
    columns = ["net_benefit", "low", "high"]
    return {
        "n": int(known.sum()),
        "thresholds": at.tolist(),
        "treat_all": next(iter(tables.values()))["treat_all"].tolist(),
        "scores": {name: table[columns].to_numpy().tolist() for name, table in tables.items()},
        "notes": dict(notes),
    }
