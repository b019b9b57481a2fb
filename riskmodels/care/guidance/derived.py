"""Facts that follow from several others: vascular or kidney disease, prediabetes, creatinine clearance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import floor, nan
from typing import Protocol

import pandas as pd

from riskmodels.care.guidance.words import clearance_text, told_words
from riskmodels.care.rules import CORONARY
from riskmodels.care.wording import Units, is_yes, known, worded
from riskmodels.criteria import HOURS_FASTING, Meets, find_criteria
from riskmodels.scores.cockcroft_gault import REQUIRED as CLEARANCE_INPUTS
from riskmodels.scores.cockcroft_gault import cockcroft_gault
from riskmodels.scores.eligibility import DIABETES_FACTS, FEMALE
from riskmodels.vocabulary import inside

#: clinical atherosclerotic disease (2018 AHA/ACC cholesterol guideline)
ATHEROSCLEROTIC = (*CORONARY, "stroke", "tia_embolism", "peripheral_artery_disease")
#: those of them that everybody is asked; where they are answered no and the others are not, there is none told
_ASKED = (*CORONARY, "stroke")
#: KDIGO 2024: eGFR, mL/min/1.73 m², below which, and UACR, mg/g, from which there is chronic kidney disease if it lasts
CKD_EGFR, CKD_UACR = 60.0, 30.0
#: years of women for whom a pregnancy is possible (WHO: 15-49)
CHILDBEARING_BELOW = 50.0
#: years, kg and mg/dL at which two of three lower the dose of apixaban (FDA label); whether it is from there on upwards
APIXABAN = (("age", 80.0, True), ("weight", 60.0, False), ("creatinine", 1.5, True))
APIXABAN_TWO = 2


class Person(Protocol):
    """A patient as what follows from several facts asks."""

    @property
    def patient(self) -> pd.Series:
        """One row of a PatientFrame."""

    @property
    def units(self) -> Units:
        """Unit to word a value in, by variable."""

    def value(self, name: str) -> float:
        """A fact's value; NaN where it is not known."""


@dataclass(frozen=True)
class Derived:
    """A fact that follows from others.

    Args:
        inputs: facts it hangs on.
        value: computes it: NaN where what is known does not decide it.
        words: says it of a patient for whom it holds.
    """

    inputs: tuple[str, ...]
    value: Callable[[Person], float]
    words: Callable[[Person], str]


def _any(names: tuple[str, ...], asked: tuple[str, ...]) -> Callable[[Person], float]:
    """Whether one is told; not, where all that are asked of everybody are denied."""

    def value(facts: Person) -> float:
        if any(is_yes(facts.patient, name) for name in names):
            return 1.0
        return 0.0 if all(facts.value(name) == 0 for name in asked) else nan

    return value


def _first(names: tuple[str, ...]) -> Callable[[Person], str]:
    return lambda facts: next((told_words(n, 1.0) for n in names if is_yes(facts.patient, n)), "")


def _told(names: tuple[str, ...]) -> Callable[[Person], float]:
    """Whether one is told: what is not known counts as not told, as in the published scores."""
    return lambda facts: float(any(is_yes(facts.patient, name) for name in names))


def _treated(medicine: str) -> Callable[[Person], float]:
    """Whether a medicine for diabetes is taken: who was not told of diabetes takes none."""

    def value(facts: Person) -> float:
        told = facts.value(medicine)
        return 0.0 if told != told and facts.value("diabetes_told") == 0 else told

    return value


def _worded_yes_no(facts: Person, name: str) -> str:
    return told_words(name, facts.value(name))


def _meets(meets: Meets) -> Callable[[Person], float]:
    """Whether measurements meet a criterion of the ADA; NaN where neither HbA1c nor fasting glucose is known."""

    def value(facts: Person) -> float:
        patient = facts.patient
        if _told(DIABETES_FACTS)(facts) or is_yes(patient, "pregnancy"):
            return 0.0
        found = [finding.meets for finding in find_criteria(patient, facts.units)]
        if meets in found:
            return float(meets is Meets.DIABETES or Meets.DIABETES not in found)
        fasting = known(patient, "fasting_hours") >= HOURS_FASTING and known(patient, "glucose") > 0
        return 0.0 if known(patient, "hba1c") > 0 or fasting else nan

    return value


