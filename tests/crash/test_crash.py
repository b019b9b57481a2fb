"""Nothing that was confirmed is lost, whatever happens to the processes, beside them, and to the disk.

Half a minute a place, or as long as asked for, with the seed of an earlier run or a new one:

    python -m pytest tests/crash --crash-minutes 10 --crash-seed 7
"""

from __future__ import annotations

import os

import pytest

from tests.crash.ledger import confirmed
from tests.crash.machine import Machine

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")


@pytest.mark.parametrize("place", ["on_sqlite", "on_postgresql"])
def test_every_confirmed_save_is_there_once_the_trail_whole_and_a_backup_equal(
    place: str, request: pytest.FixtureRequest, seconds: float
) -> None:
    machine: Machine = request.getfixturevalue(place)
    machine.run(seconds)
    machine.settle()
    print(machine.report())
    assert confirmed(machine.work).codes, machine.report()
    assert not machine.faults, machine.report()
