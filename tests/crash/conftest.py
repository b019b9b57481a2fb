"""The places where a clinic is served: a small disk, a PostgreSQL server."""

from __future__ import annotations

import os
import random
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.machine import Machine

#: minutes of one place where nothing else is asked for
MINUTES = 0.4


@pytest.fixture
def seconds(request: pytest.FixtureRequest) -> float:
    """How long things happen."""
    return 60 * float(request.config.getoption("--crash-minutes") or MINUTES)


@pytest.fixture
def draws(request: pytest.FixtureRequest) -> random.Random:
    """Chance, whose seed is printed, and can be given."""
    seed = int(request.config.getoption("--crash-seed") or secrets.randbits(32))
    print(f"--crash-seed {seed}")
    return random.Random(seed)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """For ledgers, backups and copies."""
    folder = tmp_path / "work"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def on_sqlite(tmp_path: Path, work: Path, draws: random.Random, seconds: float) -> Iterator[Machine]:
    """On a file on a small disk, which is full at times; where none can be mounted, in a folder, and it says so."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    options = f"size={int(64 + seconds * 2)}m,mode=0700"
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        reason = "no full disk: a small one can be mounted by root only"
        if os.environ.get("CI"):
            pytest.fail(reason)
        print(reason)
        yield Machine(folder, work, draws)
        return
    yield Machine(folder, work, draws, small=True)
    subprocess.run(["umount", folder], check=True)


@pytest.fixture
def on_postgresql(
    tmp_path: Path, work: Path, draws: random.Random, postgresql_url: str, postgresql_empty_url: str
) -> Machine:
    """On a PostgreSQL server."""
    return Machine(tmp_path / "data", work, draws, postgresql_url, postgresql_empty_url)
