"""Which inputs matter in this cohort: mean |SHAP| with intervals, a cloud of values, and what each input does.

Shapley values are in log-odds and exact. Nothing here can be traced to a row: the cloud's points are drawn for each
input apart, in random order and rounded, and the dependence is told in groups of people.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from riskmodels.cohort_report.tables import Column, Section
from riskmodels.cohort_report.wording import people, signed
from riskmodels.evaluation import Plan, bootstrap_mean
from riskmodels.tabular.model import RiskModel
from riskmodels.vocabulary import VOCABULARY, Kind, inside

#: rows explained for the whole section, drawn at random from larger cohorts
MOST_EXPLAINED = 10_000
#: points of the cloud, and inputs in it
MOST_POINTS, MOST_INPUTS = 2_000, 12
#: groups of a number in a dependence, and the fewest people in one
MOST_GROUPS, FEWEST = 12, 10
_CHUNK = 2048


def explain_rows(model: RiskModel, frame: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Shapley values (log-odds) of every row, in chunks: rows × inputs, 0 = unknown.

    Args:
        model: any risk model.
        frame: PatientFrame with all that was known when the rows were estimated.
        outcome: one of the model's.

    Returns:
        The inputs of the outcome, and the model's other inputs where knowing them moves an estimate.
    """
    chunks = [frame.iloc[first : first + _CHUNK] for first in range(0, len(frame), _CHUNK)]
    parts = [model.explain(chunk, outcome).values for chunk in chunks]  # noqa: PD011
    found = pd.concat(parts) if parts else pd.DataFrame(columns=list(model.inputs), dtype=float)
    serving = set(model.inputs_of(outcome))
    return found[[name for name in found if name in serving or bool((found[name] != 0).any())]]


def importance_section(values: pd.DataFrame, data: pd.DataFrame, plan: Plan) -> Section:
    """Mean |SHAP| of each input.

    Args:
        values: Shapley values, log-odds, 0 = unknown.
        data: the inputs, NaN = unknown, same rows.
        plan: how to resample, groups as long as ``values``.

    Returns:
        One row an input, the most important first: ``input``, ``label``, ``importance``, ``low``, ``high``, ``known``
        (share).
    """
    mean, low, high = bootstrap_mean(values.abs().to_numpy(float), plan)
    table = pd.DataFrame({"input": list(values.columns), "importance": mean, "low": low, "high": high})
    table["label"] = [VOCABULARY[name].label for name in table["input"]]
    table["known"] = data[list(values.columns)].notna().mean().to_numpy(float)
    table = table.sort_values("importance", ascending=False, kind="stable", ignore_index=True)
    columns = (
        Column("label", "Input"),
        Column("importance", "Mean |SHAP|, log-odds (95 % interval)", "decimal", "low", "high"),
        Column("known", "Known", "percent"),
    )
    return Section("importance", "What moves the estimates", _finding(table, len(values)), table, columns)


def cloud_section(values: pd.DataFrame, data: pd.DataFrame, names: list[str]) -> Section:
    """How the Shapley values of each input are spread, as a cloud of at most 2,000 points.

    Args:
        values: Shapley values, log-odds.
        data: the inputs, NaN = unknown, same rows.
        names: inputs to show, the most important first; the first twelve are.

    Returns:
        One row an input: ``input``, ``label``, ``known``, ``raised`` (share of those in whom it is known), ``p10``,
        ``p50``, ``p90``. ``drawn``: ``input``, ``label``, ``shap`` and ``place`` (rank of the value, 0–1).
    """
    rows = []
    for name in names[:MOST_INPUTS]:
        known = values.loc[data[name].notna(), name]
        rows.append(
            (name, VOCABULARY[name].label, len(known), float((known > 0).mean()), *known.quantile([0.1, 0.5, 0.9]))
        )
    table = pd.DataFrame(rows, columns=["input", "label", "known", "raised", "p10", "p50", "p90"])
    columns = (
        Column("label", "Input"),
        Column("known", "Known", "count"),
        Column("raised", "Raised in", "percent"),
        Column("p50", "Median SHAP (10th to 90th percentile)", "signed", "p10", "p90"),
    )
    drawn = _cloud(values, data, names[:MOST_INPUTS])
    if table.empty:
        return Section("cloud", "How far each input moves them", "No input moves an estimate.", table, columns, drawn)
    widest = table.iloc[int((table["p90"] - table["p10"]).to_numpy(float).argmax())]
    finding = (
        f"{widest['label']} has the widest effect: from {signed(float(widest['p10']))} to "
        f"{signed(float(widest['p90']))} log-odds in 8 of 10. Left of 0 lowers, right of it raises the estimate. Each "
        f"dot is a person, dark where the value is high; {len(drawn):,} dots, drawn at random for each input apart."
    )
    return Section("cloud", "How far each input moves them", finding, table, columns, drawn)


