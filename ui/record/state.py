"""Which record the form belongs to, kept for the session: opening, leaving, closing, and the address.

The address holds opaque random ids only: ``?record=`` of the patient, ``?draft=`` of what was typed and not saved.
Everything that would take typed values away goes through :func:`leave_for`, which asks first.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import streamlit as st

from riskmodels.records import carry as carrying
from riskmodels.records import patients, visit_facts, visits
from riskmodels.records.errors import NotFoundError
from riskmodels.records.patients import Facts, Patient
from riskmodels.records.visits import Visit
from ui.clock import today
from ui.database import database
from ui.record import draft, facts, talk
from ui.record.draft import OPENED
from ui.record.talk import Step
from ui.sign_in.account import current_actor

_WANTED, _ADDRESS, _LOOKED = "record.wanted", "record.address", "record.looked"
#: seconds between two looks at whether somebody else saved the visit
_LOOK_EVERY = 15.0
NOT_THERE = "This record is not there: it was deleted, or the address is not right. What you typed is kept."
RECORD_GONE = (
    "Somebody else deleted this record. What stands in the form is kept; saving it makes a new record. "
    "To bring the deleted one back, open Find a record."
)
GONE = "Somebody else deleted this visit. What stands in the form is kept; saving it makes a new visit."


@dataclass(frozen=True)
class Opened:
    """The record whose visit stands in the form.

    Args:
        patient: as last read.
        visits: all of them as last read, the oldest first.
        visit: the one in the form, as it was when it was opened; None for a new one, not saved yet.
        day: of the visit in the form.
        start: what a new visit began with; empty otherwise.
    """

    patient: Patient
    visits: tuple[Visit, ...]
    visit: Visit | None
    day: date
    start: Facts = field(default_factory=lambda: Facts({}, {}), repr=False)

    @property
    def base(self) -> Facts:
        """What stood in the form before anything was changed."""
        return self.visit.facts if self.visit else self.start

    @property
    def changed(self) -> bool:
        """Whether the form holds what is not saved."""
        moved = self.visit is not None and self.visit.day != self.day
        return moved or not visit_facts.same(facts.facts_of_form(), self.base)

    @property
    def theirs(self) -> Visit | None:
        """The visit as somebody else saved it since it was opened here; None when nobody did."""
        newer = (v for v in self.visits if self.visit and v.id == self.visit.id and v.version > self.visit.version)
        return next(newer, None)

    @property
    def latest(self) -> Visit | None:
        """The visit of the latest day."""
        return max(self.visits, key=lambda v: v.day, default=None)


def day_of_form() -> date:
    """The day that what stands in the form is of: of the visit, today where no record is open."""
    record = opened()
    return record.day if record else today()


def opened() -> Opened | None:
    """The record whose visit stands in the form; None while there is none."""
    return st.session_state.get(OPENED)


def set_opened(record: Opened | None) -> None:
    """From now on the form belongs to this record, or to none."""
    st.session_state[OPENED] = record


def is_changed() -> bool:
    """Whether the form holds what is not saved."""
    record = opened()
    return record.changed if record else not draft.is_empty()


def open_record(patient_id: str) -> None:
    """Open a record as soon as the page *Assess a patient* is drawn: call it, then ``st.switch_page``.

    Args:
        patient_id: of :class:`riskmodels.records.patients.Patient`.
    """
    st.session_state[_WANTED] = patient_id


def arrive() -> None:
    """What the address or another page asks for; first thing of a full run, before the form is drawn."""
    asked, before = st.query_params.get("record", ""), st.session_state.get(_ADDRESS, "")
    wanted = st.session_state.pop(_WANTED, "") or (asked if asked != before else "")
    record = opened()
    if wanted and (record is None or record.patient.id != wanted):
        leave_for(Step("open", wanted))


def ignore_address() -> None:
    """What the address asks for was looked at and is not to be opened."""
    st.session_state[_ADDRESS] = st.query_params.get("record", "")


def write_address(draft_id: str) -> None:
    """Put the ids of the open record and of the draft into the address; nothing is sent when they stand there already.

    Args:
        draft_id: empty where there is none.
    """
    record = opened()
    shown = {"record": record.patient.id if record else "", "draft": draft_id}
    st.session_state[_ADDRESS] = shown["record"]
    if any(st.query_params.get(name, "") != value for name, value in shown.items()):
        others = {name: value for name, value in st.query_params.items() if name not in shown}
        st.query_params.from_dict(others | {name: value for name, value in shown.items() if value})


def leave_for(step: Step) -> None:
    """Go there at once when nothing is lost by it, else ask whether to save, discard or stay."""
    if is_changed() and step.kind != "clear":
        talk.ask("leave", step)
    else:
        go(step)


def discard_for(step: Step) -> None:
    """Go there without saving; the undo button brings back what was typed."""
    draft.remember_undo("Changes discarded")
    go(step)


def go(step: Step) -> None:
    """Take a step, whatever stands in the form."""
    talk.ask(None)
    steps: dict[str, Callable[[], Any]] = {
        "open": lambda: _open(step.record),
        "visit": lambda: show_visit(step.record),
        "new": lambda: talk.ask("new"),
        "close": close,
        "clear": draft.clear,
        "import": lambda: _import(step.fill),
    }
    steps[step.kind]()


def _import(fill: Callable[[], None] | None) -> None:
    """What was imported is another patient's: it fills a form that belongs to no record."""
    close()
    if fill is not None:
        fill()


