"""The dialogs of a record. One is open at a time; which one stands in the session, so that one may lead to another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from html import escape

import streamlit as st

from riskmodels.records import carry as carrying
from riskmodels.records import visit_facts
from riskmodels.records.facts import FIRST_DAY, LONGEST_LABEL
from riskmodels.records.patients import UNDO
from ui import clock as record_clock
from ui.record import facts, save, state, talk
from ui.record.conflict import draw_merge
from ui.record.importing import draw_import
from ui.record.state import Opened
from ui.record.talk import Step
from ui.record.text import draw_failure

_CANNOT = "A value that cannot be used is never saved."


def draw_dialog() -> None:
    """The dialog that is open, if one is; last thing of the bar."""
    asked = talk.dialog()
    if asked is None:
        return
    if asked.kind in _WITHOUT_RECORD:
        _WITHOUT_RECORD[asked.kind](asked.then)
        return
    record = state.opened()
    if record is not None:
        _OF_RECORD[asked.kind](record)


def _close() -> None:
    talk.ask(None)


def _failure() -> None:
    """Why the last try failed; the line on the page is behind the dialog."""
    told = talk.notice()
    if told and told.failed:
        draw_failure(told.words)


def _say(words: str) -> None:
    """Text that may hold a label: never read as markdown."""
    st.html(f"<p>{escape(words)}</p>")


def _named(record: Opened) -> str:
    label = f" ({record.patient.label})" if record.patient.label else ""
    return f"{record.patient.code}{label}"


def _ask_day(key: str) -> date:
    return st.date_input(
        "Day of the visit",
        min_value=FIRST_DAY,
        max_value=record_clock.today(),
        format="YYYY-MM-DD",
        key=key,
        required=True,
    )


@st.dialog("Save as a record", on_dismiss=_close)
def _draw_first(then: Step | None) -> None:
    label = st.text_input(
        "Label, optional", placeholder="no name needed", max_chars=LONGEST_LABEL, key="record.first.label"
    )
    day = _ask_day("record.first.day")
    st.caption("The record gets a code, such as P-7K3F9, by which it is found again.")
    if st.button("Save", type="primary", key="record.first.save") and save.create(label or "", day):
        save.follow(then)
        st.rerun()
    _failure()


@st.dialog("Save the changes first?", on_dismiss=_close)
def _draw_leave(then: Step | None) -> None:
    record = state.opened()
    whose = f"of {_named(record)}, visit of {record.day.isoformat()}, " if record else ""
    _say(f"What stands in the form {whose}is not saved.")
    step = then or Step("close")
    with st.container(horizontal=True):
        pressed = [
            st.button("Save", type="primary", on_click=save.begin, args=(step,), key="record.leave.save"),
            st.button("Discard", on_click=state.discard_for, args=(step,), key="record.leave.discard"),
            st.button("Stay", on_click=_close, key="record.leave.stay"),
        ]
    st.caption("What is discarded can be brought back by Undo.")
    if any(pressed):
        st.rerun()


@st.dialog("Values that cannot be saved", on_dismiss=_close)
def _draw_unusable(then: Step | None) -> None:
    problems = visit_facts.fit(facts.facts_of_form()).unusable
    st.html(f"<ul>{''.join(f'<li>{escape(problem.text)}</li>' for problem in problems)}</ul>")
    _say(f"{_CANNOT} Correct it, or leave it unknown and save the rest.")
    with st.container(horizontal=True):
        pressed = [
            st.button("Correct", type="primary", on_click=_close, key="record.unusable.correct"),
            st.button(
                "Leave unknown and save",
                on_click=save.without_unusable,
                args=(then,),
                key="record.unusable.leave",
            ),
        ]
    if any(pressed):
        st.rerun()


@st.dialog("New visit", on_dismiss=_close)
def _draw_new(record: Opened) -> None:
    day = _ask_day("record.begin.day")
    carry = _draw_carry(record, day)
    if day in {visit.day for visit in record.visits}:
        st.caption(":material/info: There is a visit of that day already; this becomes a second one.")
    begin = st.button("Begin the visit", type="primary", on_click=_begin, args=(day, carry), key="record.begin")
    if begin:
        st.rerun()


def _draw_carry(record: Opened, day: date) -> bool:
    """The last known values, offered with their dates; whether they are taken."""
    found = carrying.carry(record.visits, day)
    carry = False
    if found.facts.entered:
        carry = st.checkbox("Carry the last known values forward", value=True, key="record.begin.carry")
        dated = {name: value for name, value in found.facts.entered.items() if name != "age"}
        st.caption(f"{facts.dated_text(dated)} {_age_words(record, day)}")
        st.caption("They count until replaced or dropped, and keep their date. What is typed is of this visit.")
    if found.too_old:
        st.caption(f"Too old, not carried. {facts.dated_text(found.too_old)}")
    return carry


def _age_words(record: Opened, day: date) -> str:
    told = carrying.with_age(record.visits, day)
    note = facts.age_note(told, day) if told else ""
    return f"Age {note}" if note else ""


def _begin(day: date, carry: bool) -> None:
    state.begin_visit(day, carry)
    _close()


@st.dialog("Change the label", on_dismiss=_close)
def _draw_rename(record: Opened) -> None:
    label = st.text_input(
        f"Label of {record.patient.code}",
        value=record.patient.label,
        placeholder="no name needed",
        max_chars=LONGEST_LABEL,
        key=f"record.rename.{record.patient.id}",
    )
    if st.button("Save", type="primary", key="record.rename.save"):
        if save.rename(label or ""):
            _close()
            st.rerun()
        now = state.opened()
        if now and now.patient.version != record.patient.version:
            draw_failure(
                f"Somebody else changed it to “{now.patient.label}” in the meantime. "
                "Close this to keep theirs, or save again to replace it."
            )
    _failure()


@st.dialog("Change the day of the visit", on_dismiss=_close)
def _draw_day(record: Opened) -> None:
    day = st.date_input(
        "Day of the visit",
        value=record.day,
        min_value=FIRST_DAY,
        max_value=max(record.day, record_clock.today()),
        format="YYYY-MM-DD",
        key="record.day",
        required=True,
    )
    st.caption("It is saved with the visit.")
    if st.button("Change", type="primary", on_click=_set_day, args=(day,), key="record.day.set"):
        st.rerun()


def _set_day(day: date) -> None:
    save.set_day(day)
    _close()


@st.dialog("Delete this visit?", on_dismiss=_close)
def _draw_delete_visit(record: Opened) -> None:
    visit = record.visit
    if visit is None:
        return
    _say(f"The visit of {visit.day.isoformat()} of {_named(record)}, with its estimates.")
    if len(record.visits) == 1:
        _say("It is the only one: the record then holds no visit.")
    _draw_deletion(record, "Delete the visit", lambda: save.delete_visit(visit))


@st.dialog("Delete this record?", on_dismiss=_close)
def _draw_delete_record(record: Opened) -> None:
    count = len(record.visits)
    days = ", ".join(visit.day.isoformat() for visit in record.visits[-3:])
    earlier = ", the latest" if count > 3 else ""
    held = f"{'1 visit' if count == 1 else f'{count} visits'}{earlier} of {days}" if count else "no visit"
    _say(f"{_named(record)} with {held}, and all estimates.")
    _draw_deletion(record, "Delete the record", lambda: save.delete_record(record.patient))


def _draw_deletion(record: Opened, label: str, act: Callable[[], None]) -> None:
    """The buttons of both deletions, and what is still possible afterwards."""
    if record.changed:
        _say("The changes in the form are not saved; they go too.")
    st.caption(f"It can be brought back for {UNDO.days} days. Then it is removed for good.")
    with st.container(horizontal=True):
        pressed = [
            st.button("Keep it", type="primary", on_click=_close, key="record.delete.keep"),
            st.button(label, icon=":material/delete:", on_click=act, key="record.delete.go"),
        ]
    if any(pressed):
        st.rerun()


_WITHOUT_RECORD: dict[str, Callable[[Step | None], None]] = {
    "first": _draw_first,
    "leave": _draw_leave,
    "unusable": _draw_unusable,
}
_OF_RECORD: dict[str, Callable[[Opened], None]] = {
    "new": _draw_new,
    "rename": _draw_rename,
    "day": _draw_day,
    "delete_visit": _draw_delete_visit,
    "delete_record": _draw_delete_record,
    "merge": draw_merge,
    "import": draw_import,
}
