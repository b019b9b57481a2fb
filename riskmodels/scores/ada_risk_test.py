"""ADA / CDC type 2 diabetes risk test: points that say who should be tested for diabetes now.

Source: Bang H, Edwards AM, Bomback AS, et al. Ann Intern Med 2009;151:775-783,
doi 10.7326/0003-4819-151-11-200912010-00005, in the current one-page form of the ADA and the CDC (0–10 points).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from riskmodels.columns import Columns, Floats
from riskmodels.scores.eligibility import DIABETES_FACTS, FEMALE, MALE, Bands, Findings, Flags, Result, Texts
from riskmodels.scores.points import read_bands, total_points

FORM = "ADA / CDC risk test form"
#: input of a frame by item of the form
ITEMS = {
    "age": "age",
    "sex": "sex",
    "gestational_diabetes": "gestational_diabetes",
    "family_history": "family_history_diabetes",
    "high_blood_pressure": "hypertension",
    "physical_activity": "daily_activity",
    "bmi": "bmi",
}
REQUIRED = tuple(ITEMS.values())
OPTIONAL = ("asian_american",)
_SEX = {"female": FEMALE, "male": MALE}
#: first cut of the body mass index, kg/m²; for Asian Americans
_FIRST_CUT, _FIRST_CUT_ASIAN = 25.0, 23.0


def ada_risk_test(frame: pd.DataFrame) -> pd.DataFrame:
    """Points of the risk test for undiagnosed diabetes or prediabetes.

    Args:
        frame: PatientFrame with the further column ``gestational_diabetes`` (1/0; asked of women only) and optionally
            ``asian_american`` (1/0), see :data:`riskmodels.scores.inputs.EXTRA_INPUTS`.

    Returns:
        Rows as given; ``points`` (0–10), ``model`` (whose body-mass cuts), ``category`` (high from 5), ``problems``,
        ``missing``. No probability is published with the points.

    Note:
        The form asks for a parent, brother or sister with diabetes; ``family_history_diabetes`` is the nearest input.
    """
    return evaluate(Columns.of(frame)).frame(frame.index)


def evaluate(inputs: Columns) -> Result:
    """:func:`ada_risk_test` of columns."""
    asian = inputs["asian_american"] == 1
    findings = Findings(inputs)
    findings.require(*(name for name in REQUIRED if name != "gestational_diabetes"))
    findings.require("gestational_diabetes", where=inputs["sex"] == FEMALE)
    findings.ages(18)
    findings.without(*DIABETES_FACTS)
    findings.not_pregnant()

    clear = findings.clear
    points = np.full(inputs.rows, np.nan)
    points[clear] = _points({name: inputs[name][clear] for name in REQUIRED}, asian[clear])
    model = Texts(("ADA test", "ADA test, body-mass cut for Asian Americans"), asian.astype(np.int64))
    return Result.of({"points": points}, findings, model=model, category=bands().of(points))


def bands() -> Bands:
    """The form's categories of the points."""
    return read_bands("ada_cdc_risk_test", FORM)[0]


def _points(inputs: dict[str, Floats], asian: Flags) -> Floats:
    items = {item: inputs[name] for item, name in ITEMS.items()}
    items["gestational_diabetes"] = np.where(inputs["sex"] == MALE, 0.0, inputs["gestational_diabetes"])
    # 23 replaces 25: who lies between the two counts as 25
    between = asian & (items["bmi"] >= _FIRST_CUT_ASIAN) & (items["bmi"] < _FIRST_CUT)
    items["bmi"] = np.where(between, _FIRST_CUT, items["bmi"])
    return total_points("ada_cdc_risk_test", items, inputs["sex"], _SEX)
