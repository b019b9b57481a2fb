"""The distance walked in six minutes against the one predicted for healthy adults.

Source: Enright PL, Sherrill DL. Am J Respir Crit Care Med 1998;158:1384-1387, doi 10.1164/ajrccm.158.5.9710086:
117 men and 173 women of 40-80 years.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import floor

import pandas as pd

from riskmodels.care.wording import known
from riskmodels.scores.eligibility import FEMALE, MALE

#: metres: constant, for each cm of height, year of age, kg of weight; how far the lower limit of normal lies below
_EQUATION = {FEMALE: (667.0, 2.11, -5.78, -2.29, 139.0), MALE: (-309.0, 7.57, -5.02, -1.76, 153.0)}
AGES = (40, 80)
SOURCES = ("enright1998",)


@dataclass(frozen=True)
class Walk:
    """A walk and its prediction, in metres.

    Args:
        predicted: mean of healthy people of the same sex, age, height and weight; NaN where there is none.
        lower_limit: below it lie 5 % of healthy people.
        text: in words, or why there is no prediction.
    """

    predicted: float = field(repr=False)
    lower_limit: float = field(repr=False)
    text: str = field(repr=False)


def walk_of(patient: pd.Series) -> Walk:
    """The distance walked in six minutes against its prediction.

    Args:
        patient: one row of a PatientFrame: age in years, height in cm, weight in kg, the distance in metres.
    """
    age, sex, height, weight = (known(patient, name) for name in ("age", "sex", "height", "weight"))
    nan = float("nan")
    if not all(value == value for value in (age, sex, height, weight)):
        return Walk(nan, nan, "No predicted distance: it needs age, sex, height and weight.")
    if not AGES[0] <= floor(age) <= AGES[1]:
        return Walk(nan, nan, f"No predicted distance: the equation is of people of {AGES[0]}–{AGES[1]} years.")
    constant, by_height, by_age, by_weight, below = _EQUATION[sex]
    predicted = constant + by_height * height + by_age * age + by_weight * weight
    return Walk(predicted, predicted - below, _text(known(patient, "six_minute_walk"), predicted, predicted - below))


def _text(walked: float, predicted: float, lowest: float) -> str:
    said = f"{predicted:.0f} m is predicted for healthy people alike; 95 % of them walk {lowest:.0f} m or more"
    if walked != walked:
        return f"The distance walked in six minutes is not known: {said}."
    return f"{walked:.0f} m walked in six minutes, {100 * walked / predicted:.0f} % of the predicted: {said}."
