"""Patients under a pseudonym: made with their first visit, found, renamed, deleted, brought back, removed for good.

A patient needs no name: the code (``P-7K3F9Q``) is made here and can be read aloud. The label is the team's own.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete as delete_rows
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from riskmodels.records import audit, visits
from riskmodels.records.access import Actor, Role, require
from riskmodels.records.assessments import NewAssessment
from riskmodels.records.audit import Action
from riskmodels.records.engine import Database
from riskmodels.records.errors import ConflictError, NotFoundError
from riskmodels.records.facts import Entered, Facts, checked_label, search_key
from riskmodels.records.jobs import changed_rows, now
from riskmodels.records.schema import PatientRow
from riskmodels.records.summary import lock_patient
from riskmodels.records.undo import KINDS, UNDO
from riskmodels.records.visits import Visit

__all__ = [
    "CODE_LETTERS",
    "UNDO",
    "Entered",
    "Facts",
    "Patient",
    "PatientConflictError",
    "create",
    "delete",
    "find",
    "purge",
    "rename",
    "restore",
]

KIND = "patient"
#: none of them is taken for another when written by hand or read aloud from a screen
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE_LENGTH, _TRIES = 5, 4


@dataclass(frozen=True)
class Patient:
    """A patient as a page sees it.

    Args:
        id: random, unguessable; the only thing of it that may stand in an address.
        code: pseudonym for people, e.g. ``P-7K3F9``.
        label: the team's own; may be empty.
        sex, age: of the latest visit; None where not known.
        visits: how many.
        last_visit: day of the latest one.
        version: 1, then one more with every new label.
        created, created_by: when (UTC) and by which account.
        deleted: when; None while it is there.
    """

    id: str
    code: str
    label: str = field(repr=False)
    sex: int | None = field(repr=False)
    age: float | None = field(repr=False)
    visits: int
    last_visit: date | None = field(repr=False)
    version: int
    created: datetime
    created_by: str
    deleted: datetime | None


class PatientConflictError(ConflictError):
    """Somebody else changed the label first; ``theirs`` is the patient as it stands now."""

    def __init__(self, theirs: Patient) -> None:
        super().__init__(
            "Somebody else changed the label in the meantime. Yours was not saved.",
            hint="Look at theirs and save again.",
            log="patient conflict",
        )
        self.theirs = theirs


def create(
    database: Database,
    actor: Actor,
    label: str,
    day: date,
    facts: Facts,
    assessments: Sequence[NewAssessment],
    source: str = "form",
    note: str = "",
) -> tuple[Patient, Visit]:
    """Keep a new patient with the first visit.

    Args:
        database: the records.
        actor: who enters it.
        label: the team's own name for the patient; may be empty.
        day, facts, assessments, source, note: of the visit; see :func:`riskmodels.records.visits.add`.

    Raises:
        NotAllowedError: without the role.
        RecordsError: when something cannot be kept; field and remedy stand in it.
    """
    require(actor, Role.CARE)
    text, values = checked_label(label), visits.new_values(day, facts, note, source)
    with database.write() as session:
        row = _insert(session, text, actor)
        visit = visits.insert(session, actor, row, values, assessments, first=True)
        return as_patient(row), visit


def find(database: Database, actor: Actor, patient_id: str, opened: bool = False) -> Patient | None:
    """A patient by its id; None when there is none, or it was deleted.

    Args:
        database: the records.
        actor: who asks.
        patient_id: which one.
        opened: whether a person opens the record by this; the trail then says so.

    Raises:
        NotAllowedError: without the role.
    """
    require(actor, Role.CARE)
    with database.write() if opened else database.read() as session:
        row = session.get(PatientRow, patient_id)
        if row is None or row.deleted is not None:
            return None
        if opened:
            audit.append(session, actor, Action.OPEN, KIND, row.id)
        return as_patient(row)


def rename(database: Database, actor: Actor, patient_id: str, version: int, label: str) -> Patient:
    """Give a patient another label, if nobody else did since it was read.

    Raises:
        PatientConflictError: when somebody did; nothing was written.
        NotAllowedError: without the role.
        NotFoundError: when there is no such patient.
        RecordsError: when the label is too long.
    """
    require(actor, Role.CARE)
    text = checked_label(label)
    with database.write() as session:
        row = lock_patient(session, patient_id)
        mine = update(PatientRow).where(PatientRow.id == patient_id, PatientRow.version == version)
        if not changed_rows(session, mine.values(**_label(text), version=version + 1)):
            raise PatientConflictError(as_patient(row))
        audit.append(session, actor, Action.SAVE, KIND, patient_id, {"fields": ["label"], "version": version + 1})
        session.refresh(row)
        return as_patient(row)


def delete(database: Database, actor: Actor, patient_id: str) -> None:
    """Take a patient with everything out of sight; for :data:`UNDO` it can be brought back.

    Raises:
        NotAllowedError: without the role.
        NotFoundError: when there is no such patient.
    """
    require(actor, Role.CARE)
    with database.write() as session:
        lock_patient(session, patient_id).deleted = now()
        audit.append(session, actor, Action.DELETE, KIND, patient_id)


def restore(database: Database, actor: Actor, patient_id: str) -> Patient:
    """Bring a deleted patient back as it was.

    Raises:
        NotAllowedError: without the role.
        NotFoundError: when there is none, or it was deleted too long ago.
    """
    require(actor, Role.CARE)
    with database.write() as session:
        row = lock_patient(session, patient_id, deleted=True)
        if row.deleted is not None and row.deleted < now() - UNDO:
            raise NotFoundError(
                f"The patient was deleted more than {UNDO.days} days ago and cannot be brought back.",
                hint="Enter the patient again.",
                log="patient deleted too long ago",
            )
        row.deleted = None
        audit.append(session, actor, Action.RESTORE, KIND, patient_id)
        return as_patient(row)


def purge(database: Database) -> int:
    """Remove for good what was deleted longer ago than :data:`UNDO`: patients with everything, visits, studies.

    Returns:
        How many patients were removed.
    """
    gone: list[tuple[str, str]] = []
    with database.write() as session:
        for table, kind in ({PatientRow: KIND} | KINDS).items():
            gone += [(kind, record_id) for record_id in _remove(session, table)]
        for kind, record_id in gone:
            audit.append(session, audit.SYSTEM, Action.PURGE, kind, record_id)
    return sum(kind == KIND for kind, _ in gone)


def as_patient(row: PatientRow) -> Patient:
    """A row as a page sees it."""
    return Patient(
        row.id, row.code, row.label, row.sex, row.age, row.visits, row.last_visit, row.version,
        row.created, row.created_by, row.deleted,
    )  # fmt: skip


def new_code(length: int = _CODE_LENGTH) -> str:
    """A code at random, as many letters long."""
    return "P-" + "".join(secrets.choice(CODE_LETTERS) for _ in range(length))


def _insert(session: Session, label: str, actor: Actor) -> PatientRow:
    """A row with a code that nobody has; where several tries in a row were taken, a longer one."""
    attempt = 0
    while True:
        code = new_code(_CODE_LENGTH + attempt // _TRIES)
        row = PatientRow(id=secrets.token_hex(16), code=code, visits=0, version=1, created=now(),
                         created_by=actor.id, **_label(label))  # fmt: skip
        try:
            with session.begin_nested():
                session.add(row)
            return row
        except IntegrityError:
            attempt += 1
            if attempt > _TRIES * 8:
                raise


def _label(text: str) -> dict[str, Any]:
    return {"label": text, "label_key": search_key(text)}


def _remove(session: Session, table: Any) -> list[str]:
    """Delete the rows that nobody can bring back any more; the foreign keys take along what hangs on them."""
    old = select(table.id).where(table.deleted < now() - UNDO).order_by(table.id).with_for_update()
    found = list(session.scalars(old))
    for first in range(0, len(found), 500):
        session.execute(delete_rows(table).where(table.id.in_(found[first : first + 500])))
    return found
