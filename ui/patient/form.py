"""The form of known facts, made from the vocabulary: key facts always open, the others in closed groups of one line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import streamlit as st

from riskmodels.checks import Checked, Severity
from riskmodels.vocabulary import VARIABLES, VOCABULARY, Kind, Variable, in_group
from ui.patient import parts
from ui.patient.examples import EXAMPLES, Example
from ui.patient.field_notes import Note, notes_of
from ui.patient.fields import draw_field, draw_notes, value_changed
from ui.patient.key_facts import KEY_FACTS, ROWS, KeyFact
from ui.record import draft, fhir_import, unit_systems
from ui.record import importing as record_import
from ui.record import state as record_state
from ui.record.talk import Step

_STYLE = Path(__file__).with_name("form.css")


@dataclass(frozen=True)
class Section:
    """A closed line of the form: the variables of some clinical groups that are no key facts."""

    name: str
    label: str
    groups: tuple[str, ...]

    @property
    def variables(self) -> tuple[Variable, ...]:
        """What is entered in it."""
        return tuple(v for group in self.groups for v in in_group(group) if v.name not in KEY_FACTS)


SECTIONS = (
    Section("person", "Person", ("about", "body", "pressure", "lifestyle")),
    Section("sugar", "Diabetes medicine and family", ("sugar",)),
    Section("labs", "More labs", ("lipids", "kidney", "other_labs")),
    Section("history", "Heart history", ("history",)),
    Section("chest_pain", "Chest-pain work-up", ("chest_pain",)),
    Section("rhythm", "Atrial fibrillation and bleeding", ("rhythm",)),
)
#: words for the line of a closed section, where the label is too long for it
_SHORT = {
    "pregnancy": "pregnant",
    "pulse": "pulse",
    "hypertension": "told high pressure",
    "ldl_cholesterol": "LDL",
    "glucose_pills": "pills",
    "family_history_diabetes": "family history",
    "insulin": "insulin",
    "uacr": "urine albumin",
    "crp": "CRP",
    "physical_activity": "vigorous activity",
    "six_minute_walk": "6-minute walk",
    "heart_attack": "heart attack",
    "coronary_disease": "coronary disease",
    "angina": "angina",
    "heart_failure": "heart failure",
    "stroke": "stroke",
    "chest_pain_type": "kind of pain",
    "fasting_glucose_above_120": "glucose above 120",
    "resting_ecg": "ECG",
    "max_heart_rate": "highest rate",
    "exercise_angina": "angina on exercise",
    "st_depression": "ST",
    "st_slope": "slope",
    "major_vessels": "vessels",
    "thallium_scan": "scan",
    "atrial_fibrillation": "atrial fibrillation",
    "tia_embolism": "TIA or embolism",
    "peripheral_artery_disease": "peripheral artery disease",
    "dialysis_or_transplant": "dialysis or transplant",
    "liver_disease": "liver disease",
    "bleeding_history": "bleeding",
    "labile_inr": "labile INR",
    "antiplatelet_or_nsaid": "antiplatelet or NSAID",
    "alcohol_excess": "alcohol",
}
#: of what is unknown so many are named
_NAMED = 4
#: whether the examples are shown
_OPEN = "examples.open"


def draw_toolbar() -> None:
    """Examples, import, clear and undo; below them the units of the whole form."""
    st.html(_STYLE)
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
        parts.draw("units.switch", unit_systems.current, lambda _: unit_systems.draw_switch(value_changed))


def _draw_examples() -> None:
    with st.popover("Example", icon=":material/lab_profile:", key=_OPEN, on_change="rerun"):
        st.caption("Invented patients, to see how the page answers.")
        for example in EXAMPLES:
            st.button(
                example.title,
                key=f"example.{example.title}",
                on_click=_load_example,
                args=(example,),
                width="stretch",
            )
            st.caption(example.note)


def _load_example(example: Example) -> None:
    """Callback: the popover goes with it, which would lie over the answer."""
    draft.load(example.values, "Loaded an example")
    st.session_state[_OPEN] = False


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
    """Key facts, sections and units, each part drawn anew when it says something else."""
    with st.container(key="facts"):
        for row in ROWS:
            parts.draw(f"facts.{row[0].name}", partial(_row_says, row), partial(_draw_row, row))
    for section in SECTIONS:
        parts.draw(f"section.{section.name}", partial(_says, section), partial(_draw_section, section))
    parts.draw("units", draft.chosen_units, _draw_units)


@dataclass(frozen=True)
class _Said:
    """What a part shows beside its fields' values: its line, the units, and the lines under its fields."""

    units: tuple[str, ...]
    notes: tuple[tuple[Note, ...], ...]
    summary: str = ""


