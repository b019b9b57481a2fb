"""Visits and studies of a patient: found, deleted, and for :data:`UNDO` brought back.

Each function works within a transaction of its caller, who has looked at the role.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from riskmodels.records import audit
from riskmodels.records.access import Actor
from riskmodels.records.audit import Action
from riskmodels.records.errors import NotFoundError
from riskmodels.records.jobs import now
from riskmodels.records.schema import ImageStudyRow, PatientRow, SignalStudyRow, VisitRow
from riskmodels.records.summary import lock_patient, refresh

#: how long what was deleted can be brought back
UNDO = timedelta(days=30)
#: what they are called in the audit trail
KINDS = {VisitRow: "visit", ImageStudyRow: "image_study", SignalStudyRow: "signal_study"}
Record = TypeVar("Record", VisitRow, ImageStudyRow, SignalStudyRow)


def kept(table: type[Record], patient_id: str) -> Select[Record]:
    """The records of a patient, oldest first; none when the patient was deleted."""
    of_patient = select(table).join(PatientRow, PatientRow.id == table.patient_id).where(table.patient_id == patient_id)
    there = of_patient.where(table.deleted.is_(None), PatientRow.deleted.is_(None))
    return there.order_by(table.day, table.created, table.id)


def held(session: Session, table: type[Record], record_id: str, deleted: bool = False) -> tuple[PatientRow, Record]:
    """A record as it now stands, and its patient, whose row is held until the transaction ends.

    Args:
        session: of a transaction that writes.
        table: where it stands.
        record_id: which one.
        deleted: whether one that was deleted is looked for, or one that was not.

    Raises:
        NotFoundError: when there is none, or it was deleted too long ago.
    """
    patient_id = session.scalar(select(table.patient_id).where(table.id == record_id))
    if patient_id is not None:
        patient = lock_patient(session, patient_id)
        row = session.get(table, record_id, populate_existing=True)
        if row and (row.deleted is not None) is deleted and (row.deleted is None or row.deleted >= now() - UNDO):
            return patient, row
    what = KINDS[table].replace("_", " ")
    raise NotFoundError(
        f"There is no such {what}, or it was deleted.", hint="Open the patient again.", log=f"no such {what}"
    )


def delete(session: Session, actor: Actor, table: type[Record], record_id: str) -> None:
    """Take a record out of sight.

    Raises:
        NotFoundError: when there is none.
    """
    patient, row = held(session, table, record_id)
    row.deleted = now()
    _tell(session, actor, Action.DELETE, patient, row)


def restore(session: Session, actor: Actor, table: type[Record], record_id: str) -> Record:
    """Bring a deleted record back.

    Raises:
        NotFoundError: when there is none, or it was deleted too long ago.
    """
    patient, row = held(session, table, record_id, deleted=True)
    row.deleted = None
    _tell(session, actor, Action.RESTORE, patient, row)
    return row


def _tell(session: Session, actor: Actor, action: Action, patient: PatientRow, row: Record) -> None:
    """The patient's summary follows the visits; the trail says who did it."""
    if isinstance(row, VisitRow):
        refresh(session, patient)
    audit.append(session, actor, action, KINDS[type(row)], row.id)
