"""A database of one test, and jobs in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from riskmodels.records import Database, Job, jobs, open_database


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An empty SQLite database, up to date."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    opened = open_database(folder=tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture
def second(database: Database) -> Iterator[Database]:
    """Another connection pool on the same database, as another process has one."""
    opened = open_database(folder=database.folder)
    yield opened
    opened.close()


@pytest.fixture
def submit(database: Database) -> Callable[..., Job]:
    """Queues a job: ``submit("a", owner="ann")``."""

    def queue(text: str = "a", owner: str = "ann") -> Job:
        folder = jobs.new_folder(database)
        (folder / "upload").write_text(text)
        return jobs.submit(database, owner, "score", jobs.key_of(text), folder, total=100)

    return queue
