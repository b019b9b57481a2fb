"""How good the estimates are in this cohort, where the file says who had the outcome.

Everything is judged on the rows with an estimate and a known outcome, with bootstrap intervals (net benefit, on all
rows with a known outcome: :mod:`~riskmodels.cohort_report.decision`). With one class only, or none, every figure is
“not estimable”, never an error.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from riskmodels.cohort_report.operating import RATES, operating_points
from riskmodels.cohort_report.tables import Column, Section
from riskmodels.cohort_report.wording import decimal, percent, signed
from riskmodels.evaluation import (
    METRICS,
    Estimate,
    Plan,
    bootstrap_metrics,
    decile_table,
    smooth_curve,
    standard_subgroups,
    subgroup_metrics,
)
from riskmodels.evaluation.report import NOT_ESTIMABLE
from riskmodels.evaluation.subgroups import LEAST_EVENTS, Subgroup

_SHOWN = ("auroc", "brier", "calibration_slope", "calibration_in_the_large")


def metrics_section(label: pd.Series, risk: pd.Series, measured: pd.Series, plan: Plan) -> Section:
    """Discrimination, calibration and overall error, each with its interval.

    Args:
        label: 0, 1 or NaN.
        risk: 0–1 or NaN, same index.
        measured: whether a measurement answers the outcome; judged by the estimate all the same, and told apart.
        plan: how to resample.
    """
    found = bootstrap_metrics(label, risk, tuple(METRICS), plan=plan)
    rows = [(name, METRICS[name].label, *found[name], METRICS[name].ideal) for name in METRICS]
    table = pd.DataFrame(rows, columns=["metric", "label", "value", "low", "high", "ideal"])
    columns = (
        Column("label", "Measure"),
        Column("value", "In this cohort (95 % interval)", "decimal", "low", "high"),
        Column("ideal", "Perfect", "value"),
    )
    finding = f"{_metrics_finding(label, risk, found)}{_measured_apart(label, risk, measured, plan)}"
    return Section("metrics", "How good the estimates are", finding, table, columns)


def _metrics_finding(label: pd.Series, risk: pd.Series, found: Mapping[str, Estimate]) -> str:
    kept = label.notna() & risk.notna()
    n, events = int(kept.sum()), int(label[kept].sum())
    text = f"{n:,} rows with an estimate and a known outcome, {events:,} with the event"
    if not 0 < events < n:
        return f"{text}: with one class only nothing is estimable."
    text += f" ({percent(events / n)} observed, {percent(float(risk[kept].mean()))} estimated)."
    auroc = found["auroc"]
    text += (
        f" Someone with the event has the higher estimate than someone without in {percent(auroc.value)}"
        f" of pairs ({percent(auroc.low)} to {percent(auroc.high)})."
    )
    few = min(events, n - events)
    return text + (f" Only {few:,} in the smaller class: read every figure with its interval." if few < 100 else "")


def _measured_apart(label: pd.Series, risk: pd.Series, measured: pd.Series, plan: Plan) -> str:
    """How many of the rows judged are measured, and the AUROC of the others where it can be estimated."""
    kept = label.notna() & risk.notna()
    told, others = int((kept & measured).sum()), kept & ~measured
    if not told:
        return ""
    text = f" In {told:,} of them the outcome was measured; what the model would estimate is judged there"
    n, events = int(others.sum()), int(label[others].sum())
    if min(events, n - events) < LEAST_EVENTS:
        return f"{text}, and too few others are left to be judged alone."
    auroc = bootstrap_metrics(label[others], risk[others], ("auroc",), plan=plan.of(others.to_numpy(bool)))["auroc"]
    ends = f"{decimal(auroc.low)} to {decimal(auroc.high)}"
    return f"{text}. In the other {n:,} ({events:,} with the event) AUROC is {decimal(auroc.value)} ({ends})."


def curves_sections(label: pd.Series, risk: pd.Series, plan: Plan) -> tuple[Section, Section]:
    """ROC and precision–recall, at up to a hundred thresholds.

    Returns:
        Sections "roc" and "precision_recall": the same table of operating points, each drawn with its band.
    """
    points = operating_points(label, risk, None, plan)
    columns = (Column("threshold", "Threshold", "percent"), *_rate_columns(("sensitivity", "specificity")))
    precise = (Column("threshold", "Threshold", "percent"), *_rate_columns(("sensitivity", "ppv")))
    kept = label.notna() & risk.notna()
    one_class = label[kept].nunique() < 2
    few = NOT_ESTIMABLE.capitalize() + ": only one class is present."
    prevalence = percent(float(label[kept].mean())) if kept.any() else NOT_ESTIMABLE
    roc = few if one_class else _roc_finding(points)
    flat = few if one_class else f"Dotted: the share with the event, {prevalence}, which flagging at random would give."
    return (
        Section("roc", "Sensitivity and specificity", roc, points, columns),
        Section("precision_recall", "Precision and recall", flat, points, precise),
    )


def _roc_finding(points: pd.DataFrame) -> str:
    at = points.iloc[int(np.nanargmin((points["specificity"] - 0.8).abs()))]
    return (
        f"Where {percent(float(at['specificity']))} without the event are not flagged, "
        f"{percent(float(at['sensitivity']))} of those with it are "
        f"({percent(float(at['sensitivity_low']))} to {percent(float(at['sensitivity_high']))})."
    )


def _rate_columns(names: tuple[str, ...]) -> tuple[Column, ...]:
    return tuple(Column(n, RATES[n], "percent", f"{n}_low", f"{n}_high") for n in names)


def threshold_section(label: pd.Series, risk: pd.Series, cut: float, plan: Plan) -> Section:
    """Sensitivity, specificity, predictive values and number flagged at one threshold.

    Args:
        label, risk, plan: as elsewhere.
        cut: risk from which somebody is flagged; NaN when nobody can be.
    """
    thresholds = [] if cut != cut else [cut]
    table = operating_points(label, risk, thresholds, plan)
    columns = (
        Column("threshold", "Threshold", "percent"),
        Column("n_flagged", "Rows flagged", "count"),
        *_rate_columns(tuple(RATES)),
    )
    if table.empty:
        return Section("threshold", "At the threshold", "Nobody has an estimate.", table, columns)
    row = table.iloc[0]
    parts = [f"At {percent(cut)}, {int(row['n_flagged']):,} rows with a known outcome are flagged"]
    if row["sensitivity"] == row["sensitivity"]:
        parts.append(
            f"{percent(float(row['sensitivity']))} of those with the event among them; "
            f"{percent(float(row['ppv']))} of the flagged have it"
        )
    return Section("threshold", "At the threshold", ": ".join(parts) + ".", table, columns)


def calibration_section(label: pd.Series, risk: pd.Series, plan: Plan) -> Section:
    """Deciles as the table, and the smooth curve with its band as what is drawn beside them."""
    deciles = decile_table(label, risk, level=plan.level)
    curve = smooth_curve(label, risk, plan=plan)
    found = bootstrap_metrics(label, risk, ("calibration_slope", "calibration_in_the_large", "ici"), plan=plan)
    slope, level, ici = (found[n] for n in ("calibration_slope", "calibration_in_the_large", "ici"))
    if slope.value != slope.value:
        finding = f"Calibration is {NOT_ESTIMABLE}: the outcome needs people with and without it."
    else:
        # log-odds above 0: more happened than was estimated
        verdict = "about right" if level.low <= 0 <= level.high else ("too low" if level.value > 0 else "too high")
        finding = (
            f"On the whole the estimates are {verdict} ({signed(level.value)} log-odds, {signed(level.low)} to "
            f"{signed(level.high)}); slope {decimal(slope.value)} ({decimal(slope.low)} to {decimal(slope.high)}); "
            f"on average {percent(ici.value)} away from what was observed."
        )
    columns = (
        Column("lowest", "Risk from", "percent"),
        Column("highest", "to", "percent"),
        Column("n", "Rows", "count"),
        Column("events", "With the event", "count"),
        Column("predicted", "Mean estimate", "percent"),
        Column("observed", "Observed (95 % interval)", "percent", "low", "high"),
    )
    return Section("calibration", "Calibration", finding, deciles, columns, curve)


def subgroup_section(
    frame: pd.DataFrame, label: pd.Series, risk: pd.Series, further: pd.DataFrame | None, cut: float, plan: Plan
) -> Section:
    """The same figures by sex, age band and the columns the analyst names.

    Args:
        frame: PatientFrame of rows with a known outcome.
        label, risk, plan: as elsewhere; those without a risk are counted as left out of their parts.
        further: text columns that divide the rows, same index; at most twelve levels each, rarer ones together.
        cut: risk from which somebody is flagged.
    """
    divisions = standard_subgroups(frame)
    for name in further if further is not None else ():
        divisions[str(name)] = _frequent(further[name])  # type: ignore[index]
    found = subgroup_metrics(label, risk, divisions, metrics=_SHOWN, plan=plan)
    table = pd.DataFrame([_subgroup_row(part, divisions, label, risk, cut, plan) for part in found])
    columns = (
        Column("by", ""),
        Column("level", "Group"),
        Column("n", "Rows", "count"),
        Column("events", "With the event", "count"),
        Column("left_out", "Left out: no estimate", "count"),
        Column("left_out_events", "With the event of these", "count"),
        Column("observed", "Observed", "percent"),
        Column("predicted", "Estimated", "percent"),
        *(Column(m, METRICS[m].label, "decimal", f"{m}_low", f"{m}_high") for m in _SHOWN),
        *_rate_columns(("sensitivity", "specificity", "ppv", "npv")),
    )
    return Section("subgroups", "Parts of the cohort", _subgroup_finding(table), table, columns)


def _frequent(column: pd.Series, most: int = 12) -> pd.Series:
    texts = column.astype("string").str.slice(0, 60)
    levels = texts.value_counts().index
    rare = texts.isin(levels[most - 1 :]) if len(levels) > most else pd.Series(False, index=texts.index)
    return texts.mask(rare.fillna(False).astype(bool), "all others").astype(object)


def _subgroup_row(
    part: Subgroup, divisions: pd.DataFrame, label: pd.Series, risk: pd.Series, cut: float, plan: Plan
) -> dict[str, object]:
    row: dict[str, object] = {k: getattr(part, k) for k in ("by", "level", "n", "events", "observed", "predicted")}
    for name, found in part.metrics.items():
        row |= {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
    inside = (divisions[part.by].astype("string") == part.level).fillna(False).to_numpy(bool)
    untold = label[inside & risk.isna().to_numpy(bool)].dropna()
    row |= {"left_out": len(untold), "left_out_events": int(untold.sum())}
    enough = min(part.events, part.n - part.events) >= LEAST_EVENTS and cut == cut
    rates = operating_points(label[inside], risk[inside], [cut] if enough else [], plan.of(inside))
    for name in RATES:
        for end in (name, f"{name}_low", f"{name}_high"):
            row[end] = float(rates[end].iloc[0]) if len(rates) else np.nan
    return row


def _subgroup_finding(table: pd.DataFrame) -> str:
    judged = table[table["auroc"].notna()] if len(table) else table
    if judged.empty:
        return f"No part has {LEAST_EVENTS} rows with and without the event, so nothing is estimable."
    order = judged["auroc"].to_numpy(float)
    worst, best = judged.iloc[int(order.argmin())], judged.iloc[int(order.argmax())]
    off = judged[(judged["calibration_in_the_large_low"] > 0) | (judged["calibration_in_the_large_high"] < 0)]
    text = (
        f"AUROC from {decimal(float(worst['auroc']))} ({worst['by']}: {worst['level']}) "
        f"to {decimal(float(best['auroc']))} ({best['by']}: {best['level']})."
    )
    few = len(table) - len(judged)
    text += f" Too few events in {few} part{'s' if few > 1 else ''}." if few else ""
    if len(off):
        names = "; ".join(
            f"{row['level']} ({'too low' if row['calibration_in_the_large'] > 0 else 'too high'})"
            for _, row in off.head(5).iterrows()
        )
        return f"{text} Estimates are off on the whole in: {names}."
    return f"{text} In none are the estimates clearly off on the whole."
