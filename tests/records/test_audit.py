"""The audit trail: append-only, chained, and a walk that names what was changed, removed, put in or moved."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from riskmodels.records import (
    LOCAL,
    Actor,
    Database,
    NotAllowedError,
    RecordsError,
    Role,
    audit,
    audit_chain,
    open_database,
)
from riskmodels.records.audit import Action
from riskmodels.records.audit_begin import begin
from riskmodels.records.audit_chain import digest
from riskmodels.records.audit_command import add_arguments, audit_command
from riskmodels.records.engine import connect
from tests.records.audit_trail import ANN, fill, tamper, told

CONTENT = (1, "2026-11-24T20:00:00.000000+00:00", "ann", "save", "visit", "v1", {"fields": ["age"]}, "")
#: of the table without the number, and another event of number 3
COLUMNS = "time, actor, action, record_kind, record_id, detail, previous, hash"
OTHER = "seq, time, 'ben', action, record_kind, record_id, detail, previous, hash FROM audit_event WHERE seq = 3"


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chain of a test has no key unless the test sets one."""
    monkeypatch.delenv(audit_chain.KEY, raising=False)


def refuses(database: Database, statement: str) -> None:
    """The statement is refused as a whole."""
    with pytest.raises(DBAPIError, match="append-only"), database.engine.begin() as connection:
        connection.execute(sa.text(statement))
    assert told(database) == []
    assert audit.events(database, LOCAL, who="ann").total == 6


class TestAppend:
    def test_event_says_who_did_what_when_to_which_record(self, database: Database) -> None:
        before = datetime.now(UTC)
        audit.record(database, ANN, Action.OPEN, "patient", "p1", {"opened": True})
        event = audit.events(database, LOCAL).rows[0]
        assert (event.seq, event.actor, event.action, event.kind, event.record_id) == (
            1,
            "ann",
            "open",
            "patient",
            "p1",
        )
        assert event.detail == {"opened": True}
        assert before <= event.time <= datetime.now(UTC)

    def test_event_goes_with_the_transaction_that_fails(self, database: Database) -> None:
        def fail() -> None:
            with database.write() as session:
                audit.append(session, ANN, Action.SAVE, "visit", "v1")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        fill(database, 2)
        assert audit.verify(database).ok
        assert [event.seq for event in audit.events(database, LOCAL).rows] == [2, 1]

    def test_two_events_of_one_transaction_follow_each_other(self, database: Database) -> None:
        with database.write() as session:
            audit.append(session, ANN, Action.CREATE, "patient", "p1")
            audit.append(session, ANN, Action.CREATE, "visit", "v1")
        assert (audit.verify(database).events, told(database)) == (2, [])

    def test_many_writers_at_once_make_one_chain(self, database: Database, second: Database) -> None:
        def write(number: int) -> None:
            audit.record((database, second)[number % 2], ANN, Action.SAVE, "visit", f"v{number}")

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(write, range(60)))
        assert (audit.verify(database).events, told(database)) == (60, [])

    @pytest.mark.parametrize(
        "detail",
        [
            {"note": "x" * 101},
            {"note": "two\nlines"},
            {"names": ["Mrs Miller"]},
            {"values": {"age": 61}},
            {"value": None},
            {"value": float("nan")},
            {"the age": 61},
            {"fields": ["a"] * 201},
        ],
    )
    def test_detail_with_more_than_names_and_counts_is_refused_without_repeating_it(
        self, detail: dict[str, Any], database: Database
    ) -> None:
        with pytest.raises(ValueError, match="audit detail") as raised:
            audit.record(database, ANN, Action.SAVE, "visit", "v1", detail)
        assert "Miller" not in str(raised.value)
        assert audit.verify(database).events == 0

    def test_without_the_end_of_the_chain_nothing_is_recorded(self, database: Database) -> None:
        with database.write() as session:
            session.execute(sa.text("DELETE FROM audit_head"))
        with pytest.raises(RecordsError, match="end of the audit trail"):
            fill(database, 1)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE audit_event SET actor = 'ben'",
            "DELETE FROM audit_event",
            f"INSERT INTO audit_event SELECT {OTHER} ON CONFLICT (seq) DO UPDATE SET actor = 'ben'",
        ],
        ids=["update", "delete", "upsert"],
    )
    def test_database_itself_refuses_to_change_or_remove_an_event(self, statement: str, database: Database) -> None:
        fill(database)
        refuses(database, statement)

    @pytest.mark.parametrize(
        "statement",
        [
            f"INSERT OR REPLACE INTO audit_event SELECT {OTHER}",
            f"REPLACE INTO audit_event SELECT {OTHER}",
            f"INSERT OR REPLACE INTO audit_event (rowid, {COLUMNS}) SELECT {OTHER}",
            "UPDATE OR REPLACE audit_event SET seq = 3 WHERE seq = 4",
        ],
    )
    def test_nor_does_it_let_one_be_replaced(self, statement: str, sqlite_database: Database) -> None:
        fill(sqlite_database)
        refuses(sqlite_database, statement)

    @pytest.mark.parametrize(
        "statement",
        [
            "TRUNCATE audit_event",
            "MERGE INTO audit_event USING (SELECT 3 AS n) x ON seq = n WHEN MATCHED THEN UPDATE SET actor = 'ben'",
            "MERGE INTO audit_event USING (SELECT 3 AS n) x ON seq = n WHEN MATCHED THEN DELETE",
        ],
    )
    def test_nor_does_postgresql(self, statement: str, postgresql_url: str, tmp_path: Path) -> None:
        opened = open_database(postgresql_url, tmp_path)
        fill(opened)
        refuses(opened, statement)
        opened.close()


