"""A picture's reading kept in a patient's record: which record, which day, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.imaging.reading import Item
from riskmodels.imaging.registry import Found
from riskmodels.records import Role, images, listing
from riskmodels.records.facts import FIRST_DAY
from riskmodels.records.listing import Query
from riskmodels.records.patients import Patient
from ui.clock import today
from ui.database import database
from ui.record import state as record_state
from ui.record.image_study import study_of
from ui.records.rows import who_text
from ui.sign_in.account import current_actor

#: records offered at most; more are found by searching
_MOST = 12
_TOLD, _TEXT, _OPEN = "image.record.told", "image.record.text", "image.record.open"


@dataclass(frozen=True)
class Told:
    """What became of a picture: the sentence, and the study that undo takes out again."""

    sha256: str
    words: str
    study: str = ""
    failed: bool = False


@st.fragment
def draw_keep(item: Item, found: Found) -> None:
    """A button that keeps what was read in a record; nothing for whoever may not.

    Args:
        item: a picture with a reading.
        found: the model that read it.
    """
    if item.refused or not current_actor().may(Role.CARE):
        return
    popover = st.popover("Keep in a record", icon=":material/note_add:", key=_OPEN, on_change="rerun")
    if popover.open:
        with popover:
            _draw_form(item, found)
    _draw_told(item)


def _offered(text: str) -> list[Patient]:
    """Records that match; without a search the one last opened, then those seen last."""
    rows = listing.search(database(), current_actor(), Query(text=text, size=_MOST)).rows
    found = [row.patient for row in rows]
    opened = record_state.opened()
    if text or opened is None:
        return found
    return [opened.patient, *(patient for patient in found if patient.id != opened.patient.id)][:_MOST]


def _draw_form(item: Item, found: Found) -> None:
    st.caption("The result is kept, with the picture's hash; the picture is not.")
    asked = st.text_input("Code or label", key=_TEXT, icon=":material/search:", max_chars=120, persist_state="session")
    try:
        offered = {patient.id: patient for patient in _offered(asked.strip())}
    except CareRiskError as error:
        st.error(f"The records cannot be listed. {error}")
        return
    if not offered:
        st.caption("No record matches." if asked else "There is no record yet. Assess a patient and save the visit.")
        return
    opened = record_state.opened()
    chosen = st.selectbox(
        "Record",
        list(offered),
        index=0 if opened is not None and opened.patient.id in offered and not asked else None,
        format_func=lambda patient_id: record_text(offered[patient_id]),
        placeholder="choose the patient of this picture",
    )
    latest = today()
    day = st.date_input("Date of the picture", latest, FIRST_DAY, latest, format="YYYY-MM-DD")
    arguments = (item, found, offered.get(chosen or ""), day)
    st.button(
        "Keep",
        type="primary",
        icon=":material/save:",
        disabled=chosen is None or day is None,
        on_click=_keep,
        args=arguments,
    )


def record_text(patient: Patient) -> str:
    """A record in a list of choices: ``P-7K3F9 · Ward 3 · 54, female``."""
    return " · ".join(part for part in (patient.code, patient.label, who_text(patient)) if part)


def _keep(item: Item, found: Found, patient: Patient, day: date) -> None:
    """Callback: add the reading to a record, unless it is there already, and close the form."""
    st.session_state[_OPEN] = False
    name, version = str(found.card["name"]), str(found.card.get("version", ""))
    opened, actor = database(), current_actor()
    try:
        there = images.of_patient(opened, actor, patient.id)
        if any((s.picture_hash, s.model, s.model_version) == (item.sha256, name, version) for s in there):
            told = Told(item.sha256, f"This reading of the picture is already in {patient.code}.")
        else:
            result = study_of(item.reading, found.title)
            study = images.add(opened, actor, patient.id, day, name, version, item.sha256, result)
            told = Told(item.sha256, f"Kept in {patient.code}; it stands in the timeline of the record.", study.id)
    except CareRiskError as error:
        told = Told(item.sha256, f"Not kept. {error}", failed=True)
    st.session_state[_TOLD] = told


def _draw_told(item: Item) -> None:
    """What became of this picture, with undo."""
    told: Told | None = st.session_state.get(_TOLD)
    if told is None or told.sha256 != item.sha256:
        return
    if told.failed:
        st.error(told.words)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":material/check: {told.words}", width="content")
        if told.study:
            st.button("Undo", icon=":material/undo:", type="tertiary", on_click=_undo, args=(told,))


def _undo(told: Told) -> None:
    """Callback: take the study out of the record again."""
    try:
        images.delete(database(), current_actor(), told.study)
        st.session_state[_TOLD] = Told(told.sha256, "Taken out of the record again.")
    except CareRiskError as error:
        st.session_state[_TOLD] = Told(told.sha256, f"It could not be taken out. {error}", failed=True)
