"""The chain of the audit trail: the hash of an event, and the walk that finds where it is broken."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from riskmodels.records import audit_anchor
from riskmodels.records.audit_keys import KEY, keys
from riskmodels.records.engine import Database
from riskmodels.records.schema import AuditEventRow, AuditHeadRow

#: events read at a time, and problems told at most: the rest is counted
BATCH, MOST_PROBLEMS = 2_000, 50


@dataclass(frozen=True)
class Problem:
    """Where the chain is broken.

    Args:
        seq: of the event; 0 when it is about the whole chain.
        text: what is wrong.
    """

    seq: int
    text: str


@dataclass(frozen=True)
class Verdict:
    """What the walk found.

    Args:
        events: how many there are.
        head: hash of the last one, to note elsewhere; empty when there is none.
        problems: where it is broken, at most 50 of them.
        broken: how many problems there are in all.
        keyed: events whose hash needs a key that is set here; the others can be made by whoever writes the database.
        begins: number of the first of these; 0 when there is none.
    """

    events: int
    head: str
    problems: tuple[Problem, ...] = ()
    broken: int = 0
    keyed: int = 0
    begins: int = 0

    @property
    def ok(self) -> bool:
        """Whether the chain is whole."""
        return not self.broken


def digest(content: Sequence[Any], key: bytes = b"") -> str:
    """The hash of an event.

    Args:
        content: seq, time, actor, action, kind, record id, detail, previous hash.
        key: of the HMAC; plain SHA-256 when empty.
    """
    text = json.dumps(list(content), sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    return hmac.new(key, text, hashlib.sha256).hexdigest() if key else hashlib.sha256(text).hexdigest()


def verify(database: Database, expected: str | None = None, anchored: bool = True) -> Verdict:
    """Walk the whole chain, and compare it with the signed anchor where a key is set.

    Args:
        database: the records; others may go on writing.
        expected: a head that was noted elsewhere: it must occur.
        anchored: False for the chain alone.

    Raises:
        RecordsError: when the database cannot be reached.
    """
    walk = _Walk(keys(), expected or "")
    with database.read() as session:
        at_one_moment(session)
        for row in _rows(session):
            walk.step(row)
        head = session.execute(select(AuditHeadRow.seq, AuditHeadRow.hash).where(AuditHeadRow.id == 1)).one_or_none()
        if anchored and walk.keys:
            walk.anchor(session, database.folder)
    return walk.end(None if head is None else (head.seq, head.hash))


def at_one_moment(session: Session) -> None:
    """All that a session reads from here on shall be of one moment; SQLite's always is."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _rows(session: Session) -> Iterator[Any]:
    """All events in order, a batch at a time; the detail as it is written, which need not be JSON any more."""
    row = AuditEventRow
    columns = (row.seq, row.time, row.actor, row.action, row.record_kind, row.record_id,
               cast(row.detail, Text).label("detail"), row.previous, row.hash)  # fmt: skip
    wanted = select(*columns).order_by(row.seq).limit(BATCH)
    batch = session.execute(wanted).all()
    while batch:
        yield from batch
        batch = session.execute(wanted.where(row.seq > batch[-1].seq)).all()


@dataclass
class _Walk:
    """Where the walk is: the last event, and what was found on the way."""

    keys: tuple[bytes, ...]
    expected: str
    events: int = 0
    keyed: int = 0
    begins: int = 0
    broken: int = 0
    seq: int = 0
    hash: str = ""
    met: bool = False
    problems: list[Problem] = field(default_factory=list)

    def step(self, row: Any) -> None:
        """Look at the next event."""
        self.events += 1
        if row.seq == self.seq + 1:
            if row.previous != self.hash:
                self._tell(row.seq, f"does not follow event {self.seq}: one of them was changed, put in or moved")
        elif row.seq > self.seq + 1:
            self._tell(self.seq + 1, f"missing{_until(self.seq + 1, row.seq - 1)}")
        else:
            self._tell(row.seq, "stands before the beginning of the trail")
        self._check_hash(row)
        self.met |= row.hash == self.expected
        self.seq, self.hash = row.seq, row.hash

    def end(self, head: tuple[int, str] | None) -> Verdict:
        """Compare with the head and with what was noted elsewhere."""
        if head is None:
            self._tell(0, "the row with the end of the trail is missing")
        elif head[0] > self.seq:
            self._tell(self.seq + 1, f"missing{_until(self.seq + 1, head[0])}: the trail was cut off")
        elif head != (self.seq, self.hash):
            self._tell(self.seq, f"the trail should end with event {head[0]} and another hash")
        if self.expected and not self.met:
            self._tell(0, "the noted hash is not in the trail: it was rewritten, or is of another database")
        return Verdict(self.events, self.hash, tuple(self.problems), self.broken, self.keyed, self.begins)

    def anchor(self, session: Session, folder: Path) -> None:
        """Compare with what the key signed; say so where a chain without fault has nothing signed."""
        against = audit_anchor.rewritten(session, folder, self.keys)
        if not against and self.keyed:
            against = "" if self.broken else audit_anchor.unsaid(session, self.keys)
        elif not against and self.events:
            against = f"no event was made with {KEY}: the key is new or another one, or the trail was rewritten"
        if against:
            self._tell(0, against)

    def _check_hash(self, row: Any) -> None:
        content = _content(row)
        if content is not None and any(digest(content, key) == row.hash for key in self.keys):
            self.keyed += 1
            self.begins = self.begins or row.seq
        elif content is None or digest(content) != row.hash:
            self._tell(row.seq, f"changed{'' if self.keys else f', or made with a {KEY} that is not set here'}")
        elif self.keyed:
            self._tell(row.seq, f"made without {KEY}, after events that were made with it")

    def _tell(self, seq: int, text: str) -> None:
        self.broken += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(seq, text))


def _content(row: Any) -> tuple[Any, ...] | None:
    """What the hash is over; None when it cannot have been written by the app."""
    try:
        detail = json.loads(row.detail)
        content = (row.seq, row.time, row.actor, row.action, row.record_kind, row.record_id, detail, row.previous)
        digest(content)
    except (TypeError, ValueError):
        return None
    return content if json.dumps(detail) == row.detail else None  # no second way to write the same


def _until(first: int, last: int) -> str:
    return f", with all up to {last}" if last > first else ""