def _said(variables: tuple[Variable, ...], checked: Checked, summary: str = "") -> _Said:
    units = tuple(draft.unit_of(v.name).symbol if v.units else "" for v in variables)
    return _Said(units, tuple(notes_of(v, checked) for v in variables), summary)


def _row_says(row: tuple[KeyFact, ...]) -> _Said:
    return _said(tuple(VOCABULARY[fact.name] for fact in row), draft.check_draft())


def _draw_row(row: tuple[KeyFact, ...], said: _Said) -> None:
    for column, fact in zip(st.columns(len(row), gap="small", wrap=False), row, strict=True):
        with column:
            draw_field(VOCABULARY[fact.name], fact.label)
    for fact, notes in zip(row, said.notes, strict=True):
        draw_notes(fact.name, notes)


def _says(section: Section) -> _Said:
    checked = draft.check_draft()
    return _said(section.variables, checked, summary(section, checked))


def _draw_section(section: Section, said: _Said) -> None:
    with st.expander(said.summary, key=f"section.{section.name}"):
        for variable, notes in zip(section.variables, said.notes, strict=True):
            draw_field(variable)
            draw_notes(variable.name, notes)


def summary(section: Section, checked: Checked) -> str:
    """One line for a closed section: ``More labs LDL 131 · unknown: triglycerides and 4 more`` (Markdown)."""
    values = draft.known()
    known = [_known_text(v, values[v.name]) for v in section.variables if values[v.name] == values[v.name]]
    unknown = [_short(v) for v in section.variables if values[v.name] != values[v.name]]
    marks = " :material/error:" if _has_unused(section, checked) else ""
    rest = f" :gray[{'· unknown: ' if known else ''}{_listed(unknown)}]" if unknown else ""
    return f"**{section.label}** {' · '.join(known)}{rest}{marks}"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED + 1} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[: _NAMED - 1] if more else names)}{more}"


def _has_unused(section: Section, checked: Checked) -> bool:
    names = {v.name for v in section.variables}
    return any(p.field in names and p.severity is Severity.UNUSED for p in checked.problems)


def _short(variable: Variable) -> str:
    return _SHORT.get(variable.name, variable.label.lower())


def _known_text(variable: Variable, value: float) -> str:
    word = _short(variable)
    if variable.kind is Kind.YES_NO:
        return word if value == 1 else f"{word}: no"
    shown = variable.format(value, draft.unit_of(variable.name) if variable.units else None)
    return f"{word} {shown.split(' ')[0] if variable.kind is Kind.NUMBER else shown}"


def _draw_units(_: object) -> None:
    """Another unit for a single fact, and what the facts mean."""
    with st.expander("**Units of single facts** :gray[and what they mean]", key="units.single"):
        columns = st.columns(2, gap="small")
        choices = [v for v in VARIABLES if len(v.units) > 1]
        for i, variable in enumerate(choices):
            with columns[i * 2 // len(choices)]:
                _draw_unit(variable)
        for variable in VARIABLES:
            if variable.help:
                st.caption(f"**{variable.label}.** {variable.help}")


def _draw_unit(variable: Variable) -> None:
    st.selectbox(
        f"Unit of {variable.label}",
        [unit.symbol for unit in variable.units],
        key=draft.unit_key(variable.name),
        on_change=_switch_unit,
        args=(variable.name,),
        persist_state="session",
    )


def _switch_unit(name: str) -> None:
    draft.switch_unit(name)
    value_changed()
