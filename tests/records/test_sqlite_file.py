"""What is confirmed stands in the file that the next start opens, whatever else opens, moves or deletes it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from riskmodels.records import LOCAL, Database, RecordsError, audit, open_database
from riskmodels.records.audit import Action
from riskmodels.records.backup import backup, restore
from riskmodels.records.engine import connect
from riskmodels.records.errors import DisplacedError
from riskmodels.records.upgrade import version

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """PostgreSQL has no file."""
    return sqlite_database


@pytest.fixture
def file(database: Database) -> Path:
    """Of the database."""
    assert database.file is not None
    return database.file


def look(database: Database, name: str = "one") -> None:
    """Save the smallest thing there is."""
    audit.record(database, LOCAL, Action.OPEN, "patient", name, {})


def stored(file: Path) -> list[str]:
    """What another program finds in the file."""
    with closing(sqlite3.connect(file)) as connection:
        return [row[0] for row in connection.execute("SELECT record_id FROM audit_event ORDER BY seq")]


def run_command(folder: Path, *words: str) -> None:
    """One of our own commands in a process of its own, which opens and closes the database."""
    environment = {**os.environ, "CARERISK_DATA": str(folder), "DATABASE_URL": ""}
    command = [sys.executable, "-m", "riskmodels", *words]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="only Linux tells its locks")
def test_second_open_leaves_the_first_ones_locks(database: Database, file: Path) -> None:
    def locks() -> int:
        fields = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
        inode = str(file.stat().st_ino)
        return sum(f[4] == str(os.getpid()) and f[5].endswith(f":{inode}") for f in fields if len(f) > 5)

    look(database)
    before = locks()
    again = open_database(folder=database.folder)
    look(again)
    assert locks() == before > 0
    again.close()


@pytest.mark.parametrize("words", [("audit", "verify"), ("db", "upgrade")], ids=" ".join)
def test_what_is_saved_after_a_command_beside_the_app_is_there_after_a_kill(
    words: tuple[str, ...], database: Database, file: Path
) -> None:
    again = open_database(folder=database.folder)
    look(database, "before")
    run_command(database.folder, *words)
    look(database, "after")
    assert stored(file) == ["before", "after"]
    again.close()


def test_mode_of_a_file_that_others_may_read_is_mended_without_opening_it(database: Database, file: Path) -> None:
    database.close()
    file.chmod(0o644)
    connect(folder=database.folder).close()
    assert file.stat().st_mode & 0o777 == 0o600


def move_away(file: Path) -> None:
    file.rename(file.with_name("elsewhere.db"))


def replace(file: Path) -> None:
    shutil.copy(file, file.with_name("copy.db"))
    file.with_name("copy.db").replace(file)


def delete_log(file: Path) -> None:
    file.with_name(file.name + "-wal").unlink()


@pytest.mark.parametrize("harm", [Path.unlink, move_away, replace, delete_log])
def test_displaced_file_is_told_and_nothing_is_confirmed(
    harm: Callable[[Path], object], database: Database, file: Path
) -> None:
    look(database)
    assert database.trouble() == ""
    harm(file)
    with pytest.raises(DisplacedError, match="moved, replaced or deleted"):
        look(database)
    assert "moved, replaced or deleted" in database.trouble()


def test_further_connection_makes_no_empty_file_in_the_place_of_a_lost_one(database: Database, file: Path) -> None:
    look(database)
    file.unlink()
    with (
        database.engine.connect(),
        pytest.raises(DisplacedError),
    ):  # the one that is open is taken: a new one is asked for
        look(database)
    assert not file.exists()
    assert "moved, replaced or deleted" in database.trouble()


def test_file_deleted_in_the_middle_of_a_save_is_told(database: Database, file: Path) -> None:
    def save() -> None:
        with database.write() as session:
            audit.append(session, LOCAL, Action.OPEN, "patient", "one")
            file.unlink()

    with pytest.raises(DisplacedError):
        save()


def test_file_that_was_put_back_takes_saves_again(database: Database, file: Path) -> None:
    look(database)
    move_away(file)
    with pytest.raises(DisplacedError):
        look(database)
    file.with_name("elsewhere.db").rename(file)
    look(database, "two")
    assert stored(file) == ["one", "two"]


def test_lost_database_does_not_look_like_a_new_start(database: Database, file: Path) -> None:
    database.close()
    for path in file.parent.glob("carerisk.db*"):
        if path.name != "carerisk.db.made":
            path.unlink()
    with pytest.raises(RecordsError, match="is gone") as raised:
        connect(folder=database.folder)
    assert "db restore" in raised.value.hint
    assert not file.exists()


def test_lost_database_can_be_restored_or_begun_anew(database: Database, file: Path, tmp_path: Path) -> None:
    look(database)
    saved = backup(database, tmp_path / "saved.db")
    database.close()
    file.unlink()
    opened = connect(folder=database.folder, anew=True)
    assert version(opened).found == ""
    restore(opened, saved)
    assert stored(file) == ["one"]
    opened.close()


@pytest.mark.parametrize("name", ["carerisk.db", "carerisk.db-wal", "carerisk.db-shm"])
def test_backup_over_the_database_itself_is_refused(name: str, database: Database, file: Path) -> None:
    look(database)
    with pytest.raises(RecordsError, match="place of the database itself"):
        backup(database, file.with_name(name))
    look(database, "two")
    assert stored(file) == ["one", "two"]


def test_restore_under_a_running_app_keeps_what_is_saved_afterwards(
    database: Database, file: Path, tmp_path: Path
) -> None:
    look(database)
    saved = backup(database, tmp_path / "saved.db")
    look(database, "lost by the restore")
    run_command(database.folder, "db", "restore", str(saved))
    look(database, "after")
    assert stored(file) == ["one", "after"]
