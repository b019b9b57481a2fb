"""Dose and safety notes: each rule at its limits, silent when it does not apply, worded as prompts."""

from __future__ import annotations

from math import nan

import pandas as pd
import pytest

from riskmodels.care.safety import ACC_AHA, FDA_METFORMIN, FDA_RAS, FDA_STATIN, KDIGO, notes
from riskmodels.scores import REGISTRY
from riskmodels.units import CHOLESTEROL, find_unit

HEALTHY = {
    "age": 50.0,
    "sex": 0.0,
    "pregnancy": 0.0,
    "systolic_bp": 115.0,
    "bp_medication": 0.0,
    "hypertension": 0.0,
    "total_cholesterol": 180.0,
    "hdl_cholesterol": 60.0,
    "ldl_cholesterol": 105.0,
    "cholesterol_medication": 0.0,
    "diabetes": 0.0,
    "glucose_pills": 0.0,
    "hba1c": 5.2,
    "egfr": 95.0,
    "bmi": 24.0,
    "smoking": 0.0,
}
#: a man whose PCE risk lies in the band, by changes to the healthy woman
HIGH = {"age": 65.0, "sex": 1.0, "systolic_bp": 160.0, "total_cholesterol": 240.0, "hdl_cholesterol": 35.0}
INTERMEDIATE = {"age": 60.0, "sex": 1.0, "systolic_bp": 140.0, "hdl_cholesterol": 45.0}
BORDERLINE = {"age": 60.0, "sex": 1.0, "systolic_bp": 130.0}


def person(**changes):
    return pd.Series(HEALTHY | changes)


def found(citation, scores=("pce",), **changes):
    """The notes with that source."""
    patient = person(**changes)
    results = {name: REGISTRY[name].function(pd.DataFrame([patient])) for name in scores}
    return [note for note in notes(patient, results) if note.citation == citation]


def test_a_healthy_person_has_no_notes():
    assert notes(person(), {"pce": REGISTRY["pce"].function(pd.DataFrame([person()]))}) == []


def test_nothing_known_gives_no_notes():
    assert notes(pd.Series({"age": 50.0, "sex": 1.0})) == []


@pytest.mark.parametrize(
    ("egfr", "text"),
    [
        (29.9, "names an eGFR below 30 as a contraindication"),
        (30.0, "below an eGFR of 45 the label asks to weigh benefit and risk"),
        (44.9, "below an eGFR of 45 the label asks to weigh benefit and risk"),
    ],
)
def test_metformin_of_someone_who_takes_pills_by_egfr(egfr, text):
    (note,) = found(FDA_METFORMIN, diabetes=1.0, glucose_pills=1.0, egfr=egfr)
    assert note.text.startswith("Check whether the glucose-lowering pills include metformin")
    assert text in note.text


def test_metformin_is_not_mentioned_from_45_on():
    assert found(FDA_METFORMIN, diabetes=1.0, glucose_pills=1.0, egfr=45.0) == []


@pytest.mark.parametrize(
    ("egfr", "text"), [(25.0, "names an eGFR below 30"), (40.0, "does not recommend to start it at an eGFR of 30–45")]
)
def test_before_metformin_is_considered(egfr, text):
    (note,) = found(FDA_METFORMIN, hba1c=6.0, egfr=egfr)
    assert note.text.startswith("Before metformin is considered")
    assert text in note.text
    assert note.why.startswith("HbA1c 6.0 % meets the ADA criterion for prediabetes; eGFR ")


def test_low_kidney_function_alone_is_no_reason_to_speak_of_metformin():
    assert found(FDA_METFORMIN, egfr=25.0) == []


def test_pills_with_unknown_egfr_ask_for_it():
    (note,) = found(FDA_METFORMIN, diabetes=1.0, glucose_pills=1.0, egfr=nan)
    assert "before the start and at least once a year" in note.text


def test_potassium_check_with_pressure_medicine_below_60():
    (note,) = found(KDIGO, bp_medication=1.0, egfr=59.6)
    assert note.text.startswith("If the blood-pressure medicine includes an ACE inhibitor or an ARB: check potassium")
    assert note.why == "Takes blood-pressure medicine; eGFR 59.6 mL/min/1.73 m²."


def test_potassium_check_before_a_start_in_someone_told_of_high_pressure():
    (note,) = found(KDIGO, hypertension=1.0, egfr=50.0)
    assert note.text.startswith("If an ACE inhibitor or an ARB is started")


