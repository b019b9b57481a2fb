"""The same metrics in parts of the population. Race and ethnicity serve here, as audit, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from riskmodels.errors import InputError
from riskmodels.evaluation.arrays import FloatArray, known_rows
from riskmodels.evaluation.bootstrap import DEFAULT_PLAN, Estimate, Plan, bootstrap_metrics
from riskmodels.vocabulary import VOCABULARY

#: metrics are not estimable with fewer people with, or fewer without, the event
LEAST_EVENTS = 10
SUBGROUP_METRICS = ("auroc", "auprc", "brier", "calibration_slope", "calibration_in_the_large")
AGE_BANDS = ((0, 44), (45, 64), (65, 150))


class Subgroup(NamedTuple):
    """One part of the population.

    Args:
        by: what divides it, e.g. "sex".
        level: which part, e.g. "female".
        n: people with a label and a score.
        events: those with the event, counted.
        observed: weighted share with the event; NaN of no one.
        predicted: weighted mean probability; NaN of no one.
        metrics: :class:`Estimate` by metric, all NaN with fewer than :data:`LEAST_EVENTS` with or without the event.
    """

    by: str
    level: str
    n: int
    events: int
    observed: float
    predicted: float
    metrics: dict[str, Estimate]


def standard_subgroups(frame: pd.DataFrame, ethnicity: Any = None) -> pd.DataFrame:
    """The divisions of the model card.

    Args:
        frame: PatientFrame with ``age`` and ``sex``.
        ethnicity: race or ethnicity of each person as text, for the audit only; left out when absent.

    Returns:
        Text columns ``sex``, ``age`` and, where given, ``race/ethnicity (audit only)``; missing where unknown.
    """
    labels = {c.code: c.label for c in VOCABULARY["sex"].choices}
    groups = pd.DataFrame({"sex": frame["sex"].map(labels), "age": age_bands(frame["age"])}, index=frame.index)
    if ethnicity is not None:
        groups["race/ethnicity (audit only)"] = np.asarray(ethnicity, dtype=object)
    return groups


def age_bands(age: pd.Series) -> pd.Series:
    """Age in completed years → "under 45", "45–64", "65 and over"; missing where unknown."""
    edges = [AGE_BANDS[0][0], *(low for low, _ in AGE_BANDS[1:]), AGE_BANDS[-1][1] + 1]
    names = [f"under {edges[1]}", *(f"{low}–{high}" for low, high in AGE_BANDS[1:-1]), f"{edges[-2]} and over"]
    bands = pd.cut(age, edges, right=False, labels=names)
    return pd.Series(bands.astype(object), index=age.index)


def subgroup_metrics(
    label: Any,
    score: Any,
    subgroups: pd.DataFrame,
    weight: Any = None,
    metrics: Iterable[str] = SUBGROUP_METRICS,
    plan: Plan = DEFAULT_PLAN,
) -> list[Subgroup]:
    """Metrics with intervals in each part of the population.

    Args:
        label: 0, 1 or NaN (left out), one a person.
        score: probability 0–1 or NaN (left out).
        subgroups: one row a person in the order of ``label``, one column a division; people with a missing value
            are in no part of that division.
        weight: one a person; all 1 when absent.
        metrics: names of :data:`~riskmodels.evaluation.metrics.METRICS`.
        plan: how to resample.

    Returns:
        The parts, division by division, levels in the order of their text ("under …" first).

    Raises:
        InputError: when ``subgroups`` is not as long as ``label``, and see
            :func:`~riskmodels.evaluation.metrics.measure`.
    """
    if len(subgroups) != len(np.asarray(label)):
        raise InputError(f"Subgroups and outcomes are of {len(subgroups)} and {len(np.asarray(label))} people.")
    y, p = np.asarray(label, dtype=np.float64), np.asarray(score, dtype=np.float64)
    w = np.ones(len(y)) if weight is None else np.asarray(weight, dtype=np.float64)
    wanted = tuple(metrics)
    return [
        _part(str(by), level, y[rows], p[rows], w[rows], wanted, plan.of(rows))
        for by in subgroups
        for level, rows in _levels(subgroups[by])
    ]


def _levels(column: pd.Series) -> Iterator[tuple[str, Any]]:
    texts = column.astype("string")
    for level in sorted(texts.dropna().unique(), key=lambda t: (not t.startswith("under "), t)):
        yield str(level), (texts == level).fillna(False).to_numpy(bool)


def _part(
    by: str, level: str, y: FloatArray, p: FloatArray, w: FloatArray, metrics: tuple[str, ...], plan: Plan
) -> Subgroup:
    sample = known_rows(y, p, w)
    n, events = len(sample.label), int(sample.label.sum())
    if min(events, n - events) < LEAST_EVENTS:
        found = {name: Estimate(np.nan, np.nan, np.nan) for name in metrics}
    else:
        found = bootstrap_metrics(y, p, metrics, w, plan)
    observed = float(np.average(sample.label, weights=sample.weight)) if n else np.nan
    predicted = float(np.average(sample.scores[:, 0], weights=sample.weight)) if n else np.nan
    return Subgroup(by, level, n, events, observed, predicted, found)
