"""“Copy for the chart”: the case report as plain text with a copy button, in English or Chinese; each is audited."""

from __future__ import annotations

from typing import Any

import streamlit as st

from riskmodels.case_report.chart import chart_text
from riskmodels.case_report.language import Language
from riskmodels.records import audit
from riskmodels.records.audit import Action
from ui import clock as record_clock
from ui.database import database
from ui.patient import parts
from ui.patient.current import current_case, of_case
from ui.patient.told import case_of
from ui.record import state as record_state
from ui.sign_in.account import current_actor

OPEN, LANGUAGE = "chart.open", "chart.language"


def draw_copy() -> None:
    """The button; what it opens is made and drawn while it is open, of what the page says by then."""
    parts.draw("chart", _says, _draw)


def _opened() -> None:
    """Callback: whoever opens the text of a record takes it away."""
    record = record_state.opened()
    if record is not None and st.session_state[OPEN]:
        audit.record(database(), current_actor(), Action.EXPORT, "patient", record.patient.id, {"file": "chart text"})


def _says() -> tuple[str, ...]:
    """The text in each language while it is open."""
    if not st.session_state.get(OPEN):
        return ()
    return of_case("says.chart", _texts)


def _texts() -> tuple[str, ...]:
    case = case_of(current_case(), record_clock.today())
    return tuple(chart_text(case, language) for language in Language)


def _draw(texts: tuple[Any, ...]) -> None:
    with st.popover("Copy for the chart", icon=":material/content_copy:", key=OPEN, on_change=_opened, wrap=False):
        if texts:
            chosen = language_choice(LANGUAGE)
            st.code(texts[list(Language).index(chosen)], language=None, wrap_lines=True, height=360)
            st.caption("Without a name. Point at the text: the sign at its upper right copies all of it.")


def language_choice(key: str) -> Language:
    """The language a text is wanted in, kept for the session.

    Args:
        key: of the choice.
    """
    chosen = st.segmented_control(
        "Language",
        list(Language),
        default=Language.ENGLISH,
        format_func=lambda language: language.label,
        key=key,
        label_visibility="collapsed",
        required=True,
        persist_state="session",
    )
    return chosen or Language.ENGLISH
