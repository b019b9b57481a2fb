"""Assessments: kept whole, computed again with the same numbers, and another model is called another model."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from riskmodels.assessment import assess
from riskmodels.checks import check
from riskmodels.cohorts.nhanes import read_demo
from riskmodels.records import (
    LOCAL,
    Actor,
    Database,
    NotAllowedError,
    NotFoundError,
    Role,
    assessments,
    patients,
    visits,
)
from riskmodels.records.assessments import NewAssessment, recompute, to_keep
from riskmodels.records.facts import Entered, Facts
from riskmodels.records.model_hash import hash_of, model_hash
from riskmodels.records.schema import AssessmentRow, ModelVersionRow
from riskmodels.tabular.isotonic import Step, SteppedModel
from riskmodels.tabular.model import RiskModel, load_shipped

DAY = date(2025, 3, 14)
FACTS = Facts({"age": Entered(61.0, "years")}, {"age": 61.0})
Models = Mapping[str, RiskModel]


@pytest.fixture(scope="module")
def models() -> Models:
    return load_shipped(device="cpu")


def frame_of(**values: float) -> pd.DataFrame:
    return check(pd.DataFrame([values])).frame


PATIENT = {"age": 61.3, "sex": 1.0, "systolic_bp": 20.1 / 0.133322387415, "total_cholesterol": 5.9 * 38.67,
           "hdl_cholesterol": 1.1 * 38.67, "creatinine": 88 / 88.4, "smoking": 2.0, "diabetes": 0.0,
           "height": 171.0, "weight": 88.8, "chest_pain_type": 3.0}  # fmt: skip


@pytest.fixture(scope="module")
def answers(models: Models) -> list[NewAssessment]:
    return to_keep(assess(frame_of(**PATIENT), models))


def recalibrated(model: RiskModel, intercept: float = 0.4) -> RiskModel:
    scale = {outcome: (a, b + intercept) for outcome, (a, b) in model.calibration.items()}
    return model.calibrated(scale, model.reference, model.card)


class TestMeasured:
    def test_a_measurement_is_kept_in_words_without_number_and_reasons(self, models: Models) -> None:
        (kept,) = to_keep(assess(frame_of(**PATIENT, hba1c=12.0), {"population": models["population"]}))
        estimate = kept.outputs["diabetes"]
        assert (estimate.risk, estimate.low, estimate.high, estimate.logit) == (None, None, None, None)
        assert estimate.measured.startswith("HbA1c 12.0 % meets the ADA criterion for diabetes")
        assert "diabetes" not in kept.reasons
        assert kept.outputs["cvd_10y"].risk is not None

    @pytest.mark.parametrize("old", [{}, {"hba1c": "2020-05"}])
    def test_it_is_computed_again_alike(self, models: Models, old: dict[str, str]) -> None:
        (kept,) = to_keep(assess(frame_of(**PATIENT, hba1c=12.0), {"population": models["population"]}, old=old))
        assert recompute(kept, models).agrees

    def test_an_old_one_stands_beside_the_number(self, models: Models) -> None:
        population = {"population": models["population"]}
        (kept,) = to_keep(assess(frame_of(**PATIENT, hba1c=12.0), population, old={"hba1c": "2020-05"}))
        assert kept.outputs["diabetes"].risk is not None
        assert "HbA1c 12.0 % of 2020-05 met the ADA criterion" in kept.outputs["diabetes"].measured


class TestAssess:
    def test_numbers_are_those_of_the_model(self, models: Models, answers: list[NewAssessment]) -> None:
        frame = frame_of(**PATIENT)
        assert [a.model for a in answers] == list(models)
        for answer in answers:
            prediction, reasons = models[answer.model].predict_and_explain(frame)
            for outcome, estimate in answer.outputs.items():
                if not estimate.refused:
                    assert estimate.risk == prediction.risk[outcome].iloc[0]
                    assert estimate.low == prediction.low[outcome].iloc[0]
                assert estimate.cautions == prediction.cautions[outcome].iloc[0]
                assert (estimate.held, estimate.bound) == (
                    prediction.held[outcome].iloc[0], prediction.bound[outcome].iloc[0]
                )  # fmt: skip
                known = reasons[outcome].values.iloc[0][list(answer.reasons[outcome].values)]
                assert dict(answer.reasons[outcome].values) == pytest.approx(known.to_dict(), abs=1e-12)

    def test_refused_estimate_has_no_risk_and_says_why(self, models: Models, answers: list[NewAssessment]) -> None:
        outputs = {o: e for a in answers for o, e in a.outputs.items()}
        assert outputs["cvd_10y"].risk is not None
        refused = to_keep(assess(frame_of(**PATIENT, heart_attack=1.0), {"population": models["population"]}))
        assert refused[0].outputs["cvd_10y"].risk is None
        assert refused[0].outputs["cvd_10y"].refused == "already told of a heart attack"

    def test_reasons_add_up_to_the_log_odds_with_known_inputs_alone(self, answers: list[NewAssessment]) -> None:
        for answer in answers:
            for outcome, reason in answer.reasons.items():
                assert set(reason.values) <= set(answer.inputs)
                logit = answer.outputs[outcome].logit
                assert logit == pytest.approx(reason.base + sum(dict(reason.values).values()), abs=1e-9)

    def test_derived_values_are_kept_as_inputs(self, answers: list[NewAssessment]) -> None:
        inputs = {a.model: a.inputs for a in answers}["population"]
        assert inputs["bmi"] == pytest.approx(88.8 / 1.71**2)
        assert "egfr" in inputs
        assert "height" not in inputs

    def test_more_than_one_row_is_an_error_of_the_program(self, models: Models) -> None:
        with pytest.raises(ValueError, match="one row, not 2"):
            to_keep(assess(check(pd.DataFrame([PATIENT, PATIENT])).frame, models))


class TestRecompute:
    def test_demo_patients_give_exactly_the_same_numbers_after_json(self, models: Models) -> None:
        frame = check(read_demo().head(12)).frame
        for row in range(len(frame)):
            for answer in to_keep(assess(frame.iloc[[row]], models)):
                again = recompute(through_json(answer), models)
                assert (again.same_model, again.largest_difference) == (True, 0.0)

    def test_kept_assessment_gives_exactly_the_same_numbers(
        self, database: Database, models: Models, answers: list[NewAssessment]
    ) -> None:
        visit = patients.create(database, LOCAL, "", DAY, FACTS, answers)[1]
        kept = assessments.of_visit(database, LOCAL, visit.id)
        assert [a.model for a in kept] == sorted(models)
        for before, after in zip(sorted(answers, key=lambda a: a.model), kept, strict=True):
            assert (after.inputs, after.inputs_hash) == (before.inputs, before.inputs_hash)
            assert (after.outputs, after.reasons) == (before.outputs, before.reasons)
            again = recompute(after, models)
            assert again.agrees
            assert again.largest_difference == 0.0

    @pytest.mark.parametrize("fact", ["pregnancy", "angina", "insulin"])
    def test_refusal_by_a_fact_that_is_no_input_is_computed_again(self, models: Models, fact: str) -> None:
        found = to_keep(assess(frame_of(**PATIENT, **{fact: 1.0}), models))
        assert any(estimate.refused for answer in found for estimate in answer.outputs.values())
        assert [recompute(through_json(answer), models).largest_difference for answer in found] == [0.0, 0.0]

    def test_recalibrated_model_is_another_model(self, models: Models, answers: list[NewAssessment]) -> None:
        other = {name: recalibrated(model) for name, model in models.items()}
        for answer in answers:
            again = recompute(answer, other)
            assert not again.same_model
            assert not again.agrees
            assert again.largest_difference == pytest.approx(0.4, abs=1e-6)

    def test_stepped_model_is_another_model_and_recomputes_itself(self, models: Models) -> None:
        model, step = models["population"], Step(np.array([-6.0, 0.0, 2.0]), np.array([-5.0, 0.5, 2.0]))
        stepped: Models = {"population": SteppedModel(model, {"cvd_10y": step}, model.card, model.reference)}
        (answer,) = to_keep(assess(frame_of(**PATIENT), stepped))
        assert recompute(through_json(answer), stepped).agrees
        assert not recompute(answer, models).same_model

    def test_refusal_that_was_none_before_is_an_infinite_difference(
        self, models: Models, answers: list[NewAssessment]
    ) -> None:
        changed = through_json(next(a for a in answers if a.model == "population"))
        changed.inputs["pregnancy"] = 1.0  # type: ignore[index]
        assert recompute(changed, models).largest_difference == math.inf

    def test_model_that_is_not_here_is_named(self, answers: list[NewAssessment]) -> None:
        with pytest.raises(NotFoundError, match="is not installed here"):
            recompute(answers[0], {})


class TestHash:
    def test_model_read_again_has_the_same_hash(self, models: Models) -> None:
        assert {n: model_hash(m) for n, m in load_shipped(device="cpu").items()} == {
            name: model_hash(model) for name, model in models.items()
        }

    def test_model_saved_and_read_has_the_same_hash(self, models: Models, tmp_path: Path) -> None:
        models["chest_pain"].save(tmp_path)
        assert model_hash(RiskModel.load(tmp_path, "cpu")) == model_hash(models["chest_pain"])

    def test_calibration_steps_support_reference_and_weights_all_count(self, models: Models) -> None:
        model = models["chest_pain"]
        support = {o: dict(list(ranges.items())[:-1]) for o, ranges in model.support.items()}
        weights = model.weights.detached()
        weights.bias[0, 0] += 1e-3
        interval = model.interval.detached()
        interval.bias[0, 0] += 1e-3
        rest = (model.card, model.reference, "cpu")
        changed = [
            model,
            recalibrated(model, 1e-12),
            SteppedModel(model, {"coronary_disease": Step(np.array([0.0, 1]), np.array([0.0, 1]))}, model.card, None),
            model.calibrated(model.calibration, None, model.card),
            model.calibrated(model.calibration, model.reference, model.card | {"version": "another"}),
            RiskModel(model.encoding, model.weights, model.interval, model.calibration, support, *rest),
            RiskModel(model.encoding, weights, model.interval, model.calibration, model.support, *rest),
            RiskModel(model.encoding, model.weights, interval, model.calibration, model.support, *rest),
        ]
        assert len({model_hash(m) for m in changed}) == len(changed)

    def test_inputs_hash_depends_on_every_bit_and_not_on_the_order(self) -> None:
        assert hash_of({"a": 0.1, "b": 2.0}) == hash_of({"b": 2.0, "a": 0.1})
        assert hash_of({"a": 0.1}) != hash_of({"a": math.nextafter(0.1, 1)})
        with pytest.raises(ValueError, match="not JSON compliant"):
            hash_of({"a": float("nan")})


class TestKeeping:
    def test_edited_visit_has_new_ones_and_the_former_stay(
        self, database: Database, models: Models, answers: list[NewAssessment]
    ) -> None:
        visit = patients.create(database, LOCAL, "", DAY, FACTS, answers)[1]
        before = assessments.of_visit(database, LOCAL, visit.id)
        newer = to_keep(assess(frame_of(**PATIENT | {"age": 70.0}), models))
        visits.save(database, LOCAL, visit.id, 1, DAY, FACTS, newer)
        after = assessments.of_visit(database, LOCAL, visit.id)
        assert [a.visit_version for a in after] == [2, 2]
        assert {a.inputs["age"] for a in after} == {70.0}
        with database.read() as session:
            rows = session.scalars(sa.select(AssessmentRow).where(AssessmentRow.visit_version == 1)).all()
            assert {row.id: row.outputs for row in rows} == {
                a.id: {o: vars(e) for o, e in a.outputs.items()} for a in before
            }

    def test_model_is_kept_once_with_its_card(self, database: Database, answers: list[NewAssessment]) -> None:
        for _ in range(2):
            patients.create(database, LOCAL, "", DAY, FACTS, answers)
        with database.read() as session:
            rows = {row.name: row for row in session.scalars(sa.select(ModelVersionRow))}
        assert rows.keys() == {a.model for a in answers}
        for answer in answers:
            row = rows[answer.model]
            assert (row.hash, row.version, row.card) == (answer.model_hash, answer.version, dict(answer.card))

    def test_card_with_numbers_that_are_none_is_kept(self, database: Database, answers: list[NewAssessment]) -> None:
        odd = NewAssessment(**vars(answers[0]) | {"card": {"auc": float("nan")}, "model_hash": "c" * 64})
        patients.create(database, LOCAL, "", DAY, FACTS, [odd])
        with database.read() as session:
            assert session.get_one(ModelVersionRow, "c" * 64).card == {"auc": None}

    def test_of_patient_has_all_visits(self, database: Database, answers: list[NewAssessment]) -> None:
        patient, one = patients.create(database, LOCAL, "", DAY, FACTS, answers)
        two = visits.add(database, LOCAL, patient.id, DAY + timedelta(1), FACTS, answers[:1])
        found = assessments.of_patient(database, LOCAL, patient.id)
        assert {visit: len(kept) for visit, kept in found.items()} == {one.id: 2, two.id: 1}

    def test_of_what_was_deleted_there_are_none(self, database: Database, answers: list[NewAssessment]) -> None:
        patient, visit = patients.create(database, LOCAL, "", DAY, FACTS, answers)
        other = visits.add(database, LOCAL, patient.id, DAY, FACTS, answers)
        visits.delete(database, LOCAL, other.id)
        assert assessments.of_visit(database, LOCAL, other.id) == []
        assert assessments.of_patient(database, LOCAL, patient.id).keys() == {visit.id}
        patients.delete(database, LOCAL, patient.id)
        assert assessments.of_visit(database, LOCAL, visit.id) == []
        assert assessments.of_patient(database, LOCAL, patient.id) == {}

    @pytest.mark.parametrize("what", ["of_visit", "of_patient"])
    def test_without_the_role_nothing_is_told(self, sqlite_database: Database, what: str) -> None:
        with pytest.raises(NotAllowedError):
            getattr(assessments, what)(sqlite_database, Actor("a", "A", frozenset({Role.ANALYST})), "0" * 32)


def through_json(answer: NewAssessment) -> NewAssessment:
    """As a reader who has only the text would have it."""

    def again(content: Any) -> Any:
        return json.loads(json.dumps(content))

    outputs = {o: assessments.Estimate(**again(vars(e))) for o, e in answer.outputs.items()}
    reasons = {o: assessments.Reason(r.base, again(dict(r.values))) for o, r in answer.reasons.items()}
    return NewAssessment(
        **vars(answer) | {"inputs": again(dict(answer.inputs)), "outputs": outputs, "reasons": reasons}
    )
