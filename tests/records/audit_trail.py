"""A trail for tests: events in it, and what somebody does to it who owns the database."""

from __future__ import annotations

import json

import sqlalchemy as sa

from riskmodels.records import Actor, Database, Role, audit
from riskmodels.records.audit import Action
from riskmodels.records.audit_chain import digest

ANN = Actor("ann", "Ann Miller", frozenset({Role.CARE}))


def fill(database: Database, count: int = 6) -> None:
    """So many events."""
    for number in range(1, count + 1):
        audit.record(
            database, ANN, Action.SAVE, "visit", f"v{number}", {"fields": ["age", "hdl_cholesterol"], "n": 1.5}
        )


def tamper(database: Database, *statements: str) -> None:
    """What somebody does who owns the database: the triggers away, the statements, the triggers back."""
    names = ("update", "delete")
    with database.write() as session:
        if database.file:
            kept = [
                session.scalar(sa.text(f"SELECT sql FROM sqlite_master WHERE name = 'audit_event_no_{n}'"))
                for n in names
            ]
            before, after = [f"DROP TRIGGER audit_event_no_{n}" for n in names], [str(sql) for sql in kept]
        else:
            before, after = (
                ["ALTER TABLE audit_event DISABLE TRIGGER USER"],
                ["ALTER TABLE audit_event ENABLE TRIGGER USER"],
            )
        for statement in (*before, *statements, *after):
            session.execute(sa.text(statement))


def told(database: Database, expected: str | None = None) -> list[tuple[int, str]]:
    """The problems: of which event, and the first words."""
    verdict = audit.verify(database, expected)
    assert verdict.ok == (not verdict.problems)
    return [(problem.seq, problem.text) for problem in verdict.problems]


def rewrite(database: Database, without: str) -> None:
    """The whole trail anew in plain SHA-256, as whoever has no key can make it, without the events of one record."""
    names = ("time", "actor", "action", "record_kind", "record_id")
    with database.read() as session:
        rows = session.execute(sa.text(f"SELECT {', '.join(names)}, detail FROM audit_event ORDER BY seq")).all()
    statements, previous = ["DELETE FROM audit_event"], ""
    kept = [row for row in rows if row.record_id != without]
    for seq, row in enumerate(kept, 1):
        detail = json.loads(row.detail) if isinstance(row.detail, str) else row.detail
        made = digest((seq, *row[:5], detail, previous))
        texts = ", ".join(f"'{text}'" for text in (*row[:5], json.dumps(detail).replace(":", r"\:"), previous, made))
        columns = f"seq, {', '.join(names)}, detail, previous, hash"
        statements.append(f"INSERT INTO audit_event ({columns}) VALUES ({seq}, {texts})")
        previous = made
    tamper(database, *(s.replace("+00:00", r"+00\:00") for s in statements),
           f"UPDATE audit_head SET seq = {len(kept)}, hash = '{previous}'")  # fmt: skip
