"""The form of known facts, made from the vocabulary: clinical groups, every field may stay unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from riskmodels.checks import Checked, Severity
from riskmodels.vocabulary import GROUPS, VOCABULARY, Group, Kind, Variable, in_group
from ui.patient import parts
from ui.patient.examples import EXAMPLES
from ui.record import draft, fhir_import
from ui.record import facts as record_facts
from ui.record import importing as record_import
from ui.record import state as record_state
from ui.record.talk import Step

#: words for the one-line summary of a closed group, where the label is too long for it
_SHORT = {
    "age": "",
    "sex": "",
    "pregnancy": "pregnant",
    "bmi": "BMI",
    "systolic_bp": "systolic",
    "diastolic_bp": "diastolic",
    "pulse": "pulse",
    "hypertension": "told high",
    "bp_medication": "medicine",
    "total_cholesterol": "TC",
    "hdl_cholesterol": "HDL",
    "ldl_cholesterol": "LDL",
    "triglycerides": "TG",
    "cholesterol_medication": "statin or other",
    "fasting_hours": "fasted",
    "hba1c": "HbA1c",
    "diabetes": "told diabetes",
    "insulin": "insulin",
    "glucose_pills": "pills",
    "family_history_diabetes": "family history",
    "egfr": "eGFR",
    "uacr": "urine albumin",
    "crp": "CRP",
    "physical_activity": "active",
    "smoking": "",
    "chest_pain_type": "",
    "fasting_glucose_above_120": "glucose above 120",
    "resting_ecg": "ECG",
    "max_heart_rate": "highest rate",
    "exercise_angina": "angina on exercise",
    "st_depression": "ST",
    "st_slope": "slope",
    "major_vessels": "vessels",
    "thallium_scan": "scan",
}
#: unknown numbers are named in the summary while they are few, except these: nothing waits for them
_MAX_NAMED = 2
_NOT_MISSED = frozenset({"pulse", "fasting_hours", "bmi"})


def draw_toolbar() -> None:
    """Examples, import, clear and undo."""
    with st.container(horizontal=True, gap="small", key="toolbar"):
        if record_state.opened() is None:
            _draw_examples()
        fhir_import.draw_import(record_import.begin)
        _draw_clear()
        before = draft.undo_available()
        if before is not None:
            st.button(
                "Undo", icon=":material/undo:", on_click=draft.undo, help=f"{before.did}: bring back what was there"
            )


def _draw_examples() -> None:
    with st.popover("Example", icon=":material/lab_profile:"):
        st.caption("Invented patients, to see how the page answers.")
        for example in EXAMPLES:
            st.button(
                example.title,
                key=f"example.{example.title}",
                on_click=draft.load,
                args=(example.values, "Loaded an example"),
                width="stretch",
            )
            st.caption(example.note)


def _draw_clear() -> None:
    """Empty the form; an open record is left by it, never emptied."""
    if record_state.opened() is None:
        step = Step("clear")
        label, icon, nothing = "Clear", ":material/backspace:", draft.is_empty()
    else:
        step = Step("close")
        label, icon, nothing = "New patient", ":material/person_add:", False
    st.button(label, icon=icon, on_click=record_state.leave_for, args=(step,), disabled=nothing, key="clear")


def draw_form() -> None:
    """All groups of the vocabulary, each drawn anew when it says something else; a closed one is one line."""
    for group in GROUPS:
        parts.draw(f"group.{group.name}", partial(_says, group), partial(_draw_group, group))


@dataclass(frozen=True)
class _Said:
    """What a group shows beside its fields' values: its line, the units, and the captions under its fields."""

    summary: str
    units: tuple[str, ...]
    notes: tuple[tuple[str, ...], ...]


def _says(group: Group) -> _Said:
    checked, variables = draft.check_draft(), in_group(group.name)
    units = tuple(draft.unit_of(v.name).symbol if v.units else "" for v in variables)
    return _Said(summary(group, checked), units, tuple(tuple(_notes(v, checked)) for v in variables))


def _draw_group(group: Group, said: _Said) -> None:
    with st.expander(said.summary, expanded=group.name == "about", key=f"group.{group.name}"):
        for variable, notes in zip(in_group(group.name), said.notes, strict=True):
            _draw_field(variable, notes)


def summary(group: Group, checked: Checked) -> str:
    """One line for a closed group: ``Lipids  TC 231, HDL 41, LDL unknown`` (markdown)."""
    values = draft.known()
    known, unknown = [], []
    pressure = _pressure(values) if group.name == "pressure" else ""
    for variable in in_group(group.name):
        if pressure and variable.name in ("systolic_bp", "diastolic_bp"):
            continue
        value = values[variable.name]
        if value == value:
            known.append(_known_text(variable, value))
        elif variable.kind is Kind.NUMBER and variable.name not in _NOT_MISSED:
            unknown.append(_short(variable))
    known = [pressure, *known] if pressure else known
    if not known:
        return f"**{group.label}** :gray[unknown]"
    rest = f" :gray[· {' and '.join(unknown)} unknown]" if 0 < len(unknown) <= _MAX_NAMED else ""
    marks = " :material/error:" if _has_unused(group, checked) else ""
    return f"**{group.label}** {' · '.join(known)}{rest}{marks}"


