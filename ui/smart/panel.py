"""What a SMART launch brought, above the form: what would be filled, what was not given, and the button that fills."""

from __future__ import annotations

from datetime import date

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.interop.fhir.read import FhirPatient, read_bundle
from riskmodels.runtime.addresses import read_address
from riskmodels.tasks import Limits, Task, shared_room
from ui import tasks
from ui.record import fhir_import, importing
from ui.smart.waiting import COOKIE, RECORDS, Arrived
from ui.text import plain

_ARRIVED, _SLOT = "smart.arrived", "smart_import"
_LIMITS = Limits(seconds=180)


def arrive() -> None:
    """Take what waits for this browser, once; the first call of the page."""
    browser = st.context.cookies.get(COOKIE)
    arrived = RECORDS.take(browser) if isinstance(browser, str) else None
    if arrived is not None:
        tasks.forget(_SLOT)
        st.session_state[_ARRIVED] = arrived


def draw_arrived() -> None:
    """The panel; nothing where no record waits to be taken over."""
    arrived: Arrived | None = st.session_state.get(_ARRIVED)
    if arrived is None:
        return
    with st.container(key="smart", border=True):
        server = read_address(arrived.issuer)
        st.markdown(f"**From the record** at {plain(server.host if server else '', 120)}")
        st.caption("Read once with your own access there; nothing is written there. Nothing is saved here by it.")
        try:
            patient = tasks.awaited(_SLOT, id(arrived), lambda: _begin(arrived), "Reading the record")
        except CareRiskError as error:
            st.error(f"**Not read.** {plain(error.message, 300)} {plain(error.hint, 300)} The form is unchanged.")
            st.button("Close", key="smart.close", on_click=_close)
            return
        if patient is None:
            return
        _draw_found(patient, arrived)


def _begin(arrived: Arrived) -> Task[FhirPatient]:
    return shared_room().start(read_bundle, arrived.record.bundle, date.today(), limits=_LIMITS)


def _draw_found(patient: FhirPatient, arrived: Arrived) -> None:
    st.html(fhir_import.STYLE)
    st.html(fhir_import.found_table(patient, date.today()))
    for note in arrived.record.notes:
        st.caption(f":material/warning: {plain(note, 200)}")
    with st.container(horizontal=True):
        st.button(
            "Fill the form",
            type="primary",
            key="smart.fill",
            disabled=not patient.found,
            on_click=_fill,
            args=(patient,),
            help="Replaces what stands in the form. Undo brings it back.",
        )
        st.button("Not now", key="smart.close", on_click=_close, help="What was read is forgotten.")


def _fill(patient: FhirPatient) -> None:
    """Callback: as an import does, which asks whose values they are where a record is open."""
    _close()
    importing.begin(patient)


def _close() -> None:
    st.session_state.pop(_ARRIVED, None)
    tasks.forget(_SLOT)
