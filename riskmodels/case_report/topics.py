"""Reasons as a patient thinks of them: several facts are one subject, such as weight, and some can be changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from riskmodels.assessment import Answer
from riskmodels.care.rules import DPP_BMI, SYSTOLIC_GOAL
from riskmodels.case_report.case import REASONS_NAMED, PatientCase
from riskmodels.case_report.language import Words
from riskmodels.criteria import FASTING_PREDIABETES, HBA1C_PREDIABETES
from riskmodels.scores.eligibility import MALE
from riskmodels.vocabulary import CURRENT_SMOKER, VOCABULARY, Kind

#: subject by input; what is in none is not named
SUBJECTS = {
    "age": "age",
    "sex": "male",
    **dict.fromkeys(("weight", "bmi", "waist"), "weight"),
    **dict.fromkeys(("systolic_bp", "diastolic_bp", "hypertension", "bp_medication"), "pressure"),
    **dict.fromkeys(
        ("total_cholesterol", "hdl_cholesterol", "ldl_cholesterol", "triglycerides", "cholesterol_medication"), "fats"
    ),
    **dict.fromkeys(("glucose", "hba1c", "fasting_glucose_above_120"), "sugar"),
    **dict.fromkeys(("diabetes", "insulin", "glucose_pills"), "diabetes"),
    "family_history_diabetes": "family",
    **dict.fromkeys(("creatinine", "egfr", "uacr"), "kidney"),
    **dict.fromkeys(("uric_acid", "crp", "albumin"), "blood"),
    "smoking": "smoking",
    "physical_activity": "activity",
    **dict.fromkeys(("heart_attack", "coronary_disease", "angina", "heart_failure", "stroke"), "history"),
    "chest_pain_type": "pain",
    **dict.fromkeys(("resting_ecg", "max_heart_rate", "exercise_angina", "st_depression", "st_slope"), "exercise"),
    **dict.fromkeys(("major_vessels", "thallium_scan"), "scan"),
}
#: of which a talk can change something
CHANGEABLE = ("smoking", "pressure", "fats", "weight", "sugar", "activity")


def counts_most(given: Sequence[Answer], case: PatientCase, words: Words) -> str:
    """The subjects that raise the first estimates told most, as a list that is a sentence; empty where none does.

    Args:
        given: answers with an estimate.
        case: of the patient.
        words: plain ones.
    """
    subjects = dict.fromkeys(subject for answer in given for subject in raising(answer, case))
    if not subjects:
        return ""
    names = words.listed(words.say(f"name.{subject}") for subject in subjects)
    return words.say("counts", names=f"{names[0].upper()}{names[1:]}")


def raising(answer: Answer, case: PatientCase) -> list[str]:
    """The subjects that raise an estimate most, at most :data:`REASONS_NAMED`."""
    steps, _ = case.steps(answer.outcome.name)
    names = [step.name for step in steps if step.name and step.amount > 0 and _can_be_said(step.name, case)]
    return list(dict.fromkeys(SUBJECTS[name] for name in names))[:REASONS_NAMED]


def _can_be_said(name: str, case: PatientCase) -> bool:
    """Whether a fact that raises an estimate is a subject in plain words: a yes, smoking, being a man."""
    value = case.facts[name]
    if name == "sex":
        return value == MALE
    if name == "smoking":
        return value == CURRENT_SMOKER
    if name == "physical_activity":
        return value == 0
    return name in SUBJECTS and (VOCABULARY[name].kind is not Kind.YES_NO or value == 1)


def topics_to_talk_about(answers: Sequence[Answer], case: PatientCase) -> list[str]:
    """The subjects of :data:`CHANGEABLE` that raise an estimate, or that a fact calls for by itself, in that order."""
    raised = {subject for a in answers if a.given for subject in raising(a, case)} & set(_plausible(case))
    return [topic for topic in CHANGEABLE if topic in raised or topic in set(_called_for(case.facts))]


def _plausible(case: PatientCase) -> Iterator[str]:
    """Subjects that may be named where they raise an estimate: weight and pressure not where they are low."""
    facts = case.facts
    yield from ("smoking", "fats", "activity")
    if facts.get("bmi", 0.0) >= DPP_BMI:
        yield "weight"
    if facts.get("systolic_bp", 0.0) >= SYSTOLIC_GOAL or facts.get("hypertension") == 1:
        yield "pressure"
    if facts.get("glucose", 0.0) >= FASTING_PREDIABETES or facts.get("hba1c", 0.0) >= HBA1C_PREDIABETES:
        yield "sugar"


def _called_for(facts: dict[str, float]) -> Iterator[str]:
    """Subjects that do not depend on an estimate: whoever smokes may be helped to stop, whoever sits to move."""
    if facts.get("smoking") == CURRENT_SMOKER:
        yield "smoking"
    if facts.get("physical_activity") == 0:
        yield "activity"
    if facts.get("diabetes") == 1 or facts.get("hba1c", 0.0) >= HBA1C_PREDIABETES:
        yield "sugar"
