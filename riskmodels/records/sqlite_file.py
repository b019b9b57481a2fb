"""The SQLite file: made with its mode before SQLite sees it, never opened past SQLite, and proved to be in its place.

A process that opens and closes the file by itself cancels all its POSIX locks on it (fcntl(2)): whoever closes the
database next, in any process, then takes itself for the last one and deletes the write-ahead log under the others. So
the file is made once, before SQLite sees it, and afterwards only looked at by its path (``stat``, ``chmod``).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from riskmodels.records.errors import DisplacedError, RecordsError

#: milliseconds that a connection waits for another one's write
BUSY = 8_000
#: what is added to the file's name: SQLite's write-ahead log, and the mark that a database was made here
LOG, MADE = "-wal", ".made"
_IDENTITY = "carerisk_identity"


@dataclass(frozen=True)
class Identity:
    """Which files stand at the path: device and inode of the database and of its write-ahead log."""

    file: tuple[int, int]
    log: tuple[int, int]


def identity(path: Path) -> Identity | None:
    """Who stands at a path now; None when the database or its log is not there."""
    file, log = _standing(path), _standing(path.with_name(path.name + LOG))
    return None if file is None or log is None else Identity(file, log)


class SqliteFile:
    """The file of one :class:`~riskmodels.records.engine.Database`, and which files its connections have open.

    Args:
        path: of the database.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._noted: Identity | None = None

    def make(self, *, anew: bool = False) -> None:
        """Make the file, readable by its owner alone, unless it is there; SQLite gives its helper files the same mode.

        Args:
            anew: begin an empty one also where one was made before and is gone.

        Raises:
            RecordsError: when it cannot be made, or one was made here and is gone.
        """
        self._noted = None
        try:
            if self.path.exists():
                _keep_private(self.path)
            elif made_mark(self.path).exists() and not anew:
                raise _gone(self.path)
            else:
                _make_empty(self.path)
        except OSError as error:
            raise RecordsError(
                f"The database {self.path} cannot be written: {error.strerror}.",
                hint="Set CARERISK_DATA to a folder that can be written.",
                log="database file",
            ) from None

    def refuse_another(self) -> None:
        """Open no connection where another file, or none, stands at the path: SQLite would make an empty one.

        Raises:
            DisplacedError: when the file is not the one that was opened first.
        """
        if self._noted is not None and _standing(self.path) != self._noted.file:
            raise _displaced()

    def note(self, connection: Any, record: Any) -> None:
        """Remember which files a new connection has open.

        Args:
            connection: of the driver.
            record: of the pool; what its ``info`` holds stays with the connection.

        Raises:
            sqlite3.Error: when the file cannot be read.
        """
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()  # opens the write-ahead log
        self._noted = record.info[_IDENTITY] = identity(self.path)

    def prove(self, info: Any) -> None:
        """Go on only when the files that a connection writes are those at the path: two calls of ``stat``.

        Args:
            info: of the connection.

        Raises:
            DisplacedError: when the database or its log was moved, replaced or deleted.
        """
        noted = info.get(_IDENTITY)
        if noted is None or identity(self.path) != noted:
            raise _displaced()

    def trouble(self) -> str:
        """Why nothing is saved at present, in words; empty where the files are in their place, or none is open yet."""
        return str(_displaced()) if self._noted is not None and identity(self.path) != self._noted else ""


def _standing(path: Path) -> tuple[int, int] | None:
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_dev, seen.st_ino


def prepare(connection: Any, _record: Any) -> None:
    """Set up a new connection; the driver opens no transaction of its own afterwards."""
    connection.isolation_level = None
    for pragma in (f"busy_timeout = {BUSY}", "journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")


def made_mark(path: Path) -> Path:
    """The file beside a database that says that one was made: without it a lost one would look like a new start."""
    return path.with_name(path.name + MADE)


def leave_mark(path: Path) -> None:
    """Say that a database was made here; nothing happens where that is said already."""
    mark = made_mark(path)
    if not mark.exists():
        words = f"{path.name} was made here. If it is missing: python -m riskmodels db restore FILE\n"
        mark.touch(0o600)
        mark.write_text(words, encoding="utf-8")


def _displaced() -> DisplacedError:
    return DisplacedError(
        "The database file was moved, replaced or deleted while the app runs, so nothing is saved.",
        hint="What you typed stays on this page. Whoever runs the app: put the file back, or restore a backup "
        "(docs/deployment.md), and start the app again.",
        log="database file displaced",
    )


def _keep_private(path: Path) -> None:
    """Take away what others may do with the file; by its path, since opening it would cost our locks."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & 0o077 and path.stat().st_uid == os.geteuid():
        path.chmod(mode & 0o700)


def _make_empty(path: Path) -> None:
    """A new file of our own: nobody in this process can have it open yet, so closing it costs nobody a lock."""
    with contextlib.suppress(FileExistsError):  # another process was quicker
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _gone(path: Path) -> RecordsError:
    return RecordsError(
        f"The database {path} is gone: one was made here before.",
        hint="Restore a backup: python -m riskmodels db restore FILE. To begin with an empty one: "
        "python -m riskmodels db upgrade --new.",
        log="database file gone",
    )


def open_copy(path: Path) -> sqlite3.Connection:
    """Open a SQLite file of any kind, to copy or to check it."""
    return sqlite3.connect(path, timeout=BUSY / 1000)