def _finding(table: pd.DataFrame, n: int) -> str:
    if table.empty or not n:
        return "Nobody has an estimate to explain."
    strongest = [inside(label) for label in table.loc[table["importance"] > 0, "label"][:3]]
    silent = int((table["importance"] == 0).sum())
    more = f" {silent} inputs are never known here and move nothing." if silent else ""
    return f"In {people(n)} the estimate is moved most by {', '.join(strongest)}.{more}"


def _cloud(values: pd.DataFrame, data: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    rng, parts = np.random.default_rng(0), []
    for name in names:
        known = np.flatnonzero(data[name].notna().to_numpy(bool))
        if not len(known):
            continue
        chosen = rng.permutation(known)[: MOST_POINTS // max(len(names), 1)]
        place = data[name].rank(pct=True, method="average").to_numpy(float)[chosen]
        shap = values[name].to_numpy(float)[chosen]
        label = VOCABULARY[name].label
        parts.append(pd.DataFrame({"input": name, "label": label, "shap": shap.round(2), "place": place.round(1)}))
    columns = ["input", "label", "shap", "place"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def dependence_section(values: pd.DataFrame, data: pd.DataFrame, names: list[str]) -> Section:
    """What each value of an input does in these people, with the level of those in whom it is unknown.

    Args:
        values: Shapley values, log-odds.
        data: the inputs, NaN = unknown, same rows.
        names: inputs to show.

    Returns:
        Groups of people by value: ``input``, ``label``, ``value`` (words), ``x`` (median, NaN = unknown), ``n``,
        ``p10``, ``p50``, ``p90`` of the Shapley values. The unknown are always listed: their contribution is 0.
    """
    rows = [row for name in names for row in _groups_of(name, values[name], data[name])]
    table = pd.DataFrame(rows, columns=["input", "label", "value", "x", "n", "p10", "p50", "p90"])
    columns = (
        Column("label", "Input"),
        Column("value", "Value"),
        Column("n", "Rows", "count"),
        Column("p50", "Median SHAP (10th to 90th percentile)", "signed", "p10", "p90"),
    )
    labels = ", ".join(inside(VOCABULARY[name].label) for name in names)
    finding = (
        f"How {labels} move the log-odds: line, the middle person; band, 8 of 10 people (other inputs differ); "
        "square, those in whom it is unknown, whom it does not move."
        if names
        else "No input is known."
    )
    return Section("dependence", "What each value does", finding, table, columns)


def _groups_of(name: str, values: pd.Series, data: pd.Series) -> list[tuple[object, ...]]:
    variable, known = VOCABULARY[name], data.dropna()
    if variable.kind is Kind.NUMBER and known.nunique() > 6:
        parts = pd.qcut(known, min(MOST_GROUPS, max(1, len(known) // FEWEST)), duplicates="drop").cat.codes
    else:
        parts = known
    rows = []
    for _, index in known.groupby(parts).groups.items():
        inside_ = data.loc[index]
        middle = float(inside_.median())
        alone = float(inside_.min()) == float(inside_.max())
        words = f"{'' if alone else 'about '}{variable.format(middle)}"
        spread = values.loc[index].quantile([0.1, 0.5, 0.9])
        rows.append((name, variable.label, words, middle, len(index), *spread))
    return [*rows, (name, variable.label, "unknown", np.nan, int(data.isna().sum()), 0.0, 0.0, 0.0)]
