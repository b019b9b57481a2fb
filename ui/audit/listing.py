"""The audit trail on its page: filters, the newest events first, fifty a page, and their download."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.records import audit, audit_export, users
from riskmodels.records.audit import Action, Event, EventPage
from ui.audit import words
from ui.audit.check import draw_check
from ui.clock import today, zone
from ui.database import database
from ui.records import empty as records_empty
from ui.sign_in.account import current_actor
from ui.tables import STYLE, table
from ui.text import count

_SIZE = 50
#: people and kinds of records to choose from are those of so many newest events, and those met since
_LOOK_BACK = 1_000
_MET = "audit.met"
_WHO, _ACTION, _KIND, _RECORD = "audit.who", "audit.action", "audit.kind", "audit.record"


@dataclass
class Met:
    """Who and what was met in the trail in this session: what the filters offer."""

    people: dict[str, str] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)

    def add(self, events: Iterable[Event]) -> None:
        """Learn from some events; names are asked for once."""
        rows = list(events)
        self.kinds |= {event.kind for event in rows}
        unknown = {event.actor for event in rows} - self.people.keys()
        if unknown:
            found = users.names(database(), unknown)
            self.people |= {actor: found.get(actor, f"account {actor[:12]}") for actor in unknown}


@dataclass(frozen=True)
class Wanted:
    """Which events: of one account, of one action, one kind of record, one record; all where empty."""

    who: str
    action: str
    kind: str
    record_id: str

    @property
    def anything(self) -> bool:
        """Whether something is left out."""
        return bool(self.who or self.action or self.kind or self.record_id)

    @property
    def page_key(self) -> str:
        """The key of the page chosen: another question begins at its first page."""
        asked = "\n".join((self.who, self.action, self.kind, self.record_id))
        return f"audit.page.{sha256(asked.encode()).hexdigest()[:12]}"


def draw_trail() -> None:
    """Everything below the title."""
    st.html(STYLE)
    try:
        met = _met()
        draw_check()
        wanted = _draw_filters(met)
        page = int(st.session_state.get(wanted.page_key, 1)) - 1
        found = _events(wanted, page)
        met.add(found.rows)
    except CareRiskError as error:
        st.error(f"The audit trail cannot be read. {error}")
        st.button("Try again", icon=":material/refresh:")
        return
    if found.rows:
        _draw_events(found, wanted, page, met)
    elif wanted.anything:
        records_empty.draw_no_event_matches(clear)
    else:
        records_empty.draw_no_events()


def clear() -> None:
    """Callback: forget the filters."""
    st.session_state.update({_WHO: None, _ACTION: None, _KIND: None, _RECORD: ""})


def _met() -> Met:
    """What the filters offer; read from the newest events once a session."""
    met: Met | None = st.session_state.get(_MET)
    if met is None:
        met = Met()
        met.add(audit.events(database(), current_actor(), size=_LOOK_BACK).rows)
        st.session_state[_MET] = met
    return met


def _draw_filters(met: Met) -> Wanted:
    people = sorted(met.people, key=lambda actor: met.people[actor].casefold())
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        who = st.selectbox(
            "Who",
            people,
            index=None,
            format_func=lambda actor: met.people[actor],
            key=_WHO,
            placeholder="everybody",
            width=230,
            help=f"Whoever occurs in the newest {_LOOK_BACK:,} events, or on a page you have seen since.",
        )
        action = st.selectbox(
            "Did what",
            list(Action),
            index=None,
            format_func=lambda done: done.value.capitalize(),
            key=_ACTION,
            placeholder="anything",
            width=160,
        )
        kind = st.selectbox(
            "Kind of record",
            sorted(met.kinds),
            index=None,
            format_func=words.kind_text,
            key=_KIND,
            placeholder="any",
            width=180,
        )
        record_id = st.text_input(
            "Record", key=_RECORD, max_chars=64, placeholder="its id, copied from a row below", width=330
        )
    return Wanted(who or "", action or "", kind or "", record_id.strip())


def _events(wanted: Wanted, page: int) -> EventPage:
    return audit.events(
        database(),
        current_actor(),
        who=wanted.who,
        action=wanted.action,
        kind=wanted.kind,
        record_id=wanted.record_id,
        page=page,
        size=_SIZE,
    )


def _draw_events(found: EventPage, wanted: Wanted, page: int, met: Met) -> None:
    pages = -(-found.total // _SIZE)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
        st.caption(f"{count(found.total, 'event')}, the newest first")
        _draw_download(found, wanted)
    rows = [words.event_texts(event, met.people, zone()) for event in found.rows]
    st.html(table("Audit trail", words.HEAD, rows, kind="cr-audit"))
    if pages > 1:
        st.pagination(pages, key=wanted.page_key)
        first = page * _SIZE + 1
        st.caption(f"{first:,}–{first + len(rows) - 1:,} of {count(found.total, 'event')}")


def _draw_download(found: EventPage, wanted: Wanted) -> None:
    """The events asked for as CSV; made, and written into the trail, when it is clicked."""
    opened = database()
    most = f" The newest {audit_export.MOST:,} of them." if found.total > audit_export.MOST else ""
    st.download_button(
        "Download CSV",
        lambda: audit_export.export(opened, current_actor(), wanted.kind, wanted.record_id, wanted.who, wanted.action),
        file_name=f"audit-trail-{today().isoformat()}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        help=f"The events asked for, with their hashes.{most} The download itself is written into the trail.",
        key="audit.download",
    )
