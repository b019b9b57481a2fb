"""The model beside published scores: discrimination and calibration of all of them on the same rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from riskmodels.cohort_report.decision import MODEL
from riskmodels.cohort_report.tables import Column, Section
from riskmodels.cohort_report.wording import decimal, people, signed, together
from riskmodels.evaluation import METRICS, Plan, bootstrap_scores, smooth_curve
from riskmodels.evaluation.arrays import known_rows

_SHOWN = ("auroc", "brier", "calibration_slope", "calibration_in_the_large", "ici")


def comparison_section(
    label: pd.Series, risk: pd.Series, scores: Mapping[str, pd.Series], alone: Mapping[str, int], plan: Plan
) -> Section:
    """Each measure of the model and of every score on the rows that have all of them.

    Args:
        label: 0, 1 or NaN.
        risk: of the model, 0–1 or NaN, same index.
        scores: risks (0–1) of published scores by title, same index.
        alone: rows on which each could be judged on its own, by “Model” and title.
        plan: how to resample.

    Returns:
        Section "comparison": one line an estimate, ``gain`` = the model's AUROC less that of the score; drawn are the
        smooth calibration curves.
    """
    curves = {MODEL: risk, **scores}
    found = bootstrap_scores(label, curves, _SHOWN, plan=plan)
    kept = known_rows(label, [score.to_numpy(float) for score in curves.values()]).kept
    rows = []
    for name in curves:
        gain = (np.nan,) * 3 if name == MODEL else found.difference(MODEL, name)["auroc"]
        rows.append((name, int(kept.sum()), alone[name], *_ends(found.scores[name]), *gain))
    measures = [f"{m}{end}" for m in _SHOWN for end in ("", "_low", "_high")]
    names = ["strategy", "n", "alone", *measures, "gain", "gain_low", "gain_high"]
    columns = (
        Column("strategy", "Estimate"),
        Column("n", "Rows compared", "count"),
        Column("alone", "Rows it has alone", "count"),
        *(Column(m, METRICS[m].label, "decimal", f"{m}_low", f"{m}_high") for m in _SHOWN),
        Column("gain", "Model's AUROC above it", "signed", "gain_low", "gain_high"),
    )
    table = pd.DataFrame(rows, columns=names)
    drawn = [smooth_curve(label[kept], s[kept], plan=plan.of(kept)).assign(strategy=t) for t, s in curves.items()]
    finding = _finding(table)
    return Section(
        "comparison", "Beside published scores", finding, table, columns, pd.concat(drawn, ignore_index=True)
    )


def _ends(measures: Mapping[str, tuple[float, float, float]]) -> list[float]:
    return [value for name in _SHOWN for value in measures[name]]


def _finding(table: pd.DataFrame) -> str:
    model, others = table.iloc[0], table.iloc[1:]
    parts = [
        f"{decimal(float(row['auroc']))} for {row['strategy']} (difference {signed(float(row['gain']))}, "
        f"{signed(float(row['gain_low']))} to {signed(float(row['gain_high']))})"
        for _, row in others.iterrows()
    ]
    counts = ", ".join(f"{int(row['alone']):,} for {row['strategy']}" for _, row in table.iterrows())
    return (
        f"On the same {people(int(model['n']))} AUROC is {decimal(float(model['auroc']))} for the model and "
        f"{together(parts)}. Rows that each has alone: {counts}."
    )
