"""A version in words: what was done, and its figures. No Streamlit here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from riskmodels.evaluation import METRICS
from riskmodels.outcomes import OUTCOME
from riskmodels.tabular.derived import EDIT, PREVALENCE, change_text
from ui import text

_NAMED = ("auroc", "brier", "ici")


def done_text(derived: Mapping[str, Any]) -> str:
    """What was done last: ``Prediabetes: recalibrated here (intercept)``."""
    outcome = str(derived.get("outcome", ""))
    short = OUTCOME[outcome].short if outcome in OUTCOME else outcome
    day = f" on {str(derived.get('date', ''))[:10]}"
    return f"{short}: {text.inside(change_text(derived).replace(day, '').rstrip('.'))}"


def figures_text(derived: Mapping[str, Any]) -> str:
    """Its figures, and on whom: ``AUROC 0.843 to 0.842, Brier score 0.031 to 0.031; 1,200 people held out``."""
    metrics = derived.get("metrics", {})
    parts = [
        f"{METRICS[name].label} {_value(metrics[name]['before'])} to {_value(metrics[name]['after'])}"
        for name in _NAMED
        if name in metrics
    ]
    return "; ".join(part for part in (", ".join(parts), _people(derived)) if part)


def _people(derived: Mapping[str, Any]) -> str:
    method, n = derived.get("method"), int(derived.get("n", 0))
    if method == PREVALENCE:
        before, after = (text.risk(float(derived[part])) for part in ("mean_before", "stated"))
        return f"mean estimate {before} to {after}; {n:,} people: {derived['people']}"
    if method == EDIT:
        moved = int(derived["moved_by_a_point"])
        return f"{moved:,} of {n:,} people move by more than a point"
    held = derived.get("held_out", {}).get("n")
    return f"{text.count(int(held), 'row')} held out" if held else ""


def _value(told: Any) -> str:
    value = told[0] if isinstance(told, list) else told
    return "not estimable" if value is None or value != value else f"{value:.3f}"