def _criterion_words(facts: Person) -> str:
    found = [finding.text for finding in find_criteria(facts.patient, facts.units)]
    return found[0].split(";")[0].rstrip(".") if found else ""


def _kidney_disease(facts: Person) -> float:
    egfr, uacr = facts.value("egfr"), facts.value("uacr")
    if egfr < CKD_EGFR or uacr >= CKD_UACR:
        return 1.0
    return 0.0 if egfr == egfr and uacr == uacr else nan


def _kidney_words(facts: Person) -> str:
    told = [
        _measured(facts, name, limit)
        for name, limit, met in (
            ("egfr", CKD_EGFR, facts.value("egfr") < CKD_EGFR),
            ("uacr", CKD_UACR, facts.value("uacr") >= CKD_UACR),
        )
        if met
    ]
    return " and ".join(told)


def _measured(facts: Person, name: str, limit: float) -> str:
    return inside(worded(facts.patient, name, (limit,), facts.units))


def _childbearing(facts: Person) -> float:
    age, sex = facts.value("age"), facts.value("sex")
    return nan if age != age or sex != sex else float(sex == FEMALE and age < CHILDBEARING_BELOW)


def _apixaban_points(facts: Person) -> float:
    """How many of the label's three reasons for the lower dose there are, where what is unknown cannot change it."""
    met = [
        each == each and (each >= limit if above else each <= limit) if each == each else None
        for each, limit, above in ((facts.value(name), *rest) for name, *rest in APIXABAN)
    ]
    least = sum(each is True for each in met)
    return float(least) if least >= APIXABAN_TWO or least + met.count(None) < APIXABAN_TWO else nan


def _apixaban_words(facts: Person) -> str:
    return ", ".join(
        _measured(facts, name, limit) for name, limit, _ in APIXABAN if facts.value(name) == facts.value(name)
    )


DERIVED: dict[str, Derived] = {
    "ascvd": Derived(_ASKED, _any(ATHEROSCLEROTIC, _ASKED), _first(ATHEROSCLEROTIC)),
    "ascvd_told": Derived((), _told(ATHEROSCLEROTIC), _first(ATHEROSCLEROTIC)),
    "coronary": Derived(CORONARY, _any(CORONARY, CORONARY), _first(CORONARY)),
    "dialysis_told": Derived((), _told(("dialysis_or_transplant",)), _first(("dialysis_or_transplant",))),
    "fibrillation_told": Derived((), _told(("atrial_fibrillation",)), _first(("atrial_fibrillation",))),
    "pregnant": Derived((), _told(("pregnancy",)), lambda f: "pregnant" if is_yes(f.patient, "pregnancy") else ""),
    "diabetes_told": Derived(("diabetes",), _any(DIABETES_FACTS, ("diabetes",)), _first(DIABETES_FACTS)),
    "pills": Derived(("glucose_pills",), _treated("glucose_pills"), lambda f: _worded_yes_no(f, "glucose_pills")),
    "insulin_taken": Derived(("insulin",), _treated("insulin"), lambda f: _worded_yes_no(f, "insulin")),
    "diabetes_criterion": Derived(("hba1c",), _meets(Meets.DIABETES), _criterion_words),
    "prediabetes": Derived(("hba1c",), _meets(Meets.PREDIABETES), _criterion_words),
    "ckd": Derived(("egfr", "uacr"), _kidney_disease, _kidney_words),
    "childbearing": Derived(("age", "sex"), _childbearing, lambda f: f"woman of {floor(f.value('age'))} years"),
    "apixaban_points": Derived(tuple(name for name, *_ in APIXABAN), _apixaban_points, _apixaban_words),
    "clearance": Derived(
        CLEARANCE_INPUTS,
        lambda facts: cockcroft_gault(facts.patient),
        lambda facts: f"creatinine clearance {clearance_text(facts.value('clearance'))} (Cockcroft–Gault)",
    ),
}
