"""A database of one test, on SQLite and on PostgreSQL, and jobs in it.

``CARERISK_TEST_POSTGRES`` names a PostgreSQL server and a role that may make databases, as ``.ci/run`` starts one:
``postgresql://user:password@host:port/postgres``.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from riskmodels.records import Actor, Database, Job, Role, jobs, open_database
from riskmodels.records.engine import connect

SERVER = "CARERISK_TEST_POSTGRES"


def _server() -> str:
    """The test server's address; skips where there is none, fails in CI."""
    address = os.environ.get(SERVER, "")
    if not address:
        reason = f"no PostgreSQL: {SERVER} is not set (.ci/run starts one)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return address


def _command(address: str, statement: str) -> None:
    engine = sa.create_engine(make_url(address).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()


@pytest.fixture(scope="session")
def postgresql_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address of the server and the name of a database that is up to date, to copy for each test."""
    address, name = _server(), f"template_{secrets.token_hex(6)}"
    _command(address, f"CREATE DATABASE {name}")
    open_database(_address(address, name), tmp_path_factory.mktemp("template")).close()
    yield address, name
    _command(address, f"DROP DATABASE {name} WITH (FORCE)")


def _address(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def postgresql_url(postgresql_template: tuple[str, str]) -> Iterator[str]:
    """Address of a PostgreSQL database of this test, up to date and empty."""
    server, template = postgresql_template
    name = f"test_{secrets.token_hex(6)}"
    _command(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _address(server, name)
    _command(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgresql_empty_url() -> Iterator[str]:
    """Address of a PostgreSQL database of this test, without a table."""
    server, name = _server(), f"empty_{secrets.token_hex(6)}"
    _command(server, f"CREATE DATABASE {name}")
    yield _address(server, name)
    _command(server, f"DROP DATABASE {name} WITH (FORCE)")


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
