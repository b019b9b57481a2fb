"""Backup and restore of the SQLite file, and the command."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from riskmodels.records import LOCAL, Actor, Database, Job, RecordsError, Role, audit, jobs
from riskmodels.records.backup import backup, restore
from riskmodels.records.command import add_arguments, db_command
from riskmodels.records.engine import connect
from riskmodels.records.upgrade import version

Submit = Callable[..., Job]
ANN = Actor("ann", "Ann", frozenset({Role.ANALYST}))


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """PostgreSQL has its own tools."""
    return sqlite_database


def test_backup_while_somebody_writes_holds_what_was_there_before(
    database: Database, submit: Submit, tmp_path: Path
) -> None:
    job = submit("a")
    with database.write() as session:
        session.execute(sa.text("UPDATE job SET message = 'half'"))
        session.flush()
        saved = backup(database, tmp_path / "saved.db")
    with sqlite3.connect(saved) as copy:
        assert copy.execute("SELECT id, message FROM job").fetchall() == [(job.id, "")]
    copy.close()
    assert saved.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "saved.db"]


def test_restored_database_is_the_one_of_the_backup_and_the_former_is_kept(
    database: Database, submit: Submit, tmp_path: Path
) -> None:
    first = submit("a")
    saved = backup(database, tmp_path / "saved.db")
    later = submit("b")
    _, kept = restore(database, saved)
    assert [job.id for job in jobs.of_owner(database, ANN)] == [first.id]
    with sqlite3.connect(kept) as former:
        assert {row[0] for row in former.execute("SELECT id FROM job")} == {first.id, later.id}
    former.close()


def test_restored_trail_is_whole_and_goes_on(database: Database, submit: Submit, tmp_path: Path) -> None:
    submit("a")
    saved = backup(database, tmp_path / "saved.db")
    noted = audit.verify(database).head
    submit("b")
    restore(database, saved)
    submit("c")
    verdict = audit.verify(database, noted)
    assert (verdict.ok, verdict.events) == (True, 2)
    assert audit.events(database, LOCAL).total == 2


@pytest.mark.parametrize("content", [b"", b"no database at all" * 99], ids=["empty", "text"])
def test_file_that_is_no_backup_is_refused_and_nothing_changes(
    content: bytes, database: Database, submit: Submit, tmp_path: Path
) -> None:
    job = submit("a")
    (tmp_path / "other.db").write_bytes(content)
    with pytest.raises(RecordsError, match="not a backup"):
        restore(database, tmp_path / "other.db")
    assert jobs.find(database, ANN, job.id) == job
    assert not list(database.folder.glob("before-restore-*"))


def test_backup_of_a_newer_app_is_refused(database: Database, tmp_path: Path) -> None:
    saved = backup(database, tmp_path / "saved.db")
    with sqlite3.connect(saved) as copy:
        copy.execute("UPDATE alembic_version SET version_num = '9999'")
    copy.close()
    with pytest.raises(RecordsError, match="newer CareRisk"):
        restore(database, saved)


def test_absent_file_and_absent_folder_are_told(database: Database, tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="There is no file"):
        restore(database, tmp_path / "absent.db")
    with pytest.raises(RecordsError, match="could not be written"):
        backup(database, tmp_path / "absent" / "saved.db")


def test_postgresql_is_told_to_use_its_own_tools(database: Database, tmp_path: Path) -> None:
    elsewhere = Database(sa.create_mock_engine("postgresql+psycopg2://", lambda *_: None), tmp_path)  # type: ignore[arg-type]
    with pytest.raises(RecordsError, match="PostgreSQL") as raised:
        backup(elsewhere, tmp_path / "saved.db")
    assert "pg_dump" in raised.value.hint


def run(*arguments: str) -> list[str]:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    said: list[str] = []
    assert db_command(parser.parse_args(arguments), said.append) == 0
    return said


def test_command_makes_saves_and_restores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("CARERISK_DATA", str(tmp_path / "data"))
    saved = tmp_path / "saved.db"
    assert run("upgrade")[0].startswith("Brought from nothing to step ")
    assert run("upgrade")[0].startswith("Up to date at step ")
    assert run("backup", str(saved)) == [f"Written: {saved}"]
    assert run("restore", str(saved))[0].startswith("Restored from step ")
    opened = connect(folder=tmp_path / "data")
    assert version(opened).current
    opened.close()
