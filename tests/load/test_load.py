"""A small load: the same programme as ``make bench`` runs with fifty people, without looking at the clock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_people_at_once_get_the_answers_of_their_own_patients() -> None:
    command = [sys.executable, "tests/load/run.py", "--people=4", "--seconds=8", "--pause=0.3", "--ramp=1"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "values of others | none" in ran.stdout
