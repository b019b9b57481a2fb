"""What if a modifiable fact were different: sliders, and each new estimate beside the old one.

It answers what the model says of a person with other values, never what a treatment would do. Which values move along
is decided in :mod:`riskmodels.changes.whatif`; here they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import pandas as pd
import streamlit as st

from riskmodels.assessment import Answer
from riskmodels.changes.plan import LABEL
from riskmodels.changes.whatif import Moved, apply
from riskmodels.errors import InputError
from riskmodels.tabular.holding import held_text
from riskmodels.units import Unit, from_canonical, to_canonical
from riskmodels.vocabulary import VARIABLES, VOCABULARY, Kind, Variable
from ui import text
from ui.patient import scale
from ui.patient.case import Case
from ui.patient.result import risk_html

_TURN, _MOVED = "whatif.turn", "whatif.moved"
CAPTION = (
    f"This is {LABEL}: what it would say of a person with these values, linked ones moved along and everything else "
    "the same."
)


def says(case: Case) -> tuple[object, ...]:
    """What decides what is drawn: each control with the patient's own value, and all answers once one is moved."""
    patient, units = case.patient, case.units
    own = tuple((v.name, float(patient[v.name]), units[v.name].symbol if v.units else "") for v in _movable(case))
    return (own, tuple(case.answers)) if st.session_state.get(_MOVED) else (own,)


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
        changes: dict[str, float] = {}
        for i, variable in enumerate(variables):
            with columns[i % 2]:
                changes |= _draw_slider(variable, float(case.patient[variable.name]), case.units)
    st.session_state[_MOVED] = bool(changes)
    if changes:
        _draw_changed(case, changes)
    st.caption(CAPTION)


def _draw_slider(variable: Variable, value: float, units: Mapping[str, Unit]) -> dict[str, float]:
    """One control; its change as canonical value, empty where the patient's own value stands."""
    key = f"whatif.{st.session_state.get(_TURN, 0)}.{variable.name}.{value:g}"
    if variable.kind is not Kind.NUMBER:
        return _draw_answers_of(variable, value, key)
    unit = units[variable.name]
    own = round(float(from_canonical(value, unit)), unit.decimals)
    low, high = (round(float(from_canonical(v, unit)), unit.decimals) for v in variable.usual)
    moved = st.slider(
        f"{variable.label}, {unit.symbol}",
        min(low, own),
        max(high, own),
        own,
        step=unit.step,
        format=f"%.{unit.decimals}f",
        key=f"{key}.{unit.symbol}",
        persist_state="page",
    )
    return {} if moved == own else {variable.name: float(to_canonical(float(moved), unit))}


def _draw_answers_of(variable: Variable, value: float, key: str) -> dict[str, float]:
    labels = {c.code: c.label for c in variable.choices}
    if variable.name == "smoking":
        if labels[value] != "current smoker":
            return {}  # only a smoker can stop
        labels = {code: label for code, label in labels.items() if label != "never"}
    moved = st.segmented_control(
        variable.label,
        list(labels),
        default=value,
        required=True,
        format_func=lambda code: labels[code],
        key=key,
        persist_state="page",
    )
    return {} if moved is None or moved == value else {variable.name: float(moved)}


def moved_text(moved: Moved, units: Mapping[str, Unit]) -> str:
    """A value that moved along: ``body mass index 32.7 kg/m² → 31.2 kg/m² (weight ÷ height²)``."""
    variable, unit = VOCABULARY[moved.name], units.get(moved.name)
    before, after = variable.format(moved.before, unit), variable.format(moved.after, unit)
    return f"{text.inside(variable.label)} {before} → {after} ({moved.why})"


def _draw_changed(case: Case, changes: Mapping[str, float]) -> None:
    try:
        changed = apply(case.patient, changes)
    except InputError as error:
        st.caption(f":material/error: {error}")
        return
    answers = case.assessment.again(changed.row.to_frame().T.astype(float)).answers()
    rows = "".join(_row(old, new, case.units) for old, new in zip(case.answers, answers, strict=True) if old.given)
    st.html(f'<section class="cr-answers" aria-label="Estimates with other values">{rows}</section>')
    if changed.moved:
        st.caption(f"Moved along: {'; '.join(moved_text(moved, case.units) for moved in changed.moved)}.")
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
