"""An import while a record is open: whether it belongs into the open visit or to another patient is asked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from riskmodels.interop.fhir.read import FhirPatient
from riskmodels.records.facts import Entered
from riskmodels.vocabulary import VOCABULARY
from ui.record import facts, fhir_import, state, talk
from ui.record.state import Opened
from ui.record.talk import Step

_READ = "record.import"


def begin(patient: FhirPatient) -> None:
    """Callback of *Fill the form*: at once where no record is open; undo brings back what stood there.

    Args:
        patient: as read from the bundle.
    """
    if state.opened() is None:
        fhir_import.fill(patient)
        return
    st.session_state[_READ] = patient
    fhir_import.close()
    talk.ask("import")


def _close() -> None:
    talk.ask(None)
    st.session_state.pop(_READ, None)


def _here(patient: FhirPatient) -> None:
    fhir_import.fill(patient)
    _close()


def _elsewhere(patient: FhirPatient) -> None:
    _close()
    state.leave_for(Step("import", fill=partial(fhir_import.fill, patient)))


@st.dialog("Whose values are these?", on_dismiss=_close)
def draw_import(record: Opened) -> None:
    """The question.

    Args:
        record: the open one.
    """
    patient: FhirPatient | None = st.session_state.get(_READ)
    if patient is None:  # answered: its callback has taken the values
        st.rerun()
    code, day = record.patient.code, record.day.isoformat()
    st.markdown(f"The record {code} is open, at the visit of {day}.")
    told = {name: found.value for name, found in patient.found.items()}
    for words in contradictions(record.base.entered, told, ("record", "import")):
        st.caption(f":material/warning: {words}")
    with st.container(horizontal=True):
        st.button("A new patient's", on_click=_elsewhere, args=(patient,), key="record.import.new", type="primary")
        st.button(f"Of {code}: fill this visit", on_click=_here, args=(patient,), key="record.import.here")
    st.caption("Filling replaces what stands in the form; Undo brings it back. Nothing is saved by it.")


def contradictions(known: Mapping[str, Entered], told: Mapping[str, float], where: tuple[str, str]) -> list[str]:
    """Why what is told can hardly be of the patient that is known: another sex, or an age that is years away.

    Args:
        known: what was entered of the patient, by variable.
        told: canonical values by variable.
        where: the one and the other stand, in a word each: ``record``, ``import``.
    """
    words = []
    for name, apart in (("sex", 0.5), ("age", 2.0)):
        mine, theirs = known.get(name), told.get(name)
        if mine is not None and theirs is not None and abs(mine.value - theirs) > apart:
            unit = VOCABULARY[name].units[0] if VOCABULARY[name].units else None
            here, there = facts.value_text(name, mine), VOCABULARY[name].format(theirs, unit)
            words.append(f"{VOCABULARY[name].label}: {here} in the {where[0]}, {there} in the {where[1]}.")
    return words
