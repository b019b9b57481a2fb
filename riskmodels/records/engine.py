"""Where the records are: a SQLite file in the person's data folder, or PostgreSQL by ``DATABASE_URL``."""

from __future__ import annotations

import math
import os
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from riskmodels.records.errors import RecordsError, UncertainError
from riskmodels.records.reach import Reach, unreachable
from riskmodels.records.sqlite_file import BUSY, SqliteFile, made_mark, prepare

FILE = "carerisk.db"
#: options of a transaction: it writes; it may take as long as it takes
_WRITES, _LONG = "carerisk_writes", "carerisk_long"
#: seconds to wait for a connection that others have
_POOL = 5.0


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
    """The records and the folder of the files that belong to them: one object a process, see :func:`connect`.

    Args:
        engine: connections.
        folder: the data folder; jobs have their files below ``jobs``.
        place: looks after the SQLite file, or remembers whether the server answers.
    """

    engine: Engine
    folder: Path
    place: SqliteFile | Reach | None = field(default=None, repr=False, compare=False)

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
        with self._reached(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose changes are all kept, or none when something is raised.

        Raises:
            RecordsError: when the database cannot be reached.
            DisplacedError: when the SQLite file is not the one at its path any more.
            UncertainError: when the server went away while the changes were made final.
        """
        engine = self.engine.execution_options(**{_WRITES: True})
        with self._reached(), Session(engine, expire_on_commit=False) as session:
            with session.begin() as transaction:
                yield session
                info = session.connection().info
                session.flush()
                with self._made_final():
                    transaction.commit()
            if isinstance(self.place, SqliteFile):
                self.place.prove(info)  # confirmed is only what stands in the file that the next start will open

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection in a transaction that writes, without a bound on its time: for migrations."""
        with self._reached(), self.engine.execution_options(**{_WRITES: True, _LONG: True}).begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections, unless somebody else in this process has opened the same database."""
        if not _release(self):
            return
        if isinstance(self.place, Reach):
            self.place.close()
        self.engine.dispose()

    @property
    def file(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
        return Path(self.engine.url.database or "") if self.engine.dialect.name == "sqlite" else None

    def trouble(self) -> str:
        """Why nothing can be saved at present, in words; empty where nothing is known against it. Never waits."""
        return self.place.trouble() if self.place is not None else ""

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Errors of the driver, which quote statements and values, become ours; a broken constraint stays as it is."""
        if isinstance(self.place, Reach):
            self.place.refuse_if_away()
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
        except (DBAPIError, PoolTimeout, sqlite3.Error) as error:  # the last where a new connection is prepared
            cause = error.orig if isinstance(error, DBAPIError) else error
            self._note(cause)
            raise unreachable(type(cause).__name__) from None

    @contextmanager
    def _made_final(self) -> Iterator[None]:
        """A server that goes away in a commit leaves open whether it was made."""
        try:
            yield
        except DBAPIError as error:
            if not self._note(error.orig):
                raise
            raise UncertainError(
                "The database went away while this was being saved, so it is not known whether it was kept.",
                hint="Look for it under Find a record before you save it again.",
                log="database: lost in a commit",
            ) from None

    def _note(self, cause: BaseException | None) -> bool:
        """Whether the server is away; it is then tried beside the pages."""
        if not isinstance(self.place, Reach):
            return False
        from riskmodels.records.postgres import is_lost

        lost = is_lost(cause)
        if lost:
            self.place.lost()
        return lost


#: what this process has open: address and folder → the database, and how many opened it
_OPEN: dict[tuple[str, Path], tuple[Database, int]] = {}
_OPENING = Lock()


def connect(url: str | None = None, folder: Path | None = None, *, anew: bool = False) -> Database:
    """Connect to the records, without looking at their version: :func:`riskmodels.records.upgrade.open_database` does.

    In one process a second call for the same place gives the same object; the last :meth:`Database.close` closes it.

    Args:
        url: of SQLAlchemy; ``$DATABASE_URL`` when None, else the file ``carerisk.db`` of the folder.
        folder: the data folder; :func:`data_folder` when None. Made when it is not there.
        anew: make a SQLite file also where there was one before and it is gone.

    Raises:
        RecordsError: when the address is not understood, its driver is not installed, the folder cannot be made, or
            the SQLite file that was made here is gone.
    """
    place = make_folder(folder or data_folder())
    address = _address(url or os.environ.get("DATABASE_URL", ""), place)
    with _OPENING:
        key = _key(address, place)
        database, holders = _OPEN.get(key) or (_new(address, place), 0)
        if isinstance(database.place, SqliteFile) and not (holders and database.place.path.exists()):
            database.place.make(anew=anew)
            database.engine.dispose()
        _OPEN[key] = (database, holders + 1)
    return database


def sqlite_is_to_be_made(url: str | None = None, folder: Path | None = None) -> bool:
    """Whether :func:`connect` would make a SQLite file: there is none, and none was made here before.

    Args:
        url, folder: as :func:`connect` takes them.

    Raises:
        RecordsError: when the address is not understood.
    """
    address = _address(url or os.environ.get("DATABASE_URL", ""), folder or data_folder())
    if address.get_backend_name() != "sqlite":
        return False
    path = Path(address.database or "")
    return not path.exists() and not made_mark(path).exists()


def _key(address: URL, place: Path) -> tuple[str, Path]:
    if address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:"):
        address = address.set(database=str(Path(str(address.database)).resolve()))
    return address.render_as_string(hide_password=False), place.resolve()


def _new(address: URL, place: Path) -> Database:
    if address.get_backend_name() == "sqlite":
        file = SqliteFile(Path(address.database)) if address.database not in (None, "", ":memory:") else None
        return Database(_sqlite(address, file), place, file)
    engine = _postgresql(address)
    return Database(engine, place, Reach(lambda: _ask(engine)))


def _release(database: Database) -> bool:
    """Whether that was the last one who had it open."""
    with _OPENING:
        for key, (known, holders) in list(_OPEN.items()):
            if known is database and holders > 1:
                _OPEN[key] = (known, holders - 1)
                return False
            if known is database:
                del _OPEN[key]
    return True


def _forget_after_fork() -> None:
    """A child has connections of its own; those of its parent are not its to close."""
    for database, _ in _OPEN.values():
        database.engine.dispose(close=False)
    _OPEN.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)


