"""Visits: what was known of a patient on a day, and the models' answers to it.

Two people may edit one visit: who saves second is told, with what stands there now (:class:`VisitConflictError`), and
nothing is overwritten. The patient's row and risks follow in the same transaction (:mod:`riskmodels.records.summary`).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from riskmodels.records import assessments as answers
from riskmodels.records import audit, undo
from riskmodels.records.access import Actor, Role, require
from riskmodels.records.assessments import NewAssessment
from riskmodels.records.audit import Action
from riskmodels.records.engine import Database
from riskmodels.records.errors import ConflictError
from riskmodels.records.facts import (
    Entered,
    Facts,
    checked,
    checked_day,
    checked_note,
    checked_source,
    entered_json,
    facts_of,
    in_order,
)
from riskmodels.records.jobs import changed_rows, now
from riskmodels.records.schema import PatientRow, VisitRow
from riskmodels.records.summary import lock_patient, refresh

KIND = undo.KINDS[VisitRow]


@dataclass(frozen=True)
class Visit:
    """A visit as it stands.

    Args:
        id, patient_id: random, unguessable.
        day: of the visit.
        facts: what is known.
        note: of the person who entered it.
        source: ``form``, ``fhir``, …
        version: 1, then one more with every save.
        created, created_by, edited, edited_by: when (UTC) and by which account.
        deleted: when; None while it is there.
    """

    id: str
    patient_id: str
    day: date = field(repr=False)
    facts: Facts = field(repr=False)
    note: str = field(repr=False)
    source: str
    version: int
    created: datetime
    created_by: str
    edited: datetime
    edited_by: str
    deleted: datetime | None


class VisitConflictError(ConflictError):
    """Somebody else saved the visit first; ``theirs`` is how it stands now."""

    def __init__(self, theirs: Visit) -> None:
        super().__init__(
            "Somebody else saved this visit in the meantime. Nothing of yours was saved yet.",
            hint="Compare the two and choose what to keep.",
            log="visit conflict",
        )
        self.theirs = theirs


@dataclass(frozen=True)
class Difference:
    """A variable that two states of a visit do not agree on; None where it is not known."""

    name: str
    mine: Entered | None = field(repr=False)
    theirs: Entered | None = field(repr=False)


def add(
    database: Database,
    actor: Actor,
    patient_id: str,
    day: date,
    facts: Facts,
    assessments: Sequence[NewAssessment],
    source: str = "form",
    note: str = "",
) -> Visit:
    """Keep a new visit with its assessments.

    Args:
        database: the records.
        actor: who enters it.
        patient_id: of whom.
        day: when it was.
        facts: what is known.
        assessments: what the models answer to it; see :func:`riskmodels.records.assessments.to_keep`.
        source: where it came from.
        note: of the person.

    Raises:
        NotAllowedError: without the role.
        NotFoundError: when there is no such patient.
        RecordsError: when the day, a fact or the note cannot be kept; field and remedy stand in it.
    """
    require(actor, Role.CARE)
    values = new_values(day, facts, note, source)
    with database.write() as session:
        patient = lock_patient(session, patient_id)
        return insert(session, actor, patient, values, assessments)


def insert(
    session: Session,
    actor: Actor,
    patient: PatientRow,
    values: dict[str, Any],
    assessments: Sequence[NewAssessment],
    first: bool = False,
) -> Visit:
    """Write a new visit of a patient whose row is held; ``first``: the patient is new too, and the trail says so."""
    moment = now()
    row = VisitRow(id=secrets.token_hex(16), patient_id=patient.id, version=1, created=moment, created_by=actor.id,
                   edited=moment, edited_by=actor.id, **values)  # fmt: skip
    session.add(row)
    session.flush()
    answers.store(session, actor, row.id, row.version, assessments)
    refresh(session, patient)
    if first:
        audit.append(session, actor, Action.CREATE, "patient", patient.id)
    audit.append(session, actor, Action.CREATE, KIND, row.id, {"fields": list(row.canonical), "source": row.source})
    return as_visit(row)


def new_values(day: date, facts: Facts, note: str, source: str) -> dict[str, Any]:
    """The columns of a new visit, checked.

    Raises:
        RecordsError: when something cannot be kept; field and remedy stand in it.
    """
    return _checked(day, facts, note) | {"source": checked_source(source)}


def save(
    database: Database,
    actor: Actor,
    visit_id: str,
    version: int,
    day: date,
    facts: Facts,
    assessments: Sequence[NewAssessment],
    note: str = "",
) -> Visit:
    """Replace what a visit says, if it is still at the version that was read.

    Args:
        database: the records.
        actor: who saves.
        visit_id: which one.
        version: that the editor started from.
        day, facts, assessments, note: what it is to say.

    Raises:
        VisitConflictError: when it is at another version; nothing was written.
        NotAllowedError: without the role.
        NotFoundError: when there is no such visit.
        RecordsError: when something cannot be kept; field and remedy stand in it.
    """
    require(actor, Role.CARE)
    values = _checked(day, facts, note)
    with database.write() as session:
        patient, row = undo.held(session, VisitRow, visit_id)
        before = as_visit(row)
        mine = update(VisitRow).where(VisitRow.id == visit_id, VisitRow.version == version, VisitRow.deleted.is_(None))
        changed = mine.values(**values, version=version + 1, edited=now(), edited_by=actor.id)
        if not changed_rows(session, changed):
            raise VisitConflictError(before)
        session.refresh(row)
        answers.store(session, actor, visit_id, version + 1, assessments)
        refresh(session, patient)
        after = as_visit(row)
        audit.append(session, actor, Action.SAVE, KIND, visit_id, _changed_fields(before, after))
        return after


def of_patient(database: Database, actor: Actor, patient_id: str) -> list[Visit]:
    """The visits of a patient, oldest first; none when the patient was deleted.

    Raises:
        NotAllowedError: without the role.
    """
    require(actor, Role.CARE)
    with database.read() as session:
        return [as_visit(row) for row in session.scalars(undo.kept(VisitRow, patient_id))]


def delete(database: Database, actor: Actor, visit_id: str) -> None:
    """Take a visit out of sight; for :data:`~riskmodels.records.undo.UNDO` it can be brought back.

    Raises:
        NotAllowedError: without the role.
        NotFoundError: when there is no such visit.
    """
    require(actor, Role.CARE)
    with database.write() as session:
        undo.delete(session, actor, VisitRow, visit_id)


def restore(database: Database, actor: Actor, visit_id: str) -> Visit:
    """Bring a deleted visit back.

    Raises:
        NotAllowedError: without the role.
        NotFoundError: when there is none, or it was deleted too long ago.
    """
    require(actor, Role.CARE)
    with database.write() as session:
        return as_visit(undo.restore(session, actor, VisitRow, visit_id))


def differences(mine: Facts, theirs: Facts) -> list[Difference]:
    """The variables that two states of a visit do not agree on, in the order of the vocabulary.

    The same value entered in another unit is no difference.
    """
    named = [*mine.canonical, *(name for name in theirs.canonical if name not in mine.canonical)]
    differing = [n for n in named if not _same(mine.canonical.get(n), theirs.canonical.get(n))]
    return [Difference(n, mine.entered.get(n), theirs.entered.get(n)) for n in in_order(differing)]


def as_visit(row: VisitRow) -> Visit:
    """A row as a page sees it."""
    return Visit(
        row.id, row.patient_id, row.day, facts_of(row.entered, row.canonical), row.note, row.source, row.version,
        row.created, row.created_by, row.edited, row.edited_by, row.deleted,
    )  # fmt: skip


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= 1e-9 * max(abs(one), abs(other))


def _checked(day: date, facts: Facts, note: str) -> dict[str, Any]:
    kept = checked(facts)
    return {
        "day": checked_day(day),
        "entered": entered_json(kept),
        "canonical": dict(kept.canonical),
        "note": checked_note(note),
    }


def _changed_fields(before: Visit, after: Visit) -> dict[str, Any]:
    """For the trail: which fields, never what they say."""
    changed = [d.name for d in differences(before.facts, after.facts)]
    changed += [name for name in ("day", "note") if getattr(before, name) != getattr(after, name)]
    return {"fields": changed, "version": after.version}
