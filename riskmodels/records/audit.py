"""The audit trail: who did what when to which record, append-only, each event's hash over the one before.

``hash = SHA-256(canonical JSON of [seq, time, actor, action, kind, record id, detail, previous hash])``; with the
environment's ``CARERISK_AUDIT_KEY`` it is HMAC-SHA-256 by that key. :mod:`riskmodels.records.audit_chain` walks the
chain, :mod:`riskmodels.records.audit_anchor` holds its first event by the key. What it protects against, and what not,
stands in docs/records.md.

A detail names fields; it never holds a patient's value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.orm import Session

from riskmodels.records import audit_anchor
from riskmodels.records.access import Actor, Role, require
from riskmodels.records.audit_chain import Problem, Verdict, digest, verify
from riskmodels.records.audit_keys import keys
from riskmodels.records.engine import Database
from riskmodels.records.errors import RecordsError
from riskmodels.records.schema import AuditEventRow, AuditHeadRow

#: the app itself, where nobody sits: what is cleared up after its time
SYSTEM = Actor("system", "CareRisk", frozenset())
#: characters of a text in a detail, and entries of a list
LONGEST, MOST = 100, 200
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:@/-]{0,63}")


class Action(StrEnum):
    """What was done."""

    CREATE = "create"
    OPEN = "open"
    SAVE = "save"
    DELETE = "delete"
    RESTORE = "restore"
    PURGE = "purge"
    SIGN_IN = "sign in"
    SIGN_OUT = "sign out"
    REFUSED = "refused"
    EXPORT = "export"
    IMPORT = "import"
    SUBMIT = "submit"
    CANCEL = "cancel"
    IN_FORCE = "in force"
    ROLL_BACK = "roll back"
    KEY_BEGINS = "key begins"


@dataclass(frozen=True)
class Event:
    """One line of the trail.

    Args:
        seq: 1, 2, 3, … without a gap.
        time: when (UTC).
        actor: id of the account.
        action: what was done.
        kind: of the record: ``patient``, ``visit``, ``job``, ``account``, …
        record_id: which one.
        detail: names of fields, counts.
        hash: of this event and all before it.
    """

    seq: int
    time: datetime
    actor: str
    action: str
    kind: str
    record_id: str
    detail: Mapping[str, Any]
    hash: str


@dataclass(frozen=True)
class EventPage:
    """A page of events, the newest first, of so many in all."""

    rows: list[Event]
    total: int


def append(
    session: Session,
    actor: Actor,
    action: Action,
    kind: str,
    record_id: str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add an event in the transaction of what it tells of: both are kept, or neither.

    It holds the end of the chain until the transaction ends, so it belongs at the transaction's end: whoever locked
    it first and a record later could wait for one who did it the other way round.

    Args:
        session: of :meth:`~riskmodels.records.engine.Database.write`.
        actor: who.
        action: did what.
        kind: to what kind of record.
        record_id: to which.
        detail: names of fields and counts; texts of at most 100 characters, numbers, lists of names.

    Raises:
        ValueError: when the detail holds anything else.
        RecordsError: when the end of the chain, or its first event by the key, is missing.
    """
    checked = _checked(detail or {})
    time = datetime.now(UTC).isoformat(timespec="microseconds")
    head = select(AuditHeadRow.seq, AuditHeadRow.hash).where(AuditHeadRow.id == 1)
    found = session.execute(head.with_for_update()).one_or_none()
    if found is None:
        raise RecordsError(
            "The end of the audit trail is missing, so nothing can be recorded.",
            hint="Run python -m riskmodels audit verify, and restore a backup.",
            log="audit head missing",
        )
    content = (found.seq + 1, time, actor.id, str(action), kind, record_id, checked, found.hash)
    known = keys()
    audit_anchor.guard(session, known)
    made = digest(content, known[0] if known else b"")
    names = ("seq", "time", "actor", "action", "record_kind", "record_id", "detail", "previous")
    session.execute(insert(AuditEventRow).values(**dict(zip(names, content, strict=True)), hash=made))
    session.execute(update(AuditHeadRow).where(AuditHeadRow.id == 1).values(seq=found.seq + 1, hash=made))
    if known and not found.seq:
        audit_anchor.put(session, audit_anchor.sign(1, made, known[0]))


def record(
    database: Database,
    actor: Actor,
    action: Action,
    kind: str,
    record_id: str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add an event in a transaction of its own: for what changes no record (open, export, sign in).

    Args:
        database: the records.
        actor, action, kind, record_id, detail: as in :func:`append`.

    Raises:
        ValueError: when the detail holds what it must not.
        RecordsError: when the database cannot be reached.
    """
    with database.write() as session:
        append(session, actor, action, kind, record_id, detail)


def events(
    database: Database,
    actor: Actor,
    *,
    kind: str = "",
    record_id: str = "",
    who: str = "",
    action: str = "",
    page: int = 0,
    size: int = 50,
) -> EventPage:
    """A page of the trail, the newest first: for an administrator.

    Args:
        database: the records.
        actor: who asks.
        kind, record_id: of one kind, of one record; all when empty.
        who: of one account; of all when empty.
        action: one of :class:`Action`; any when empty.
        page: from 0.
        size: events a page.

    Raises:
        NotAllowedError: without the role of an administrator.
        RecordsError: when the database cannot be reached.
    """
    require(actor, Role.ADMIN)
    asked = (
        (AuditEventRow.record_kind, kind),
        (AuditEventRow.record_id, record_id),
        (AuditEventRow.actor, who),
        (AuditEventRow.action, action),
    )
    wanted: list[ColumnElement[bool]] = [column == value for column, value in asked if value]
    rows = select(AuditEventRow).where(*wanted).order_by(AuditEventRow.seq.desc()).limit(size).offset(page * size)
    with database.read() as session:
        total = session.scalar(select(func.count()).select_from(AuditEventRow).where(*wanted)) or 0
        return EventPage([_event(row) for row in session.scalars(rows)], total)


def _event(row: AuditEventRow) -> Event:
    time = datetime.fromisoformat(row.time)
    return Event(row.seq, time, row.actor, row.action, row.record_kind, row.record_id, row.detail, row.hash)


def _checked(detail: Mapping[str, Any]) -> dict[str, Any]:
    """The detail, when it holds names and counts only: the message does not repeat what else it holds."""
    for name, value in detail.items():
        if not _NAME.fullmatch(name) or not _allowed(value):
            raise ValueError(f"audit detail {name[:64]!a} is neither a short text, a number nor a list of names")
    return {name: list(value) if isinstance(value, tuple) else value for name, value in detail.items()}


def _allowed(value: object) -> bool:
    if isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return True
    if isinstance(value, str):
        return len(value) <= LONGEST and value.isprintable()
    if not isinstance(value, list | tuple) or len(value) > MOST:
        return False
    return all(isinstance(name, str) and _NAME.fullmatch(name) for name in value)


__all__ = ["SYSTEM", "Action", "Event", "EventPage", "Problem", "Verdict", "append", "events", "record", "verify"]
