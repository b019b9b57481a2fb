"""The audit trail as a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from riskmodels.records import Actor, Database, NotAllowedError, Role, audit, audit_export, open_database, users
from riskmodels.records.audit import Action

ADMIN = Actor("a" * 32, "Ada", frozenset({Role.ADMIN}))
NURSE = Actor("c" * 32, "Cora", frozenset({Role.CARE}))


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    opened = open_database(folder=tmp_path / "data")
    yield opened
    opened.close()


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


class TestExport:
    def test_events_come_newest_first_with_names_and_hashes(self, database: Database) -> None:
        someone = users.remember(database, "https://issuer", "1", "Grace", {Role.CARE})
        audit.record(database, someone, Action.OPEN, "patient", "p1", {"fields": ["glucose"]})
        rows = rows_of(audit_export.export(database, ADMIN))
        assert [row["action"] for row in rows] == ["open", "create"]
        assert rows[0]["who"] == "Grace"
        assert json.loads(rows[0]["details"]) == {"fields": ["glucose"]}
        assert rows[0]["hash"] == audit.events(database, ADMIN, who=someone.id).rows[0].hash

    def test_the_export_is_itself_an_event(self, database: Database) -> None:
        audit.record(database, NURSE, Action.OPEN, "patient", "p1")
        audit_export.export(database, ADMIN, kind="patient")
        newest = audit.events(database, ADMIN).rows[0]
        assert (newest.actor, newest.action, newest.kind) == (ADMIN.id, "export", "audit")
        assert newest.detail == {"events": 1, "filters": ["kind"]}
        assert audit.verify(database).ok

    def test_filters_hold(self, database: Database) -> None:
        for record_id in ("p1", "p2"):
            audit.record(database, NURSE, Action.OPEN, "patient", record_id)
        audit.record(database, ADMIN, Action.OPEN, "visit", "v1")
        assert [r["record"] for r in rows_of(audit_export.export(database, ADMIN, record_id="p2"))] == ["p2"]
        assert [r["record"] for r in rows_of(audit_export.export(database, ADMIN, kind="visit"))] == ["v1"]
        assert {r["account"] for r in rows_of(audit_export.export(database, ADMIN, who=NURSE.id))} == {NURSE.id}

    def test_more_events_than_one_batch(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(audit_export, "_BATCH", 3)
        for number in range(8):
            audit.record(database, NURSE, Action.OPEN, "patient", f"p{number}")
        rows = rows_of(audit_export.export(database, ADMIN))
        assert [row["record"] for row in rows] == [f"p{number}" for number in range(7, -1, -1)]

    def test_events_added_meanwhile_are_not_met_twice(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(audit_export, "_BATCH", 2)
        for number in range(6):
            audit.record(database, NURSE, Action.OPEN, "patient", f"p{number}")
        read = audit.events

        def busy(*arguments: object, **options: object) -> audit.EventPage:
            found = read(*arguments, **options)
            audit.record(database, NURSE, Action.OPEN, "patient", "new")
            return found

        monkeypatch.setattr(audit_export.audit, "events", busy)
        seqs = [int(row["event"]) for row in rows_of(audit_export.export(database, ADMIN))]
        assert seqs == [6, 5, 4, 3, 2, 1]

    @pytest.mark.parametrize(
        ("name", "written"), [("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("+cmd", "'+cmd"), ("\t=1", "'\t'=1")]
    )
    def test_a_name_is_no_formula(self, database: Database, name: str, written: str) -> None:
        users.remember(database, "https://issuer", "1", name, {Role.CARE})
        shown = rows_of(audit_export.export(database, ADMIN))[0]["who"]
        assert shown == written

    def test_it_needs_an_administrator(self, database: Database) -> None:
        with pytest.raises(NotAllowedError):
            audit_export.export(database, NURSE)
        assert audit.events(database, ADMIN).total == 0
