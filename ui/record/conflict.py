"""Two people saved one visit: every fact they do not agree on, with yours and theirs, and the choice between them."""

from __future__ import annotations

from datetime import date
from html import escape

import streamlit as st

from riskmodels.records import visit_facts
from riskmodels.records.visits import Visit
from riskmodels.scores.inputs import variable_of
from ui.record import facts as record_facts
from ui.record import save as record_save
from ui.record import state, talk
from ui.record.save import MINE, THEIRS, Choice
from ui.record.state import Opened
from ui.record.text import draw_failure, who_saved


def _close() -> None:
    talk.ask(None)


@st.dialog("This visit was saved since you opened it", width="medium", on_dismiss=_close)
def draw_merge(record: Opened) -> None:
    """The merge; closing it keeps the form as it is and saves nothing.

    Args:
        record: open here, with the visit as it stands now among its visits.
    """
    record = state.opened() or record
    theirs = record.theirs
    if theirs is None:
        _close()
        st.rerun()
    st.html(f"<p>Saved by {escape(who_saved(theirs))}. Nothing of yours was saved yet: choose what is to stand.</p>")
    chosen = {choice.difference.name: _draw_choice(choice, theirs) for choice in record_save.choices(record, theirs)}
    day = _draw_day(record, theirs)
    _draw_end(theirs, chosen, day)


def _draw_choice(choice: Choice, theirs: Visit) -> str:
    """One fact: whose value is to stand."""
    name = choice.difference.name
    values = {MINE: choice.difference.mine, THEIRS: choice.difference.theirs}
    both = ", changed by both" if choice.both else ""
    return _draw_either(
        f"{variable_of(name).label}{both}",
        {whose: record_facts.value_text(name, value) for whose, value in values.items()},
        choice.default,
        f"record.merge.{theirs.version}.{name}",
    )


def _draw_either(label: str, words: dict[str, str], default: str, key: str) -> str:
    chosen = st.radio(
        label,
        [MINE, THEIRS],
        index=[MINE, THEIRS].index(default),
        format_func=lambda whose: f"{whose}: {words[whose]}",
        horizontal=True,
        key=key,
    )
    return chosen or default


def _draw_day(record: Opened, theirs: Visit) -> date:
    """The day of the visit, where it differs."""
    if record.day == theirs.day:
        return theirs.day
    moved = record.visit is not None and record.day != record.visit.day
    words = {MINE: record.day.isoformat(), THEIRS: theirs.day.isoformat()}
    key = f"record.merge.{theirs.version}.day"
    whose = _draw_either("Day of the visit", words, MINE if moved else THEIRS, key)
    return record.day if whose == MINE else theirs.day


def _draw_end(theirs: Visit, chosen: dict[str, str], day: date) -> None:
    """Save what was chosen, or leave it."""
    facts = record_save.merged(theirs, chosen)
    unusable = visit_facts.fit(facts).unusable
    for problem in unusable:
        draw_failure(problem.text)
    with st.container(horizontal=True):
        save = st.button("Save merged", type="primary", disabled=bool(unusable), key="record.merge.save")
        take = st.button(
            "Take all of theirs", on_click=record_save.take_theirs, args=(theirs,), key="record.merge.theirs"
        )
        later = st.button("Not now", on_click=_close, key="record.merge.later")
    if take or later:
        st.rerun()
    if save:
        if record_save.save_merged(theirs, facts, day):
            _close()
        st.rerun()
