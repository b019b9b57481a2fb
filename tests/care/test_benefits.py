"""Benefits of one patient: numbers by hand, reasons, refusals, alternatives, combination."""

from __future__ import annotations

from math import ceil, nan

import pandas as pd
import pytest

from riskmodels.care import benefits, combine
from riskmodels.care.effects import UNKNOWN
from riskmodels.errors import InputError
from riskmodels.scores.prevent import prevent
from riskmodels.scores.score2 import score2
from riskmodels.units import CHOLESTEROL, PRESSURE, find_unit

ACTIONS = [
    "Statin, moderate intensity",
    "Statin, high intensity",
    "Blood pressure lower by 10 mmHg",
    "Blood pressure lowered to 130 mmHg",
    "Stop smoking",
    "Lifestyle programme",
    "Metformin",
]
MODERATE, HIGH, STEP, GOAL, SMOKING, LIFESTYLE, METFORMIN = range(7)


def of(patient, action, **changes):
    return benefits(pd.Series(dict(patient) | changes))[action]


def test_the_same_actions_stand_in_the_same_order_for_everybody(patient):
    assert [b.action for b in benefits(patient)] == ACTIONS
    assert [b.action for b in benefits(pd.Series({"age": 40.0, "sex": 1.0}))] == ACTIONS


# --- numbers ---------------------------------------------------------------------------------------------------------


def test_moderate_statin_lowers_ascvd_risk_by_the_ctt_effect_per_mmol(patient):
    benefit = of(patient, MODERATE)
    baseline = prevent(pd.DataFrame([patient]))["ascvd_10y"].iloc[0]
    steps = 0.30 * 160 / 38.67
    assert benefit.applies
    assert benefit.baseline == pytest.approx(baseline)
    assert benefit.risk_reduction == pytest.approx([baseline * (1 - rr**steps) for rr in (0.78, 0.80, 0.76)])
    assert benefit.number_needed.value == ceil(1 / (baseline * (1 - 0.78**steps)))


def test_high_statin_halves_ldl(patient):
    assert of(patient, HIGH).relative_risk.value == pytest.approx(0.78 ** (0.5 * 160 / 38.67))


def test_pressure_goal_takes_two_steps_from_150(patient):
    benefit = of(patient, GOAL)
    baseline = prevent(pd.DataFrame([patient]))["total_cvd_10y"].iloc[0]
    assert benefit.relative_risk == pytest.approx((0.64, 0.77**2, 0.83**2))
    assert benefit.risk_reduction.value == pytest.approx(baseline * 0.36)


def test_lifestyle_programme_gives_the_trials_number_needed_to_treat(patient):
    benefit = of(patient, LIFESTYLE)
    assert (benefit.number_needed.value, benefit.horizon_years) == (7, 2.8)  # published: 6.9 in 3 years


def test_metformin_gives_the_trials_number_needed_to_treat(patient):
    assert of(patient, METFORMIN).number_needed == (14, 10, 26)  # published: 13.9 in 3 years


def test_score2_of_the_region_is_the_baseline_when_chosen(patient):
    benefit = benefits(patient, baseline="score2", region="high")[STEP]
    assert benefit.baseline == pytest.approx(score2(pd.DataFrame([patient]), "high")["cvd_10y"].iloc[0])
    assert benefit.baseline_source == "SCORE2, high-risk region: 10-year risk of cardiovascular disease"


def test_ldl_in_either_unit_gives_the_same_number(patient):
    shown = {"ldl_cholesterol": find_unit(CHOLESTEROL, "mmol/L"), "systolic_bp": find_unit(PRESSURE, "kPa")}
    for one, other in zip(benefits(patient), benefits(patient, units=shown), strict=True):
        assert one.number_needed == other.number_needed
    assert "4.1 mmol/L" in benefits(patient, units=shown)[MODERATE].why


@pytest.mark.parametrize("action", [MODERATE, HIGH, STEP, GOAL])
def test_benefit_grows_with_the_baseline_risk(patient, action):
    older = of(patient, action, age=70.0)
    assert older.risk_reduction.value > of(patient, action).risk_reduction.value
    assert older.number_needed.value < of(patient, action).number_needed.value


# --- words -----------------------------------------------------------------------------------------------------------


def test_assumption_states_the_lowering_and_its_source(patient):
    text = of(patient, MODERATE).assumption
    assert "from 160 mg/dL to 112 mg/dL (1.2 mmol/L less), by 30 %" in text
    assert "10.1161/CIR.0000000000000625" in text


def test_a_lowering_far_beyond_one_step_is_called_an_extrapolation(patient):
    assert "extrapolation" in of(patient, GOAL, systolic_bp=175.0).assumption
    assert "extrapolation" not in of(patient, GOAL, systolic_bp=148.0).assumption


def test_baseline_names_equation_model_and_outcome(patient):
    source = of(patient, STEP).baseline_source
    assert source == "AHA PREVENT 2023 (hba1c model): 10-year risk of cardiovascular disease, heart failure included"