def close() -> None:
    """An empty form for another patient."""
    draft.load_entered({}, "")
    set_opened(None)


def _open(patient_id: str) -> None:
    record = talk.guarded(lambda: read(patient_id, opened=True))
    if record is not None:
        show(record)


def read(patient_id: str, opened: bool = False) -> Opened:
    """A record as it is now, at its latest visit.

    Args:
        patient_id: which one.
        opened: whether a person opens it, which is audited.

    Raises:
        NotFoundError: when it is not there.
        RecordsError: when it may not be read, or the database cannot be reached.
    """
    patient = patients.find(database(), current_actor(), patient_id, opened=opened)
    if patient is None:
        raise NotFoundError(NOT_THERE, hint="", log="record asked for is not there")
    kept = tuple(visits.of_patient(database(), current_actor(), patient_id))
    st.session_state[_LOOKED] = time.monotonic()
    latest = max(kept, key=lambda v: v.day, default=None)
    return Opened(patient, kept, latest, latest.day if latest else today())


def show(record: Opened) -> None:
    """Put a record's visit into the form."""
    facts.show(record.base)
    set_opened(record)


def show_visit(visit_id: str) -> None:
    """Put another visit of the open record into the form."""
    record = opened()
    chosen = next((v for v in record.visits if v.id == visit_id), None) if record else None
    if record and chosen:
        show(replace(record, visit=chosen, day=chosen.day))


def begin_visit(day: date, carry: bool) -> None:
    """A new visit of the open record in the form.

    Args:
        day: of the visit.
        carry: whether it begins with the last known values, each with its date.
    """
    record = opened()
    if record is not None:
        start = carrying.carry(record.visits, day).facts if carry else Facts({}, {})
        show(replace(record, visit=None, day=day, start=start))


def _is_gone(record: Opened) -> bool:
    found = talk.guarded(lambda: (patients.find(database(), current_actor(), record.patient.id),))
    return found is not None and found[0] is None


def look_again(at_once: bool = False) -> None:
    """Read the visits again now and then, so that what somebody else did is seen: one short query.

    Args:
        at_once: however short ago the last look was.
    """
    record = opened()
    if record is None or not (at_once or time.monotonic() - st.session_state.get(_LOOKED, 0.0) > _LOOK_EVERY):
        return
    st.session_state[_LOOKED] = time.monotonic()
    found = talk.guarded(lambda: tuple(visits.of_patient(database(), current_actor(), record.patient.id)))
    if found is None:
        return
    if found == record.visits:
        return
    if not found and _is_gone(record):
        talk.tell(RECORD_GONE, failed=True)
        set_opened(None)
        return
    gone = record.visit is not None and record.visit.id not in {v.id for v in found}
    if gone:
        talk.tell(GONE, failed=True)
    set_opened(replace(record, visits=found, visit=None if gone else record.visit))
