"""What is predicted: definition, horizon, the people it holds for, and the sentence that says so.

Who an outcome holds for is decided here, once, for training and for answers alike (:func:`refusals`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.columns import Columns
from riskmodels.vocabulary import CARDIOVASCULAR_HISTORY, VOCABULARY


@dataclass(frozen=True)
class Outcome:
    """One thing the models estimate the probability of.

    Args:
        name: key in models, files and code.
        label: heading for people.
        definition: what it is a probability of, over which time.
        population: for whom it is valid, in words.
        ages: youngest and oldest age in completed years, both included.
        already: variables which, when 1, say that the patient has it already.
        required: inputs without which no estimate is given.
        not_inputs: variables that define the outcome or follow from it, so never its inputs.
        model: name of the shipped model that serves it.
        learnt_from: "events" that happened, or a "published equation".
        settled_by: the variable which, measured, answers it without a model; empty where there is none.
        short: its label where space is short.
        years: ahead that the probability holds for; 0 where it is about now.
    """

    name: str
    label: str
    definition: str
    population: str
    ages: tuple[int, int]
    already: tuple[str, ...]
    required: tuple[str, ...] = ("age", "sex")
    not_inputs: tuple[str, ...] = ()
    model: str = "population"
    learnt_from: str = "events"
    settled_by: str = ""
    short: str = ""
    years: int = 0


_DIABETES_FACTS = ("hba1c", "diabetes", "insulin", "glucose_pills", "pregnancy")
#: diagnoses that are one event: one is told of *a* stroke
_EVENTS = ("heart_attack", "stroke")
_CARDIOVASCULAR_FACTS = (*CARDIOVASCULAR_HISTORY, "pregnancy")

OUTCOMES = (
    Outcome(
        "diabetes",
        "Undiagnosed diabetes now",
        "probability that HbA1c, measured today, is 6.5 % or higher",
        "adults of 20 or more who were never told they have diabetes, not pregnant",
        (20, 110),
        ("diabetes", "insulin", "glucose_pills"),
        not_inputs=_DIABETES_FACTS,
        settled_by="hba1c",
        short="Diabetes",
    ),
    Outcome(
        "dysglycaemia",
        "Prediabetes or diabetes now",
        "probability that HbA1c, measured today, is 5.7 % or higher",
        "adults of 20 or more who were never told they have diabetes, not pregnant",
        (20, 110),
        ("diabetes", "insulin", "glucose_pills"),
        not_inputs=_DIABETES_FACTS,
        settled_by="hba1c",
        short="Prediabetes",
    ),
    Outcome(
        "cvd_10y",
        "Cardiovascular disease in 10 years",
        "probability of a first heart attack, stroke, heart failure or death from them within 10 years, "
        "as the AHA PREVENT equation (2023) gives it, learnt for any subset of its inputs",
        "adults of 30–79 without cardiovascular disease, not pregnant",
        (30, 79),
        CARDIOVASCULAR_HISTORY,
        not_inputs=_CARDIOVASCULAR_FACTS,
        learnt_from="published equation",
        short="Heart and vessels",
        years=10,
    ),
    Outcome(
        "cvd_death_10y",
        "Death from heart disease or stroke in 10 years",
        "probability of dying within 10 years with heart disease or stroke as the underlying cause",
        "adults of 30–79 without cardiovascular disease, not pregnant",
        (30, 79),
        CARDIOVASCULAR_HISTORY,
        not_inputs=_CARDIOVASCULAR_FACTS,
        short="Death from it",
        years=10,
    ),
    Outcome(
        "coronary_disease",
        "Coronary artery disease behind chest pain",
        "probability that angiography shows at least one vessel narrowed by more than half",
        "patients of 28–77 referred for coronary angiography (four hospitals, 1980s)",
        (28, 77),
        ("heart_attack", "coronary_disease"),
        required=("age", "sex", "chest_pain_type"),
        not_inputs=_CARDIOVASCULAR_FACTS,
        model="chest_pain",
        short="Coronary",
    ),
)

OUTCOME: dict[str, Outcome] = {o.name: o for o in OUTCOMES}


def refusals(frame: pd.DataFrame, outcome: Outcome) -> pd.Series:
    """Why an outcome is not estimated for a row; empty text where it is.

    Args:
        frame: PatientFrame.
        outcome: one of :data:`OUTCOMES`.

    Returns:
        One text a row. The first reason that applies, in the order: missing required input, age,
        already diagnosed, pregnant.
    """
    return pd.Series(refusal_texts(Columns.of(frame), outcome), index=frame.index)


def refusal_texts(facts: Columns, outcome: Outcome) -> npt.NDArray[np.object_]:
    """:func:`refusals` of columns: one text a row."""
    age = np.floor(facts["age"])
    youngest, oldest = outcome.ages
    checks = [(np.isnan(facts[name]), f"{VOCABULARY[name].label} is needed") for name in outcome.required]
    checks.append(((age < youngest) | (age > oldest), f"valid for ages {youngest}–{oldest} only"))
    checks += [(facts[name] == 1, already_text(name)) for name in outcome.already]
    checks.append((facts["pregnancy"] == 1, "not valid in pregnancy"))
    reasons = np.full(facts.rows, "", dtype=object)
    for applies, text in reversed(checks):  # the first reason that applies is written last
        reasons[applies] = text
    return reasons


@cache
def already_text(name: str) -> str:
    """“already told of angina”, “already takes insulin”, … for a variable that shows the disease is there."""
    told, colon, disease = VOCABULARY[name].label.partition(": ")
    if colon:
        return f"already {told.lower()} of {'a ' if name in _EVENTS else ''}{disease}"
    return f"already {told[0].lower()}{told[1:]}"


def eligible(frame: pd.DataFrame, outcome: Outcome) -> pd.Series:
    """Whether each row belongs to the people the outcome holds for (bool, same index)."""
    return refusals(frame, outcome) == ""
