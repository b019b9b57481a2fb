"""A model beside its peers on the same people: a JSON-ready dictionary, and tables for the model card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from riskmodels.errors import InputError
from riskmodels.evaluation.arrays import known_rows
from riskmodels.evaluation.bootstrap import Compared, Estimate, Plan, bootstrap_scores
from riskmodels.evaluation.calibration import decile_table, smooth_curve
from riskmodels.evaluation.metrics import METRICS, Metric
from riskmodels.evaluation.subgroups import SUBGROUP_METRICS, Subgroup, subgroup_metrics

#: metrics in which the model is compared with its peers
COMPARED = ("auroc", "auprc", "brier")
NOT_ESTIMABLE = "not estimable"

Json = dict[str, Any]


def evaluate(
    label: Any,
    scores: Mapping[str, Any],
    weights: Any = None,
    subgroups: pd.DataFrame | None = None,
    seed: int = 0,
    replicates: int = 500,
    *,
    groups: Any = None,
    level: float = 0.95,
) -> Json:
    """Everything the card says about held-out people.

    Args:
        label: 0, 1 or NaN (not known), one a person.
        scores: probabilities by name; the first is the model, the others its peers. All are judged on the people who
            have all of them.
        weights: one a person (inverse probability of censoring, survey, …); all 1 when absent.
        subgroups: one row a person, one column a division; see
            :func:`~riskmodels.evaluation.subgroups.standard_subgroups`.
        seed, replicates, level: of the bootstrap.
        groups: one key a person; people of one key are drawn together.

    Returns:
        A dictionary of plain lists, numbers and texts; a number that is not estimable is None. Keys: ``n``,
        ``left_out``, ``events``, ``prevalence``, ``weighted``, ``bootstrap``, ``model``, ``metrics`` (by score and
        metric: value, low, high), ``differences`` (by metric: the best peer, and model − peer for each),
        ``subgroups``, ``calibration_deciles`` and ``calibration_curve`` (of the model).

    Raises:
        InputError: when there is no score, and see :func:`~riskmodels.evaluation.metrics.measure`.
    """
    if not scores:
        raise InputError("There is no score to evaluate.")
    columns = {name: np.asarray(values, dtype=np.float64) for name, values in scores.items()}
    model, *peers = columns
    plan = Plan(replicates, seed, level, groups)
    sample = known_rows(label, list(columns.values()), weights)
    compared = bootstrap_scores(label, columns, METRICS, weights, plan)
    # parts are judged on the same people as the whole
    shown = np.where(sample.kept, columns[model], np.nan)
    parts = [] if subgroups is None else subgroup_metrics(label, shown, subgroups, weights, SUBGROUP_METRICS, plan)
    return {
        "n": len(sample.label),
        "left_out": int(len(sample.kept) - sample.kept.sum()),
        "events": int(sample.label.sum()),
        "prevalence": number(np.average(sample.label, weights=sample.weight)) if len(sample.label) else None,
        "weighted": weights is not None,
        "bootstrap": {"replicates": replicates, "seed": seed, "level": level},
        "model": model,
        "metrics": {name: _listed(found) for name, found in compared.scores.items()},
        "differences": _differences(compared, model, peers),
        "subgroups": [_subgroup(part) for part in parts],
        "calibration_deciles": _records(decile_table(label, shown, weights, level=level)),
        "calibration_curve": _records(smooth_curve(label, shown, weights, plan=plan)),
    }


def best_peer(points: Mapping[str, Mapping[str, float]], peers: list[str], metric: Metric) -> str | None:
    """The peer with the best value of a metric; None where no peer has one."""
    values = {name: points[name][metric.name] for name in peers if not np.isnan(points[name][metric.name])}
    if not values:
        return None
    return (max if metric.higher_is_better else min)(values, key=values.__getitem__)


def _differences(compared: Compared, model: str, peers: list[str]) -> Json:
    against = {peer: compared.difference(model, peer) for peer in peers}
    return {
        name: {
            "best_peer": best_peer(compared.points, peers, METRICS[name]),
            "model_minus_peer": {peer: _numbers(found[name]) for peer, found in against.items()},
        }
        for name in COMPARED
        if peers
    }


def _subgroup(part: Subgroup) -> Json:
    return {
        "by": part.by,
        "level": part.level,
        "n": part.n,
        "events": part.events,
        "observed": number(part.observed),
        "predicted": number(part.predicted),
        "metrics": _listed(part.metrics),
    }


def _listed(found: Mapping[str, Estimate]) -> dict[str, list[float | None]]:
    return {name: _numbers(estimate) for name, estimate in found.items()}


def _numbers(estimate: Estimate) -> list[float | None]:
    return [number(value) for value in estimate]


def number(value: Any) -> float | None:
    """Six digits; None for what JSON does not know."""
    return float(f"{float(value):.6g}") if np.isfinite(value) else None


def _records(table: pd.DataFrame) -> list[Json]:
    whole = {"n", "events"}
    return [{str(k): int(v) if k in whole else number(v) for k, v in row.items()} for row in table.to_dict("records")]


# ── tables for people ───────────────────────────────────────────────────────────────────────────────────────────────


def markdown(report: Json, title: str = "") -> str:
    """Tables of a report for docs/model_card.md.

    Args:
        report: what :func:`evaluate` returned (or the same read back from JSON).
        title: heading of the section; none when empty.

    Returns:
        Markdown, ending with a line break.
    """
    sections = [f"### {title}" if title else "", _summary(report), _metric_table(report)]
    sections += [_difference_table(report), _subgroup_table(report), _decile_lines(report)]
    return "\n\n".join(section for section in sections if section) + "\n"


def _summary(report: Json) -> str:
    prevalence = report["prevalence"]
    share = NOT_ESTIMABLE if prevalence is None else f"{100 * prevalence:.3g} %"
    weighted = ", weighted" if report["weighted"] else ""
    left = f" {report['left_out']:,} people without a label or without one of the scores are left out."
    plan = report["bootstrap"]
    return (
        f"{report['n']:,} people, {report['events']:,} events (prevalence {share}{weighted})."
        f"{left if report['left_out'] else ''}"
        f" In brackets: {100 * plan['level']:g} % bootstrap intervals ({plan['replicates']:,} replicates)."
    )


def _metric_table(report: Json) -> str:
    names = list(report["metrics"])
    rows = [
        [METRICS[metric].label, *(words(report["metrics"][name][metric]) for name in names)]
        for metric in report["metrics"][names[0]]
    ]
    return _table(["", *names], rows)


def _difference_table(report: Json) -> str:
    rows = []
    for metric, found in report["differences"].items():
        peer = found["best_peer"]
        if peer:
            value = words(found["model_minus_peer"][peer], signed=True)
            rows.append([METRICS[metric].label, peer, value])
    return _table(["", "best peer", f"{report['model']} − best peer"], rows) if rows else ""


def _subgroup_table(report: Json) -> str:
    if not report["subgroups"]:
        return ""
    metrics = list(report["subgroups"][0]["metrics"])
    header = ["", "", "n", "events", "observed", "predicted", *(METRICS[m].label for m in metrics)]
    rows = [
        [part["by"], part["level"], f"{part['n']:,}", f"{part['events']:,}"]
        + [_percent(part["observed"]), _percent(part["predicted"])]
        + [words(part["metrics"][m]) for m in metrics]
        for part in report["subgroups"]
    ]
    return _table(header, rows)


def _decile_lines(report: Json) -> str:
    rows = [
        [
            f"{_percent(d['lowest'])} – {_percent(d['highest'])}",
            f"{d['n']:,}",
            f"{d['events']:,}",
            _percent(d["predicted"]),
            f"{_percent(d['observed'])} ({_percent(d['low'])} – {_percent(d['high'])})",
        ]
        for d in report["calibration_deciles"]
    ]
    return _table(["predicted from – to", "n", "events", "mean predicted", "observed"], rows) if rows else ""


def words(values: Sequence[float | None], signed: bool = False) -> str:
    """``0.912 (0.850 – 0.961)``; what could not be estimated is said."""
    value, low, high = values
    if value is None:
        return NOT_ESTIMABLE
    if low is None or high is None:
        return _decimal(value, value, signed)
    return f"{_decimal(value, value, signed)} ({_decimal(low, value, signed)} – {_decimal(high, value, signed)})"


def _decimal(value: float, scale: float, signed: bool) -> str:
    """Three decimals, four where the value itself is small (Brier scores of rare outcomes)."""
    decimals = 4 if abs(scale) < 0.1 else 3
    return f"{value:{'+' if signed else ''}.{decimals}f}".replace("-", "−")


def _percent(value: float | None) -> str:
    if value is None:
        return NOT_ESTIMABLE
    return f"{100 * value:.1f} %" if value >= 0.01 else f"{100 * value:.2g} %"


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
