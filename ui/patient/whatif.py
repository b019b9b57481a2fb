"""What if a modifiable fact were different: sliders, and each new estimate beside the old one.

It answers what the model says of a person with other values, never what a treatment would do. Which values move along
is decided in :mod:`riskmodels.changes.whatif`; here they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

import pandas as pd
import streamlit as st

from riskmodels.assessment import Answer
from riskmodels.changes.plan import LABEL
from riskmodels.changes.whatif import Moved, apply
from riskmodels.errors import InputError
from riskmodels.tabular.holding import held_text
from riskmodels.units import Unit, from_canonical, to_canonical
from riskmodels.vocabulary import CURRENT_SMOKER, FORMER_SMOKER, VARIABLES, VOCABULARY, Kind, Variable
from ui import text
from ui.memo import remembered
from ui.patient import scale
from ui.patient.case import Case
from ui.patient.fields import value_changed
from ui.patient.result import risk_html

_TURN = "whatif.turn"
CAPTION = (
    f"This is {LABEL}: what it would say of a person with these values, linked ones moved along and everything else "
    "the same."
)


@dataclass(frozen=True, eq=False)
class Tried:
    """What the sliders say of a patient.

    Args:
        changes: canonical values by name.
        answers: to the patient with them, in the order of the page; empty where nobody can have them.
        moved: the linked values that moved along.
        why_not: why nobody can have them.
    """

    changes: Mapping[str, float] = field(repr=False)
    answers: Sequence[Answer] = field(default=(), repr=False)
    moved: Sequence[Moved] = field(default=(), repr=False)
    why_not: str = ""


def says(case: Case) -> tuple[object, ...]:
    """What decides what is drawn: each control with the patient's own value, and all answers once one is moved."""
    patient, units, tried = case.patient, case.units, find_tried(case)
    own = tuple((v.name, float(patient[v.name]), units[v.name].symbol if v.units else "") for v in _movable(case))
    return (own, tuple(case.answers), tuple(tried.changes.items())) if tried else (own,)


def find_tried(case: Case) -> Tried | None:
    """What the sliders say where one of them is moved."""
    changes = _changes(case)
    if not changes:
        return None
    return remembered("whatif.tried", (case, tuple(changes.items())), lambda: _try(case, changes))


def _try(case: Case, changes: Mapping[str, float]) -> Tried:
    try:
        changed = apply(case.patient, changes)
    except InputError as error:
        return Tried(changes, why_not=str(error))
    answers = case.assessment.again(changed.row.to_frame().T.astype(float)).answers()
    return Tried(changes, answers, changed.moved)


def _changes(case: Case) -> dict[str, float]:
    """Canonical values of the controls that do not stand where the patient does, by name."""
    found = {}
    for variable in _movable(case):
        own, moved = _own(variable, case), st.session_state.get(_key(variable, case))
        if moved is not None and moved != own:
            unit = case.units[variable.name] if variable.units else None
            found[variable.name] = float(to_canonical(float(moved), unit) if unit else moved)
    return found


def _own(variable: Variable, case: Case) -> float:
    """Where the patient stands on a control."""
    value = float(case.patient[variable.name])
    if not variable.units:
        return value
    unit = case.units[variable.name]
    return round(float(from_canonical(value, unit)), unit.decimals)


def _key(variable: Variable, case: Case) -> str:
    unit = f".{case.units[variable.name].symbol}" if variable.units else ""
    turn = st.session_state.get(_TURN, 0)
    return f"whatif.{turn}.{variable.name}.{float(case.patient[variable.name]):g}{unit}"


def _movable(case: Case) -> list[Variable]:
    inputs = {name for outcome in case.given for name in case.assessment.model(outcome).inputs_of(outcome)}
    return sliders_for(case.patient, inputs) if case.given else []


def sliders_for(patient: pd.Series, inputs: set[str]) -> list[Variable]:
    """The modifiable facts that can be moved: known, used by a model, and not led by another one.

    Args:
        patient: the row of the PatientFrame.
        inputs: names that any model in use takes.
    """
    led = {"bmi"} if _known(patient, "weight", "height") else {"weight"}
    if _known(patient, "ldl_cholesterol", "total_cholesterol"):
        led.add("total_cholesterol")
    return [
        v
        for v in VARIABLES
        if v.modifiable and _known(patient, v.name) and v.name not in led and (v.name in inputs or v.name == "weight")
    ]


