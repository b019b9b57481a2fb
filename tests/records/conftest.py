"""A database of one test, on SQLite and on PostgreSQL, and jobs in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from riskmodels.records import Actor, Database, Job, Role, jobs, open_database
from riskmodels.records.engine import connect


@pytest.fixture
def sqlite_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An empty SQLite database, up to date: for what only a file can have."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    opened = open_database(folder=tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An empty database, up to date: the test runs once on SQLite and once on PostgreSQL."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else None
    opened = open_database(url, tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database without a table, on SQLite and on PostgreSQL."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    url = request.getfixturevalue("postgresql_empty_url") if request.param == "postgresql" else None
    opened = connect(url, tmp_path / "data")
    yield opened
    opened.close()


def address_of(database: Database) -> str | None:
    """The address to open the same database again; None for the SQLite file of its folder."""
    return None if database.file else database.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def second(database: Database) -> Iterator[Database]:
    """Another connection pool on the same database, as another process has one."""
    opened = open_database(address_of(database), database.folder)
    yield opened
    opened.close()


@pytest.fixture
def submit(database: Database) -> Callable[..., Job]:
    """Queues a job: ``submit("a", owner="ann")``."""

    def queue(text: str = "a", owner: str = "ann") -> Job:
        folder = jobs.new_folder(database)
        (folder / "upload").write_text(text)
        actor = Actor(owner, owner.title(), frozenset({Role.ANALYST}))
        return jobs.submit(database, actor, "score", jobs.key_of(text), folder, total=100)

    return queue
