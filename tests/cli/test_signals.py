"""``python -m riskmodels signals``: files read in a batch, cards and samples written, models shipped."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from riskmodels import ROOT
from riskmodels.cli import signals
from tests.cli.test_main import run

PRESSURE = ROOT / "data" / "samples" / "pressure_24h_invented.csv"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.csv"
    path.write_text("")
    return path


class TestRead:
    def test_a_line_a_file_and_exit_code_1_when_one_gave_no_figures(
        self, broken: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        code, out, err = run(capsys, "signals", "read", broken, PRESSURE)
        first, second = out.splitlines()
        assert (code, err) == (1, "carerisk: 1 of 2 gave no figures.\n")
        assert first.startswith(f"FAIL {broken}: The file is empty. Upload a glucose sensor's file")
        assert second.startswith(f"ok   {PRESSURE}: pressure, 24 hours ")

    def test_json_is_an_object_a_file(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, err = run(capsys, "signals", "read", PRESSURE, "--json", "--kind", "pressure")
        assert (code, err) == (0, "")
        found = json.loads(out)
        assert (found["file"], found["signal"], found["error"]) == (str(PRESSURE), "pressure", "")
        assert found["means"]["24 hours"]["systolic"]["unit"] == "mmHg"

    def test_csv_is_a_row_a_file_also_for_a_broken_one(
        self, broken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        code, *_ = run(capsys, "signals", "read", PRESSURE, broken, "--csv", tmp_path / "out.csv")
        table = pd.read_csv(tmp_path / "out.csv")
        assert code == 1
        assert table["file"].tolist() == [str(PRESSURE), str(broken)]
        assert table["error"].isna().tolist() == [True, False]
        assert table["means.24 hours.systolic.value"].notna().tolist() == [True, False]

    def test_answers_reach_the_readers(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        asked = []
        monkeypatch.setattr("riskmodels.signals.batch.read_batch", lambda *options: asked.append(options) or iter(()))
        run(capsys, "signals", "read", PRESSURE, "--answer", "unit=mmol/L", "--answer", "rate=250")
        assert asked[0][1] == {"unit": "mmol/L", "rate": "250"}

    @pytest.mark.parametrize(
        ("more", "complaint"),
        [
            (["--answer", "mmol/L"], "“mmol/L” is not NAME=VALUE"),
            (["--kind", "breath"], "invalid choice: 'breath'"),
            (["--json", "--csv", "x"], "not allowed with"),
        ],
    )
    def test_what_is_not_understood_is_said(
        self, more: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        code, _, err = run(capsys, "signals", "read", PRESSURE, *more)
        assert code == 2
        assert complaint in err

    @pytest.mark.parametrize("more", [["--target", "martian"], ["--csv", "no folder/out.csv"]])
    def test_what_cannot_be_done_is_said_before_any_file_is_read(
        self, more: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        code, out, err = run(capsys, "signals", "read", PRESSURE, *more)
        assert (code, out) == (1, "")
        assert err.startswith("carerisk: ")


class TestShip:
    @pytest.mark.parametrize("only", [None, "forecast", "ventricular", "rhythm"])
    def test_all_or_one_is_shipped(
        self, only: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        done: list[str] = []
        for name in signals._SHIPPED:
            monkeypatch.setitem(signals._SHIPPED, name, lambda _, __, name=name: done.append(name))
        run(capsys, "signals", "ship", "--out", tmp_path, *(["--only", only] if only else []))
        assert done == ([only] if only else ["forecast", "ventricular", "rhythm"])

    def test_without_the_data_it_says_so(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        code, _, err = run(capsys, "signals", "ship", "--only", "rhythm", "--shared", tmp_path, "--out", tmp_path)
        assert code == 1
        assert err.startswith("carerisk: ")


class TestSample:
    def test_the_invented_day_is_the_committed_one(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, _ = run(capsys, "signals", "sample", "pressure", "--out", tmp_path)
        assert (code, out) == (0, f"Written: {tmp_path / PRESSURE.name}\n")
        assert (tmp_path / PRESSURE.name).read_bytes() == PRESSURE.read_bytes()

    def test_without_the_data_it_says_so(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        code, _, err = run(capsys, "signals", "sample", "glucose", "--shared", tmp_path, "--out", tmp_path)
        assert code == 1
        assert "cgm.parquet" in err
