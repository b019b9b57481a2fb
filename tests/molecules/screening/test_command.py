"""The command that screens a file: its CSV, its words, and that it overwrites nothing unasked."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from riskmodels.cli.main import main
from riskmodels.molecules import extra
from riskmodels.molecules.screening import command as screen_command
from riskmodels.molecules.structures.examples import example_file
from tests.molecules.fakes import FakeModels


@pytest.fixture
def examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(screen_command, "load_models", lambda _: FakeModels())
    path = tmp_path / "compounds.csv"
    path.write_bytes(example_file())
    return path


def screen(data: Path, *more: str) -> int:
    return main(["molecules", "screen", "--data", str(data), "--out", str(data.parent / "out.csv"), *more])


def test_every_row_is_written(examples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert screen(examples) == 0
    assert "7 rows read: 6 screened, 1 with a problem" in capsys.readouterr().out
    table = pd.read_csv(examples.parent / "out.csv")
    assert table["problem"].notna().tolist() == [False] * 6 + [True]


def test_nothing_is_overwritten_unasked(examples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    screen(examples)
    assert screen(examples) == 1
    assert "is there already" in capsys.readouterr().err
    assert screen(examples, "--overwrite") == 0


def test_a_column_that_nothing_tells_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "two.csv"
    path.write_text("a,b\nc1ccccc1,CCO\n")
    assert screen(path) == 1
    assert "Say which it is" in capsys.readouterr().err


def test_without_the_extra_it_says_what_to_install(
    examples: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(extra, "find_spec", lambda _: None)
    assert screen(examples) == 1
    assert extra.INSTALL in capsys.readouterr().err
