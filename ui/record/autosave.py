"""What is typed and not saved, kept in the database as a draft of its owner, so that a refresh loses nothing.

One short write when the content changed, none otherwise, by a thread beside the pages
(:mod:`riskmodels.records.draft_writer`). The address holds the draft's random id; another person's draft, or one older
than a day, is as if it were not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from riskmodels.errors import UnitError
from riskmodels.records import drafts
from riskmodels.records.draft_writer import WRITER
from riskmodels.records.facts import make_facts
from riskmodels.records.patients import Entered
from riskmodels.scores.inputs import variable_of
from riskmodels.units import find_unit
from riskmodels.vocabulary import VOCABULARY, Kind
from ui.database import database
from ui.record import draft, reconnect, state, talk
from ui.record.draft import Content, Exact, Undo
from ui.record.state import Opened
from ui.sign_in.account import current_actor

_ID, _KEPT, _LOOKED = "record.draft", "record.draft.kept", "record.draft.looked"
#: seconds that a page waits for its draft: far more than a write takes, little for who waits
_PATIENCE = 0.3
_FIELDS = frozenset(variable.name for variable in draft.FIELDS)
#: what a draft of another version of the app can raise; it is then as if there were none
_DAMAGED = (KeyError, TypeError, ValueError, AttributeError, UnitError)


def keep() -> None:
    """Keep what is not saved, or remove the draft once all is, and write the address; last thing of every run."""
    content = as_json() if _worth_keeping() else None
    if content != st.session_state.get(_KEPT):
        talk.guarded(lambda: _hand_over(content))
    state.write_address(st.session_state.get(_ID, ""))
    reconnect.settle()


def _worth_keeping() -> bool:
    record = state.opened()
    begun = record is not None and record.visit is None
    return begun or state.is_changed() or draft.undo_available() is not None


def _hand_over(content: dict[str, Any] | None) -> None:
    """Have it written. Where that fails it is said once, and tried again: by the writer, and with the next change."""
    st.session_state[_KEPT] = content
    identifier, place, actor = st.session_state.get(_ID, ""), database(), current_actor()
    if content is not None:
        identifier = identifier or drafts.new_id()
        st.session_state[_ID] = identifier
        ticket = WRITER.put(identifier, lambda: drafts.save(place, actor, identifier, content))
    elif identifier:
        st.session_state[_ID] = ""
        ticket = WRITER.put(identifier, lambda: drafts.delete(place, actor, identifier))
    else:
        return
    if ticket.wait(_PATIENCE) and ticket.error is not None:
        raise ticket.error


def arrive() -> None:
    """Bring back the draft that the address names; once, when the page is opened, before the form is drawn."""
    if st.session_state.get(_LOOKED):
        return
    st.session_state[_LOOKED] = True
    shown = reconnect.shown_in_browser()
    _fetch(st.query_params.get("draft", ""))
    reconnect.take(shown)


def _fetch(identifier: str) -> None:
    if not identifier or state.is_changed():
        return
    kept = talk.guarded(lambda: drafts.load(database(), current_actor(), identifier))
    if kept is not None and _bring_back(kept):
        st.session_state[_ID] = identifier
        st.session_state[_KEPT] = kept


def _bring_back(kept: Mapping[str, Any]) -> bool:
    """Put a draft into the form, with its record; whether that was possible."""
    try:
        belongs = (kept["opened"] or {}).get("patient", "")
        if belongs != st.query_params.get("record", ""):
            return False
        record = _record_of(kept)
        draft.restore(content_of(kept["content"]))
        state.set_opened(record)
        draft.set_undo(_undo(kept["undo"], record))
    except _DAMAGED:
        return False
    return True


def _record_of(kept: Mapping[str, Any]) -> Opened | None:
    """The record a draft belongs to; None, and a line that says so, where it can no longer be opened."""
    if kept["opened"] is None:
        return None
    record = talk.guarded(lambda: state.read(kept["opened"]["patient"], opened=True))
    if record is None:
        state.ignore_address()
        return None
    return _at_visit(record, kept["opened"])


def as_json() -> dict[str, Any]:
    """The form, what undo would bring back, and the record they belong to, as plain JSON."""
    before = draft.undo_available()
    undo = before and {
        "did": before.did,
        "content": content_json(before.content),
        "opened": _opened_json(before.opened),
    }
    return {
        "content": content_json(draft.content()),
        "undo": undo,
        "opened": _opened_json(state.opened()),
    }


def content_json(content: Content) -> dict[str, Any]:
    """A content as plain JSON."""
    exact = {n: [e.shown, e.unit, *_entered_json(e.entered)] for n, e in content.exact.items()}
    fields = {name: value for name, value in content.fields.items() if value is not None}
    return {"fields": fields, "exact": exact, "units": dict(content.units)}


def _entered_json(value: Entered) -> list[float | str]:
    """A value with all that stands beside it, in the order of :class:`Entered`."""
    return [value.value, value.unit, value.when, value.source, value.note]


def content_of(kept: Mapping[str, Any]) -> Content:
    """A content as it was kept; names and units that this version does not know are left out."""
    fields = {name: float(value) for name, value in kept["fields"].items() if name in _FIELDS}
    units = {name: _symbol(name, unit) for name, unit in kept["units"].items() if name in VOCABULARY}
    exact = {
        name: Exact(float(shown), _symbol(name, unit), Entered(float(value), _symbol(name, typed), *map(str, told)))
        for name, (shown, unit, value, typed, *told) in kept["exact"].items()
        if name in fields
    }
    return Content(fields, exact, units)


def _symbol(name: str, unit: str) -> str:
    if variable_of(name).kind is not Kind.NUMBER:
        return ""
    return find_unit(VOCABULARY[name].units, unit).symbol


def _opened_json(record: Opened | None) -> dict[str, Any] | None:
    if record is None:
        return None
    visit = record.visit
    base = {name: _entered_json(value) for name, value in record.base.entered.items()}
    return {
        "patient": record.patient.id,
        "visit": visit.id if visit else None,
        "version": visit.version if visit else 0,
        "visit_day": visit.day.isoformat() if visit else "",
        "day": record.day.isoformat(),
        "base": base,
    }


def _at_visit(record: Opened, kept: Mapping[str, Any]) -> Opened:
    base = make_facts({n: Entered(float(v), *map(str, rest)) for n, (v, *rest) in kept["base"].items()})
    day = date.fromisoformat(kept["day"])
    now = next((v for v in record.visits if v.id == kept["visit"]), None)
    if now is None:  # a new visit, or one that somebody deleted
        return replace(record, visit=None, day=day, start=base)
    before = replace(now, facts=base, version=int(kept["version"]), day=date.fromisoformat(kept["visit_day"]))
    return replace(record, visit=now if now.version == before.version else before, day=day)


def _undo(kept: Mapping[str, Any] | None, record: Opened | None) -> Undo | None:
    """What undo would bring back; nothing where that belongs to another record, which would have to be opened."""
    if kept is None:
        return None
    before = kept["opened"]
    if before is not None and (record is None or before["patient"] != record.patient.id):
        return None
    opened = _at_visit(record, before) if record and before else None
    return Undo(str(kept["did"]), content_of(kept["content"]), opened)
