"""A version in words: what was done, and its figures. No Streamlit here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from riskmodels.evaluation import METRICS
from riskmodels.outcomes import OUTCOME
from riskmodels.tabular.derived import EDIT, PREVALENCE, change_text, steps_of
from ui import text

_NAMED = ("auroc", "brier", "ici")


def done_text(derived: Mapping[str, Any]) -> str:
    """What was done, the last first: ``Prediabetes: recalibrated here (intercept). On top of: Diabetes: …``."""
    last, *earlier = (_step_text(step) for step in steps_of(derived))
    return f"{last}.\nOn top of: {'; '.join(earlier)}" if earlier else last


def _step_text(derived: Mapping[str, Any]) -> str:
    outcome = str(derived.get("outcome", ""))
    short = OUTCOME[outcome].short if outcome in OUTCOME else outcome
    said = change_text(derived)
    if derived.get("method") != PREVALENCE:  # the day stands beside it; that of a statement belongs to it
        said = said.replace(f" on {str(derived.get('date', ''))[:10]}", "")
    return f"{short}: {text.inside(said.rstrip('.'))}"


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
