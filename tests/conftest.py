"""What all tests share: where the shared data lie, a PostgreSQL server, and what skips when something is absent.

``CARERISK_TEST_POSTGRES`` names a PostgreSQL server and a role that may make databases, as ``.ci/run`` starts one:
``postgresql://user:password@host:port/postgres``.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.chromium import chromium
from tests.relay import Relay
from tests.waiting import HUNG

# an example of Hypothesis may take as long as a busy machine needs for it
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")

ROOT = Path(__file__).resolve().parent.parent
SERVER = "CARERISK_TEST_POSTGRES"
#: tests that serve the app, or run many programs: one after the other also where others run beside them
SERVED = ("tests/browser/", "tests/crash/", "tests/load/", "tests/processes/", "tests/security/test_leaks.py")
SHARED = Path(os.environ.get("CARERISK_SHARED", ROOT.parent / "shared"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """What tests/crash is told; here, so that pytest knows it from wherever it is started."""
    parser.addoption(
        "--crash-minutes", type=float, help="minutes that things happen to each served clinic of tests/crash"
    )
    parser.addoption("--crash-seed", type=int, help="of the order in which they happen, as an earlier run printed it")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With ``-n``: a file is one worker's, and so are all that serve (:data:`SERVED`)."""
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "served" if nodeid.startswith(SERVED) else super()._split_scope(nodeid)

    return ByFile(config, log)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared data; skips where it is absent, fails in CI."""
    if not (SHARED / "cohorts").is_dir():
        reason = f"shared data are not at {SHARED}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return SHARED


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium; for a module alone, since Playwright takes the loop of the thread meanwhile."""
    with chromium() as launched:
        yield launched


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
    import sqlalchemy as sa
    from sqlalchemy.engine import make_url

    engine = sa.create_engine(make_url(address).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    try:
        _patiently(engine, sa.text(statement))
    finally:
        engine.dispose()


def _patiently(engine: Any, statement: Any) -> None:
    """Try again while the server itself is busy with the database: no role of ours may end its vacuum."""
    from sqlalchemy.exc import ProgrammingError

    for left in reversed(range(60)):
        try:
            with engine.connect() as connection:
                connection.execute(statement)
            return
        except ProgrammingError as error:
            if not left or "InsufficientPrivilege" not in type(error.orig).__name__:
                raise
            time.sleep(1)


@pytest.fixture(scope="session")
def postgresql_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address of the server and the name of a database that is up to date, to copy for each test."""
    from riskmodels.records import open_database

    address, name = _server(), f"template_{secrets.token_hex(6)}"
    _command(address, f"CREATE DATABASE {name}")
    open_database(_address(address, name), tmp_path_factory.mktemp("template")).close()
    yield address, name
    _command(address, f"DROP DATABASE {name} WITH (FORCE)")


def _address(server: str, name: str) -> str:
    from sqlalchemy.engine import make_url

    return make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL may take its time on a busy machine; test_postgres_bounds.py sets the bounds that it tests."""
    from riskmodels.records import postgres

    for name in ("ALIVE", "ANSWER", "SAVE"):
        monkeypatch.setattr(postgres, name, HUNG)
    monkeypatch.setattr(postgres.BoundedConnection, "patience", HUNG)
    monkeypatch.setattr(postgres, "_SESSION", {})
    monkeypatch.setitem(postgres.PARAMETERS, "connect_timeout", int(HUNG))


@pytest.fixture
def postgresql_url(postgresql_template: tuple[str, str], unhurried: None) -> Iterator[str]:
    """Address of a PostgreSQL database of this test, up to date and empty."""
    server, template = postgresql_template
    name = f"test_{secrets.token_hex(6)}"
    _command(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _address(server, name)
    _command(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgresql_empty_url(unhurried: None) -> Iterator[str]:
    """Address of a PostgreSQL database of this test, without a table."""
    server, name = _server(), f"empty_{secrets.token_hex(6)}"
    _command(server, f"CREATE DATABASE {name}")
    yield _address(server, name)
    _command(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def relay(postgresql_url: str) -> Iterator[Relay]:
    """Stands before the PostgreSQL database of this test, which can be reached through its port."""
    from sqlalchemy.engine import make_url

    address = make_url(postgresql_url)
    made = Relay(address.host or "127.0.0.1", address.port or 5432)
    yield made
    made.close()
