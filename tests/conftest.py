"""What all tests share: where the shared data lie, a PostgreSQL server, and what skips when something is absent.

``CARERISK_TEST_POSTGRES`` names a PostgreSQL server and a role that may make databases, as ``.ci/run`` starts one:
``postgresql://user:password@host:port/postgres``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy.engine import make_url

from tests.chromium import chromium
from tests.postgresql import new_database
from tests.relay import Relay
from tests.waiting import HUNG

# an example of Hypothesis may take as long as a busy machine needs for it
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")

ROOT = Path(__file__).resolve().parent.parent
#: tests that serve the app, or run many programs: one after the other also where others run beside them
SERVED = ("tests/browser/", "tests/crash/", "tests/load/", "tests/processes/", "tests/security/test_leaks.py")
#: tests that look at the clock of a browser, a server or a job of its own: one that fails is run once more, and the
#: summary says so (R). What fails twice has failed; all else is run once
ONCE_MORE = (*SERVED, "tests/pages/", "tests/tasks/")
SHARED = Path(os.environ.get("CARERISK_SHARED", ROOT.parent / "shared"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """What tests/crash is told; here, so that pytest knows it from wherever it is started."""
    parser.addoption(
        "--crash-minutes", type=float, help="minutes that things happen to each served clinic of tests/crash"
    )
    parser.addoption("--crash-seed", type=int, help="of the order in which they happen, as an earlier run printed it")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those of :data:`ONCE_MORE` are run once more when they fail."""
    for item in items:
        if item.nodeid.startswith(ONCE_MORE):
            item.add_marker(pytest.mark.flaky(reruns=1))


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


@pytest.fixture(scope="session")
def postgresql_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a database that is up to date, to copy for each test."""
    from riskmodels.records import open_database

    with new_database("template") as address:
        open_database(address, tmp_path_factory.mktemp("template")).close()
        yield str(make_url(address).database)


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
def postgresql_url(postgresql_template: str, unhurried: None) -> Iterator[str]:
    """Address of a PostgreSQL database of this test, up to date and empty."""
    with new_database("test", postgresql_template) as address:
        yield address


@pytest.fixture
def postgresql_empty_url(unhurried: None) -> Iterator[str]:
    """Address of a PostgreSQL database of this test, without a table."""
    with new_database("empty") as address:
        yield address


@pytest.fixture
def relay(postgresql_url: str) -> Iterator[Relay]:
    """Stands before the PostgreSQL database of this test, which can be reached through its port."""
    address = make_url(postgresql_url)
    made = Relay(address.host or "127.0.0.1", address.port or 5432)
    yield made
    made.close()
