"""Dose and safety notes that laboratory values decide: plain rules with their source, shown only when they apply.

Every note is a prompt to check, never an order. The inputs do not tell which medicine of a class is taken, and the
notes say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from riskmodels.care.rules import METFORMIN_EGFR
from riskmodels.care.wording import Units, is_yes, known, value_text, worded
from riskmodels.criteria import find_criteria
from riskmodels.outcomes import already_text
from riskmodels.scores.eligibility import DIABETES_FACTS, Result, row_of
from riskmodels.scores.pce import BANDS as PCE_BANDS

#: eGFR, mL/min/1.73 m², below which it is low (KDIGO G3a–G5)
LOW_EGFR = 60.0
#: LDL cholesterol, mg/dL: the range of the risk bands, and severe hypercholesterolaemia from its end on
RISK_BANDS_LDL, SEVERE_LDL = 70.0, 190.0
#: ages of the guideline's groups, completed years, both included
SEVERE_LDL_AGES, PRIMARY_AGES, SECONDARY_OLDEST = (20, 75), (40, 75), 75
#: diagnoses that count as clinical atherosclerotic disease
ATHEROSCLEROTIC = ("heart_attack", "coronary_disease", "angina", "stroke")

FDA_METFORMIN = (
    "FDA Drug Safety Communication of 8 April 2016 on metformin and reduced kidney function; label since then"
)
ACC_AHA = (
    "2018 AHA/ACC cholesterol guideline (Grundy 2019, doi 10.1161/CIR.0000000000000625) and 2019 ACC/AHA primary "
    "prevention guideline (Arnett 2019, doi 10.1161/CIR.0000000000000678). Since March 2026 the ACC/AHA dyslipidemia "
    "guideline stands in its place, with the bands of PREVENT's ASCVD risk and LDL goals (known here from secondary "
    "sources only)"
)
KDIGO = "KDIGO 2024 guideline for chronic kidney disease (Kidney Int 2024;105(4S):S117-S314), practice points on RASi"
FDA_STATIN = "FDA Drug Safety Communication of 20 July 2021 on statins in pregnancy"
FDA_RAS = "Boxed warning (fetal toxicity) in the FDA labels of ACE inhibitors and ARBs"

_MODERATE, _HIGH = "moderate intensity (LDL 30–49 % lower)", "high intensity (LDL 50 % lower or more)"
Scores = Mapping[str, pd.DataFrame | Result]
#: what the guideline says of a group, and what puts the patient in it
_Group = tuple[str, str]


@dataclass(frozen=True)
class Note:
    """One prompt.

    Args:
        text: what to check.
        why: the patient's values that call for it.
        citation: where the rule comes from.
    """

    text: str = field(repr=False)
    why: str = field(repr=False)
    citation: str


def notes(patient: pd.Series, scores: Scores | None = None, units: Units | None = None) -> list[Note]:
    """The notes that apply to a patient.

    Args:
        patient: one row of a PatientFrame.
        scores: results of published scores for this patient (one row each), by name in the registry; ``pce`` decides
            the statin class of people without diabetes or very high LDL, ``prevent`` is named beside it.
        units: unit to word a value in, by variable; canonical where absent.

    Returns:
        Pregnancy first, then metformin, ACE inhibitors and ARBs, statins; empty when none applies.
    """
    chosen = units or {}
    if is_yes(patient, "pregnancy"):
        return list(_pregnancy(patient))
    found = (*_metformin(patient, chosen), *_renin_angiotensin(patient, chosen), _statin(patient, scores or {}, chosen))
    return [note for note in found if note is not None]


def _pregnancy(patient: pd.Series) -> Iterator[Note]:
    if is_yes(patient, "cholesterol_medication"):
        yield Note(
            "Check whether a statin is taken and still needed: most patients stop statins in pregnancy; at very high "
            "risk the decision is individual.",
            "Pregnant and takes a statin or other cholesterol medicine.",
            FDA_STATIN,
        )
    if is_yes(patient, "bp_medication"):
        yield Note(
            "Check whether the blood-pressure medicine is an ACE inhibitor or an ARB: these can injure the fetus; "
            "their labels ask to stop them as soon as possible when pregnancy is detected, with another treatment in "
            "their place.",
            "Pregnant and takes blood-pressure medicine.",
            FDA_RAS,
        )


def _metformin(patient: pd.Series, units: Units) -> Iterator[Note]:
    """Metformin and eGFR, in people who take glucose-lowering pills or for whom metformin may be considered."""
    egfr, takes = known(patient, "egfr"), is_yes(patient, "glucose_pills")
    told = [already_text(name).removeprefix("already ") for name in DIABETES_FACTS if is_yes(patient, name)]
    met = [finding.text for finding in find_criteria(patient, units)]
    if takes and np.isnan(egfr):
        yield Note(
            "Check eGFR if the glucose-lowering pills include metformin: before the start and at least once a year.",
            "Takes glucose-lowering pills; eGFR is not known.",
            FDA_METFORMIN,
        )
    if not (takes or told or met) or not egfr < METFORMIN_EGFR[1]:
        return
    who = "Takes glucose-lowering pills" if takes else _sentence(told[0]) if told else met[0].rstrip(".")
    yield Note(_metformin_text(egfr, takes), f"{who}; {worded(patient, 'egfr', METFORMIN_EGFR, units)}.", FDA_METFORMIN)


def _metformin_text(egfr: float, takes: bool) -> str:
    contraindicated, low = METFORMIN_EGFR
    if egfr < contraindicated:
        first = (
            "Check whether the glucose-lowering pills include metformin" if takes else "Before metformin is considered"
        )
        return f"{first}: its label names an eGFR below {contraindicated:g} as a contraindication."
    if takes:
        return (
            f"Check whether the glucose-lowering pills include metformin, and its dose: below an eGFR of {low:g} the "
            "label asks to weigh benefit and risk of going on (KDIGO 2022, diabetes in chronic kidney disease: reduce "
            "the dose)."
        )
    return (
        f"Before metformin is considered: the label does not recommend to start it at an eGFR of {contraindicated:g}–"
        f"{low:g}."
    )


def _renin_angiotensin(patient: pd.Series, units: Units) -> Iterator[Note]:
    """Potassium and creatinine with an ACE inhibitor or ARB when eGFR is low."""
    if not known(patient, "egfr") < LOW_EGFR:
        return
    takes = is_yes(patient, "bp_medication")
    if not takes and not is_yes(patient, "hypertension"):
        return
    which = (
        "If the blood-pressure medicine includes an ACE inhibitor or an ARB"
        if takes
        else "If an ACE inhibitor or an ARB is started for the blood pressure"
    )
    who = "Takes blood-pressure medicine" if takes else "Told of high blood pressure"
    yield Note(
        f"{which}: check potassium and creatinine within 2–4 weeks of the start and of every increase of the dose, the "
        "earlier the lower the eGFR or the higher the potassium; a rise of creatinine by more than 30 % within 4 weeks "
        "calls for a look at the causes.",
        f"{who}; {worded(patient, 'egfr', (LOW_EGFR,), units)}.",
        KDIGO,
    )


def _statin(patient: pd.Series, scores: Scores, units: Units) -> Note | None:
    """The statin class of the guideline's group the patient belongs to; the first that applies."""
    age = np.floor(known(patient, "age"))
    group = (
        _after_disease(patient, age)
        or _severe_ldl(patient, age, units)
        or _with_diabetes(patient, age)
        or _by_risk(patient, age, scores, units)
    )
    if group is None:
        return None
    text, why = group
    if is_yes(patient, "cholesterol_medication"):
        return Note(f"Check which statin and dose is taken: {text}", f"{why} Takes a cholesterol medicine.", ACC_AHA)
    return Note(f"Check whether a statin has been discussed: {text}", why, ACC_AHA)