def _pressure(values: Mapping[str, float]) -> str:
    """``142 / 86`` where both pressures are known; empty otherwise."""
    both = {name: values[name] for name in ("systolic_bp", "diastolic_bp")}
    if any(value != value for value in both.values()):
        return ""
    return " / ".join(VOCABULARY[name].format(value, draft.unit_of(name)).split(" ")[0] for name, value in both.items())


def _has_unused(group: Group, checked: Checked) -> bool:
    names = {v.name for v in in_group(group.name)}
    return any(p.field in names and p.severity is Severity.UNUSED for p in checked.problems)


def _short(variable: Variable) -> str:
    return _SHORT.get(variable.name, variable.label.lower())


def _known_text(variable: Variable, value: float) -> str:
    word = _short(variable)
    if variable.kind is Kind.YES_NO:
        return word if value == 1 else f"{word}: no"
    shown = variable.format(value, draft.unit_of(variable.name) if variable.units else None)
    if variable.kind is Kind.NUMBER and variable.name != "age":
        shown = shown.split(" ")[0]
    return f"{word} {shown}".strip()


def _draw_field(variable: Variable, notes: Sequence[str]) -> None:
    number = variable.kind is Kind.NUMBER
    label, *fields = st.columns(
        [4.2, 3.0, 2.8] if number else [4.13, 5.87], gap="small", vertical_alignment="center", wrap=False
    )
    with label:
        st.markdown(variable.label, help=variable.help or None)
    with fields[0]:
        _draw_number(variable) if number else draw_choice(variable)
    if number:
        with fields[1]:
            _draw_unit(variable)
    for text in notes:
        st.caption(text)


def _draw_number(variable: Variable) -> None:
    unit = draft.unit_of(variable.name)
    st.number_input(
        f"{variable.label}, {unit.symbol}",
        value=None,
        step=float(unit.step),
        format="%g",
        key=draft.value_key(variable.name),
        on_change=value_changed,
        placeholder="unknown",
        label_visibility="collapsed",
        persist_state="session",
    )


def _draw_unit(variable: Variable) -> None:
    symbols = [unit.symbol for unit in variable.units]
    if len(symbols) == 1:
        st.markdown(f":small[{symbols[0]}]")
        return
    st.selectbox(
        f"Unit of {variable.label}",
        symbols,
        key=draft.unit_key(variable.name),
        on_change=_switch_unit,
        args=(variable.name,),
        label_visibility="collapsed",
        persist_state="session",
    )


def _switch_unit(name: str) -> None:
    draft.switch_unit(name)
    value_changed()


def value_changed() -> None:
    """Callback of every field: the parts of the page that depend on its value follow."""
    draft.read_again()
    names = parts.stale()
    if names:
        parts.rerun(names)


def draw_choice(variable: Variable, labelled: bool = False) -> None:
    """The answers of one variable, kept in the draft; nothing chosen is unknown.

    Args:
        variable: yes/no or choice.
        labelled: whether its label and help stand with it; the form draws them itself.
    """
    labels = {choice.code: choice.label for choice in variable.choices}
    st.selectbox(
        variable.label,
        list(labels),
        index=None,
        format_func=lambda code: labels[code],
        key=draft.value_key(variable.name),
        on_change=value_changed,
        placeholder="unknown",
        help=(variable.help or None) if labelled else None,
        label_visibility="visible" if labelled else "collapsed",
        persist_state="session",
    )


def _notes(variable: Variable, checked: Checked) -> list[str]:
    """Captions under a field: what was derived, and problems in words."""
    notes = [f":material/error: {p.text}" for p in checked.problems if p.field == variable.name and p.severity != "row"]
    if variable.name in checked.derived and checked.derived[variable.name].iloc[0]:
        value = variable.format(draft.known()[variable.name])
        notes.append(f"{value}, derived: {variable.derived}")
    if variable.name == "hdl_cholesterol":
        notes += _non_hdl()
    if variable.name == "age":
        notes += _age_carried()
    return notes


def _age_carried() -> list[str]:
    """How the age of a new visit was moved on from the last one, while it stands as it was."""
    record = record_state.opened()
    latest = record.latest if record else None
    if record is None or latest is None or record.visit is not None:
        return []
    carried = record.start.entered.get("age")
    note = record_facts.age_note(latest, record.day) if carried and draft.entered("age") == carried else ""
    return [note] if note else []


def _non_hdl() -> list[str]:
    total, hdl = (draft.known()[name] for name in ("total_cholesterol", "hdl_cholesterol"))
    if total - hdl != total - hdl:
        return []
    shown = VOCABULARY["total_cholesterol"].format(total - hdl, draft.unit_of("total_cholesterol"))
    return [f"Non-HDL cholesterol {shown}, derived"]
