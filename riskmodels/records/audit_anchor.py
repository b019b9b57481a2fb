"""The anchor of the audit trail: number and hash of the first event by the key, signed by it.

A chain that was rewritten without the key and then goes on by it looks like one that got its key late. The anchor tells
them apart: it stands in the database and in the data folder, and nobody makes one without the key. Only the first event
of an empty trail makes it by itself (:func:`riskmodels.records.audit.append`); in a trail that has events already an
administrator says where the key begins (:mod:`riskmodels.records.audit_begin`), so that an anchor that was removed is
missed as much as one that does not fit.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from riskmodels.records.audit_keys import KEY
from riskmodels.records.errors import RecordsError
from riskmodels.records.schema import AuditAnchorRow, AuditEventRow

#: in the data folder, where who writes the database need not be able to write
FILE = "audit-anchor.json"
Keys = Sequence[bytes]


@dataclass(frozen=True)
class Anchor:
    """The first event by the key.

    Args:
        seq: its number.
        hash: its hash, which covers all before it.
        signature: HMAC-SHA-256 of both.
    """

    seq: int
    hash: str
    signature: str

    def signed_by(self, keys: Keys) -> bool:
        """Whether one of the keys made it."""
        return any(hmac.compare_digest(_signature(self.seq, self.hash, key), self.signature) for key in keys)


def sign(seq: int, event_hash: str, key: bytes) -> Anchor:
    """The anchor of an event."""
    return Anchor(seq, event_hash, _signature(seq, event_hash, key))


def _signature(seq: int, event_hash: str, key: bytes) -> str:
    return hmac.new(key, json.dumps(["audit anchor", seq, event_hash]).encode(), hashlib.sha256).hexdigest()


def stored(session: Session, keys: Keys) -> Anchor | None:
    """The anchor in the database, when one of the keys signed it."""
    row = session.execute(select(AuditAnchorRow.seq, AuditAnchorRow.hash, AuditAnchorRow.signature)).first()
    return None if row is None else _signed(tuple(row), keys)


def noted(folder: Path, keys: Keys) -> Anchor | None:
    """The anchor in the data folder, when one of the keys signed it."""
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return _signed((content["seq"], content["hash"], content["signature"]), keys)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _signed(content: tuple[Any, ...], keys: Keys) -> Anchor | None:
    """An anchor as it was read, which need not be one."""
    if tuple(map(type, content)) != (int, str, str) or not content[2].isascii():
        return None
    anchor = Anchor(*content)
    return anchor if anchor.signed_by(keys) else None


def put(session: Session, anchor: Anchor | None) -> None:
    """Keep an anchor in the database in the place of the one that is there; None: none."""
    session.execute(delete(AuditAnchorRow))
    if anchor is not None:
        session.execute(insert(AuditAnchorRow).values(id=1, **asdict(anchor)))


def as_text(anchor: Anchor) -> bytes:
    """What stands in the data folder's file."""
    return json.dumps(asdict(anchor)).encode()


def held(session: Session, anchor: Anchor) -> bool:
    """Whether the trail holds the event that was signed."""
    return session.scalar(select(AuditEventRow.hash).where(AuditEventRow.seq == anchor.seq)) == anchor.hash


def guard(session: Session, keys: Keys) -> None:
    """Refuse to go on with a trail that no longer holds its first event by the key.

    Raises:
        RecordsError: then; nothing is to be kept.
    """
    anchor = stored(session, keys)
    if anchor is not None and not held(session, anchor):
        raise RecordsError(
            "The audit trail was rewritten without its key, so nothing can be recorded.",
            hint="Run python -m riskmodels audit verify: it says what to do. Keep a copy of the database as it is.",
            log="audit anchor not in the trail",
        )


def rewritten(session: Session, folder: Path, keys: Keys) -> str:
    """What a signed anchor says against the trail; empty when nothing."""
    places = ((stored(session, keys), "the database"), (noted(folder, keys), "the data folder"))
    against = {place: anchor.seq for anchor, place in places if anchor is not None and not held(session, anchor)}
    if not against:
        return ""
    return (
        f"event {next(iter(against.values()))}, which {' and '.join(against)} has signed as the first with {KEY}, is "
        "not in the trail: it was rewritten without the key, or a backup from before that event was put back, or the "
        "data folder is another database's (after a restore: python -m riskmodels audit begin --restored)"
    )


def unsaid(session: Session, keys: Keys) -> str:
    """That nothing signed says where the key begins; empty when the database does."""
    if stored(session, keys) is not None:
        return ""
    return (
        f"nothing signed says which event is the first with {KEY}: if the key is newer than the trail, or the trail "
        "older than this rule, run python -m riskmodels audit begin; otherwise it was rewritten without the key"
    )