def _after_disease(patient: pd.Series, age: float) -> _Group | None:
    told = [name for name in ATHEROSCLEROTIC if is_yes(patient, name)]
    if not told:
        return None
    why = f"{_sentence(already_text(told[0]).removeprefix('already '))}."
    disease = "after an ischaemic stroke" if told[0] == "stroke" else "for clinical atherosclerotic disease"
    if age > SECONDARY_OLDEST:
        both = f"above {SECONDARY_OLDEST} years the guideline finds {_MODERATE} or {_HIGH} reasonable."
        return f"{disease} {both}", why
    return f"{disease} the guideline's class is {_HIGH}.", why


def _severe_ldl(patient: pd.Series, age: float, units: Units) -> _Group | None:
    if not (known(patient, "ldl_cholesterol") >= SEVERE_LDL and _between(age, SEVERE_LDL_AGES)):
        return None
    limit = value_text("ldl_cholesterol", SEVERE_LDL, units=units)
    text = (
        f"from an LDL cholesterol of {limit} on the guideline's class is {_HIGH}, or the most that is tolerated, "
        "without a risk score; familial hypercholesterolaemia is one cause."
    )
    return text, f"{worded(patient, 'ldl_cholesterol', (SEVERE_LDL,), units)}."


def _with_diabetes(patient: pd.Series, age: float) -> _Group | None:
    low = known(patient, "ldl_cholesterol") < RISK_BANDS_LDL
    if low or not (is_yes(patient, "diabetes") and _between(age, PRIMARY_AGES)):
        return None
    ages = f"{PRIMARY_AGES[0]}–{PRIMARY_AGES[1]} years"
    text = (
        f"for diabetes at {ages} the guideline's class is {_MODERATE}; with several risk factors {_HIGH} is reasonable."
    )
    return text, f"Told of diabetes; {age:.0f} years."


