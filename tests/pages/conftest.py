"""A data folder of its own for every test of a page: whatever it saves is this test's alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from riskmodels.scoring import workers
from riskmodels.scoring.known_models import KnownModels
from tests.waiting import HUNG
from ui.database import database
from ui.patient import parts
from ui.record import autosave


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data folder: database, jobs and templates of this test alone."""
    monkeypatch.setenv("CARERISK_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    database.clear()
    yield tmp_path / "data"
    database.clear()


@pytest.fixture(autouse=True)
def kept_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page waits for its draft, also on a busy machine: what was typed is kept when the test looks."""
    monkeypatch.setattr(autosave, "_PATIENCE", HUNG)


@pytest.fixture(scope="session")
def known_models() -> KnownModels:
    """The shipped models and what a test recalibrates, as the process that scores finds them."""
    return KnownModels()


@pytest.fixture
def worker(own_data: Path, known_models: KnownModels, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What ``python -m riskmodels work`` runs, in threads of the test: jobs of the page are scored."""
    monkeypatch.setattr(workers, "POLL", 0.05)
    running = workers.Workers(database(), known_models).start()
    yield
    running.stop()


@pytest.fixture(autouse=True)
def whole_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every part is drawn at every change: AppTest knows only what the last run sent, not what stands on the page.

    That the parts drawn anew are those that changed is tested with sessions of a real server, in test_parts.py.
    """
    monkeypatch.setattr(parts, "rerun", lambda names: None)
