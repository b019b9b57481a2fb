"""Heart age: the age at which one of the same sex with optimal facts has this ten-year risk by PREVENT's base model.

Optimal (:data:`OPTIMAL`): non-HDL cholesterol 120 mg/dL, untreated systolic pressure 110 mmHg, eGFR 90, no diabetes,
no smoking, no statin, as the PREVENT Risk Age Calculator (Northwestern University) prints them beneath its answer
(Krishnan V, et al. PREVENT risk age equations and population distribution in US adults. JAMA Cardiology 2025, research
letter, read in summaries). The calculator names no HDL cholesterol: 50 mg/dL is taken from the optimal
risk factors of the 2013 ACC/AHA guideline (total 170, HDL 50 mg/dL, untreated systolic 110 mmHg; Goff 2014, doi
10.1161/01.cir.0000437741.48606.98); with it the calculator's own example, a woman at 5 % whose risk age is 63, is met.
Body mass index is no part of the equation of total risk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np

from riskmodels.columns import Columns, Floats
from riskmodels.scores import prevent
from riskmodels.scores.eligibility import SEXES, Result, Texts

#: canonical units
OPTIMAL = {
    "systolic_bp": 110.0,
    "bp_medication": 0.0,
    "total_cholesterol": 170.0,
    "hdl_cholesterol": 50.0,
    "cholesterol_medication": 0.0,
    "diabetes": 0.0,
    "smoking": 0.0,
    "egfr": 90.0,
    "pregnancy": 0.0,
}
#: of those, what the answer hangs on and is a number: named beside it
NAMED = ("systolic_bp", "total_cholesterol", "hdl_cholesterol", "egfr")
BELOW, OVER = f"below {prevent.AGES[0]}", f"over {prevent.AGES[1]}"
SOURCE = (
    "Heart age: optimal values of the PREVENT Risk Age Calculator (Krishnan V, et al. JAMA Cardiology 2025), which "
    "names no HDL cholesterol; that of the 2013 ACC/AHA guideline's optimal risk factors (Goff 2014, "
    "doi 10.1161/01.cir.0000437741.48606.98)"
)
_VALUE = "total_cvd_10y"
#: log-odds; at the very ends of the ages rounding must not make one of 30 or 79 “below” or “over”
_SLACK = 1e-9


@dataclass(frozen=True)
class HeartAge:
    """The heart age of one person.

    Args:
        age: years; NaN beyond the ends and where there is none.
        beyond: :data:`BELOW` or :data:`OVER`; empty where it is between them.
        problems: why there is none; empty where there is.
    """

    age: float = field(repr=False)
    beyond: str = field(repr=False)
    problems: str

    @property
    def given(self) -> bool:
        """Whether there is one, be it beyond the ends."""
        return not self.problems

    @property
    def words(self) -> str:
        """``67``, ``below 30``, ``over 79``; empty where there is none."""
        return "" if self.problems else self.beyond or f"{self.age:.0f}"


def heart_age(patient: Columns) -> HeartAge:
    """The heart age of the first row.

    Args:
        patient: columns of a PatientFrame.
    """
    row = evaluate(patient).row()
    return HeartAge(row["heart_age"], row["beyond"], row["problems"])


def evaluate(inputs: Columns) -> Result:
    """The heart age of n people.

    Args:
        inputs: columns of a PatientFrame.

    Returns:
        ``heart_age`` in years, NaN where it is beyond the ends, which ``beyond`` then names, and where ``problems``
        says why PREVENT does not hold for somebody or what it lacks.

    Source: see the head of this module.
    """
    base = prevent.evaluate(inputs, "base")
    risk = base.numbers[_VALUE]
    ages, beyond = np.full(len(risk), np.nan), np.zeros(len(risk), dtype=np.int64)
    for sex, _ in SEXES:
        rows = np.flatnonzero(inputs["sex"] == sex)
        grid, odds = _optimal(sex)
        own = _log_odds(risk[rows])
        beyond[rows] = np.where(own < odds[0] - _SLACK, 1, np.where(own > odds[-1] + _SLACK, 2, 0))
        ages[rows] = np.where(beyond[rows] == 0, np.interp(own, odds, grid), np.nan)
    return Result(
        {"heart_age": ages},
        {
            "beyond": Texts(("", BELOW, OVER), beyond),
            "problems": base.texts["problems"],
            "missing": base.texts["missing"],
        },
    )


@cache
def _optimal(sex: float) -> tuple[Floats, Floats]:
    """Ages of whole years and the log-odds of somebody with optimal facts at each: a straight, rising line."""
    youngest, oldest = prevent.AGES
    grid = np.arange(youngest, oldest + 1, dtype=float)
    facts = {name: np.full(len(grid), value) for name, value in OPTIMAL.items()} | {"age": grid}
    facts["sex"] = np.full(len(grid), sex)
    return grid, _log_odds(prevent.evaluate(Columns(len(grid), facts), "base").numbers[_VALUE])


def _log_odds(risk: Floats) -> Floats:
    return np.asarray(np.log(risk / (1 - risk)))
