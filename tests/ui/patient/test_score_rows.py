"""Scores of atrial fibrillation: shown to people whom they hold for, in part where facts are unknown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.scores.heart_age import OPTIMAL
from riskmodels.vocabulary import VOCABULARY
from ui.patient.report_scores import scores_section
from ui.patient.score_rows import ScoreRow, State, compute_scores
from ui.patient.scores import heart_age_text, table

OF_FIBRILLATION = {"cha2ds2_va", "has_bled"}
KNOWN = {"age": 72.0, "sex": 1.0, "atrial_fibrillation": 1.0, "hypertension": 1.0, "diabetes": 0.0}


def rows(**facts: float) -> dict[str, ScoreRow]:
    patient = pd.Series(dict.fromkeys(VOCABULARY, np.nan) | facts)
    return {row.score.name: row for row in compute_scores(patient, "").rows}


def test_they_are_absent_while_atrial_fibrillation_is_not_told_of() -> None:
    assert not OF_FIBRILLATION & rows(age=72.0, sex=1.0).keys()


def test_without_atrial_fibrillation_they_do_not_apply() -> None:
    row = rows(**KNOWN | {"atrial_fibrillation": 0.0})["cha2ds2_va"]
    assert row.why_none == "Does not apply: holds only for people with atrial fibrillation."


def test_what_is_known_gives_a_range_with_its_recommendation() -> None:
    row = rows(**KNOWN)["cha2ds2_va"]
    assert row.state is State.MISSING
    assert row.why_none.startswith(
        "At least 2, at most 6 points: anticoagulation is recommended. Not known: told: heart failure, "
    )


def test_points_are_shown_with_their_category() -> None:
    known = dict.fromkeys(
        ("heart_failure", "stroke", "tia_embolism", "heart_attack", "coronary_disease", "angina"), 0.0
    ) | {"peripheral_artery_disease": 1.0}
    row = rows(**KNOWN | known)["cha2ds2_va"]
    assert [number.text for number in row.numbers] == ["3 points, anticoagulation is recommended"]


def test_the_report_says_range_and_horizon() -> None:
    patient = pd.Series(dict.fromkeys(VOCABULARY, np.nan) | KNOWN)
    assert "CHA₂DS₂-VA (at least 2, at most 6 points: anticoagulation is recommended; not known: " in scores_section(
        compute_scores(patient, "")
    )
    bleeding = dict.fromkeys(("dialysis_or_transplant", "liver_disease", "stroke", "bleeding_history"), 0.0)
    bleeding |= dict.fromkeys(("labile_inr", "antiplatelet_or_nsaid", "alcohol_excess"), 0.0)
    whole = compute_scores(patient.fillna(bleeding | {"systolic_bp": 130.0, "creatinine": 1.0}), "")
    assert "<th>HAS-BLED</th><td>1 year: 1 point, not high</td>" in scores_section(whole)


def of_prevent(**facts: float) -> ScoreRow:
    known = OPTIMAL | {"bmi": 24.0, "age": 54.0, "sex": 0.0, "systolic_bp": 142.0} | facts
    return next(row for row in compute_scores(pd.Series(known), "").rows if row.score.name == "prevent")


def test_heart_age_and_the_30_year_risk_stand_beside_prevent() -> None:
    labels = [number.label for number in of_prevent().beside]
    assert labels == ["all cardiovascular, 30 years", "heart age"]


def test_from_60_years_there_is_heart_age_alone() -> None:
    assert [number.label for number in of_prevent(age=60.0).beside] == ["heart age"]


def test_where_prevent_has_no_number_nothing_stands_beside_it() -> None:
    assert of_prevent(stroke=1.0).beside == ()


@pytest.mark.parametrize(
    ("bmi", "why"),
    [(np.nan, "is not known"), (42.0, "is outside 18.5 to below 40 kg/m²")],
)
def test_without_a_body_mass_index_the_others_stand_there_with_the_reason(bmi: float, why: str) -> None:
    row, whole = of_prevent(bmi=bmi), of_prevent()
    assert row.state is State.GIVEN
    assert [n.label for n in row.numbers] == ["all cardiovascular", "ASCVD"]
    assert row.numbers == whole.numbers[:2]
    assert row.withheld == f"No heart failure risk: body mass index {why}."
    assert (whole.withheld, len(whole.numbers)) == ("", 3)
    assert f"<small>{row.withheld}</small>" in table([row])
    assert [number.label for number in row.beside] == ["all cardiovascular, 30 years", "heart age"]


def test_the_report_says_why_there_is_no_heart_failure_risk() -> None:
    known = OPTIMAL | {"age": 54.0, "sex": 0.0, "systolic_bp": 142.0}
    section = scores_section(compute_scores(pd.Series(known), ""))
    assert "; ASCVD 2.4 %, low. No heart failure risk: body mass index is not known.</td>" in section


def test_heart_age_is_explained_with_each_optimal_fact() -> None:
    told = heart_age_text()
    assert all(fact in told for fact in ("110 mmHg", "170 mg/dL", "50 mg/dL", "90 mL/min/1.73 m²", "no diabetes"))
