"""FINDRISC: points for the risk of type 2 diabetes within 10 years, without a laboratory.

Source: Lindström J, Tuomilehto J. Diabetes Care 2003;26:725-731, doi 10.2337/diacare.26.3.725, in the current form with
family history and four age classes (0–26 points).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from riskmodels.columns import Columns, Floats
from riskmodels.scores.eligibility import DIABETES_FACTS, Bands, Findings, Result, Texts
from riskmodels.scores.inputs import EXTRA_INPUTS
from riskmodels.scores.points import read_bands, total_points

FORM = "FINDRISC form (Finnish Diabetes Association)"
#: input of a frame by item of the form
ITEMS = {
    "age": "age",
    "bmi": "bmi",
    "waist": "waist",
    "physical_activity": "daily_activity",
    "vegetables_fruit": "daily_vegetables",
    "bp_medication": "bp_medication",
    "high_glucose": "high_glucose_ever",
    "family_history": "family_history_degree",
}
REQUIRED = ("sex", *ITEMS.values())
_DEGREES = {choice.word: choice.code for choice in EXTRA_INPUTS["family_history_degree"].choices}


def findrisc(frame: pd.DataFrame) -> pd.DataFrame:
    """Points and printed 10-year risk of type 2 diabetes.

    Args:
        frame: PatientFrame with the further columns ``daily_activity``, ``daily_vegetables``, ``high_glucose_ever``
            (1/0) and ``family_history_degree`` (0 none, 1 second-degree, 2 first-degree relative), see
            :data:`riskmodels.scores.inputs.EXTRA_INPUTS`. ``family_history_diabetes`` = no stands for none; a yes alone
            does not tell the degree.

    Returns:
        Rows as given; ``points`` (0–26), ``diabetes_10y`` (0–1, the form's printed share of the category), ``model``,
        ``category``, ``problems``, ``missing``.

    Note:
        The form asks whether blood-pressure medicine was ever taken regularly; ``bp_medication`` is the nearest input.
    """
    return evaluate(Columns.of(frame)).frame(frame.index)


def evaluate(inputs: Columns) -> Result:
    """:func:`findrisc` of columns."""
    asked = _with_degree(inputs)
    findings = Findings(asked)
    findings.require(*REQUIRED)
    findings.ages(18)
    findings.without(*DIABETES_FACTS)
    findings.not_pregnant()

    clear = findings.clear
    points = np.full(inputs.rows, np.nan)
    points[clear] = _points({name: asked[name][clear] for name in REQUIRED})
    numbers = {"points": points, "diabetes_10y": _printed_risk(points)}
    return Result.of(numbers, findings, model=Texts.same("FINDRISC", inputs.rows), category=bands().of(points))


def bands() -> Bands:
    """The form's categories of the points."""
    return read_bands("findrisc", FORM)[0]


def _with_degree(inputs: Columns) -> Columns:
    """The columns with the degree filled in as none where the family has no diabetes."""
    degree = inputs["family_history_degree"]
    none = np.isnan(degree) & (inputs["family_history_diabetes"] == 0)
    return inputs.replaced(family_history_degree=np.where(none, 0.0, degree))


def _points(inputs: dict[str, Floats]) -> Floats:
    items = {item: inputs[name] for item, name in ITEMS.items()}
    items["age"] = np.floor(items["age"])
    return total_points("findrisc", items, inputs["sex"], _DEGREES)


def _printed_risk(points: Floats) -> Floats:
    """The share printed for the category of the points; NaN for NaN."""
    bands, printed = read_bands("findrisc", FORM)
    shares = [1 / float(text.removeprefix("1 in ")) for text in printed]
    index = np.searchsorted(bands.edges, points, side="right")
    risk: Floats = np.where(np.isnan(points), np.nan, np.array(shares)[np.minimum(index, len(shares) - 1)])
    return risk
