"""What was read in a file kept in a patient's record: which record, which day, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.records import Database, Role, listing
from riskmodels.records.access import Actor
from riskmodels.records.facts import FIRST_DAY
from riskmodels.records.listing import Query
from riskmodels.records.patients import Patient
from ui.clock import today
from ui.database import database
from ui.record import state as record_state
from ui.records.rows import who_text
from ui.sign_in.account import current_actor

#: records offered at most; more are found by searching
_MOST = 12


@dataclass(frozen=True)
class Keepable:
    """What can be kept, and how.

    Args:
        room: start of the keys in session state.
        what: the file, as the person calls it.
        sha256: of the file.
        add: keeps it in a patient's record on a day; the study's id, "" where it is there already.
        delete: takes a study out again.
        day: of the file; None where it has none.
        day_label: what that day is called.
    """

    room: str
    what: str
    sha256: str
    add: Callable[[Database, Actor, Patient, date], str]
    delete: Callable[[Database, Actor, str], None]
    day: date | None = None
    day_label: str = "Date"

    def key(self, name: str) -> str:
        """Key in session state."""
        return f"{self.room}.{name}"


@dataclass(frozen=True)
class Told:
    """What became of a file: the sentence, and the study that undo takes out again."""

    sha256: str
    words: str
    study: str = ""
    failed: bool = False


@st.fragment
def draw_keeping(thing: Keepable) -> None:
    """A button that keeps what was read in a record; nothing for whoever may not."""
    if not current_actor().may(Role.CARE):
        return
    popover = st.popover("Keep in a record", icon=":material/note_add:", key=thing.key("open"), on_change="rerun")
    if popover.open:
        with popover:
            _draw_form(thing)
    _draw_told(thing)


def _offered(text: str) -> list[Patient]:
    """Records that match; without a search the one last opened, then those seen last."""
    rows = listing.search(database(), current_actor(), Query(text=text, size=_MOST)).rows
    found = [row.patient for row in rows]
    opened = record_state.opened()
    if text or opened is None:
        return found
    return [opened.patient, *(patient for patient in found if patient.id != opened.patient.id)][:_MOST]


def _draw_form(thing: Keepable) -> None:
    st.caption(f"The result is kept, with the {thing.what}'s hash; the {thing.what} is not.")
    key, icon = thing.key("text"), ":material/search:"
    asked = st.text_input("Code or label", key=key, icon=icon, max_chars=120, persist_state="session")
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
        placeholder=f"choose the patient of this {thing.what}",
    )
    latest = today()
    usual = min(max(thing.day or latest, FIRST_DAY), latest)
    day = st.date_input(thing.day_label, usual, FIRST_DAY, latest, format="YYYY-MM-DD")
    st.button(
        "Keep",
        type="primary",
        icon=":material/save:",
        disabled=chosen is None or day is None,
        on_click=_keep,
        args=(thing, offered.get(chosen or ""), day),
    )


def record_text(patient: Patient) -> str:
    """A record in a list of choices: ``P-7K3F9 · Ward 3 · 54, female``."""
    return " · ".join(part for part in (patient.code, patient.label, who_text(patient)) if part)


def _keep(thing: Keepable, patient: Patient, day: date) -> None:
    """Callback: add it to a record, unless it is there already, and close the form."""
    st.session_state[thing.key("open")] = False
    try:
        study = thing.add(database(), current_actor(), patient, day)
        words = f"Kept in {patient.code}; it stands in the timeline of the record."
        if not study:
            words = f"This reading of the {thing.what} is already in {patient.code}."
        told = Told(thing.sha256, words, study)
    except CareRiskError as error:
        told = Told(thing.sha256, f"Not kept. {error}", failed=True)
    st.session_state[thing.key("told")] = told


def _draw_told(thing: Keepable) -> None:
    """What became of this file, with undo."""
    told: Told | None = st.session_state.get(thing.key("told"))
    if told is None or told.sha256 != thing.sha256:
        return
    if told.failed:
        st.error(told.words)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":material/check: {told.words}", width="content")
        if told.study:
            st.button("Undo", icon=":material/undo:", type="tertiary", on_click=_undo, args=(thing, told))


def _undo(thing: Keepable, told: Told) -> None:
    """Callback: take the study out of the record again."""
    try:
        thing.delete(database(), current_actor(), told.study)
        now = Told(told.sha256, "Taken out of the record again.")
    except CareRiskError as error:
        now = Told(told.sha256, f"It could not be taken out. {error}", failed=True)
    st.session_state[thing.key("told")] = now
