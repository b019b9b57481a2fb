"""A copy of a SQLite database while it is in use, and putting one back. PostgreSQL has pg_dump and pg_restore."""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from riskmodels.records.engine import Database
from riskmodels.records.errors import RecordsError
from riskmodels.records.sqlite_file import open_copy
from riskmodels.records.upgrade import Version, upgrade, version_of

#: seconds after which an unfinished copy is the rest of a backup that was killed
LEFT_OVER = 86_400


def backup(database: Database, target: Path) -> Path:
    """Copy the whole database as it is at one moment; others may go on writing.

    Args:
        database: the records, on SQLite.
        target: file to write; a file of that name stays until the copy is whole.

    Returns:
        The target.

    Raises:
        RecordsError: on PostgreSQL, when the database is damaged, or the target cannot be written.
    """
    source = _file_of(database)
    _refuse_place_of(source, target)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        _remove_left_over(target)
        _private(part)
        _copy(source, part)
        _refuse_damaged(part)
        _in_one_file(part)
        part.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise RecordsError(f"{target} could not be written.", hint="Check the folder and the disk.") from error
    finally:
        part.unlink(missing_ok=True)
    return target


def restore(database: Database, source: Path) -> tuple[Version, Path]:
    """Put a backup in the place of the database, and bring it up to date; all or nothing.

    What was there before is kept beside it under ``before-restore-…``.

    Args:
        database: the records, on SQLite; it may be newer or older than the code.
        source: a file that :func:`backup` wrote.

    Returns:
        The version of the backup, and where the former database is kept.

    Raises:
        RecordsError: on PostgreSQL; when the file is no backup, damaged, or newer than the code; nothing was changed.
    """
    target = _file_of(database)
    found = _backup_version(source)
    kept = target.with_name(f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(2)}.db")
    try:
        _private(kept)
        _copy(target, kept)
        _copy(source, target)
    except (OSError, sqlite3.Error) as error:
        raise RecordsError(
            "The backup could not be put back.", hint=f"Stop the app and try again. The former database: {kept}."
        ) from error
    upgrade(database)
    return found, kept


def _remove_left_over(target: Path) -> None:
    """Copies of patients' data that a killed backup left under a name of its own."""
    for rest in target.parent.glob(f".{target.name}.*.part"):
        if time.time() - rest.stat().st_mtime > LEFT_OVER:
            rest.unlink(missing_ok=True)


def _file_of(database: Database) -> Path:
    if database.file is None:
        raise RecordsError(
            "This is for the SQLite file; the records are on PostgreSQL.", hint="Use pg_dump and pg_restore."
        )
    return database.file


def _refuse_place_of(database: Path, target: Path) -> None:
    """A copy over the file in use, or over one of SQLite's beside it, would take it from all who have it open."""
    place, used = target.absolute().resolve(), database.absolute().resolve()
    if place.parent == used.parent and place.name.startswith(used.name):
        raise RecordsError(f"{target} is the place of the database itself.", hint="Give the copy another name.")


def _backup_version(source: Path) -> Version:
    """The version of a backup that can be put back."""
    if not source.is_file():
        raise RecordsError(f"There is no file {source}.", hint="Check its name.")
    try:
        _refuse_damaged(source)
        with closing(open_copy(source)) as connection:
            (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except (OSError, sqlite3.Error, TypeError) as error:
        raise RecordsError(f"{source} is not a backup of the records.", hint="Choose another file.") from error
    found = version_of(str(revision))
    if found.newer:
        raise RecordsError(f"{source} was made by a newer CareRisk (step {found.found}).", hint="Update the app first.")
    return found


def _private(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _copy(source: Path, target: Path) -> None:
    """SQLite's own copy of one database into another, whole or not at all."""
    with closing(open_copy(source)) as read, closing(open_copy(target)) as written:
        read.backup(written)


def _refuse_damaged(path: Path) -> None:
    with closing(open_copy(path)) as connection:
        if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("integrity_check")


def _in_one_file(path: Path) -> None:
    """A copy knows that its original had a write-ahead log: one to keep must not want files beside it."""
    with closing(open_copy(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
