"""Where the records are, and who can read them."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from riskmodels.records import Database, RecordsError, engine
from riskmodels.records.engine import connect, data_folder
from riskmodels.records.schema import DraftRow, JobRow

HOME = Path.home()


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({"CARERISK_DATA": "/srv/risk", "XDG_DATA_HOME": "/x"}, "linux", Path("/srv/risk")),
        ({"XDG_DATA_HOME": "/x"}, "linux", Path("/x/carerisk")),
        ({}, "linux", HOME / ".local/share/carerisk"),
        ({}, "darwin", HOME / "Library/Application Support/carerisk"),
        ({"APPDATA": "/roaming"}, "win32", Path("/roaming/carerisk")),
    ],
)
def test_data_folder_is_where_the_platform_keeps_data(
    environment: dict[str, str], platform: str, expected: Path
) -> None:
    assert data_folder(environment, platform) == expected


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_only_its_owner_can_enter_the_folder_and_read_the_file(sqlite_database: Database) -> None:
    sqlite_database.jobs.touch()
    with sqlite_database.write() as session:
        session.execute(sa.text("SELECT 1"))
    modes = {p.name: p.stat().st_mode & 0o777 for p in [sqlite_database.folder, *sqlite_database.folder.iterdir()]}
    assert modes.pop("data") == modes.pop("jobs") == 0o700
    assert {"carerisk.db", "carerisk.db-wal"} <= set(modes)
    assert set(modes.values()) == {0o600}


def test_sqlite_writes_ahead_keeps_foreign_keys_and_waits(sqlite_database: Database) -> None:
    with sqlite_database.read() as session:
        pragmas = {p: session.scalar(sa.text(f"PRAGMA {p}")) for p in ("journal_mode", "foreign_keys", "busy_timeout")}
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 8_000}


def test_second_open_in_one_process_is_the_same_object_and_the_last_close_closes(database: Database) -> None:
    url = None if database.file else database.engine.url.render_as_string(hide_password=False)
    again = connect(url, database.folder)
    assert again is database
    again.close()
    assert connect(url, database.folder) is database
    database.close()
    database.close()
    other = connect(url, database.folder)
    assert other is not database
    other.close()


def test_nothing_of_a_failed_write_is_kept(database: Database) -> None:
    def fail_half_way() -> None:
        with database.write() as session:
            session.execute(sa.text("CREATE TABLE half (x INTEGER)"))
            raise ZeroDivisionError

    before = set(sa.inspect(database.engine).get_table_names())
    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert set(sa.inspect(database.engine).get_table_names()) == before


def test_reader_is_not_held_up_by_a_writer(database: Database, second: Database) -> None:
    with database.write() as session:
        session.execute(sa.text("CREATE TABLE later (x INTEGER)"))
        with second.read() as reader:
            assert reader.scalar(sa.select(sa.func.count()).select_from(JobRow)) == 0


def test_moment_comes_back_as_it_was_with_its_zone(database: Database) -> None:
    moment = datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    with database.write() as session:
        session.add(DraftRow(id="a", owner="ann", content={}, saved=moment))
    with database.read() as session:
        found = session.get_one(DraftRow, "a").saved
    assert (found, found.utcoffset()) == (moment, timedelta(0))


def test_broken_constraint_undoes_its_transaction_and_the_next_one_works(database: Database) -> None:
    def draft(name: str) -> DraftRow:
        return DraftRow(id=name, owner="ann", content={}, saved=datetime.now(UTC))

    with database.write() as session:
        session.add(draft("a"))
    with pytest.raises(IntegrityError), database.write() as session:
        session.add_all([draft("b"), draft("a")])
    with database.write() as session:
        session.add(draft("c"))
    with database.read() as session:
        assert sorted(session.scalars(sa.select(DraftRow.id))) == ["a", "c"]


@pytest.mark.parametrize("url", ["mysql://u:secret@h/d", "not an address", "postgresql://u:secret@h:port/d"])
def test_address_of_another_kind_is_refused_without_repeating_it(url: str, tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="DATABASE_URL") as raised:
        connect(url, tmp_path)
    assert "secret" not in str(raised.value) + raised.value.log


def test_postgresql_without_its_driver_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(RecordsError, match="driver of PostgreSQL") as raised:
        connect("postgresql://u:secret@localhost/d", tmp_path)
    assert "pip install 'psycopg[binary]'" in raised.value.hint


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_address_of_postgresql_means_psycopg(scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    anything = sa.create_engine("sqlite://")
    monkeypatch.setattr(engine, "create_engine", lambda address, **_: asked.append(address.drivername) or anything)
    connect(f"{scheme}://u:secret@localhost/d", tmp_path)
    assert asked == ["postgresql+psycopg"]


def test_server_that_is_not_there_is_told_without_its_address(tmp_path: Path) -> None:
    database = connect("postgresql://u:secret@127.0.0.1:1/d", tmp_path)
    with pytest.raises(RecordsError, match="cannot be reached") as raised, database.read() as session:
        session.execute(sa.text("SELECT 1"))
    assert raised.value.__cause__ is None
    assert not {"secret", "127.0.0.1"} & set(re.split(r"[@:/ ]", str(raised.value) + raised.value.log))


def test_file_that_is_no_database_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "carerisk.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(RecordsError, match="damaged"), connect(folder=tmp_path).read() as session:
        session.execute(sa.text("SELECT 1"))


def test_file_in_the_place_of_the_folder_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(RecordsError) as raised:
        connect(folder=tmp_path / "data")
    assert "CARERISK_DATA" in raised.value.hint
