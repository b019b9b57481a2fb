"""A data folder of its own for every test of a page: whatever it saves is this test's alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ui import cohort_jobs
from ui.database import database


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data folder: database, jobs and templates of this test alone."""
    monkeypatch.setenv("CARERISK_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    cohort_jobs._service.clear()
    database.clear()
    yield tmp_path / "data"
    cohort_jobs._service.clear()
    database.clear()
