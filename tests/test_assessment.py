"""One answer: a measurement that decides takes the place of the probability, for that outcome alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.assessment import assess
from riskmodels.checks import check
from riskmodels.interop.columns.apply import apply
from riskmodels.interop.columns.propose import propose
from riskmodels.interop.columns.sample import take_sample
from riskmodels.interop.table.source import open_source
from riskmodels.measured import BY_MEASUREMENT
from riskmodels.tabular.model import RiskModel, load_shipped

MAN = {"age": 57.0, "sex": 1.0, "bmi": 29.0, "systolic_bp": 138.0, "diabetes": 0.0}


@pytest.fixture(scope="module")
def models() -> dict[str, RiskModel]:
    return load_shipped(device="cpu")


def frame_of(*rows: dict[str, float]) -> pd.DataFrame:
    return check(pd.DataFrame(list(rows), dtype=float)).frame


def answer_of(models: dict[str, RiskModel], outcome: str, old: dict[str, str] | None = None, **facts: float):
    answers = assess(frame_of(MAN | facts), models, old=old).answers()
    return next(answer for answer in answers if answer.outcome.name == outcome)


@pytest.mark.parametrize("outcome", ["diabetes", "dysglycaemia"])
def test_what_is_measured_has_words_and_no_number(models, outcome):
    answer = answer_of(models, outcome, hba1c=12.0)
    assert answer.by_measurement
    assert not answer.given
    assert answer.measured.startswith("HbA1c 12.0 % meets the ADA criterion for diabetes")
    assert np.isnan([answer.risk, answer.low, answer.high, answer.standing]).all()


def test_only_rows_with_a_measurement_lose_their_number(models):
    frame = frame_of(MAN | {"hba1c": 12.0}, MAN)
    found, plain = assess(frame, models)["diabetes"], models["population"].predict(frame)
    assert np.isnan(found.risk[0])
    assert found.refused.tolist() == [BY_MEASUREMENT, ""]
    assert found.risk[1] == plain.risk["diabetes"].iloc[1]


def test_the_model_itself_goes_on_estimating_for_who_judges_it(models):
    frame = frame_of(MAN | {"hba1c": 12.0})
    assert assess(frame, models).modelled("diabetes").risk[0] == models["population"].predict(frame).risk["diabetes"][0]


def test_outcomes_of_the_heart_keep_their_estimate(models):
    with_test = answer_of(models, "cvd_10y", hba1c=12.0)
    assert with_test.given
    assert with_test.measured == ""


@pytest.mark.parametrize(("fact", "reason"), [("pregnancy", "not valid in pregnancy"), ("diabetes", "already told of")])
def test_pregnant_and_told_are_refused_as_without_the_test(models, fact, reason):
    answer = answer_of(models, "diabetes", hba1c=12.0, **{fact: 1.0})
    assert answer.refused.startswith(reason)
    assert answer.measured == ""


def test_a_measurement_answers_also_somebody_too_young_for_the_model(models):
    answer = answer_of(models, "diabetes", age=16.0, hba1c=7.0)
    assert answer.by_measurement


def test_an_old_measurement_stands_beside_the_estimate(models):
    answer = answer_of(models, "diabetes", old={"hba1c": "2020-01-15"}, hba1c=12.0)
    assert answer.given
    assert not answer.by_measurement
    assert "HbA1c 12.0 % of 2020-01-15 met the ADA criterion" in answer.measured


def test_changed_values_are_asked_with_the_same_dates(models):
    assessment = assess(frame_of(MAN | {"hba1c": 12.0}), models, old={"hba1c": "2020-01-15"})
    again = assessment.again(frame_of(MAN | {"hba1c": 12.0, "systolic_bp": 120.0}))
    assert again.answers()[0].given


@pytest.mark.shared_data
def test_a_file_with_hba1c_12_gives_the_criterion_in_the_first_row_and_a_probability_in_the_second(models, shared):
    source = open_source(shared / "cases" / "patients" / "hba1c12.csv")
    mapping = propose(take_sample(source)).mapping
    frame = pd.concat([apply(mapping, chunk).frame for chunk in source.chunks(128)])
    assessment = assess(frame, models)
    for outcome in ("diabetes", "dysglycaemia"):
        assert assessment.measured(outcome)[0].startswith("HbA1c 12.0 % meets the ADA criterion for diabetes")
        assert assessment.measured(outcome)[1] == ""
        assert np.isnan(assessment[outcome].risk).tolist() == [True, False]