def _by_risk(patient: pd.Series, age: float, scores: Scores, units: Units) -> _Group | None:
    """People of 40–75 without diabetes, LDL 70–189 mg/dL, by the bands of the Pooled Cohort Equations."""
    if "pce" not in scores or not _between(age, PRIMARY_AGES):
        return None
    risk, ldl = float(row_of(scores["pce"])["ascvd_10y"]), known(patient, "ldl_cholesterol")
    if any(is_yes(patient, name) for name in DIABETES_FACTS) or ldl < RISK_BANDS_LDL or not risk >= PCE_BANDS.edges[0]:
        return None
    borderline, intermediate, high = (f"{100 * edge:g} %" for edge in PCE_BANDS.edges)
    band = PCE_BANDS.of(np.array([risk])).codes[0]
    text = {
        1: f"{borderline} to below {intermediate} the guideline lets {_MODERATE} be discussed where risk enhancers are "
        "present.",
        2: f"{intermediate} to below {high} the guideline's class is {_MODERATE}, if risk enhancers favour a statin.",
        3: f"{high} or more the guideline's class is {_HIGH}.",
    }[int(band)]
    return f"at a 10-year ASCVD risk of {text}", _risk_words(patient, risk, ldl, scores, units)


def _between(age: float, ages: tuple[int, int]) -> bool:
    return ages[0] <= age <= ages[1]


def _risk_words(patient: pd.Series, risk: float, ldl: float, scores: Scores, units: Units) -> str:
    shown = "LDL cholesterol is not known (the bands are for 70–189 mg/dL)"
    if ldl == ldl:
        shown = worded(patient, "ldl_cholesterol", (RISK_BANDS_LDL, SEVERE_LDL), units)
    words = f"Pooled Cohort Equations {_percent(risk, PCE_BANDS.edges)}; {shown}."
    if "prevent" not in scores:
        return words
    found = row_of(scores["prevent"])
    ascvd, category = found["ascvd_10y"], found["category"]
    return f"{words} PREVENT ASCVD {100 * ascvd:.1f} % ({category})." if ascvd == ascvd else words


def _percent(risk: float, edges: tuple[float, ...]) -> str:
    """A risk in per cent with as many decimals as keep it on its side of every edge."""
    for decimals in (1, 2, 3):
        shown = round(risk, decimals + 2)
        if all((shown >= edge) == (risk >= edge) for edge in edges):
            break
    return f"{100 * risk:.{decimals}f} %"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"