@pytest.mark.parametrize(
    "changes", [{"bp_medication": 1.0, "egfr": 60.0}, {"bp_medication": 1.0, "egfr": nan}, {"egfr": 40.0}]
)
def test_no_potassium_check_without_low_egfr_and_a_reason_for_the_medicine(changes):
    assert found(KDIGO, **changes) == []


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"heart_attack": 1.0}, "for clinical atherosclerotic disease the guideline's class is high intensity"),
        ({"heart_attack": 1.0, "age": 75.9}, "the guideline's class is high intensity"),
        ({"angina": 1.0, "age": 76.0}, "above 75 years the guideline finds moderate intensity"),
        ({"stroke": 1.0}, "after an ischaemic stroke the guideline's class is high intensity"),
        ({"ldl_cholesterol": 190.0}, "from an LDL cholesterol of 190 mg/dL on the guideline's class is high intensity"),
        ({"ldl_cholesterol": 195.0, "diabetes": 1.0}, "from an LDL cholesterol of 190 mg/dL on"),
        ({"diabetes": 1.0}, "for diabetes at 40–75 years the guideline's class is moderate intensity"),
        (HIGH, "at a 10-year ASCVD risk of 20 % or more the guideline's class is high intensity"),
        (INTERMEDIATE, "at a 10-year ASCVD risk of 7.5 % to below 20 % the guideline's class is moderate intensity"),
        (BORDERLINE, "at a 10-year ASCVD risk of 5 % to below 7.5 % the guideline lets moderate intensity"),
    ],
)
def test_statin_class_of_the_guidelines_group(changes, text):
    (note,) = found(ACC_AHA, **changes)
    assert note.text.startswith("Check whether a statin has been discussed: ")
    assert text in note.text


@pytest.mark.parametrize(
    "changes",
    [
        {"diabetes": 1.0, "age": 39.0},
        {"diabetes": 1.0, "age": 76.0},
        {"diabetes": 1.0, "ldl_cholesterol": 65.0},
        {"ldl_cholesterol": 195.0, "age": 76.0},
        INTERMEDIATE | {"ldl_cholesterol": 69.0},
        HIGH | {"age": 76.0},
    ],
)
def test_outside_the_guidelines_groups_there_is_no_statin_note(changes):
    assert found(ACC_AHA, **changes) == []


def test_without_the_pooled_cohort_equations_there_is_no_risk_group():
    assert found(ACC_AHA, scores=(), **HIGH) == []


def test_who_takes_a_statin_is_asked_which():
    (note,) = found(ACC_AHA, heart_attack=1.0, cholesterol_medication=1.0)
    assert note.text.startswith("Check which statin and dose is taken: ")
    assert note.why == "Told of a heart attack. Takes a cholesterol medicine."


def test_unknown_ldl_is_said_beside_the_risk_group():
    (note,) = found(ACC_AHA, **INTERMEDIATE | {"ldl_cholesterol": nan})
    assert "LDL cholesterol is not known (the bands are for 70–189 mg/dL)" in note.why


def test_prevents_risk_and_category_stand_beside_the_risk_group():
    (note,) = found(ACC_AHA, scores=("pce", "prevent"), **HIGH)
    assert "PREVENT ASCVD " in note.why
    assert note.why.endswith("% (high).")


def test_a_value_is_worded_in_the_unit_asked_for():
    units = {"ldl_cholesterol": find_unit(CHOLESTEROL, "mmol/L")}
    (note,) = notes(person(ldl_cholesterol=200.0), units=units)
    assert note.why == "LDL cholesterol 5.2 mmol/L."
    assert "LDL cholesterol of 4.9 mmol/L on" in note.text


def test_in_pregnancy_a_cholesterol_medicine_is_asked_about():
    (note,) = found(FDA_STATIN, age=33.0, pregnancy=1.0, cholesterol_medication=1.0)
    assert "most patients stop statins in pregnancy" in note.text


def test_in_pregnancy_a_pressure_medicine_is_asked_about():
    (note,) = found(FDA_RAS, age=33.0, pregnancy=1.0, bp_medication=1.0)
    assert "ACE inhibitor or an ARB" in note.text


def test_in_pregnancy_no_other_note_is_given():
    patient = person(age=41.0, pregnancy=1.0, diabetes=1.0, glucose_pills=1.0, egfr=40.0, ldl_cholesterol=200.0)
    assert notes(patient) == []


@pytest.mark.parametrize(
    "changes", [HIGH | {"egfr": 25.0, "bp_medication": 1.0, "hba1c": 6.2}, {"pregnancy": 1.0, "bp_medication": 1.0}]
)
def test_every_note_is_a_prompt_with_reason_and_source(changes):
    patient = person(**changes)
    shown = notes(patient, {"pce": REGISTRY["pce"].function(pd.DataFrame([patient]))})
    assert shown
    for note in shown:
        assert note.text.startswith(("Check", "Before", "If"))
        assert note.why
        assert note.citation


def test_no_patient_value_stands_in_a_notes_repr():
    (note,) = found(KDIGO, bp_medication=1.0, egfr=51.0)
    assert "51" not in repr(note)
