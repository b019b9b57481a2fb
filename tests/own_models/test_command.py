from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from riskmodels.cli.main import main
from riskmodels.own_models.store import OwnModels
from riskmodels.records import LOCAL, audit, open_database
from tests.own_models.files import OUTCOME, clinic, write

ASKED = ["--outcome", OUTCOME, "--keep", "Marker X", "--keep", "Ward", "--missing", "Marker X=0", "--no-peers"]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CARERISK_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("CARERISK_MODEL_VERSIONS", str(tmp_path / "versions"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path / "versions"


@pytest.mark.usefixtures("quick")
def test_train_keep_list_score_and_delete(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--data", str(file), *ASKED]) == 0
    said = capsys.readouterr().out
    assert "“Marker X” → own input Marker X, a number; 0 not measured" in said
    assert "AUROC 0." in said
    assert "no sex column" in said
    (kept,) = OwnModels().all()
    assert main(["own", "--columns-of", str(file)]) == 0
    assert kept.name in capsys.readouterr().out
    assert main(["score", str(file), str(tmp_path / "out.csv"), "--own", kept.name]) == 0
    assert pd.read_csv(tmp_path / "out.csv")["own_readmitted_risk"].notna().mean() > 0.95
    assert main(["own", "--delete", kept.name]) == 0
    assert OwnModels().all() == ()
    told = audit.events(open_database(), LOCAL).rows
    assert [(event.action, event.record_id) for event in told] == [("delete", kept.name), ("save", kept.name)]


@pytest.mark.usefixtures("quick")
def test_folder_that_is_named_gets_the_model_and_the_store_none(file: Path, tmp_path: Path) -> None:
    assert main(["train", "--data", str(file), *ASKED, "--out", str(tmp_path / "mine")]) == 0
    assert OwnModels().all() == ()
    assert main(["score", str(file), str(tmp_path / "o.parquet"), "--own", str(tmp_path / "mine")]) == 0


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--outcome", OUTCOME, "--keep", "Marker X"], "“Marker X” is 0 in "),
        (["--outcome", "Died"], "There is no column “Died”"),
        ([], "--data needs --outcome"),
        (["--outcome", OUTCOME, "--unit", "Marker X"], "is no HEADER=VALUE"),
        (["--outcome", OUTCOME, "--keep", "Site"], "“Site” is the same in every row"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    file: Path, more: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--data", str(file), *more]) == 1
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_model_that_is_not_there(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", str(file), str(tmp_path / "o.csv"), "--own", "nobody"]) == 1
    assert "There is no model “nobody”. Train one first." in capsys.readouterr().err


def test_own_goes_without_ray(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", str(file), str(tmp_path / "o"), "--own", "x", "--engine", "ray"]) == 1
    assert "--own goes without" in capsys.readouterr().err


def test_other_layout_is_never_offered(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = write(clinic(60).drop(columns="Ward"), tmp_path, "other.csv")
    assert main(["own", "--columns-of", str(other)]) == 0
    assert "There is no model of your own for a file of these columns." in capsys.readouterr().out
