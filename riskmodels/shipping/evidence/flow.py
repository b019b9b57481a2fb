"""The flow of people: labelled people in; how many went where, and why the others did not, out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from riskmodels.evaluation.evidence import Flow, LeftOut, Part
from riskmodels.outcomes import OUTCOME, Outcome, refusals
from riskmodels.tabular.recipes import Labelled

#: why somebody of the right people has no label
_NO_LABEL = {
    "diabetes": (("diabetes", "not known whether told of diabetes"), ("hba1c", "no HbA1c")),
    "dysglycaemia": (("diabetes", "not known whether told of diabetes"), ("hba1c", "no HbA1c")),
    "cvd_10y": ((None, "PREVENT cannot be computed: an input of it is unknown or outside its range"),),
    "cvd_death_10y": (
        ("followup_months", "no linked follow-up"),
        (None, "followed for less than ten years, or of a cycle that was"),
    ),
    "coronary_disease": ((None, "no angiography"),),
}
_PARTS = {"fit": "fitted", "tune": "calibrated", "test": "tested"}


def flow_of(data: Labelled, outcome: str, source: str, parts: dict[str, str] | None = None) -> Flow:
    """From all people to those of the parts.

    Args:
        data: labelled people.
        outcome: one of its targets.
        source: the cohort in words.
        parts: words of the parts where they are not those of the recipe.
    """
    target = data.targets[outcome]
    used = target.notna() & (data.weights[outcome] > 0)
    reasons = _reasons(data.frame, OUTCOME[outcome]).mask(used, "")
    counts = reasons[~used].value_counts(sort=False)
    left: list[LeftOut] = [{"reason": str(reason), "n": int(n)} for reason, n in counts.items()]
    shown = parts or {part: words for part, words in _PARTS.items() if data.rows(outcome, part).any()}
    soft = not np.isin(target[used], (0.0, 1.0)).all()
    return {
        "source": source,
        "people": len(data.frame),
        "left_out": sorted(left, key=lambda one: -one["n"]),
        "parts": [_part(data, outcome, part, words, soft) for part, words in shown.items()],
    }


def _part(data: Labelled, outcome: str, part: str, words: str, soft: bool) -> Part:
    rows = data.rows(outcome, part)
    events = None if soft else int(data.targets.loc[rows, outcome].sum())
    return {"part": part, "label": words, "n": int(rows.sum()), "events": events}


def _reasons(frame: pd.DataFrame, outcome: Outcome) -> pd.Series:
    """The first reason that applies to each person: not of the people it holds for, then no label."""
    told = refusals(frame, outcome).map(lambda text: _short(text, outcome))
    unlabelled = pd.Series("no label", index=frame.index, dtype=object)
    for column, words in reversed(_NO_LABEL.get(outcome.name, ())):
        unlabelled[frame[column].isna() if column else slice(None)] = words
    return told.where(told != "", unlabelled)


def _short(text: str, outcome: Outcome) -> str:
    youngest, oldest = outcome.ages
    if text.startswith("valid for ages"):
        return f"not aged {youngest} to {oldest}"
    if text.startswith("already"):
        heart = "heart_attack" in outcome.already
        return f"already told of {'cardiovascular disease' if heart else 'diabetes, or treated for it'}"
    if text.endswith("is needed"):
        return "age or sex unknown"
    return "pregnant" if text else ""
