"""Whom a trial's effect is for: one rule a trial, each an answer with its reason in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from riskmodels.care.wording import Units, is_yes, known, value_text, worded
from riskmodels.criteria import FASTING_PREDIABETES, HBA1C_PREDIABETES, HOURS_FASTING, Meets, find_criteria
from riskmodels.outcomes import already_text
from riskmodels.scores.eligibility import DIABETES_FACTS
from riskmodels.vocabulary import CURRENT_SMOKER

#: systolic pressure, mmHg, from which lowering is considered: the treatment goal is below it.
#: Source: 2017 ACC/AHA guideline (Whelton 2018, doi 10.1161/HYP.0000000000000065); 2025 the same
SYSTOLIC_GOAL = 130.0
#: below it, in people without cardiovascular disease, trials disagree (Brunström 2018)
SYSTOLIC_AGREED = 140.0
#: entry criteria of the Diabetes Prevention Program (Diabetes Care 2000;23:1619-1629): years, kg/m²
DPP_AGE, DPP_BMI = 25, 24.0
#: eGFR, mL/min/1.73 m²: metformin is contraindicated below the first, starting it is not recommended below the second.
#: Source: FDA Drug Safety Communication of 8 April 2016
METFORMIN_EGFR = (30.0, 45.0)
#: diagnoses that are coronary disease
CORONARY = ("heart_attack", "coronary_disease", "angina")

_DISAGREE = (
    "Below 140 mmHg trials of people without cardiovascular disease disagree (no effect in Brunström 2018, "
    "doi 10.1001/jamainternmed.2017.6015)."
)
_NO_TRIAL_FIGURE = "No trial figure is used: the studies are of smokers with coronary disease."
_NO_GLUCOSE_LOAD = (
    "The trial also asked for 140–199 mg/dL two hours after 75 g of glucose, which is not an input here: without it "
    "the baseline, and so the absolute figure, is probably lower than in the trial."
)
_PREGNANT = "Pregnant: outside the trials' population."


class Verdict(NamedTuple):
    """Whether an effect is for a patient, and why or why not."""

    applies: bool
    why: str


Rule = Callable[[pd.Series, Units], Verdict]


def statin(patient: pd.Series, units: Units) -> Verdict:
    """LDL lowering: LDL known, no cholesterol medicine yet, not pregnant."""
    if is_yes(patient, "pregnancy"):
        return Verdict(False, _PREGNANT)
    if is_yes(patient, "cholesterol_medication"):
        return Verdict(False, "Already takes a statin or other cholesterol medicine.")
    if np.isnan(known(patient, "cholesterol_medication")):
        return Verdict(False, "Not known whether the patient takes a statin or other cholesterol medicine: enter it.")
    if np.isnan(known(patient, "ldl_cholesterol")):
        return Verdict(False, "LDL cholesterol is not known: enter it.")
    return Verdict(True, f"{worded(patient, 'ldl_cholesterol', units=units)}, no cholesterol medicine yet.")


def blood_pressure(patient: pd.Series, units: Units) -> Verdict:
    """Blood-pressure lowering: systolic pressure known and not below the goal, not pregnant."""
    systolic = known(patient, "systolic_bp")
    if is_yes(patient, "pregnancy"):
        return Verdict(False, _PREGNANT)
    if np.isnan(systolic):
        return Verdict(False, "Systolic pressure is not known: enter it.")
    limits = (SYSTOLIC_GOAL, SYSTOLIC_AGREED)
    text = worded(patient, "systolic_bp", limits, units)
    if systolic < SYSTOLIC_GOAL:
        return Verdict(False, f"{text} is below {value_text('systolic_bp', SYSTOLIC_GOAL, units=units)} already.")
    return Verdict(True, f"{text}. {_DISAGREE}" if systolic < SYSTOLIC_AGREED else f"{text}.")


def smoking_after_coronary_disease(patient: pd.Series, units: Units) -> Verdict:
    """Stopping to smoke: smokes now and has coronary disease."""
    smoking = known(patient, "smoking")
    if np.isnan(smoking):
        return Verdict(False, "Not known whether the patient smokes: enter it.")
    if smoking != CURRENT_SMOKER:
        return Verdict(False, "Does not smoke now.")
    told = [name for name in CORONARY if is_yes(patient, name)]
    if not told:
        return Verdict(False, f"{_NO_TRIAL_FIGURE} The advice to stop does not depend on it.")
    return Verdict(
        True,
        f"Smokes and was {already_text(told[0]).removeprefix('already ')}. Cohort studies, not randomised; no "
        "published baseline risk here, so no absolute figure.",
    )


def prediabetes_lifestyle(patient: pd.Series, units: Units) -> Verdict:
    """The prevention programme: prediabetes by HbA1c or fasting glucose, and the trial's age and body mass index."""
    outside = _outside_dpp(patient, units)
    if outside:
        return Verdict(False, outside)
    met = find_criteria(patient, units)
    beyond = [finding.text for finding in met if finding.meets is not Meets.PREDIABETES]
    if beyond:
        return Verdict(False, f"For people with prediabetes. {beyond[0]}")
    return Verdict(True, f"{met[0].text} {_NO_GLUCOSE_LOAD}") if met else Verdict(False, _no_prediabetes(patient))


def prediabetes_metformin(patient: pd.Series, units: Units) -> Verdict:
    """As :func:`prediabetes_lifestyle`, and kidneys that allow metformin to be started."""
    verdict = prediabetes_lifestyle(patient, units)
    if not verdict.applies:
        return verdict
    least = METFORMIN_EGFR[1]
    if known(patient, "egfr") < least:
        text = worded(patient, "egfr", METFORMIN_EGFR, units)
        return Verdict(False, f"{text}: starting metformin is not recommended below {least:g} (FDA, 2016).")
    return verdict


def _outside_dpp(patient: pd.Series, units: Units) -> str:
    """Why a patient is outside the programme's population apart from glucose; empty where not."""
    age, bmi = known(patient, "age"), known(patient, "bmi")
    diabetes = [already_text(name) for name in DIABETES_FACTS if is_yes(patient, name)]
    if is_yes(patient, "pregnancy"):
        return _PREGNANT
    if diabetes:
        return f"For people without diabetes: {diabetes[0]}."
    if np.isnan(age) or np.isnan(bmi):
        return f"{'Age' if np.isnan(age) else 'Body mass index'} is not known: enter it."
    if np.floor(age) < DPP_AGE:
        return f"Outside the trial's population: it began at {DPP_AGE} years."
    if bmi < DPP_BMI:
        return (
            f"Outside the trial's population: {worded(patient, 'bmi', (DPP_BMI,), units)} is below {DPP_BMI:g} "
            "(22 in Asian Americans)."
        )
    return ""


def _no_prediabetes(patient: pd.Series) -> str:
    """Why there is no prediabetes: measured and normal, or not known."""
    hba1c, glucose, hours = (known(patient, name) for name in ("hba1c", "glucose", "fasting_hours"))
    fasting = glucose < FASTING_PREDIABETES and hours >= HOURS_FASTING
    if hba1c < HBA1C_PREDIABETES or fasting:
        return "For people with prediabetes: neither HbA1c nor fasting glucose, as far as known, meets the criterion."
    return "Prediabetes is not known: enter HbA1c, or glucose with the hours fasted."


RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (statin, blood_pressure, smoking_after_coronary_disease, prediabetes_lifestyle, prediabetes_metformin)
}
