"""Who an outcome holds for, and what is said to everybody else."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from riskmodels.outcomes import OUTCOME, OUTCOMES, Outcome, already_text, eligible, refusals
from riskmodels.vocabulary import CARDIOVASCULAR_HISTORY, VOCABULARY, Kind

each = pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda o: o.name)
ALREADY = [(o, name) for o in OUTCOMES for name in o.already]
REQUIRED = [(o, name) for o in OUTCOMES for name in o.required]
AGES = {
    "diabetes": (20, 110),
    "dysglycaemia": (20, 110),
    "cvd_10y": (30, 79),
    "cvd_death_10y": (30, 79),
    "coronary_disease": (28, 77),
}


def person(**changes: Any) -> pd.DataFrame:
    """Somebody every outcome holds for, with changes."""
    return pd.DataFrame([{"age": 55.0, "sex": 0.0, "chest_pain_type": 1.0} | changes])


def refusal(outcome: Outcome, **changes: Any) -> str:
    return str(refusals(person(**changes), outcome).iloc[0])


class TestRegistry:
    def test_holds_the_outcomes_asked_for(self) -> None:
        asked = ["diabetes", "dysglycaemia", "cvd_10y", "cvd_death_10y", "coronary_disease"]
        assert list(OUTCOME) == asked, "a new outcome is named here and in AGES above"

    def test_labels_are_unique(self) -> None:
        assert len({o.label for o in OUTCOMES}) == len(OUTCOMES)

    @each
    def test_definition_says_what_it_is_a_probability_of(self, outcome: Outcome) -> None:
        assert outcome.definition.startswith("probability ")
        assert outcome.population

    @each
    def test_years_ahead_are_those_of_the_definition(self, outcome: Outcome) -> None:
        told = re.findall(r"within (\d+) years", outcome.definition)
        assert told == ([str(outcome.years)] if outcome.years else [])

    @each
    def test_every_variable_named_is_in_the_vocabulary(self, outcome: Outcome) -> None:
        assert {*outcome.already, *outcome.required, *outcome.not_inputs} <= set(VOCABULARY)

    @each
    def test_what_shows_that_the_disease_is_there_is_yes_or_no_and_no_input(self, outcome: Outcome) -> None:
        assert all(VOCABULARY[name].kind is Kind.YES_NO for name in outcome.already)
        assert set(outcome.already) <= set(outcome.not_inputs)

    @each
    def test_what_is_required_may_be_an_input(self, outcome: Outcome) -> None:
        assert not set(outcome.required) & set(outcome.not_inputs)

    @pytest.mark.parametrize("name", ["diabetes", "dysglycaemia"])
    def test_what_defines_diabetes_is_no_input_of_it(self, name: str) -> None:
        assert {"hba1c", "diabetes", "insulin", "glucose_pills"} <= set(OUTCOME[name].not_inputs)

    @each
    def test_model_is_the_population_or_the_chest_pain_one(self, outcome: Outcome) -> None:
        assert outcome.model == ("chest_pain" if outcome.name == "coronary_disease" else "population")

    def test_only_prevent_is_learnt_from_an_equation(self) -> None:
        assert [o.name for o in OUTCOMES if o.learnt_from == "published equation"] == ["cvd_10y"]

    @each
    def test_ages_are_those_of_the_population_in_words(self, outcome: Outcome) -> None:
        assert outcome.ages == AGES[outcome.name]
        assert str(outcome.ages[0]) in outcome.population


class TestRefusals:
    @each
    def test_none_for_the_people_it_holds_for(self, outcome: Outcome) -> None:
        assert refusal(outcome) == ""

    @pytest.mark.parametrize(("outcome", "name"), REQUIRED, ids=[f"{o.name}-{n}" for o, n in REQUIRED])
    def test_required_input_that_is_unknown_is_named(self, outcome: Outcome, name: str) -> None:
        assert refusal(outcome, **{name: np.nan}) == f"{VOCABULARY[name].label} is needed"

    @pytest.mark.parametrize(("outcome", "name"), REQUIRED, ids=[f"{o.name}-{n}" for o, n in REQUIRED])
    def test_required_input_whose_column_is_absent_is_named(self, outcome: Outcome, name: str) -> None:
        frame = person().drop(columns=name)
        assert list(refusals(frame, outcome)) == [f"{VOCABULARY[name].label} is needed"]

    @each
    def test_ages_are_included_at_both_ends(self, outcome: Outcome) -> None:
        youngest, oldest = outcome.ages
        assert refusal(outcome, age=float(youngest)) == ""
        assert refusal(outcome, age=float(oldest)) == ""

    @each
    def test_ages_count_in_completed_years(self, outcome: Outcome) -> None:
        youngest, oldest = outcome.ages
        outside = f"valid for ages {youngest}–{oldest} only"
        assert refusal(outcome, age=youngest - 0.01) == outside
        assert refusal(outcome, age=oldest + 0.99) == ""
        assert refusal(outcome, age=oldest + 1.0) == outside

    @pytest.mark.parametrize(("outcome", "name"), ALREADY, ids=[f"{o.name}-{n}" for o, n in ALREADY])
    def test_somebody_who_has_it_already_gets_no_probability_of_it(self, outcome: Outcome, name: str) -> None:
        assert refusal(outcome, **{name: 1.0}) == already_text(name)

    @pytest.mark.parametrize(("outcome", "name"), ALREADY, ids=[f"{o.name}-{n}" for o, n in ALREADY])
    def test_no_and_unknown_do_not_refuse(self, outcome: Outcome, name: str) -> None:
        assert refusal(outcome, **{name: 0.0}) == ""
        assert refusal(outcome, **{name: np.nan}) == ""

    @each
    def test_pregnancy_is_refused(self, outcome: Outcome) -> None:
        assert refusal(outcome, pregnancy=1.0) == "not valid in pregnancy"

    @pytest.mark.parametrize("name", CARDIOVASCULAR_HISTORY)
    def test_heart_disease_does_not_refuse_diabetes(self, name: str) -> None:
        assert refusal(OUTCOME["diabetes"], **{name: 1.0}) == ""

    def test_diabetes_does_not_refuse_heart_disease(self) -> None:
        assert refusal(OUTCOME["cvd_10y"], diabetes=1.0, insulin=1.0) == ""

    @pytest.mark.parametrize("name", ["angina", "heart_failure", "stroke"])
    def test_angina_is_the_question_not_the_answer_at_angiography(self, name: str) -> None:
        assert refusal(OUTCOME["coronary_disease"], **{name: 1.0}) == ""

    def test_the_first_reason_is_told_in_the_order_needed_age_already_pregnant(self) -> None:
        everything = {"sex": np.nan, "age": 12.0, "diabetes": 1.0, "pregnancy": 1.0}
        told = []
        for name in ("sex", "age", "diabetes", "pregnancy"):
            told.append(refusal(OUTCOME["diabetes"], **everything))
            del everything[name]
        assert told == [
            "Sex is needed",
            "valid for ages 20–110 only",
            "already told of diabetes",
            "not valid in pregnancy",
        ]

    def test_of_several_diagnoses_the_first_in_the_outcomes_order_is_told(self) -> None:
        assert refusal(OUTCOME["cvd_10y"], stroke=1.0, heart_attack=1.0) == "already told of a heart attack"

    def test_each_row_is_judged_by_itself_and_keeps_its_label(self) -> None:
        rows = pd.concat([person(), person(age=15.0), person(diabetes=1.0)]).set_axis(["b", "a", "c"])
        assert refusals(rows, OUTCOME["diabetes"]).to_dict() == {
            "b": "",
            "a": "valid for ages 20–110 only",
            "c": "already told of diabetes",
        }

    def test_frame_without_rows_gives_none(self) -> None:
        assert len(refusals(person().iloc[:0], OUTCOME["diabetes"])) == 0

    def test_frame_is_not_changed(self) -> None:
        frame = person(age=15.0)
        before = frame.copy(deep=True)
        refusals(frame, OUTCOME["diabetes"])
        pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("diabetes", "already told of diabetes"),
        ("insulin", "already takes insulin"),
        ("glucose_pills", "already takes glucose-lowering pills"),
        ("heart_attack", "already told of a heart attack"),
        ("coronary_disease", "already told of coronary heart disease"),
        ("angina", "already told of angina"),
        ("heart_failure", "already told of heart failure"),
        ("stroke", "already told of a stroke"),
    ],
)
def test_disease_that_is_there_is_told_in_words(name: str, text: str) -> None:
    assert already_text(name) == text


def test_every_reason_of_every_outcome_has_its_words_tested() -> None:
    tested = {"diabetes", "insulin", "glucose_pills", *CARDIOVASCULAR_HISTORY}
    assert {name for _, name in ALREADY} == tested


@each
def test_eligible_are_those_who_are_not_refused(outcome: Outcome) -> None:
    rows = pd.concat([person(), person(age=15.0), person(pregnancy=1.0), person(sex=np.nan)], ignore_index=True)
    assert eligible(rows, outcome).tolist() == [True, False, False, False]
    assert eligible(rows, outcome).dtype == bool
