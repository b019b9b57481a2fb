"""The words of the record bar: whose visit, whether it is saved, where records are kept, and who saved what."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.records import LOCAL, Database, users
from riskmodels.records.access import Actor
from riskmodels.records.visits import Visit
from ui import clock as record_clock
from ui.database import database
from ui.record import talk
from ui.record.state import Opened
from ui.sign_in.account import current_actor


def state_words(record: Opened | None, changed: bool) -> str:
    """``saved 10:42``, ``changes not saved``, ``not saved``; empty where there is nothing to save."""
    if record is None:
        return "Not saved" if changed else "Nothing to save yet"
    if record.visit is None:
        return "not saved"
    return "changes not saved" if changed else f"saved {record_clock.clock(record.visit.edited)}"


def visit_names(visits: Sequence[Visit]) -> dict[str, str]:
    """What each visit is called, by id: its day, numbered where a day has several."""
    days = [visit.day.isoformat() for visit in visits]
    named: dict[str, str] = {}
    for place, visit in enumerate(visits):
        day = days[place]
        nth = days[: place + 1].count(day)
        named[visit.id] = f"{day} ({nth})" if days.count(day) > 1 else day
    return named


def report_sentence(record: Opened | None, changed: bool) -> str:
    """Whether what the report shows is in a record, for its last line."""
    if record is None:
        return "What it shows is not saved as a record."
    visit = f"record {record.patient.code}, visit of {record.day.isoformat()}"
    if record.visit is None:
        return f"It belongs to {visit}, which was not saved when it was printed."
    if changed:
        return f"It belongs to {visit}, with changes that were not saved when it was printed."
    return f"It is saved as {visit}."


def storage_words(where: Database, who: Actor) -> str:
    """Where records are kept and who can see them, in one sentence."""
    if who.id == LOCAL.id:
        place = "in your database" if where.file is None else "on this computer"
        return f"Records are kept {place}; whoever uses this account can see them. Unsaved entries stay for a day."
    return (
        "Records are kept in the database of this installation; the care team can see them, and every look is written "
        "down. Unsaved entries stay for a day, seen by you alone."
    )


def who_saved(visit: Visit) -> str:
    """``Dr. Anna K. at 10:50``; ``you, in another window, at 10:50``."""
    me = current_actor()
    name = "you, in another window,"
    if visit.edited_by != me.id:
        found = talk.guarded(lambda: users.names(database(), [visit.edited_by])) or {}
        name = found.get(visit.edited_by, "somebody else")
    return f"{name} at {record_clock.clock(visit.edited)}"


def draw_storage() -> None:
    """The banner: where records are kept and who can see them."""
    try:
        st.caption(storage_words(database(), current_actor()))
    except CareRiskError as error:
        draw_failure(f"Nothing can be saved. {error}")


def draw_failure(words: str) -> None:
    """What could not be done, and what to do; plain text."""
    st.html(f'<p class="cr-notice cr-failed" role="alert">{escape(words)}</p>', width="content")
