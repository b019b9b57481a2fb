from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from riskmodels import __version__
from riskmodels.errors import TrainingError
from riskmodels.evaluation import auroc
from riskmodels.evaluation.calibration import fit_affine
from riskmodels.federated.coordinator import Answer, Coordinator, together
from riskmodels.federated.finish import model_of
from riskmodels.federated.hospital import LEAST_PATIENTS, STATE, Hospital, Stage
from riskmodels.federated.plan import Plan, Privacy
from riskmodels.tabular.calibration import unseen_logits
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.training import Penalty, TrainingConfig
from tests.federated.conftest import INPUTS, patients

OUTCOME = "own_event"
PENALTY = {OUTCOME: Penalty(curves=5, values=1, known_known=20, known_value=100, value_value=300)}
CONFIG = TrainingConfig(
    members=2, folds=3, knots=6, hidden_rows=0.2, subsets=False, interval_steps=20, penalties=PENALTY
)
PLAN = Plan(INPUTS, OUTCOME, 40, CONFIG)

Three = list[tuple[pd.DataFrame, pd.Series]]


@pytest.fixture(scope="module")
def hospitals(three: Three) -> list[Hospital]:
    return [Hospital(frame, label, 10 + i) for i, (frame, label) in enumerate(three)]


@pytest.fixture(scope="module")
def trained(hospitals: list[Hospital]):
    return together(Coordinator(PLAN), hospitals)


@pytest.fixture(scope="module")
def model(hospitals: list[Hospital], trained) -> RiskModel:
    return model_of(hospitals[1], trained, {"holds_for": "invented patients"})


def test_averages_of_hospitals_are_the_training_of_all_rows_together(three: Three) -> None:
    # nothing hidden, one network: every step is exact, whoever holds the rows. All tell the same counts
    plan = Plan(INPUTS, OUTCOME, 15, replace(CONFIG, members=0, folds=0, hidden_rows=0.0))
    apart = Coordinator(plan)
    last = together(apart, [Hospital(frame, label, i) for i, (frame, label) in enumerate(three)])
    one = Hospital(*(pd.concat(parts, ignore_index=True) for parts in zip(*three, strict=True)), 9)
    pooled = Coordinator(plan)
    pooled.take([Answer(one.patients, one.answer(pooled.instruction()))])
    pooled.totals = apart.totals
    while pooled.stage is not Stage.FINISH:
        pooled.take([Answer(one.patients, one.answer(pooled.instruction()))])
    for name, found, wanted in zip(STATE, last.arrays[1:6], pooled.instruction().arrays[1:6], strict=True):
        np.testing.assert_allclose(found, wanted, atol=2e-3, err_msg=name)


def test_it_learns_what_the_hospitals_know_together(model: RiskModel) -> None:
    frame, label = patients(1_000, 99)
    assert auroc(label, model.predict(frame).risk[OUTCOME].fillna(0.5)) > 0.73


def test_calibration_is_that_of_all_left_out_patients_together(hospitals: list[Hospital], trained) -> None:
    logit, label = [], []
    for each in hospitals:
        local, ensemble = each.finished(trained)
        judges = 1 + CONFIG.members
        logit.append(unseen_logits(local.z, ensemble.members(judges), local.draws[:, judges:])[:, 0].numpy())
        label.append(each.label.to_numpy())
    slope, intercept = fit_affine(np.concatenate(logit), np.concatenate(label))
    np.testing.assert_allclose(trained.arrays[-2], [slope, intercept], atol=1e-4)


