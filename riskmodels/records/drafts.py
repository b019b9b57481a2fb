"""What stands in a person's form before it is saved, so that a refresh of the browser loses nothing.

A draft belongs to its owner alone, is no record, and goes after a day: saving one is not audited.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy import delete as remove
from sqlalchemy.orm import Session

from riskmodels.records.access import Actor, Role, require
from riskmodels.records.engine import Database
from riskmodels.records.errors import RecordsError
from riskmodels.records.jobs import changed_rows, now
from riskmodels.records.schema import DraftRow

#: how long a draft is kept after it was last saved
KEPT = timedelta(days=1)
#: bytes of a draft, and drafts of one person: the oldest goes
LARGEST, MOST = 200_000, 50


def new_id() -> str:
    """An id for a draft to come: random, the only thing of it that may stand in an address."""
    return secrets.token_hex(16)


def save(database: Database, actor: Actor, draft_id: str | None, content: Mapping[str, Any]) -> str:
    """Keep a draft under its id; another person's is never written: a new one is made.

    Args:
        database: the records.
        actor: whose it is.
        draft_id: the one to replace, or of :func:`new_id`; None makes a new one.
        content: of the form; JSON.

    Returns:
        Its id.

    Raises:
        NotAllowedError: without the role of the care team.
        RecordsError: when it is too large or no JSON, or the database cannot be reached.
    """
    require(actor, Role.CARE)
    kept = _checked(content)
    with database.write() as session:
        if draft_id and _replace(session, actor, draft_id, kept):
            return draft_id
        taken = draft_id and session.get(DraftRow, draft_id) is not None
        made = draft_id if draft_id and not taken else new_id()
        session.add(DraftRow(id=made, owner=actor.id, content=kept, saved=now()))
        session.flush()
        _keep_newest(session, actor)
        return made


def load(database: Database, actor: Actor, draft_id: str) -> dict[str, Any] | None:
    """The content of a draft; None when it is another person's, older than a day, or not there.

    Raises:
        NotAllowedError: without the role of the care team.
        RecordsError: when the database cannot be reached.
    """
    require(actor, Role.CARE)
    with database.read() as session:
        return session.scalar(select(DraftRow.content).where(*_mine(actor, draft_id), DraftRow.saved >= now() - KEPT))


def delete(database: Database, actor: Actor, draft_id: str) -> None:
    """Remove a draft of the person; nothing happens when it is not there.

    Raises:
        NotAllowedError: without the role of the care team.
        RecordsError: when the database cannot be reached.
    """
    require(actor, Role.CARE)
    with database.write() as session:
        session.execute(remove(DraftRow).where(*_mine(actor, draft_id)))


def purge(database: Database) -> int:
    """Remove the drafts that are older than a day; of everybody.

    Returns:
        How many went.
    """
    with database.write() as session:
        return changed_rows(session, remove(DraftRow).where(DraftRow.saved < now() - KEPT))


def _mine(actor: Actor, draft_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return DraftRow.id == draft_id, DraftRow.owner == actor.id


def _replace(session: Session, actor: Actor, draft_id: str, content: Mapping[str, Any]) -> bool:
    changed = update(DraftRow).where(*_mine(actor, draft_id)).values(content=content, saved=now())
    return bool(changed_rows(session, changed))


def _keep_newest(session: Session, actor: Actor) -> None:
    mine = select(DraftRow.id).where(DraftRow.owner == actor.id).order_by(DraftRow.saved.desc(), DraftRow.id)
    surplus = list(session.scalars(mine.offset(MOST)))
    session.execute(remove(DraftRow).where(DraftRow.id.in_(surplus)))


def _checked(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content as JSON gives it back; PostgreSQL's knows no NaN."""
    try:
        text = json.dumps(dict(content), allow_nan=False)
    except (TypeError, ValueError):
        raise RecordsError("This draft cannot be kept.", hint="Save the visit.", log="draft is no JSON") from None
    if len(text.encode()) > LARGEST:
        raise RecordsError("This draft is too large to be kept.", hint="Save the visit.", log="draft too large")
    kept: dict[str, Any] = json.loads(text)
    return kept
