from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.cohort_report.training_distribution import training_distribution
from riskmodels.cohorts.uci_heart import FILE, FOLDER
from riskmodels.errors import InputError, TrainingError
from riskmodels.shipping import own_data
from riskmodels.shipping.own_data import read_own, train_own
from riskmodels.tabular.model import RiskModel

UCI = FOLDER / FILE
OUTCOME = "coronary_disease_label"


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_data, "SMALL_CONFIG", replace(own_data.SMALL_CONFIG, members=3, epochs=4))
    monkeypatch.setattr(own_data, "FOLDS", 3)


def follow_up(rows: int = 600) -> pd.DataFrame:
    """Follow-up of people whose events come with age: 0 censored, 1 event, 2 other death."""
    rng = np.random.default_rng(4)
    age = rng.uniform(30, 80, rows).round()
    event, lost = rng.exponential(900 / (age - 25)), rng.exponential(40, rows)
    code = np.where(event < lost, 1, 0)
    return pd.DataFrame(
        {"id": range(rows), "age": age, "sex": rng.integers(0, 2, rows), "years": np.minimum(event, lost), "died": code}
    )


@pytest.mark.usefixtures("_quick")
class TestTraining:
    def test_model_on_own_data_has_the_same_card_and_loads(self, tmp_path: Path) -> None:
        model = train_own(UCI, OUTCOME, None, tmp_path / "mine", device="cpu")
        assert RiskModel.load(tmp_path / "mine", "cpu").version == model.version
        assert {"data", "split", "parts", "missing", "evaluation", "histograms", "training_rows"} <= set(model.card)
        assert model.card["parts"][OUTCOME]["fit"]["events"] == 509
        assert model.card["evaluation"][OUTCOME]["metrics"]["this model"]["auroc"][0] > 0.8

    def test_it_keeps_the_distribution_of_its_people_for_drift(self, tmp_path: Path) -> None:
        model = train_own(UCI, OUTCOME, None, tmp_path / "mine", device="cpu")
        assert set(training_distribution(model)) == set(model.inputs)

    def test_the_outcome_is_never_an_input(self, tmp_path: Path) -> None:
        table = pd.read_csv(UCI).rename(columns={OUTCOME: "hypertension"})
        table.to_csv(tmp_path / "a.csv", index=False)
        own = read_own(tmp_path / "a.csv", "hypertension", None, None, ("thallium_scan",))
        assert {"hypertension", "thallium_scan"} & set(own.inputs) == set()
        assert "age" in own.inputs

    def test_censored_outcome_is_weighted_at_the_horizon(self, tmp_path: Path) -> None:
        table = follow_up()
        table.to_csv(tmp_path / "f.csv", index=False)
        own = read_own(tmp_path / "f.csv", "died", "years", 10.0)
        lost = (table["died"] == 0) & (table["years"] < 10)
        assert len(own.label) == (~lost).sum()
        assert own.weight.sum() == pytest.approx(len(table), rel=0.1)
        model = train_own(tmp_path / "f.csv", "died", "years", tmp_path / "m", horizon=10.0, device="cpu")
        assert model.card["evaluation"]["died"]["weighted"]

    def test_large_cohorts_are_judged_on_patients_left_out(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(own_data, "SMALL", 100)
        monkeypatch.setattr(own_data, "LARGE_CONFIG", replace(own_data.SMALL_CONFIG, members=3, epochs=4))
        model = train_own(UCI, OUTCOME, None, tmp_path / "mine", device="cpu")
        parts = model.card["parts"][OUTCOME]
        assert parts["fit"]["n"] + parts["test"]["n"] == 920
        assert model.card["evaluation"][OUTCOME]["n"] == parts["test"]["n"]


class TestRefusals:
    def test_too_few_events_with_the_numbers(self, tmp_path: Path) -> None:
        pd.read_csv(UCI).iloc[:150].to_csv(tmp_path / "few.csv", index=False)
        with pytest.raises(TrainingError, match=r"150 rows: .* At least 100 of each"):
            train_own(tmp_path / "few.csv", OUTCOME, None, tmp_path / "m")

    def test_column_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="no column “event”"):
            train_own(UCI, "event", None, tmp_path / "m")

    def test_time_without_a_horizon(self, tmp_path: Path) -> None:
        follow_up().to_csv(tmp_path / "f.csv", index=False)
        with pytest.raises(InputError, match="horizon"):
            train_own(tmp_path / "f.csv", "died", "years", tmp_path / "m")

    def test_no_columns_of_the_app(self, tmp_path: Path) -> None:
        pd.DataFrame({"age": [50] * 300, "sex": [1] * 300, "x": range(300), "y": [0, 1] * 150}).to_csv(
            tmp_path / "x.csv", index=False
        )
        with pytest.raises(TrainingError, match="Only 0 columns"):
            train_own(tmp_path / "x.csv", "y", None, tmp_path / "m")
