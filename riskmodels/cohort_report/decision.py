"""Net benefit of acting on the estimates: on everyone with a known outcome, and beside published scores.

Acting on an estimate brings nothing to those who have none. So the model is judged on all rows with a known outcome,
those without an estimate as untested: never flagged. Beside published scores all stand on the rows that have each of
them, so that nothing but the number differs.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from riskmodels.cohort_report.tables import Column, Section
from riskmodels.cohort_report.wording import people, percent, together
from riskmodels.evaluation import Plan, net_benefit
from riskmodels.evaluation.report import NOT_ESTIMABLE
from riskmodels.vocabulary import inside

#: thresholds of the decision curve: from 0.5 % to the risk that 1 of 200 exceeds
_POINTS = 40
MODEL, UNMEASURED = "Model", "Model, as if nothing were measured"
_COLUMNS = (
    Column("strategy", "Acting by"),
    Column("threshold", "Threshold", "percent"),
    Column("net_benefit", "Net benefit (95 % interval)", "decimal", "low", "high"),
    Column("treat_all", "Treating everybody", "decimal"),
    Column("gain", "More than the better of all and none", "signed", "gain_low", "gain_high"),
)


def decision_section(label: pd.Series, risk: pd.Series, measured: pd.Series, plan: Plan) -> Section:
    """Net benefit of acting on the model against treating everybody or nobody, on all rows with a known outcome.

    Args:
        label: 0, 1 or NaN.
        risk: 0–1 or NaN, same index; those without one are not flagged.
        measured: whether a measurement answers the outcome; not flagged by a probability either. Where there are
            such rows, what acting on their estimates would bring stands beside it, on the same rows.
        plan: how to resample.
    """
    told = label.notna()
    label, risk, measured = label[told], risk[told], measured[told] & risk[told].notna()
    curves = {MODEL: _tested(risk.mask(measured))} | ({UNMEASURED: _tested(risk)} if measured.any() else {})
    table = _curves(label, curves, risk, plan.of(told.to_numpy(bool)))
    refused, known = int(risk.isna().sum()), len(label)
    parts = {"without an estimate": refused, "with the outcome measured": int(measured.sum())}
    finding = f"{_verdict(table, MODEL)}. {_untested(parts, known)}"
    if measured.any():
        finding += f" As if nothing were measured: {inside(_verdict(table, UNMEASURED))}."
    return Section("decision", "Is acting on it worth it", finding, table, _COLUMNS)


def compared_decision_section(
    label: pd.Series, risk: pd.Series, scores: Mapping[str, pd.Series], plan: Plan
) -> Section:
    """Net benefit of acting on the model and on published scores, on the rows that have all of them.

    Args:
        label, risk, plan: as :func:`decision_section`.
        scores: risks (0–1) by title, same index.
    """
    kept = label.notna() & risk.notna()
    for score in scores.values():
        kept &= score.notna()
    curves = {MODEL: risk[kept]} | {title: score[kept] for title, score in scores.items()}
    table = _curves(label[kept], curves, risk[kept], plan.of(kept.to_numpy(bool)))
    names = together(list(scores))
    finding = f"{_verdict(table, MODEL)}, beside {names} on the same {people(int(kept.sum()))}."
    return Section("comparison_decision", "Acting on it or on a published score", finding, table, _COLUMNS)


def _tested(risk: pd.Series) -> pd.Series:
    """A risk of 0 reaches no threshold: untested is not flagged."""
    return risk.fillna(0.0)


def _curves(label: pd.Series, curves: Mapping[str, pd.Series], risk: pd.Series, plan: Plan) -> pd.DataFrame:
    at = _thresholds(risk.dropna())
    parts = [net_benefit(label, score, at, plan=plan).assign(strategy=name) for name, score in curves.items()]
    return pd.concat(parts, ignore_index=True)


def _thresholds(risk: pd.Series) -> list[float]:
    top = float(risk.quantile(0.995)) if len(risk) else 0.5
    return [float(t) for t in np.linspace(0.005, float(np.clip(top, 0.05, 0.95)), _POINTS)]


def _untested(parts: Mapping[str, int], known: int) -> str:
    """“50 of the 300 rows with a known outcome (17 %) count as untested, not flagged: 30 without an estimate, …”"""
    n = sum(parts.values())
    if not n:
        return f"All {known:,} rows with a known outcome have an estimate."
    listed = ", ".join(f"{part:,} {words}" for words, part in parts.items() if part)
    share = f"{n:,} of {known:,} rows with a known outcome ({percent(n / known)})"
    return f"{share} count as untested, not flagged: {listed}."


def _verdict(table: pd.DataFrame, strategy: str) -> str:
    part = table[table["strategy"] == strategy]
    if part["net_benefit"].isna().all():
        return f"Net benefit is {NOT_ESTIMABLE}: the outcome needs people with and without it"
    if not part["flagged"].any():
        return "Nobody can be flagged by an estimate"
    better = part[part["gain_low"] > 0]["threshold"]
    if better.empty:
        return "At no threshold is acting on the model clearly better than treating everybody or nobody"
    ends = list(dict.fromkeys(percent(float(end)) for end in (better.min(), better.max())))
    where = f"at thresholds from {' to '.join(ends)}" if len(ends) > 1 else f"at a threshold of {ends[0]} alone"
    return f"Acting on the model is clearly better than treating everybody or nobody {where}"
