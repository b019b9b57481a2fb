"""Where the records are, and who can read them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from riskmodels.records import Database, RecordsError, engine
from riskmodels.records.engine import connect, data_folder
from riskmodels.records.schema import JobRow

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
def test_only_its_owner_can_enter_the_folder_and_read_the_file(database: Database) -> None:
    database.jobs.touch()
    with database.write() as session:
        session.execute(sa.text("SELECT 1"))
    modes = {p.name: p.stat().st_mode & 0o777 for p in [database.folder, *database.folder.iterdir()]}
    assert modes.pop("data") == modes.pop("jobs") == 0o700
    assert {"carerisk.db", "carerisk.db-wal"} <= set(modes)
    assert set(modes.values()) == {0o600}


def test_sqlite_writes_ahead_keeps_foreign_keys_and_waits(database: Database) -> None:
    with database.read() as session:
        pragmas = {p: session.scalar(sa.text(f"PRAGMA {p}")) for p in ("journal_mode", "foreign_keys", "busy_timeout")}
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 30_000}


def test_nothing_of_a_failed_write_is_kept(database: Database) -> None:
    def fail_half_way() -> None:
        with database.write() as session:
            session.execute(sa.text("CREATE TABLE half (x INTEGER)"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert sa.inspect(database.engine).get_table_names() == ["alembic_version", "job"]


def test_reader_is_not_held_up_by_a_writer(database: Database, second: Database) -> None:
    with database.write() as session:
        session.execute(sa.text("CREATE TABLE later (x INTEGER)"))
        with second.read() as reader:
            assert reader.scalar(sa.select(sa.func.count()).select_from(JobRow)) == 0


@pytest.mark.parametrize("url", ["mysql://u:secret@h/d", "not an address"])
def test_address_of_another_kind_is_refused_without_repeating_it(url: str, tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="DATABASE_URL") as raised:
        connect(url, tmp_path)
    assert "secret" not in str(raised.value) + raised.value.log


@pytest.mark.skipif(importlib.util.find_spec("psycopg") is not None, reason="psycopg is installed")
def test_postgresql_without_its_driver_says_how_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="driver of PostgreSQL") as raised:
        connect("postgresql://u:secret@localhost/d", tmp_path)
    assert "pip install 'psycopg[binary]'" in raised.value.hint


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_address_of_postgresql_means_psycopg(scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(engine, "create_engine", lambda address, **_: asked.append(address.drivername))
    connect(f"{scheme}://u:secret@localhost/d", tmp_path)
    assert asked == ["postgresql+psycopg"]


def test_file_that_is_no_database_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "carerisk.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(RecordsError, match="damaged"), connect(folder=tmp_path).read() as session:
        session.execute(sa.text("SELECT 1"))


def test_file_in_the_place_of_the_folder_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(RecordsError) as raised:
        connect(folder=tmp_path / "data")
    assert "CARERISK_DATA" in raised.value.hint
