"""Assess a patient: known facts at the left, the answer beside them, updated with every value; kept as a record."""

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.records import Role
from ui.models import shipped_models
from ui.page import start_page
from ui.patient import answer as patient_answer
from ui.patient import carried, chart_copy, current, form, freetext, parts
from ui.patient import download as record_download
from ui.patient.examples import EXAMPLES
from ui.record import autosave as record_draft
from ui.record import bar as record_bar
from ui.record import draft
from ui.record import state as record_state
from ui.record import talk as record_talk
from ui.record.timeline.page import draw_timeline
from ui.smart import panel as smart

start_page("Assess a patient", roles=(Role.CARE,))

WHOLE = "patient"


def draw_nothing_yet(missing: tuple[str, ...]) -> None:
    """What is missing before anything can be estimated."""
    st.markdown(f"**Enter {' and '.join(missing)} to see the estimates.** Every other fact helps and may stay unknown.")
    if draft.is_empty() and record_state.opened() is None:
        example = EXAMPLES[0]
        st.button(
            "Show an invented patient",
            type="primary",
            on_click=draft.load,
            args=(example.values, "Loaded an example"),
            help=example.title,
        )


def draw_visit(bar: record_bar.Bar) -> None:
    """The visit in the form, and what the models say of it."""
    missing = current.missing()
    left, right = st.columns([2, 3], gap="large")
    with left, st.container(key="form"):
        smart.draw_arrived()
        freetext.draw_freetext()
        form.draw_toolbar()
        carried.draw_carried()
        form.draw_form()
    with right, st.container(key="result"):
        if missing:
            draw_nothing_yet(missing)
        else:
            patient_answer.draw_answer()
    if not missing:
        with bar.buttons:
            chart_copy.draw_copy()
            record_download.draw_download()


def says() -> tuple[object, ...]:
    """What decides how the page is made up; where it changes, the whole is drawn anew."""
    return (record_bar.says(), current.missing())


@st.fragment(key=WHOLE)
def assess_patient() -> None:
    """The whole page below its title. While only values change, only the parts that depend on them are drawn anew."""
    draft.read_again()
    record_state.look_again()
    parts.begin(WHOLE, says)
    bar, record = record_bar.draw_bar(), record_state.opened()
    if bar.view == record_bar.TIMELINE and record is not None:
        draw_timeline(record.patient, list(record.visits), shipped_models(), draft.chosen_units())
    else:
        draw_visit(bar)
    parts.draw("kept", draft.content, keep)


def keep(_: draft.Content) -> None:
    """Keep what is typed, once it is answered; see whether somebody else saved the visit meanwhile."""
    before = record_state.opened(), record_talk.notice()
    record_draft.keep()
    record_state.look_again()
    if before != (record_state.opened(), record_talk.notice()):
        st.rerun()


try:
    smart.arrive()
    draft.read_again()
    record_draft.arrive()
    record_state.arrive()
    assess_patient()
except CareRiskError as error:
    st.error(f"{error} The facts entered are kept.")