# --- for whom --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "action", "reason"),
    [
        ({"cholesterol_medication": 1.0}, MODERATE, "Already takes a statin or other cholesterol medicine."),
        ({"cholesterol_medication": nan}, HIGH, "Not known whether the patient takes a statin"),
        ({"ldl_cholesterol": nan}, HIGH, "LDL cholesterol is not known: enter it."),
        ({"pregnancy": 1.0}, MODERATE, "Pregnant: outside the trials' population."),
        ({"pregnancy": 1.0}, STEP, "Pregnant: outside the trials' population."),
        ({"systolic_bp": 124.0}, STEP, "Systolic pressure 124 mmHg is below 130 mmHg already."),
        ({"systolic_bp": 129.6}, GOAL, "Systolic pressure 129.6 mmHg is below 130 mmHg already."),
        ({"systolic_bp": 130.0}, GOAL, "Systolic pressure is 130 mmHg."),
        ({"systolic_bp": nan}, STEP, "Systolic pressure is not known: enter it."),
        ({"smoking": nan}, SMOKING, "Not known whether the patient smokes: enter it."),
        ({"smoking": 1.0}, SMOKING, "Does not smoke now."),
        ({"smoking": 2.0}, SMOKING, "No trial figure is used: the studies are of smokers with coronary disease."),
        ({"diabetes": 1.0}, LIFESTYLE, "For people without diabetes: already told of diabetes."),
        ({"hba1c": 6.6}, LIFESTYLE, "For people with prediabetes. HbA1c 6.6 % meets the ADA criterion for diabetes"),
        ({"hba1c": 5.3}, METFORMIN, "For people with prediabetes: neither HbA1c nor fasting glucose"),
        ({"hba1c": nan}, LIFESTYLE, "Prediabetes is not known: enter HbA1c, or glucose with the hours fasted."),
        ({"age": 24.0}, LIFESTYLE, "Outside the trial's population: it began at 25 years."),
        ({"bmi": 23.96}, LIFESTYLE, "Outside the trial's population: Body mass index 23.96 kg/m² is below 24"),
        ({"bmi": nan}, METFORMIN, "Body mass index is not known: enter it."),
        ({"egfr": 44.6}, METFORMIN, "eGFR 44.6 mL/min/1.73 m²: starting metformin is not recommended below 45"),
    ],
)
def test_an_effect_that_is_not_for_the_patient_says_why_and_gives_no_figure(patient, changes, action, reason):
    benefit = of(patient, action, **changes)
    assert not benefit.applies
    assert benefit.why.startswith(reason)
    assert (benefit.relative_risk, benefit.risk_reduction) == (UNKNOWN, UNKNOWN)
    assert benefit.number_needed is None


def test_prevents_own_reason_stands_where_there_is_no_baseline(patient):
    benefit = of(patient, STEP, heart_attack=1.0)
    assert not benefit.applies
    assert benefit.why.startswith(
        "No absolute figure: no baseline risk from AHA PREVENT 2023 (not eligible: already told of a heart attack)."
    )
    assert benefit.relative_risk.value == 0.80
    assert benefit.number_needed is None


def test_a_missing_input_of_prevent_is_named(patient):
    assert "not known: eGFR" in of(patient, MODERATE, egfr=nan).why


def test_without_a_region_score2_gives_no_baseline(patient):
    assert "not known: Risk region" in benefits(patient, baseline="score2")[MODERATE].why


def test_smoker_with_coronary_disease_has_the_relative_risk_and_no_absolute_figure(patient):
    benefit = of(patient, SMOKING, smoking=2.0, heart_attack=1.0)
    assert benefit.applies
    assert benefit.relative_risk == (0.64, 0.58, 0.71)
    assert benefit.baseline != benefit.baseline
    assert benefit.number_needed is None
    assert "told of a heart attack" in benefit.why


def test_a_pressure_of_the_thirties_says_that_trials_disagree(patient):
    assert "trials of people without cardiovascular disease disagree" in of(patient, STEP, systolic_bp=134.0).why
    assert "disagree" not in of(patient, STEP, systolic_bp=140.0).why


def test_random_glucose_of_200_is_not_called_prediabetes(patient):
    benefit = of(patient, LIFESTYLE, glucose=230.0, fasting_hours=2.0)
    assert not benefit.applies
    assert "only together with classic symptoms" in benefit.why


def test_fasting_glucose_alone_opens_the_programme(patient):
    assert of(patient, LIFESTYLE, hba1c=nan, glucose=110.0, fasting_hours=10.0).applies


def test_no_patient_value_stands_in_a_benefits_repr(patient):
    text = repr(of(patient, MODERATE))
    assert "160" not in text
    assert "112" not in text


# --- errors and combination ------------------------------------------------------------------------------------------


def test_another_baseline_equation_is_refused(patient):
    with pytest.raises(InputError, match="“neural” gives no baseline risk"):
        benefits(patient, baseline="neural")


def test_combination_multiplies_relative_risks_and_is_less_than_the_sum(patient):
    found = benefits(patient, baseline="score2", region="moderate")
    together = combine([found[MODERATE], found[STEP]])
    product = found[MODERATE].relative_risk.value * 0.80
    assert together.relative_risk.value == pytest.approx(product)
    assert together.risk_reduction.value == pytest.approx(together.baseline * (1 - product))
    assert together.risk_reduction.value < found[MODERATE].risk_reduction.value + found[STEP].risk_reduction.value
    assert "multiplied" in together.text


@pytest.mark.parametrize(
    ("actions", "reason"),
    [
        ((MODERATE,), "Only benefits with an absolute figure"),
        ((MODERATE, SMOKING), "Only benefits with an absolute figure"),
        ((MODERATE, HIGH), "Two of these are alternatives"),
        ((MODERATE, LIFESTYLE), "do not lower the same baseline risk"),
        ((LIFESTYLE, METFORMIN), "do not lower the same baseline risk"),
    ],
)
def test_what_cannot_be_combined_is_refused(patient, actions, reason):
    found = benefits(patient, baseline="score2", region="low")
    with pytest.raises(InputError, match=reason):
        combine([found[action] for action in actions])


def test_prevents_two_baselines_cannot_be_combined(patient):
    found = benefits(patient)
    with pytest.raises(InputError, match="do not lower the same baseline risk"):
        combine([found[MODERATE], found[STEP]])