def _address(text: str, folder: Path) -> URL:
    if not text:
        return URL.create("sqlite+pysqlite", database=str(folder / FILE))
    try:
        address = make_url(text.replace("postgres://", "postgresql://", 1))
    except (ArgumentError, ValueError):  # the latter for a port that is no number
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


def _sqlite(address: URL, file: SqliteFile | None) -> Engine:
    more = {} if file is None else {"pool_timeout": _POOL}
    engine = _engine(address, connect_args={"timeout": BUSY / 1000}, **more)
    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", _begin)
    if file is not None:
        event.listen(engine, "do_connect", lambda *_: file.refuse_another())
        event.listen(engine, "connect", file.note)
        event.listen(engine, "begin", lambda connection: _prove(connection, file))
    return engine


def _begin(connection: Connection) -> None:
    """A writer takes its turn at the start: one that read first could not go on after another's write."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writes(connection) else "BEGIN")


def _prove(connection: Connection, file: SqliteFile) -> None:
    if _writes(connection):
        file.prove(connection.info)


def _writes(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(_WRITES, False))


def _postgresql(address: URL) -> Engine:
    engine = _engine(address, pool_pre_ping=True, pool_size=10, max_overflow=20, pool_timeout=_POOL)
    event.listen(engine, "do_connect", _open)
    event.listen(engine, "begin", _bound)
    event.listen(engine, "checkin", _unbound)
    return engine


def _open(_dialect: Any, _record: Any, arguments: Any, parameters: dict[str, Any]) -> Any:
    from riskmodels.records.postgres import open_bounded

    return open_bounded(arguments, parameters)


def _bound(connection: Connection) -> None:
    """Each answer has its time, and a save as a whole; a migration takes as long as it takes."""
    from riskmodels.records.postgres import ANSWER, SAVE, BoundedConnection

    driver, long = connection.connection.driver_connection, connection.get_execution_options().get(_LONG, False)
    assert isinstance(driver, BoundedConnection)
    driver.patience = math.inf if long else ANSWER
    if long:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
    elif _writes(connection):
        driver.deadline = time.monotonic() + SAVE


def _unbound(driver: Any, _record: Any) -> None:
    if driver is not None:
        driver.deadline, driver.patience = math.inf, type(driver).patience


def _ask(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")


__all__ = ["FILE", "Database", "connect", "data_folder", "make_folder", "sqlite_is_to_be_made"]
