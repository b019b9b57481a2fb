"""The record bar above the form: whose visit, whether it is saved, and what can be done with it, in one line."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.record import draft, save, state, talk
from ui.record.dialogs import draw_dialog
from ui.record.state import Opened
from ui.record.talk import Step
from ui.record.text import draw_failure, draw_storage, state_words, visit_names, who_saved

VISIT, TIMELINE = "This visit", "Timeline"
_RENAME, _DAY, _DELETE_VISIT, _DELETE_RECORD = (
    "Change the label",
    "Change the day of the visit",
    "Delete this visit",
    "Delete the record",
)
_ASKS = {_RENAME: "rename", _DAY: "day", _DELETE_VISIT: "delete_visit", _DELETE_RECORD: "delete_record"}
_NEW = "new"
_STYLE = Path(__file__).with_name("record.css")


@dataclass(frozen=True)
class Bar:
    """What the bar says to the page: :data:`VISIT` or :data:`TIMELINE` below it, and where a further button goes."""

    view: str
    buttons: DeltaGenerator


def says() -> tuple[object, ...]:
    """Everything that the bar and the toolbar below it show."""
    asked, told = talk.dialog(), talk.notice()
    return state.opened(), state.is_changed(), draft.is_empty(), draft.undo_available(), asked, told


def draw_bar() -> Bar:
    """The bar, what happened last, the dialog that is open."""
    st.html(_STYLE)
    record, changed = state.opened(), state.is_changed()
    view = VISIT
    with st.container(key="record", horizontal=True, vertical_alignment="center", gap="small"):
        _draw_identity(record)
        if record:
            _draw_visits(record)
        st.html(f'<p class="cr-state" role="status">{escape(state_words(record, changed))}</p>', width="content")
        if record and record.visits:
            view = _draw_view()
        buttons = _draw_actions(record, changed)
    _draw_others(record, changed)
    _draw_notice()
    draw_storage()
    draw_dialog()
    return Bar(view, buttons)


def _draw_identity(record: Opened | None) -> None:
    if record is None:
        return
    label = f" · {escape(record.patient.label)}" if record.patient.label else ""
    st.html(f'<p class="cr-whose"><b>{escape(record.patient.code)}</b>{label}</p>', width="content")


def _draw_visits(record: Opened) -> None:
    """The visit in the form: a choice where there are several, else its day."""
    names = visit_names(record.visits)
    here = record.visit.id if record.visit else _NEW
    if record.visit is None:
        names[_NEW] = f"{record.day.isoformat()}, new"
    if len(names) == 1:
        st.html(f'<p class="cr-state">visit of {names[here]}</p>', width="content")
        return
    st.session_state["record.visit"] = here
    st.selectbox(
        "Visit",
        list(reversed(names)),
        format_func=names.__getitem__,
        key="record.visit",
        on_change=_choose_visit,
        label_visibility="collapsed",
        width=165,
    )


def _choose_visit() -> None:
    chosen = st.session_state["record.visit"]
    if chosen != _NEW:
        state.leave_for(Step("visit", chosen))


def _draw_view() -> str:
    chosen = st.segmented_control(
        "Shown below",
        [VISIT, TIMELINE],
        default=VISIT,
        key="record.view",
        label_visibility="collapsed",
        required=True,
        persist_state="session",
    )
    return chosen or VISIT


def _draw_actions(record: Opened | None, changed: bool) -> DeltaGenerator:
    """The buttons; returns where they stand."""
    saving = changed or (record is not None and record.visit is None and not draft.is_empty())
    place = st.container(key="record_actions", horizontal=True, gap="small", width="content")
    with place:
        st.button(
            "Save",
            icon=":material/save:",
            type="primary" if saving else "secondary",
            disabled=not saving,
            on_click=save.begin,
            key="record.save",
        )
        if record is None:
            return place
        st.button(
            "New visit",
            icon=":material/add:",
            on_click=state.leave_for,
            args=(Step("new"),),
            disabled=record.visit is None,
            key="record.new",
        )
        options = [option for option in _ASKS if record.visit or option != _DELETE_VISIT]
        st.menu_button("More", options, icon=":material/more_horiz:", on_click=_ask_more, key="record.more")
    return place


def _ask_more() -> None:
    chosen = st.session_state["record.more"]
    if chosen:
        talk.ask(_ASKS[chosen])


def _draw_others(record: Opened | None, changed: bool) -> None:
    """That somebody else saved the visit since it was opened here."""
    theirs = record.theirs if record else None
    if theirs is None:
        return
    with st.container(key="record_others", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(
            f'<p class="cr-notice" role="status">Saved since you opened it: by {escape(who_saved(theirs))}.</p>',
            width="content",
        )
        if changed:
            st.button("Merge", on_click=talk.ask, args=("merge",), key="record.merge")
        else:
            st.button("Show it", on_click=save.take_theirs, args=(theirs,), key="record.theirs")


def _draw_notice() -> None:
    told = talk.notice()
    if told is None:
        return
    with st.container(key="record_notice", horizontal=True, vertical_alignment="center", gap="small"):
        if told.failed:
            draw_failure(told.words)
        else:
            st.html(f'<p class="cr-notice" role="status">{escape(told.words)}</p>', width="content")
        if told.undo:
            st.button("Undo", icon=":material/undo:", on_click=save.bring_back, args=told.undo, key="record.undo")
        st.button("Close", type="tertiary", on_click=talk.tell_nothing, key="record.notice.close")
