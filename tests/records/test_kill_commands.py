"""A command of ours is killed in the middle: the database is as before, and no half file has the name of a backup."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from riskmodels.records import LOCAL, audit, open_database
from riskmodels.records.audit import Action
from riskmodels.records.backup import LEFT_OVER, backup
from riskmodels.records.engine import connect
from riskmodels.records.upgrade import upgrade

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")

#: ends itself as the machine would, before its n-th statement
MIGRATES = """
import os, signal, sys
import sqlalchemy as sa
from riskmodels.records.engine import connect
from riskmodels.records.upgrade import upgrade
left = [int(sys.argv[2])]
def count(*_):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
database = connect(folder=__import__("pathlib").Path(sys.argv[1]))
sa.event.listen(database.engine, "before_cursor_execute", count)
upgrade(database)
"""
#: ends itself when the copy is written and has not got its name
SAVES = """
import os, signal, sys
from pathlib import Path
from riskmodels.records import backup
from riskmodels.records.engine import connect
backup._refuse_damaged = lambda _: os.kill(os.getpid(), signal.SIGKILL)
backup.backup(connect(folder=Path(sys.argv[1])), Path(sys.argv[2]))
"""


def killed(script: str, *arguments: object) -> None:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    assert subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == -signal.SIGKILL


@pytest.mark.parametrize("statement", [3, 12, 30])
def test_upgrade_that_was_killed_is_done_whole_by_the_next_one(tmp_path: Path, statement: int) -> None:
    killed(MIGRATES, tmp_path, statement)
    database = connect(folder=tmp_path)
    assert upgrade(database).found == ""  # nothing of it was kept
    audit.record(database, LOCAL, Action.SIGN_IN, "user", "a")
    assert audit.events(database, LOCAL).total == 1
    database.close()


def test_backup_that_was_killed_leaves_the_former_one_and_its_rest_is_removed_later(tmp_path: Path) -> None:
    database = open_database(folder=tmp_path / "data")
    target = tmp_path / "saved.db"
    backup(database, target)
    before = target.read_bytes()
    killed(SAVES, tmp_path / "data", target)
    assert target.read_bytes() == before
    (rest,) = tmp_path.glob(".saved.db.*.part")
    backup(database, target)
    assert rest.exists()  # it may be another backup's that runs beside this one
    os.utime(rest, (rest.stat().st_mtime - LEFT_OVER - 1,) * 2)
    backup(database, target)
    assert not rest.exists()
    database.close()
