"""Where the records are: a SQLite file in the person's data folder, or PostgreSQL by ``DATABASE_URL``."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.orm import Session

from riskmodels.records.errors import RecordsError

FILE = "carerisk.db"
#: milliseconds that a connection waits for another one's write
BUSY = 30_000
_WRITES = "carerisk_writes"


def data_folder(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Where this person's data are: ``$CARERISK_DATA``, else the platform's place for an application's data.

    Args:
        environment: variables of the process.
        platform: as :data:`sys.platform` names it.
    """
    if environment.get("CARERISK_DATA"):
        return Path(environment["CARERISK_DATA"]).expanduser().absolute()
    if platform == "win32":
        base = Path(environment.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    elif platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "carerisk"


def make_folder(folder: Path) -> Path:
    """Make a folder that only its owner can enter (0700), unless it is there.

    Raises:
        RecordsError: when that is not possible.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise RecordsError(
            f"The data folder {folder} cannot be made: {error.strerror}.",
            hint="Set CARERISK_DATA to a folder that can be written.",
            log="data folder not made",
        ) from None
    return folder


@dataclass(frozen=True)
class Database:
    """The records and the folder of the files that belong to them.

    Args:
        engine: connections.
        folder: the data folder; jobs have their files below ``jobs``.
    """

    engine: Engine
    folder: Path

    @property
    def jobs(self) -> Path:
        """The folder of the jobs' folders."""
        return make_folder(self.folder / "jobs")

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session to read; what it changes is not kept.

        Raises:
            RecordsError: when the database cannot be reached.
        """
        with _translated(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose changes are all kept, or none when something is raised.

        Raises:
            RecordsError: when the database cannot be reached.
        """
        engine = self.engine.execution_options(**{_WRITES: True})
        with _translated(), Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection in a transaction that writes: for migrations."""
        with _translated(), self.engine.execution_options(**{_WRITES: True}).begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @property
    def file(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
        return Path(self.engine.url.database or "") if self.engine.dialect.name == "sqlite" else None


@contextmanager
def _translated() -> Iterator[None]:
    """Errors of the driver, which quote statements and values, become ours; a broken constraint stays what it is."""
    try:
        yield
    except IntegrityError:
        raise
    except DataError:
        raise RecordsError(
            "What was asked for holds a character or a number that the database does not take.",
            hint="Type it again.",
            log="database: DataError",
        ) from None
    except (DBAPIError, sqlite3.Error) as error:  # the latter where a new connection is prepared
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise RecordsError(
            "The database cannot be reached, is busy, or is damaged.",
            hint="Try again; if it stays so, check DATABASE_URL, the data folder and the disk, or restore a backup.",
            log=f"database: {type(cause).__name__}",
        ) from None


def connect(url: str | None = None, folder: Path | None = None) -> Database:
    """Connect to the records, without looking at their version: :func:`riskmodels.records.upgrade.open_database` does.

    Args:
        url: of SQLAlchemy; ``$DATABASE_URL`` when None, else the file ``carerisk.db`` of the folder.
        folder: the data folder; :func:`data_folder` when None. Made when it is not there.

    Raises:
        RecordsError: when the address is not understood, its driver is not installed, or the folder cannot be made.
    """
    place = make_folder(folder or data_folder())
    address = _address(url or os.environ.get("DATABASE_URL", ""), place)
    if address.get_backend_name() == "sqlite":
        return Database(_sqlite(address), place)
    return Database(_engine(address, pool_pre_ping=True), place)


def _address(text: str, folder: Path) -> URL:
    if not text:
        return URL.create("sqlite+pysqlite", database=str(folder / FILE))
    try:
        address = make_url(text.replace("postgres://", "postgresql://", 1))
    except ArgumentError:
        raise _refused("DATABASE_URL is not understood.") from None
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise _refused("DATABASE_URL is neither SQLite nor PostgreSQL.")
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    return address


def _refused(message: str) -> RecordsError:
    return RecordsError(
        message, hint="Write postgresql://user:password@host/name, or leave it out.", log="address of the database"
    )


def _engine(address: URL, **options: Any) -> Engine:
    try:
        return create_engine(address, **options)
    except (ModuleNotFoundError, NoSuchModuleError):
        raise RecordsError(
            "The driver of PostgreSQL is not installed.",
            hint="Install it: pip install 'psycopg[binary]'.",
            log="database driver absent",
        ) from None


def _sqlite(address: URL) -> Engine:
    path = address.database or ""
    if path and path != ":memory:":
        _make_private(Path(path))
    engine = _engine(address, connect_args={"timeout": BUSY / 1000})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _make_private(path: Path) -> None:
    """Make the file so that only its owner can read it; SQLite gives its helper files the same mode."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise RecordsError(
            f"The database {path} cannot be written: {error.strerror}.",
            hint="Set CARERISK_DATA to a folder that can be written.",
            log="database file",
        ) from None


def _prepare(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver opens no transaction of its own: _begin does
    for pragma in (f"busy_timeout = {BUSY}", "journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """A writer takes its turn at the start: one that read first could not go on after another's write."""
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


__all__ = ["FILE", "Database", "connect", "data_folder", "make_folder"]
