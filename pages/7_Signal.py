"""Read a signal: checks first, then the trace with what was found on it, numbers, and what they do not say."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.records import Role
from riskmodels.signals.asked import UnansweredError
from riskmodels.signals.kinds import READ, Kind
from ui.checks import refusal_html
from ui.page import start_page
from ui.signal.glucose import draw_glucose
from ui.signal.keep import draw_keep
from ui.signal.models import STYLE, draw_in_sidebar
from ui.signal.pressure import draw_pressure
from ui.signal.questions import ask, draw_questions
from ui.signal.reading import read_as
from ui.signal.rhythm import draw_rhythm
from ui.signal.state import Given
from ui.signal.upload import KIND_LABEL, draw_kind, draw_upload, take_files
from ui.text import plain

DRAWN: dict[Kind, Callable[..., None]] = {
    Kind.GLUCOSE: draw_glucose,
    Kind.RHYTHM: draw_rhythm,
    Kind.PRESSURE: draw_pressure,
}


def draw_nothing_yet() -> None:
    """What can be brought."""
    for kind, label in KIND_LABEL.items():
        st.caption(f"**{label}:** {READ[kind]}.")


def draw_signal(given: Given) -> None:
    """Files as the kind that they are: what they leave open, and what was read."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(given.title)}**", width="content")
        kind = draw_kind(given)
    if kind is None:
        return
    questions = st.container()
    try:
        read = read_as(kind, given)
    except UnansweredError as error:
        ask(kind, error)
        return
    finally:
        with questions:
            draw_questions(kind)
    DRAWN[kind](read, f"signal.{kind}", lambda now: draw_keep(kind, now, given.sha256))


start_page("Read a signal", roles=(Role.CARE, Role.ANALYST), models=draw_in_sidebar)
st.html(STYLE)
given = take_files()
draw_upload(given)
if given is None:
    draw_nothing_yet()
    st.stop()
try:
    draw_signal(given)
except CareRiskError as error:
    st.html(refusal_html("No reading of this file", str(error)))
