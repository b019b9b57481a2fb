"""What was done to a model since it was trained, in words: a card in, sentences for whoever reads an estimate out.

A version's card holds ``derived``: what was done last, and under ``before`` what was done before that. A step for one
group only says so under ``group``, and every estimate of such a version carries a caution that names the group.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from riskmodels.tabular.edits import KEY
from riskmodels.tabular.support import Texts
from riskmodels.vocabulary import VOCABULARY, inside

PREVALENCE, EDIT = "local prevalence", "curve edit"
_DONE = {"flatten": "made level", "smooth": "smoothed", "cut above": "cut", "cut below": "cut"}
_LONGEST = 60


def steps_of(derived: Mapping[str, Any] | None) -> Iterator[Mapping[str, Any]]:
    """What was done, the last first."""
    while isinstance(derived, Mapping) and derived:
        yield derived
        derived = derived.get("before")


def group_of(derived: Mapping[str, Any] | None, outcome: str = "") -> str:
    """For whom alone a version holds: ``“ancestry” is “Asian”``; empty where for everybody.

    Args:
        derived: of its card.
        outcome: of one outcome; of any when empty.
    """
    groups = [
        f"“{_short(step['group']['column'])}” is “{_short(step['group']['value'])}”"
        for step in steps_of(derived)
        if step.get("group") and (not outcome or step.get("outcome") == outcome)
    ]
    return " and ".join(dict.fromkeys(groups))


def cautioned(card: Mapping[str, Any], outcomes: Sequence[str], cautions: Texts) -> Texts:
    """The cautions of estimates, with the group for which alone a version was recalibrated.

    Args:
        card: of the model.
        outcomes: of its columns.
        cautions: (n, O) texts.
    """
    found = cautions
    for o, outcome in enumerate(outcomes):
        group = group_of(card.get("derived"), outcome)
        if group:
            found = found.copy()
            text = f"recalibrated here only for people whose {group}"
            found[:, o] = np.where(found[:, o] == "", text, found[:, o] + f"; {text}")
    return found


def notes(card: Mapping[str, Any], outcome: str) -> tuple[str, ...]:
    """What was done here to the estimates of an outcome, the last first; nothing for a model as it was trained."""
    said = [change_text(s) for s in steps_of(card.get("derived")) if s.get("outcome") == outcome and not _is_edit(s)]
    edits = [edit_text(edit) for edit in reversed(card.get(KEY, [])) if edit["outcome"] == outcome]
    return (*said, *edits)


def change_text(derived: Mapping[str, Any]) -> str:
    """One step in a sentence: ``Shifted by +0.46 log-odds to a prevalence of 6 % stated on 2026-11-29.``"""
    day = str(derived.get("date", ""))[:10]
    if derived.get("method") == PREVALENCE:
        shift = f"{derived['shift']:+.2f}".replace("-", "−")
        who = f" by {_short(derived['by_name'])}" if derived.get("by_name") else ""
        return f"Shifted by {shift} log-odds to a prevalence of {100 * derived['stated']:.3g} % stated on {day}{who}."
    if _is_edit(derived):
        told = {"name": derived["input"], "date": derived["date"]}
        return " ".join(edit_text(part | told) for part in derived["parts"])
    group = f" only for people whose {group_of({**derived, 'before': None})}" if derived.get("group") else ""
    return f"Recalibrated here ({derived.get('method', 'method not told')}){group} on {day}."


def edit_text(edit: Mapping[str, Any]) -> str:
    """One edit in a sentence: ``The curve of BMI was made level from 40 to 60 kg/m² on 2026-11-29.``"""
    variable, kind = VOCABULARY[edit["name"]], edit["kind"]
    low, high = (variable.format(float(edit[end])) for end in ("low", "high"))
    if not variable.choices:
        low = low.removesuffix(f" {variable.unit}") if kind in ("flatten", "smooth") else low
    where = {"cut above": f"above {low}", "cut below": f"below {high}"}.get(kind, f"from {low} to {high}")
    return f"The curve of {_label(edit['name'])} was {_DONE[kind]} {where} on {str(edit['date'])[:10]}."


def _is_edit(derived: Mapping[str, Any]) -> bool:
    return derived.get("method") == EDIT


def _label(name: str) -> str:
    return inside(VOCABULARY[name].label) if name in VOCABULARY else "an input"


def _short(text: object) -> str:
    return str(text)[:_LONGEST]
