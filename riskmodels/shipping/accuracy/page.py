"""docs/accuracy.md from the figures."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from riskmodels.evaluation.accuracy import NAMES
from riskmodels.outcomes import OUTCOME
from riskmodels.shipping.accuracy.compare import Comparison, best_peer, standing

_HEAD = """# Accuracy beside nine peers

Written by `make bench-accuracy`; do not edit. Figures, intervals and settings of every row:
[data/reference/accuracy.json](../data/reference/accuracy.json). Date: {date}. Models: {models}.

- **Peers** are fitted on the same people with the same inputs, for each row anew; the network of the population is one
  model for all rows of NHANES. Each peer's settings are chosen among several by log loss on people kept for tuning,
  where it also stops early and is recalibrated. On random subsets the settings are those chosen with all inputs.
- **NHANES**: fitted on cycles to 2011–12, tuned on 2013–14, tested on 2015–18, which has been looked at before. Death:
  30 % of the people are held out by a hash. **Chest pain, Pima**: 3 × 5-fold cross-validation. Where no people are kept
  for tuning, a peer is the mean of four, each stopped on another quarter.
- **Best peer**: the best of the nine on the tested people themselves. This favours the peers.
- **Differences** are network − best peer with standard error and 95 % bootstrap interval (500 draws of the same people
  for both). *First*: not below the best peer. *Level*: below, but the interval holds 0. *Behind*: neither.
"""
_PIMA = """
Of Pima's eight inputs the app has names for four (age, body mass index, diastolic pressure, glucose of the load test):
peers and network get these.
"""
_TABM = """
TabM is smaller here than its authors' (8 members of two layers of 64, at most 25 epochs), so that a fit takes seconds
on one core.
"""
_MISSING = """
Inputs are hidden in blocks, as files lack them (lipids together, urine albumin alone), of each person others; age, sex
and the kind of chest pain stay. Nothing is fitted again.
"""


def page(rows: Sequence[Comparison], date: str, models: str) -> str:
    """The page as Markdown.

    Args:
        rows: of the results.
        date: ISO.
        models: names and versions of the models compared.
    """
    subsets = [r for r in rows if _is_subset(r)]
    whole = [r for r in rows if not _is_subset(r) and r["hidden"] == 0]
    hidden = [r for r in rows if r["hidden"] > 0]
    text = _HEAD.format(date=date, models=models) + "\n## Rows\n\n" + _best(whole)
    text += "\n## AUROC of all\n\n" + _all(whole, "auroc") + "\n## Brier score of all\n\n" + _all(whole, "brier")
    text += _PIMA + _TABM
    if subsets:
        text += "\n## Random subsets of inputs\n" + _summaries(subsets) + "\n" + _best(subsets)
    if hidden:
        text += "\n## Inputs missing at the test\n" + _MISSING + "\n" + _best(hidden) + "\n" + _all(hidden, "auroc")
    return text


def _is_subset(row: Comparison) -> bool:
    return row["inputs"].startswith("subset ")


def _title(row: Comparison) -> str:
    outcome = OUTCOME[row["outcome"]].label if row["outcome"] in OUTCOME else row["outcome"]
    away = f", {100 * row['hidden']:.0f} % missing" if row["hidden"] else ""
    return f"{row['data']}: {outcome}, {row['inputs']}{away}"


def _best(rows: Sequence[Comparison]) -> str:
    lines = [
        "| | n, events | network AUROC | best peer | difference, SE (95 % interval) | | Brier: to the best | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        peer, other = best_peer(row), best_peer(row, "brier")
        lines.append(
            f"| {_title(row)} | {row['n']:,}, {row['events']:,} | {row['auroc']:.4f} "
            f"| {NAMES[peer]} {row['peers'][peer]['auroc']:.4f} | {_said(row['peers'][peer]['auroc_difference'], 4)} "
            f"| {standing(row)} | {NAMES[other]}: {_said(row['peers'][other]['brier_difference'], 5)} "
            f"| {standing(row, 'brier')} |"
        )
    return "\n".join(lines) + "\n"


def _said(difference: Sequence[float], digits: int) -> str:
    value, error, low, high = (f"{x:+.{digits}f}".replace("-", "−") for x in difference)
    return f"{value}, {error[1:]} ({low} to {high})"


def _all(rows: Sequence[Comparison], metric: str) -> str:
    names = [name for name in NAMES if any(name in row["peers"] for row in rows)]
    lines = ["| | network | " + " | ".join(NAMES[name] for name in names) + " |", "|---" * (len(names) + 2) + "|"]
    digits = 4 if metric == "auroc" else 5
    for row in rows:
        own = row["auroc"] if metric == "auroc" else row["brier"]
        found = [own, *(_value(row, name, metric) for name in names)]
        known = [value for value in found if value is not None]
        best = max(known) if metric == "auroc" else min(known)
        cells = ["" if v is None else f"**{v:.{digits}f}**" if v == best else f"{v:.{digits}f}" for v in found]
        lines.append(f"| {_title(row)} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _value(row: Comparison, name: str, metric: str) -> float | None:
    if name not in row["peers"]:
        return None
    return row["peers"][name]["auroc"] if metric == "auroc" else row["peers"][name]["brier"]


def _summaries(rows: Sequence[Comparison]) -> str:
    lines = []
    for outcome in dict.fromkeys(row["outcome"] for row in rows):
        mine = [row for row in rows if row["outcome"] == outcome]
        apart = [row["peers"][best_peer(row)]["auroc_difference"][0] for row in mine]
        places = [standing(row) for row in mine]
        lines.append(
            f"\n- **{OUTCOME[outcome].label}**, {len(mine)} subsets: AUROC network − best peer on average "
            f"{_signed(mean(apart))}, worst {_signed(min(apart))}; "
            + ", ".join(f"{places.count(word)} {word}" for word in ("first", "level", "behind"))
            + "."
        )
    return "".join(lines) + "\n"


def _signed(value: float) -> str:
    return f"{value:+.4f}".replace("-", "−")
