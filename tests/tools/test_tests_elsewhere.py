"""The runs as on other processors: each setting is seen, and NumPy and PyTorch take it."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
CAPABILITY = "import numpy, torch; print(torch.backends.cpu.get_cpu_capability(), torch.get_num_threads())"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tests_elsewhere", ROOT / "tools" / "tests_elsewhere.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TOOL = _load()


def test_two_runs_see_each_setting_and_all_of_them_every_combination() -> None:
    few, every = list(TOOL.runs(False)), list(TOOL.runs(True))
    assert len(few) == 2
    assert [settings["OMP_NUM_THREADS"] for settings in few] == ["1", "2"]
    assert [settings.get("ATEN_CPU_CAPABILITY") for settings in few][1] == "default"
    assert len({tuple(settings.items()) for settings in every}) == len(every) == 8
    assert all(settings in every for settings in few)


@pytest.mark.parametrize("number", [0, 1])
def test_settings_are_taken_without_a_warning(number: int) -> None:
    settings = list(TOOL.runs(False))[number]
    command = [sys.executable, "-W", "error", "-c", CAPABILITY]
    told = subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, check=True)
    assert told.stderr == ""
    capability, threads = told.stdout.split()
    assert threads == settings["OMP_NUM_THREADS"]
    assert capability == settings.get("ATEN_CPU_CAPABILITY", capability).upper()


def test_what_computes_is_there() -> None:
    assert all(list((ROOT / folder).glob("test_*.py")) for folder in TOOL.TESTS)
