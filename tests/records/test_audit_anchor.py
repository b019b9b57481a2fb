"""The first event by the key: a trail that was rewritten without it is found, whatever else was removed."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from riskmodels.records import LOCAL, Database, RecordsError, audit, audit_anchor, open_database, users
from riskmodels.records.audit_begin import begin, keep
from riskmodels.records.audit_command import add_arguments, audit_command
from riskmodels.records.audit_keys import KEY
from riskmodels.records.backup import backup, restore
from riskmodels.records.housekeeping import tidy
from tests.records.audit_trail import fill, rewrite, tamper, told
from tests.records.conftest import address_of

SetKey = Callable[[str], None]
NOT_HELD = "event 1, which {} has signed as the first with CARERISK_AUDIT_KEY, is not in the trail"
UNSAID = "nothing signed says which event is the first with CARERISK_AUDIT_KEY"


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> SetKey:
    """Sets the key of the environment."""
    return lambda text: monkeypatch.setenv(KEY, text)


@pytest.fixture
def keyed(database: Database, key: SetKey) -> Database:
    """Six events by a key, and the anchor in both places."""
    key("first")
    fill(database)
    tidy(database)
    assert told(database) == []
    return database


def found(database: Database) -> list[str]:
    """What is wrong about the whole trail; nothing else is."""
    problems = told(database)
    assert {seq for seq, _ in problems} <= {0}
    return [text for _, text in problems]


def remove_anchors(database: Database) -> None:
    """What whoever owns database and data folder can do to them."""
    with database.write() as session:
        session.execute(sa.text("DELETE FROM audit_anchor"))
    (database.folder / audit_anchor.FILE).unlink()


class TestRewritten:
    def test_before_the_next_event_it_is_found(self, keyed: Database) -> None:
        rewrite(keyed, without="v3")
        (text,) = found(keyed)
        assert text.startswith(NOT_HELD.format("the database and the data folder"))

    def test_the_app_adds_no_event_to_it_and_keeps_nothing(self, keyed: Database) -> None:
        rewrite(keyed, without="v3")
        with pytest.raises(RecordsError, match="rewritten") as raised:
            users.remember(keyed, "https://id.example", "ann", "Ann", frozenset())
        assert "audit verify" in raised.value.hint
        with keyed.read() as session:
            assert session.scalar(sa.text("SELECT count(*) FROM user_account")) == 0
        assert audit.verify(keyed).events == 5

    def test_database_without_its_anchor_is_found_by_the_data_folder_after_the_next_event(
        self, keyed: Database
    ) -> None:
        rewrite(keyed, without="v3")
        with keyed.write() as session:
            session.execute(sa.text("DELETE FROM audit_anchor"))
        fill(keyed, 1)
        (text,) = found(keyed)
        assert text.startswith(NOT_HELD.format("the data folder"))

    def test_without_both_anchors_it_is_found_after_the_next_event(self, keyed: Database) -> None:
        rewrite(keyed, without="v3")
        remove_anchors(keyed)
        fill(keyed, 2)
        tidy(keyed)
        (text,) = found(keyed)
        assert text.startswith(UNSAID)

    @pytest.mark.parametrize(
        "change",
        ["signature = 'x'", "signature = 'é'", "seq = 2", "hash = 'x'", "hash = (SELECT hash FROM audit_head)"],
    )
    def test_anchor_that_was_changed_counts_as_none(self, change: str, keyed: Database) -> None:
        (keyed.folder / audit_anchor.FILE).unlink()
        with keyed.write() as session:
            session.execute(sa.text(f"UPDATE audit_anchor SET {change}"))
        (text,) = found(keyed)
        assert text.startswith(UNSAID)

    def test_anchor_of_another_trail_by_the_same_key_does_not_fit(self, keyed: Database, tmp_path: Path) -> None:
        other = open_database(f"sqlite:///{tmp_path / 'other.db'}", tmp_path / "other")
        fill(other, 2)
        with other.read() as session:
            row = session.execute(sa.text("SELECT seq, hash, signature FROM audit_anchor")).one()
        other.close()
        with keyed.write() as session:
            session.execute(sa.text("UPDATE audit_anchor SET hash = :hash, signature = :signature"), row._asdict())
        (text,) = found(keyed)
        assert text.startswith(NOT_HELD.format("the database"))

    def test_trail_that_was_emptied_with_its_anchor_is_found_by_the_data_folder(self, keyed: Database) -> None:
        tamper(keyed, "DELETE FROM audit_event", "DELETE FROM audit_anchor", "UPDATE audit_head SET seq = 0, hash = ''")
        fill(keyed, 2)
        tidy(keyed)
        (text,) = found(keyed)
        assert text.startswith(NOT_HELD.format("the data folder"))

    @pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"seq": "1", "hash": 2, "signature": null}', b"\xff"])
    def test_file_that_is_no_anchor_is_made_again(self, content: bytes, keyed: Database) -> None:
        file = keyed.folder / audit_anchor.FILE
        whole = file.read_bytes()
        file.write_bytes(content)
        assert found(keyed) == []
        tidy(keyed)
        assert file.read_bytes() == whole
        assert file.stat().st_mode & 0o777 == 0o600


class TestBegin:
    def test_key_set_in_a_trail_that_has_events_is_found_until_somebody_says_so(
        self, database: Database, key: SetKey
    ) -> None:
        fill(database, 2)
        key("first")
        fill(database, 2)
        assert [text.startswith(UNSAID) for text in found(database)] == [True]
        anchor, new = begin(database)
        assert (anchor.seq, new) == (3, True)
        assert found(database) == []
        event = audit.events(database, LOCAL).rows[0]
        assert (event.seq, event.actor, event.action, event.detail) == (5, "system", "key begins", {"first": 3})

    def test_saying_it_twice_changes_nothing(self, keyed: Database) -> None:
        anchor, new = begin(keyed)
        assert (anchor.seq, new, audit.verify(keyed).events) == (1, False, 6)

    def test_without_a_key_nothing_begins(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(KEY, raising=False)
        with pytest.raises(RecordsError, match="is not set"):
            begin(database)

    def test_broken_trail_is_refused(self, database: Database, key: SetKey) -> None:
        fill(database)
        tamper(database, "DELETE FROM audit_event WHERE seq = 3")
        key("first")
        with pytest.raises(RecordsError, match="broken"):
            begin(database)
        assert audit.verify(database).events == 5

    def test_rewritten_trail_is_refused_and_nothing_changes(self, keyed: Database) -> None:
        rewrite(keyed, without="v3")
        before = told(keyed)
        with pytest.raises(RecordsError, match="Event 1, which the database"):
            begin(keyed)
        assert told(keyed) == before

    def test_after_a_change_of_the_key_the_former_anchor_holds(self, keyed: Database, key: SetKey) -> None:
        key("second first")
        fill(keyed, 2)
        keep(keyed)
        assert (found(keyed), begin(keyed)[1]) == ([], False)

    def test_rewritten_after_a_change_of_the_key_it_is_found(self, keyed: Database, key: SetKey) -> None:
        key("second first")
        fill(keyed, 2)
        rewrite(keyed, without="v3")
        with pytest.raises(RecordsError, match="rewritten"):
            fill(keyed, 1)
        assert len(found(keyed)) == 1

    def test_app_whose_key_was_forgotten_is_told_where_it_goes_on_plain(self, keyed: Database, key: SetKey) -> None:
        key("")
        fill(keyed, 1)
        key("first")
        assert [seq for seq, _ in told(keyed)] == [7]


class TestRestored:
    def test_backup_with_the_anchor_is_whole_also_elsewhere(
        self, sqlite_database: Database, key: SetKey, tmp_path: Path
    ) -> None:
        key("first")
        fill(sqlite_database)
        saved = backup(sqlite_database, tmp_path / "saved.db")
        fill(sqlite_database, 2)
        restore(sqlite_database, saved)
        fill(sqlite_database, 1)
        elsewhere = open_database(folder=tmp_path / "elsewhere")
        restore(elsewhere, saved)
        assert (found(sqlite_database), found(elsewhere)) == ([], [])
        elsewhere.close()

    def test_backup_from_before_the_key_is_told_and_begins_anew_when_somebody_says_so(
        self, sqlite_database: Database, key: SetKey, tmp_path: Path
    ) -> None:
        fill(sqlite_database, 2)
        saved = backup(sqlite_database, tmp_path / "saved.db")
        key("first")
        begin(sqlite_database)
        restore(sqlite_database, saved)
        (text,) = found(sqlite_database)
        assert "a backup from before that event was put back" in text
        with pytest.raises(RecordsError, match="Event 3, which the data folder"):
            begin(sqlite_database)
        anchor, new = begin(sqlite_database, restored=True)
        assert (anchor.seq, new, found(sqlite_database)) == (3, True, [])


def test_many_first_events_at_once_make_one_anchor(database: Database, key: SetKey) -> None:
    from concurrent.futures import ThreadPoolExecutor

    key("first")
    second = open_database(address_of(database), database.folder)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: fill((database, second)[n % 2], 1), range(16)))
    assert (audit.verify(database).keyed, found(database)) == (16, [])
    second.close()


class TestCommand:
    @pytest.fixture
    def trail(self, database: Database, key: SetKey, monkeypatch: pytest.MonkeyPatch) -> Database:
        """The database that the command finds by the environment: two events, and a key that was set afterwards."""
        monkeypatch.setenv("CARERISK_DATA", str(database.folder))
        if not database.file:
            monkeypatch.setenv("DATABASE_URL", database.engine.url.render_as_string(hide_password=False))
        fill(database, 2)
        key("first")
        return database

    @staticmethod
    def run(*arguments: str) -> tuple[int, list[str]]:
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        said: list[str] = []
        return audit_command(parser.parse_args(arguments), said.append), said

    def test_begin_says_which_events_have_no_key(self, trail: Database) -> None:
        assert self.run("verify")[0] == 1
        none = "2 before it have no key: whoever wrote the database could have made them."
        assert self.run("begin") == (0, ["The key begins with event 3.", none])
        assert self.run("begin") == (0, ["The key began already with event 3.", none])
        code, said = self.run("verify")
        assert (code, said[0]) == (0, "3 events, 1 of them by the key, from event 3 on: whole")

    def test_after_an_older_backup_it_must_be_said(self, trail: Database) -> None:
        self.run("begin")
        tamper(trail, "DELETE FROM audit_event WHERE seq = 3",
               "UPDATE audit_head SET seq = 2, hash = (SELECT hash FROM audit_event WHERE seq = 2)")  # fmt: skip
        with pytest.raises(RecordsError, match="not in the trail"):
            self.run("begin")
        assert self.run("begin", "--restored")[0] == 0
        assert self.run("verify")[0] == 0
