"""Where the key begins in a trail that has events already: said by an administrator, kept in two places."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.orm import Session

from riskmodels.records import audit_anchor
from riskmodels.records.audit import SYSTEM, Action, append
from riskmodels.records.audit_anchor import Anchor, sign
from riskmodels.records.audit_chain import verify
from riskmodels.records.audit_keys import KEY, keys
from riskmodels.records.engine import Database
from riskmodels.records.errors import RecordsError
from riskmodels.records.jobs import write_private
from riskmodels.records.schema import AuditEventRow


def begin(database: Database, restored: bool = False) -> tuple[Anchor, bool]:
    """Sign the first event by the key, with an event that says so; nothing when that is done already.

    Args:
        database: the records.
        restored: an older backup was put back: an anchor of what came after it goes.

    Returns:
        The anchor, and whether it is new.

    Raises:
        RecordsError: without a key; when the chain is broken; when a signed anchor is not in the trail, unless
            ``restored``; when the database or the folder cannot be written. Nothing was changed.
    """
    known = keys()
    if not known:
        raise RecordsError(f"{KEY} is not set.", hint="Set it as the app has it, and run this again.")
    found = verify(database, anchored=False)
    if not found.ok:
        raise RecordsError(
            "The audit trail is broken, so its key cannot begin here.", hint="Run python -m riskmodels audit verify."
        )
    with database.write() as session:
        against = audit_anchor.rewritten(session, database.folder, known)
        if against and not restored:
            raise RecordsError(f"{against[0].upper()}{against[1:]}.", hint="Keep a copy of the database as it is.")
        anchor = audit_anchor.stored(session, known)
        new = anchor is None or bool(against)
        if anchor is None or new:
            anchor = _make(session, found.begins, known[0])
    _note(database, anchor)
    return anchor, new


def _make(session: Session, first: int, key: bytes) -> Anchor:
    """Add the event, and sign the first one by the key: this one where there was none."""
    audit_anchor.put(session, None)
    append(session, SYSTEM, Action.KEY_BEGINS, "audit", "trail", {"first": first})
    event = select(AuditEventRow.seq, AuditEventRow.hash)
    wanted = event.where(AuditEventRow.seq == first) if first else event.order_by(AuditEventRow.seq.desc()).limit(1)
    anchor = sign(*session.execute(wanted).one(), key)
    audit_anchor.put(session, anchor)
    return anchor


def keep(database: Database) -> None:
    """Note the database's anchor in the data folder, where none is that the key signed; it is never replaced here.

    Raises:
        RecordsError: when the database cannot be reached.
    """
    known = keys()
    with database.read() as session:
        anchor = audit_anchor.stored(session, known)
        whole = anchor is not None and audit_anchor.held(session, anchor)
    if anchor is not None and whole and audit_anchor.noted(database.folder, known) is None:
        with suppress(RecordsError):  # a folder that cannot be written is told by the selfcheck; tidying goes on
            _note(database, anchor)


def _note(database: Database, anchor: Anchor) -> None:
    try:
        write_private(database.folder / audit_anchor.FILE, audit_anchor.as_text(anchor))
    except OSError as error:
        raise RecordsError(
            f"The data folder {database.folder} cannot be written: {error.strerror}.",
            hint="Give the app's user the right to write there, and run this again.",
            log="audit anchor not noted",
        ) from None