class TestEvents:
    def test_pages_come_newest_first_with_the_total(self, database: Database) -> None:
        fill(database, 5)
        page = audit.events(database, LOCAL, page=1, size=2)
        assert ([event.record_id for event in page.rows], page.total) == (["v3", "v2"], 5)

    def test_they_are_found_by_record_and_by_person(self, database: Database) -> None:
        fill(database, 3)
        audit.record(database, LOCAL, Action.OPEN, "patient", "v2")
        assert audit.events(database, LOCAL, record_id="v2").total == 2
        assert audit.events(database, LOCAL, kind="visit", record_id="v2").total == 1
        assert [event.kind for event in audit.events(database, LOCAL, who="local").rows] == ["patient"]

    @pytest.mark.parametrize("roles", [set(), {Role.CARE, Role.ANALYST}])
    def test_only_an_administrator_reads_them(self, roles: set[Role], database: Database) -> None:
        with pytest.raises(NotAllowedError, match="admin"):
            audit.events(database, Actor("x", "X", frozenset(roles)))


class TestVerify:
    def test_empty_trail_is_whole(self, database: Database) -> None:
        verdict = audit.verify(database)
        assert (verdict.ok, verdict.events, verdict.head) == (True, 0, "")

    def test_hash_is_the_one_that_the_documents_describe(self) -> None:
        # echo -n '[1,"2026-11-24T20:00:00.000000+00:00","ann","save","visit","v1",{"fields":["age"]},""]' | sha256sum
        assert digest(CONTENT) == "d5f7808b659b5d0975899248335f105b3e9ec4855e9956b3ed9d669c9bf6eeb6"

    @pytest.mark.parametrize("batch", [2, 3, 2000])
    def test_whole_trail_has_its_head_whatever_the_batch(
        self, batch: int, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(database)
        monkeypatch.setattr(audit_chain, "BATCH", batch)
        verdict = audit.verify(database)
        assert (verdict.ok, verdict.events) == (True, 6)
        assert verdict.head == audit.events(database, LOCAL).rows[0].hash

    @pytest.mark.parametrize(
        "change",
        [
            "actor = 'ben'", "action = 'open'", "record_kind = 'patient'", "record_id = 'v9'",
            "time = '2020-01-01T00:00:00.000000+00:00'", "detail = '{\"fields\": [\"age\"], \"n\": 1.5}'",
            "detail = '{\"fields\": [\"age\", \"hdl_cholesterol\"],  \"n\": 1.5}'",
        ],
    )  # fmt: skip
    def test_changed_event_is_named(self, change: str, database: Database) -> None:
        fill(database)
        tamper(database, f"UPDATE audit_event SET {change} WHERE seq = 3")
        assert told(database) == [(3, "changed, or made with a CARERISK_AUDIT_KEY that is not set here")]

    def test_changed_event_with_its_hash_made_again_is_found_by_the_next(self, database: Database) -> None:
        fill(database)
        event = audit.events(database, LOCAL).rows[-3]
        with database.read() as session:
            row = session.execute(sa.text("SELECT time, previous FROM audit_event WHERE seq = 3")).one()
        again = digest((3, row.time, "ben", "save", "visit", "v3", dict(event.detail), row.previous))
        tamper(database, f"UPDATE audit_event SET actor = 'ben', hash = '{again}' WHERE seq = 3")
        assert told(database) == [(4, "does not follow event 3: one of them was changed, put in or moved")]

    def test_detail_that_is_no_json_any_more_is_named(self, sqlite_database: Database) -> None:
        fill(sqlite_database)
        tamper(
            sqlite_database,
            "UPDATE audit_event SET detail = '{' WHERE seq = 2",
            "UPDATE audit_event SET actor = x'00' WHERE seq = 4",
        )
        assert [seq for seq, _ in told(sqlite_database)] == [2, 4]

    @pytest.mark.parametrize(
        ("removed", "expected"),
        [
            ("seq = 3", [(3, "missing")]),
            ("seq IN (2, 3, 4)", [(2, "missing, with all up to 4")]),
            ("seq <= 2", [(1, "missing, with all up to 2")]),
            ("seq > 4", [(5, "missing, with all up to 6: the trail was cut off")]),
            ("seq > 0", [(1, "missing, with all up to 6: the trail was cut off")]),
        ],
        ids=["middle", "several", "beginning", "end", "all"],
    )
    def test_missing_events_are_named(self, removed: str, expected: list[tuple[int, str]], database: Database) -> None:
        fill(database)
        tamper(database, f"DELETE FROM audit_event WHERE {removed}")
        assert told(database) == expected

    def test_cut_tail_whose_end_was_set_back_is_found_by_the_noted_hash_only(self, database: Database) -> None:
        fill(database)
        noted = audit.verify(database).head
        fourth = audit.events(database, LOCAL).rows[2].hash
        tamper(database, "DELETE FROM audit_event WHERE seq > 4", f"UPDATE audit_head SET seq = 4, hash = '{fourth}'")
        assert told(database) == []
        assert told(database, noted) == [
            (0, "the noted hash is not in the trail: it was rewritten, or is of another database")
        ]

    def test_noted_hash_of_any_earlier_time_still_occurs(self, database: Database) -> None:
        fill(database, 2)
        noted = audit.verify(database).head
        fill(database, 3)
        assert told(database, noted) == []

    def test_event_put_in_at_the_end_is_named(self, database: Database) -> None:
        fill(database)
        copied = "time, actor, action, record_kind, record_id, detail, previous, hash"
        tamper(database, f"INSERT INTO audit_event (seq, {copied}) SELECT 7, {copied} FROM audit_event WHERE seq = 6")
        assert {seq for seq, _ in told(database)} == {7}

    def test_event_put_in_before_the_first_is_named(self, database: Database) -> None:
        fill(database)
        copied = "time, actor, action, record_kind, record_id, detail, previous, hash"
        tamper(database, f"INSERT INTO audit_event (seq, {copied}) SELECT 0, {copied} FROM audit_event WHERE seq = 1")
        assert (0, "stands before the beginning of the trail") in told(database)

    def test_events_that_changed_places_are_named(self, database: Database) -> None:
        fill(database)
        tamper(
            database,
            *(f"UPDATE audit_event SET seq = {new} WHERE seq = {old}" for old, new in ((3, 99), (4, 3), (99, 4))),
        )
        assert {seq for seq, _ in told(database)} == {3, 4, 5}

    def test_missing_end_is_named(self, database: Database) -> None:
        fill(database)
        tamper(database, "DELETE FROM audit_head")
        assert told(database) == [(0, "the row with the end of the trail is missing")]

    def test_many_problems_are_counted_and_the_first_told(self, database: Database) -> None:
        fill(database, 60)
        tamper(database, "UPDATE audit_event SET actor = 'ben'")
        verdict = audit.verify(database)
        assert (verdict.ok, verdict.broken, len(verdict.problems)) == (False, 60, audit_chain.MOST_PROBLEMS)

    def test_trail_that_grows_meanwhile_is_seen_as_it_was_at_one_moment(
        self, database: Database, second: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(database)
        monkeypatch.setattr(audit_chain, "BATCH", 2)
        plain = audit_chain._Walk.step

        def slow(walk: Any, row: Any) -> None:
            if row.seq == 1:
                fill(second, 3)
            plain(walk, row)

        monkeypatch.setattr(audit_chain._Walk, "step", slow)
        assert (audit.verify(database).events, told(database)) == (6, [])


class TestKey:
    @pytest.fixture
    def key(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
        """Sets the key of the environment."""
        return lambda text: monkeypatch.setenv(audit_chain.KEY, text)

    def test_chain_by_a_key_is_whole_with_it(self, database: Database, key: Callable[[str], None]) -> None:
        key("first")
        fill(database)
        assert (told(database), audit.verify(database).keyed) == ([], 6)

    def test_without_the_key_and_with_another_one_it_is_not(
        self, database: Database, key: Callable[[str], None]
    ) -> None:
        key("first")
        fill(database, 2)
        key("")
        assert told(database) == [
            (n, "changed, or made with a CARERISK_AUDIT_KEY that is not set here") for n in (1, 2)
        ]
        key("other")
        assert told(database)[-1] == (
            0, "no event was made with CARERISK_AUDIT_KEY: the key is new or another one, or the trail was rewritten"
        )  # fmt: skip

    def test_chain_that_began_without_a_key_goes_on_with_one(
        self, database: Database, key: Callable[[str], None]
    ) -> None:
        fill(database, 2)
        key("first")
        begin(database)
        fill(database, 3)
        assert (told(database), audit.verify(database).keyed, audit.verify(database).begins) == ([], 4, 3)

    def test_chain_goes_on_after_a_change_of_the_key(self, database: Database, key: Callable[[str], None]) -> None:
        key("first")
        fill(database, 2)
        key("second first")
        fill(database, 2)
        assert (told(database), audit.verify(database).keyed) == ([], 4)
        key("second")
        assert [seq for seq, _ in told(database)] == [1, 2]

    def test_event_made_without_the_key_behind_those_with_it_is_named(
        self, database: Database, key: Callable[[str], None]
    ) -> None:
        key("first")
        fill(database, 2)
        key("")
        fill(database, 1)
        key("first")
        assert told(database) == [(3, "made without CARERISK_AUDIT_KEY, after events that were made with it")]

    def test_whole_chain_rewritten_without_the_key_is_found(
        self, database: Database, key: Callable[[str], None]
    ) -> None:
        key("first")
        fill(database, 3)
        tamper(database, "DELETE FROM audit_event", "UPDATE audit_head SET seq = 0, hash = ''")
        key("")
        fill(database, 3)
        key("first")
        assert [seq for seq, _ in told(database)] == [0]


class TestCommand:
    @pytest.fixture
    def trail(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
        """The database that the command finds by the environment, with six events."""
        monkeypatch.setenv("CARERISK_DATA", str(database.folder))
        if not database.file:
            monkeypatch.setenv("DATABASE_URL", database.engine.url.render_as_string(hide_password=False))
        fill(database)
        return database

    @staticmethod
    def run(*arguments: str) -> tuple[int, list[str]]:
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        said: list[str] = []
        return audit_command(parser.parse_args(arguments), said.append), said

    def test_whole_trail_ends_with_0_and_its_head_to_note(self, trail: Database) -> None:
        head = audit.verify(trail).head
        assert self.run("verify") == (0, ["6 events: whole", f"Note this elsewhere, for --expect: {head}"])
        assert self.run("verify", "--expect", head)[0] == 0

    def test_broken_trail_ends_with_1_and_the_events(self, trail: Database) -> None:
        tamper(trail, "DELETE FROM audit_event WHERE seq = 2")
        assert self.run("verify") == (1, ["5 events: BROKEN", "  event 2: missing"])

    def test_noted_hash_that_does_not_occur_ends_with_1(self, trail: Database) -> None:
        code, said = self.run("verify", "--expect", "0" * 64)
        assert (code, said[1][:33]) == (1, "  the noted hash is not in the tr")

    def test_database_without_tables_is_told_to_upgrade(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("DATABASE_URL", raising=False)
        monkeypatch.setenv("CARERISK_DATA", str(tmp_path))
        connect(folder=tmp_path).close()
        with pytest.raises(RecordsError, match="at step none") as raised:
            self.run("verify")
        assert "db upgrade" in raised.value.hint