class TestModel:
    def test_it_is_kept_and_read_as_any_other(self, model: RiskModel, tmp_path) -> None:
        model.save(tmp_path)
        frame, _ = patients(50, 3)
        read = RiskModel.load(tmp_path, "cpu")
        pd.testing.assert_frame_equal(read.predict(frame).risk, model.predict(frame).risk, atol=1e-6)

    def test_card_says_whose_patients_and_that_it_was_not_judged(self, model: RiskModel) -> None:
        assert (model.card["training_rows"], model.card["rows_of_this_hospital"]) == (400, 80)
        assert any("Not judged" in text for text in model.card["limits"])

    def test_all_hospitals_have_the_same_curves_and_pairs(self, hospitals: list[Hospital], trained, model) -> None:
        other = model_of(hospitals[0], trained, {})
        for part in ("bias", "curves", "pairs", "basis"):
            # a processor may add the same numbers in another order, so their last digit may differ
            np.testing.assert_allclose(getattr(model.weights, part), getattr(other.weights, part), rtol=1e-5, atol=1e-6)
        assert model.calibration == other.calibration

    def test_limits_of_an_answer_are_of_the_hospitals_own_patients(self, hospitals: list[Hospital], model) -> None:
        ages = np.sort(hospitals[1].frame["age"].dropna())
        assert ages[0] <= model.support[OUTCOME]["age"].low <= ages[10]


class TestWhatLeaves:
    def test_weights_have_the_agreed_shapes_however_many_patients(self, hospitals: list[Hospital]) -> None:
        coordinator = Coordinator(PLAN)
        first = coordinator.instruction()
        coordinator.take([Answer(h.patients, h.answer(first)) for h in hospitals])
        shapes = [[array.shape for array in h.answer(coordinator.instruction())] for h in hospitals]
        assert shapes[0] == shapes[1] == shapes[2]

    @pytest.mark.parametrize("choice", [{"batch_size": 1}, {"folds": 100}])
    def test_server_cannot_ask_for_single_patients(self, three: Three, choice: dict[str, int]) -> None:
        asked = Coordinator(replace(PLAN, config=replace(CONFIG, **choice))).instruction()
        with pytest.raises(TrainingError, match="single people"):
            Hospital(*three[0], 0).answer(asked)

    def test_few_patients_cannot_take_part(self) -> None:
        with pytest.raises(TrainingError, match=str(LEAST_PATIENTS)):
            Hospital(*patients(LEAST_PATIENTS - 1, 0), 0)

    def test_patients_without_a_label_are_left_out(self) -> None:
        frame, label = patients(100, 0)
        assert Hospital(frame, label.mask(label.index < 30), 0).patients == 70


class TestCoordinator:
    def test_input_that_nobody_knows_is_refused(self, three: Three) -> None:
        coordinator = Coordinator(Plan((*INPUTS, "hba1c"), OUTCOME, 5, CONFIG))
        hospital = Hospital(*three[0], 0)
        with pytest.raises(TrainingError, match="hba1c"):
            coordinator.take([Answer(hospital.patients, hospital.answer(coordinator.instruction()))])

    def test_numbers_that_are_not_finite_stop_it(self) -> None:
        with pytest.raises(TrainingError, match="not finite"):
            Coordinator(PLAN).take([Answer(100, [np.array([np.nan])])])

    def test_no_answers_stop_it(self) -> None:
        with pytest.raises(TrainingError, match="No hospital"):
            Coordinator(PLAN).take([])


class TestPlan:
    def test_it_comes_back_as_it_was_sent(self) -> None:
        config = replace(CONFIG, hidden_sets=((("age", "sex"), 0.1),), computed=("x",), leaning={"a": "b"})
        plan = Plan(INPUTS, OUTCOME, 7, config, Privacy(1.0, 2.0, 3.0))
        assert Plan.from_json(plan.to_json()) == plan

    def test_another_version_of_the_program_is_refused(self) -> None:
        with pytest.raises(TrainingError, match=r"runs version 9\.9"):
            Plan.from_json(PLAN.to_json().replace(__version__, "9.9"))

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 1}'])
    def test_what_is_no_plan_is_refused(self, text: str) -> None:
        with pytest.raises(TrainingError):
            Plan.from_json(text)

    def test_own_columns_cannot_be_agreed_on(self) -> None:
        with pytest.raises(TrainingError, match="Ward"):
            Plan(("age", "Ward"), OUTCOME)
