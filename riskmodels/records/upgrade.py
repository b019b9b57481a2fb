"""The database's version: looked at whenever the app opens it, brought up to date by packaged migrations."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from riskmodels.records.engine import Database, connect
from riskmodels.records.errors import RecordsError
from riskmodels.records.sqlite_file import SqliteFile, leave_mark

_SCRIPTS = Path(__file__).parent / "migrations"
#: any number: of the lock that lets one process at a time migrate a PostgreSQL database
_LOCK = 7_201_411


@dataclass(frozen=True)
class Version:
    """Which step the database is at.

    Args:
        found: revision of the database; empty when it has no tables of ours.
        newest: revision that this code knows.
        known: all revisions that this code knows.
    """

    found: str
    newest: str
    known: frozenset[str]

    @property
    def current(self) -> bool:
        """Whether the database is what the code needs."""
        return self.found == self.newest

    @property
    def newer(self) -> bool:
        """Whether it was made by newer code."""
        return bool(self.found) and self.found not in self.known


def open_database(url: str | None = None, folder: Path | None = None) -> Database:
    """Connect to the records and bring them up to date, made anew where there are none.

    Args:
        url: of SQLAlchemy; ``$DATABASE_URL`` when None, else SQLite in the folder.
        folder: the data folder; :func:`riskmodels.records.engine.data_folder` when None.

    Raises:
        RecordsError: when the database cannot be reached, or is newer than the code.
    """
    database = connect(url, folder)
    try:
        upgrade(database)
    except BaseException:
        database.close()
        raise
    return database


def version(database: Database) -> Version:
    """Which step the database is at.

    Raises:
        RecordsError: when it cannot be reached.
    """
    with database.read() as session:
        return _version(session.connection())


def upgrade(database: Database) -> Version:
    """Run the steps that are missing, all or none; one process at a time.

    Returns:
        The version found before.

    Raises:
        RecordsError: when the database cannot be reached, or is newer than the code.
    """
    before = version(database)
    _refuse_newer(before)
    if not before.current:
        _run_steps(database)
    if isinstance(database.place, SqliteFile):
        leave_mark(database.place.path)
    return before


def _run_steps(database: Database) -> None:
    with database.connection() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        now = _version(connection)  # another process may have been quicker
        _refuse_newer(now)
        if not now.current:
            command.upgrade(_config(connection), "head")


def _refuse_newer(found: Version) -> None:
    if found.newer:
        raise RecordsError(
            f"The database was made by a newer CareRisk (step {found.found}; this one knows {found.newest}).",
            hint="Update the app, or restore a backup made with this version: python -m riskmodels db restore FILE.",
            log=f"database at {found.found}, code at {found.newest}",
        )


def _version(connection: Connection) -> Version:
    return version_of(MigrationContext.configure(connection).get_current_revision() or "")


def version_of(revision: str) -> Version:
    """A revision beside those that this code knows; empty: none."""
    scripts = ScriptDirectory.from_config(_config(None))
    known = frozenset(step.revision for step in scripts.walk_revisions())
    return Version(revision, scripts.get_current_head() or "", known)


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
