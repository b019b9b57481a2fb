"""Observed against expected in groups, with survey weights and without: labels, risks and divisions in, rows out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.columns import Floats
from riskmodels.evaluation import Plan
from riskmodels.evaluation.arrays import log_odds
from riskmodels.evaluation.bootstrap import interval, resample
from riskmodels.evaluation.evidence import Group, Share
from riskmodels.evaluation.logistic import fit_logistic

#: fewer people with, or without, the event give no ratio
LEAST_EVENTS = 5


def share(label: Floats, risk: Floats, weight: Floats, plan: Plan) -> Share:
    """Observed and expected share, their ratio and calibration in the large.

    Args:
        label: (n,) 0/1 or probabilities.
        risk: (n,) estimates.
        weight: (n,), at least 0.
        plan: of the bootstrap, with a cluster a person.
    """
    offset, ones = log_odds(risk), np.ones((len(label), 1))
    each = np.column_stack([label, risk])

    def kernel(weights: Floats) -> dict[str, Floats]:
        with np.errstate(invalid="ignore", divide="ignore"):
            observed, expected = (weights @ each).T
            large = fit_logistic(ones, label, weights / weights.mean(axis=1, keepdims=True), offset=offset)[:, 0]
            return {"ratio": observed / expected, "in_the_large": large}

    mass = weight.sum()
    if not len(label) or not mass or min(label.sum(), (1 - label).sum()) < LEAST_EVENTS:
        none: list[float | None] = [None, None, None]
        observed = float(weight @ label / mass) if mass else None
        return {
            "observed": observed,
            "expected": float(weight @ risk / mass) if mass else None,
            "ratio": none,
            "in_the_large": none,
        }
    point, draws = kernel(weight[None, :]), resample(kernel, weight, plan)
    bounds = {name: interval(draws[name], plan.level) for name in point}
    told = {name: [float(point[name][0]), float(low), float(high)] for name, (low, high) in bounds.items()}
    return {
        "observed": float(weight @ label / mass),
        "expected": float(weight @ risk / mass),
        "ratio": list(told["ratio"]),
        "in_the_large": list(told["in_the_large"]),
    }


def calibration_groups(
    label: Floats,
    risk: Floats,
    weight: Floats,
    survey: Floats,
    divisions: pd.DataFrame,
    part: npt.NDArray[np.object_],
    plan: Plan,
) -> list[Group]:
    """Every level of every division.

    Args:
        label, risk, weight: as in :func:`share`; ``weight`` is that of the label.
        survey: (n,) survey weight, NaN or 0 where a person has none; all NaN where there is no survey.
        divisions: one row a person, one column a division; people with a missing value are in no group of it.
        part: (n,) which part each person was in.
        plan: of the bootstrap, with a cluster a person.
    """
    soft = not np.isin(label, (0.0, 1.0)).all()
    found: list[Group] = []
    for by, level, rows in _levels(divisions):
        y, p, w, s = label[rows], risk[rows], weight[rows], np.nan_to_num(survey[rows])
        kept = s > 0
        inside = np.flatnonzero(rows)[kept]
        weighted = share(y[kept], p[kept], w[kept] * s[kept], _of(plan, inside)) if kept.any() else None
        found.append(
            {
                "by": by,
                "level": level,
                "part": ", ".join(sorted(set(part[rows]))),
                "n": int(rows.sum()),
                "events": None if soft else int(y.sum()),
                "n_weighted": int(kept.sum()),
                "unweighted": share(y, p, w, _of(plan, np.flatnonzero(rows))),
                "weighted": weighted,
            }
        )
    return found


def _of(plan: Plan, positions: npt.NDArray[np.int64]) -> Plan:
    groups = None if plan.groups is None else np.asarray(plan.groups)[positions]
    return Plan(plan.replicates, plan.seed, plan.level, groups)


def _levels(divisions: pd.DataFrame) -> Iterator[tuple[str, str, npt.NDArray[np.bool_]]]:
    for by in divisions:
        texts = divisions[by].astype("string")
        for level in sorted(texts.dropna().unique(), key=lambda t: (not t.startswith("under "), t)):
            yield str(by), str(level), (texts == level).fillna(False).to_numpy(bool)
