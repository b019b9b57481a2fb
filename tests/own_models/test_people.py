from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import InputError, TrainingError
from riskmodels.own_models.people import OwnData, read_people
from riskmodels.own_models.request import TrainingRequest
from tests.own_models.files import OUTCOME, clinic, write
from tests.own_models.reading import opened


def read(table: pd.DataFrame, folder: Path, request: TrainingRequest) -> OwnData:
    path = write(table, folder)
    return read_people(*opened(path), request, path.name, "0" * 64)


KEEP = TrainingRequest(OUTCOME, keep=("Marker X",), missing={"Marker X": ("0",)})


class TestReading:
    def test_variables_of_the_app_and_own_inputs_stand_beside_each_other(self, own: OwnData) -> None:
        assert own.inputs == ("age", "bmi", "own_marker_x", "own_ward")
        assert own.frame["own_marker_x"].isna().mean() == pytest.approx(0.2, abs=0.05)
        assert own.outcome == "own_readmitted"
        assert own.label.sum() == clinic()[OUTCOME].sum()

    def test_no_sex_column_is_said(self, own: OwnData) -> None:
        assert "sex the file does not tell" in own.facts["holds_for"]

    def test_every_other_column_can_be_kept_and_those_that_cannot_are_told(self, tmp_path: Path) -> None:
        own = read(clinic(), tmp_path, TrainingRequest(OUTCOME, keep_others=True, missing={"Marker X": ("0",)}))
        assert {"own_marker_x", "own_ward"} <= set(own.inputs)
        assert set(own.facts["left_out"]["columns"]) == {"Record", "Site"}

    def test_the_outcome_is_never_an_input(self, tmp_path: Path) -> None:
        table = clinic().rename(columns={OUTCOME: "Hypertension"})
        own = read(table, tmp_path, TrainingRequest("Hypertension", keep=("Ward",)))
        assert "hypertension" not in own.inputs

    def test_outcome_in_two_words(self, tmp_path: Path) -> None:
        table = clinic().assign(**{OUTCOME: lambda t: np.where(t[OUTCOME] == 1, "back", "stayed away")})
        own = read(table, tmp_path, TrainingRequest(OUTCOME, event="back"))
        assert own.label.sum() == clinic()[OUTCOME].sum()

    def test_censored_outcome_is_weighted_at_the_horizon(self, tmp_path: Path) -> None:
        rng, table = np.random.default_rng(4), clinic()
        event, lost = rng.exponential(900 / (table["Age"] - 25)), rng.exponential(40, len(table))
        table = table.assign(Years=np.minimum(event, lost), Died=(event < lost).astype(int)).drop(columns=OUTCOME)
        own = read(table, tmp_path, TrainingRequest("Died", time="Years", horizon=10.0))
        assert len(own.label) == ((table["Died"] == 1) | (table["Years"] >= 10)).sum()
        assert own.weight.sum() == pytest.approx(len(table), rel=0.1)


class TestRefusals:
    def test_too_few_events_with_the_numbers_and_why(self, tmp_path: Path) -> None:
        table = clinic()
        rare = table[(table[OUTCOME] == 0) | (table[OUTCOME].cumsum() <= 40)]
        with pytest.raises(TrainingError, match=r"40 with and .* At least 100 of each are needed to fit a model and"):
            read(rare, tmp_path, KEEP)

    def test_one_class(self, tmp_path: Path) -> None:
        with pytest.raises(TrainingError, match="is the same in every row where it is known"):
            read(clinic().assign(**{OUTCOME: 0}), tmp_path, KEEP)

    @pytest.mark.parametrize(
        "leak",
        [
            lambda t: t[OUTCOME] * 10.0 + np.random.default_rng(2).random(len(t)).round(2),
            lambda t: np.where(t[OUTCOME] == 1, "ward 3", "home"),
            lambda t: np.where(t[OUTCOME] == 1, (t["Age"] / 7).round(2).astype(str), ""),
        ],
        ids=["number", "category", "known only where it happened"],
    )
    def test_column_that_is_the_outcome_by_another_name(self, tmp_path: Path, leak: object) -> None:
        table = clinic().assign(Later=leak)  # type: ignore[arg-type]
        request = TrainingRequest(OUTCOME, keep=("Later",))
        with pytest.raises(TrainingError, match=r"“Later” .*\(AUROC (1\.000|0\.99\d)\): it may be the outcome itself"):
            read(table, tmp_path, request)
        vouched = TrainingRequest(OUTCOME, keep=("Later",), allow=("Later",))
        assert "own_later" in read(table, tmp_path, vouched).inputs

    def test_column_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"There is no column “Died”\. The file has Record, Age"):
            read(clinic(), tmp_path, TrainingRequest("Died"))

    def test_time_without_a_horizon(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="horizon"):
            read(clinic(), tmp_path, TrainingRequest(OUTCOME, time="Age"))

    def test_all_codes_are_asked_at_once(self, tmp_path: Path) -> None:
        table = clinic().assign(**{"Marker Y": lambda t: t["Marker X"] * 2})
        with pytest.raises(InputError, match=r"“Marker X” is 0 in .* “Marker Y” is 0 in "):
            read(table, tmp_path, TrainingRequest(OUTCOME, keep_others=True))

    def test_outcome_of_several_values(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="“Ward” must hold “heart” and one other value"):
            read(clinic(), tmp_path, TrainingRequest("Ward", event="heart"))