def _known(patient: pd.Series, *names: str) -> bool:
    return all(patient[name] == patient[name] for name in names)


def draw_whatif(case: Case) -> None:
    """Sliders for modifiable facts and, once one is moved, the new estimates beside the old."""
    variables = _movable(case)
    if not variables:
        st.caption("Enter something care can change, such as blood pressure or weight, to try other values.")
        return
    with st.container(key="sliders"):
        columns = st.columns(2, gap="medium")
        for i, variable in enumerate(variables):
            with columns[i % 2]:
                _draw_control(variable, case)
    tried = find_tried(case)
    if tried:
        _draw_tried(case, tried)
    st.caption(CAPTION)


def _draw_control(variable: Variable, case: Case) -> None:
    """Where it stands is read by :func:`find_tried`: the line that stays in view says it as well."""
    own = _own(variable, case)
    if variable.kind is not Kind.NUMBER:
        _draw_answers_of(variable, own, _key(variable, case))
        return
    unit = case.units[variable.name]
    low, high = (round(float(from_canonical(v, unit)), unit.decimals) for v in variable.usual)
    st.slider(
        f"{variable.label}, {unit.symbol}",
        min(low, own),
        max(high, own),
        own,
        step=unit.step,
        format=f"%.{unit.decimals}f",
        key=_key(variable, case),
        on_change=value_changed,
        persist_state="page",
    )


def _draw_answers_of(variable: Variable, value: float, key: str) -> None:
    labels = {c.code: c.label for c in variable.choices}
    if variable.name == "smoking":
        if value != CURRENT_SMOKER:
            return  # only a smoker can stop
        labels = {code: labels[code] for code in (FORMER_SMOKER, CURRENT_SMOKER)}
    st.segmented_control(
        variable.label,
        list(labels),
        default=value,
        required=True,
        format_func=lambda code: labels[code],
        key=key,
        on_change=value_changed,
        persist_state="page",
    )


def moved_text(moved: Moved, units: Mapping[str, Unit]) -> str:
    """A value that moved along: ``body mass index 32.7 kg/m² → 31.2 kg/m² (weight ÷ height²)``."""
    variable, unit = VOCABULARY[moved.name], units.get(moved.name)
    before, after = variable.format(moved.before, unit), variable.format(moved.after, unit)
    return f"{text.inside(variable.label)} {before} → {after} ({moved.why})"


def _draw_tried(case: Case, tried: Tried) -> None:
    if tried.why_not:
        st.caption(f":material/error: {tried.why_not}")
        return
    pairs = zip(case.answers, tried.answers, strict=True)
    rows = "".join(_row(old, new, case.units) for old, new in pairs if old.given)
    st.html(f'<section class="cr-answers" aria-label="Estimates with other values">{rows}</section>')
    if tried.moved:
        st.caption(f"Moved along: {'; '.join(moved_text(moved, case.units) for moved in tried.moved)}.")
    st.button("Back to the patient's values", icon=":material/undo:", on_click=_reset, type="tertiary")


def _row(old: Answer, new: Answer, units: Mapping[str, Unit]) -> str:
    title = f"<h3>{escape(old.outcome.label)}</h3>"
    if not new.given:
        return f'<div class="cr-answer cr-refused">{title}<p>Not estimated: {escape(new.refused)}.</p></div>'
    before, after = (text.risk(answer.risk, answer.bound) for answer in (old, new))
    words = f"{before} before, {after} with these values"
    drawn = scale.draw_scale(new.risk, new.low, new.high, words, before=old.risk)
    wraps = " cr-wraps" if old.bound and new.bound else ""
    numbers = f'<span class="cr-numbers{wraps}">{before} → <b>{risk_html(new)}</b></span>'
    held = held_text(new.held, units)
    notes = f'<div class="cr-notes"><span class="cr-caution">{escape(held)}</span></div>' if held else ""
    return f'<div class="cr-answer">{title}{numbers}<span class="cr-scale-cell">{drawn}</span>{notes}</div>'


def _reset() -> None:
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
    value_changed()
