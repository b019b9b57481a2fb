"""Editing the curve of one input: a model, a part of the curve and a reason in; the edited version out."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riskmodels.columns import Floats
from riskmodels.directions import directions_of
from riskmodels.errors import InputError
from riskmodels.revision.effect import effect_of, moved_standing
from riskmodels.revision.people import reference_people
from riskmodels.scores.percentiles import group_key
from riskmodels.tabular.derived import EDIT
from riskmodels.tabular.edits import KEY, LARGEST, CurveEdit, Drawn, Kind, edit_table

if TYPE_CHECKING:
    from riskmodels.tabular.model import Curve, RiskModel
    from riskmodels.tabular.reference import Reference

#: characters of a reason
SHORTEST, LONGEST = 10, 500
#: log-odds against a settled direction that is worth a word
SEEN = 0.02


def drawn_curve(model: RiskModel, outcome: str, name: str) -> Drawn:
    """The curve of one input as it is now, exact at any value.

    Args:
        model: with the edits made so far.
        outcome, name: of which curve.
    """

    def at(x: Floats) -> Floats:
        # of a person of whom only this is known the contribution is the curve itself
        reasons = model.explain(pd.DataFrame({name: x}), outcome)
        return reasons.values[name].to_numpy(float)  # noqa: PD011  (a table of its own)

    curve = model.curve(outcome, name)
    codes = curve.bins if len(curve.bins) == len(curve.counts) else np.empty(0)
    start, end = (codes[0], codes[-1]) if len(codes) else (curve.x[0], curve.x[-1])
    return Drawn(at, float(start), float(end), codes, curve.bins, curve.counts)


def make_edit(
    model: RiskModel, outcome: str, name: str, kind: Kind, low: float, high: float, *, by: str = ""
) -> CurveEdit:
    """Edit a part of a curve, see :func:`~riskmodels.tabular.edits.edit_table`.

    Args:
        model: with the edits made so far.
        outcome, name: of which curve.
        kind: what is done.
        low, high: the part, canonical unit.
        by: account of the editor.

    Raises:
        InputError: when the input does not serve the outcome, the part is not within the curve, or the shift would be
            larger than an edit may be.
    """
    if outcome not in model.outcomes or name not in model.inputs_of(outcome):
        raise InputError("This input does not serve this outcome.")
    x, shift = edit_table(drawn_curve(model, outcome, name), kind, low, high)
    if np.abs(shift).max() > LARGEST:
        raise InputError(f"The edit moves the log-odds by more than {LARGEST:g}.", hint="Choose a smaller part.")
    return CurveEdit(outcome, name, kind, low, high, x, shift, by=by, date=_now())


def against_settled(before: Curve, after: Curve, outcome: str, name: str) -> str:
    """What is settled about an input and no longer kept by its edited curve, with the source; empty where it is kept.

    Args:
        before, after: the curve of the input.
        outcome, name: of which curve.
    """
    for direction in directions_of(outcome):
        if direction.name != name:
            continue
        within = (after.x >= direction.low) & (after.x <= direction.high)
        was, now = (_against(direction.sign * curve.logit[within]) for curve in (before, after))
        if now > max(was, 0.0) + SEEN:
            way = "fall" if direction.sign > 0 else "rise"
            return f"The risk may not {way} with it, and after the edit it does by {now:.2f} ({direction.source})."
    return ""


def _against(rising: Floats) -> float:
    """How far values that should rise fall, at most."""
    return float((np.maximum.accumulate(rising) - rising).max()) if len(rising) else 0.0


def edited(model: RiskModel, edits: Sequence[CurveEdit]) -> RiskModel:
    """The model with further edits, to look at: neither its card's history nor its standing is brought up to date."""
    told = [*model.card.get(KEY, []), *(edit.to_dict() for edit in edits)]
    return model.calibrated(model.calibration, model.reference, model.card | {KEY: told})


def edited_version(model: RiskModel, edits: Sequence[CurveEdit], reason: str, by: str = "") -> RiskModel:
    """The model with further edits of one curve, to be saved as a version.

    Args:
        model: before.
        edits: in their order, all of one curve.
        reason: why, in the editor's words; required.
        by: account of the editor.

    Raises:
        InputError: without edits or a reason.
    """
    reason = checked_reason(reason)
    if len({(e.outcome, e.name) for e in edits}) != 1:
        raise InputError("There is no edit of one curve to save.")
    outcome = edits[0].outcome
    new = edited(model, [replace(edit, reason=reason, by=by) for edit in edits])
    effect = effect_of(model, new, reference_people(outcome), outcome)
    facts: dict[str, Any] = {
        "from": model.version,
        "outcome": outcome,
        "method": EDIT,
        "input": edits[0].name,
        "parts": [{"kind": e.kind, "low": e.low, "high": e.high} for e in edits],
        "reason": reason,
        "date": _now(),
        "by": by,
        "people": effect.people,
        "n": len(effect.risks),
        "moved_by_a_point": int(effect.by_point.sum()),
        "moved_by_a_tenth": int(effect.by_tenth.sum()),
        "metrics": {r["metric"]: {"before": r["before"], "after": r["after"]} for _, r in effect.metrics.iterrows()},
        "reasons": "exact in log-odds and adding up to the estimate shown",
    }
    card = new.card | {"derived": facts | {"before": model.card.get("derived")}}
    keys = [group_key(sex, age) for sex, age in zip(effect.frame["sex"], effect.frame["age"], strict=True)]
    reference = _moved(model.reference, outcome, lambda s: moved_standing(s, effect, pd.Series(keys)))
    return model.calibrated(model.calibration, reference, card)


def _moved(reference: Reference | None, outcome: str, move: Any) -> Reference | None:
    if reference is None or outcome not in reference.standing:
        return reference
    return replace(reference, standing=reference.standing | {outcome: move(reference.standing[outcome])})


def checked_reason(reason: str) -> str:
    """A reason that says something, as one line.

    Raises:
        InputError: when it is too short or too long.
    """
    text = " ".join(reason.split())
    if not SHORTEST <= len(text) <= LONGEST or not text.isprintable():
        raise InputError(f"Say why, in {SHORTEST} to {LONGEST} characters.")
    return text


def _now() -> str:
    return datetime.datetime.now(tz=datetime.UTC).isoformat(timespec="seconds")
