"""What a cohort looks like to a model: counts that add up, how the risks are spread, what is unknown."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from riskmodels.cohort_report.tables import Column, Section
from riskmodels.cohort_report.wording import named, people, percent
from riskmodels.evaluation import Plan, age_bands, bootstrap_mean, wilson
from riskmodels.evaluation.arrays import FloatArray
from riskmodels.vocabulary import VOCABULARY, inside

#: reasons of refusal listed; the others are counted together
MOST_REASONS = 12
#: bins of a histogram, and their widths
MOST_BARS = 40
_STEPS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.025, 0.05)


def counts_section(
    refused: pd.Series, held: pd.Series, problems: int | None = None, measured: pd.Series | None = None
) -> Section:
    """Rows read, with an estimate, of these those with a held value apart, and refused by reason; the parts add up.

    Args:
        refused: reason of each row; empty where there is an estimate.
        held: what is counted as the edge of the training data; empty where nothing is.
        problems: rows with a value that could not be used, where known.
        measured: whether a measurement answers the outcome of each row, same index; of none when None.
    """
    given, read, edge = int((refused == "").sum()), len(refused), int((held != "").sum())
    reasons = refused[refused != ""].value_counts()
    rows: list[tuple[str, float]] = [("with an estimate", given - edge)]
    if edge:
        rows.append(("with an estimate, a value counted as the edge of the training data", edge))
    rows += [(f"refused: {reason}", int(n)) for reason, n in reasons.head(MOST_REASONS).items()]
    if len(reasons) > MOST_REASONS:
        rows.append((f"refused: {len(reasons) - MOST_REASONS:,} other reasons", int(reasons[MOST_REASONS:].sum())))
    table = pd.DataFrame([*rows, ("read", read)], columns=["rows", "n"])
    bounds = [wilson(n / read, read) if read else (np.nan, np.nan) for n in table["n"][:-1]] + [(np.nan, np.nan)]
    table["share"], table["low"], table["high"] = (
        table["n"] / read if read else np.nan,
        [b[0] for b in bounds],
        [b[1] for b in bounds],
    )
    columns = (
        Column("rows", "Rows"),
        Column("n", "n", "count"),
        Column("share", "Share (95 % interval)", "percent", "low", "high"),
    )
    told = f" {people(problems)} had a value that could not be used." if problems else ""
    of_these = f" ({edge:,} of them with a value counted as the edge of the training data)" if edge else ""
    finding = f"{read:,} read = {given:,} with an estimate{of_these} + {read - given:,} refused.{told}"
    if len(reasons):
        finding += f" Most frequent reason: {reasons.index[0]}."
    told_instead = 0 if measured is None else int((measured & (refused == "")).sum())
    if told_instead:
        finding += (
            f" Of those with an estimate {people(told_instead)} had HbA1c or fasting glucose measured: the scored file "
            "tells the criterion there, and this report judges what the model would estimate."
        )
    return Section("counts", "Who was estimated", finding, table, columns)


def distribution_section(risk: pd.Series, label: pd.Series | None = None) -> Section:
    """Histogram of the risks, apart for those with and without the outcome.

    Args:
        risk: probabilities, NaN = refused.
        label: 0, 1 or NaN, same index.
    """
    known = risk.dropna()
    edges = risk_edges(known)
    edges[-1] = max(float(edges[-1]), float(known.max()) if len(known) else 0.0)
    table = pd.DataFrame({"from": edges[:-1], "to": edges[1:], "n": np.histogram(known, edges)[0]})
    columns = [Column("from", "Risk from", "percent"), Column("to", "to", "percent"), Column("n", "Rows", "count")]
    if label is not None and label.notna().any():
        for value, name, words in ((1.0, "with", "With the outcome"), (0.0, "without", "Without it")):
            table[name] = np.histogram(known[label[known.index] == value], edges)[0]
            columns.append(Column(name, words, "count"))
    if known.empty:
        return Section("distribution", "Spread of the risks", "Nobody has an estimate.", table, tuple(columns))
    half, tenth = (percent(float(known.quantile(q))) for q in (0.5, 0.9))
    finding = f"Half of the {len(known):,} have a risk below {half}, one in ten {tenth} or more."
    return Section("distribution", "Spread of the risks", finding, table, tuple(columns))


def risk_edges(known: pd.Series) -> FloatArray:
    """Edges of at most :data:`MOST_BARS` bins of a round width.

    Args:
        known: probabilities.

    Returns:
        k + 1 probabilities from 0; risks above the last one, at most 0.5 %, belong to the last bin.
    """
    top = float(known.quantile(0.995)) if len(known) else 0.0
    step = next((s for s in _STEPS if top / s <= MOST_BARS - 1), _STEPS[-1])
    return np.asarray(np.arange(int(top / step) + 2) * step, dtype=float)


def groups_section(frame: pd.DataFrame, risk: pd.Series, label: pd.Series | None, plan: Plan) -> Section:
    """Mean and spread of the risks of everybody, by outcome, age band and sex.

    Args:
        frame: PatientFrame.
        risk: probabilities, NaN = refused.
        label: 0, 1 or NaN, same index; None without an outcome column.
        plan: of the interval of the means.
    """
    rows = [_group(by, level, risk, inside_, plan) for by, level, inside_ in _divisions(frame, risk, label)]
    names = ["by", "level", "n", "mean", "low", "high", "p10", "p50", "p90"]
    table = pd.DataFrame(rows, columns=names)
    columns = (
        Column("by", ""),
        Column("level", "Group"),
        Column("n", "Rows", "count"),
        Column("mean", "Mean risk (95 % interval)", "percent", "low", "high"),
        Column("p10", "10th percentile", "percent"),
        Column("p50", "Median", "percent"),
        Column("p90", "90th percentile", "percent"),
    )
    return Section("groups", "Risk by outcome, age and sex", _groups_finding(table), table, columns)


def _divisions(frame: pd.DataFrame, risk: pd.Series, label: pd.Series | None) -> Iterator[tuple[str, str, pd.Series]]:
    yield "all", "everybody", risk.notna()
    if label is not None:
        yield "outcome", "with the outcome", label == 1
        yield "outcome", "without the outcome", label == 0
    bands = age_bands(frame["age"])
    for level in sorted(bands.dropna().unique(), key=lambda t: (not t.startswith("under "), t)):
        yield "age", str(level), bands == level
    for choice in VOCABULARY["sex"].choices:
        yield "sex", choice.label, frame["sex"] == choice.code


def _group(by: str, level: str, risk: pd.Series, inside_: pd.Series, plan: Plan) -> tuple[object, ...]:
    kept = (inside_ & risk.notna()).to_numpy(bool)
    values = risk.to_numpy(float)[kept]
    if not len(values):
        return (by, level, 0, *[np.nan] * 6)
    means = map(float, bootstrap_mean(values, plan.of(kept)))
    return (by, level, len(values), *means, *np.quantile(values, [0.1, 0.5, 0.9]))


def _groups_finding(table: pd.DataFrame) -> str:
    def mean_of(level: str) -> str:
        return percent(float(table.loc[table["level"] == level, "mean"].iloc[0]))

    parts = [f"The mean risk is {mean_of('everybody')}"]
    if "with the outcome" in set(table["level"]):
        parts.append(
            f"{mean_of('with the outcome')} in those with the outcome, {mean_of('without the outcome')} without"
        )
    ages = table[(table["by"] == "age") & table["n"].gt(0)]
    if len(ages) > 1:
        first, last = ages.iloc[0], ages.iloc[-1]
        parts.append(
            f"{percent(float(first['mean']))} at {first['level']}, {percent(float(last['mean']))} at {last['level']}"
        )
    return "; ".join(parts) + "."


def missing_section(frame: pd.DataFrame, inputs: tuple[str, ...], training: dict[str, tuple[int, int]]) -> Section:
    """How often each input is unknown, here and among the training people.

    Args:
        frame: PatientFrame.
        inputs: of the outcome.
        training: known and unknown by input among the training people.
    """
    rows, n = [], len(frame)
    for name in inputs:
        unknown = n if name not in frame else int(frame[name].isna().sum())
        low, high = wilson(unknown / n, n) if n else (np.nan, np.nan)
        known_then, unknown_then = training.get(name, (0, 0))
        then = unknown_then / (known_then + unknown_then) if known_then + unknown_then else np.nan
        share = unknown / n if n else np.nan
        rows.append((name, VOCABULARY[name].label, n - unknown, unknown, share, low, high, then))
    names = ["input", "label", "known", "unknown", "share", "low", "high", "training"]
    table = pd.DataFrame(rows, columns=names).sort_values("share", ascending=False, kind="stable", ignore_index=True)
    columns = (
        Column("label", "Input"),
        Column("known", "Known", "count"),
        Column("unknown", "Unknown", "count"),
        Column("share", "Unknown here (95 % interval)", "percent", "low", "high"),
        Column("training", "Unknown in training", "percent"),
    )
    return Section("missing", "Unknown values", _missing_finding(table), table, columns)


def _missing_finding(table: pd.DataFrame) -> str:
    never = [inside(label) for label in table.loc[table["known"] == 0, "label"]]
    some = f"{len(table) - len(never)} of the" if never else "All"
    text = f"{some} {len(table)} inputs are known for somebody"
    if never:
        text += f"; never known: {named(never)}"
    more = table[(table["known"] > 0) & (table["share"] - table["training"] > 0.1)]
    if len(more):
        text += f". Clearly more often unknown than in training: {', '.join(inside(t) for t in more['label'][:4])}"
    return text + "."
