"""CHA₂DS₂-VA: points for stroke and embolism in atrial fibrillation, without the item for sex.

Source: Van Gelder IC, Rienstra M, Bunting KV, et al. 2024 ESC Guidelines for the management of atrial fibrillation.
Eur Heart J 2024;45:3314-3414, doi 10.1093/eurheartj/ehae176 (definitions and recommendations).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from riskmodels.columns import Columns, Floats
from riskmodels.scores.atrial_fibrillation import FIBRILLATION, any_of, sum_of
from riskmodels.scores.eligibility import DIABETES_FACTS, Bands, Result
from riskmodels.scores.points import read_bands

GUIDELINE = "ESC 2024, doi 10.1093/eurheartj/ehae176"
_FILE = "cha2ds2_va"
#: facts by item of the score; one yes is enough
ITEMS: dict[str, tuple[str, ...]] = {
    "heart_failure": ("heart_failure",),
    "hypertension": ("hypertension", "bp_medication"),
    "diabetes": DIABETES_FACTS,
    "stroke": ("stroke", "tia_embolism"),
    "vascular": ("heart_attack", "coronary_disease", "angina", "peripheral_artery_disease"),
}
#: what is asked where an item is open: who was not told of diabetes takes no medicine for it
_ASKED = ITEMS | {"diabetes": ("diabetes",)}
REQUIRED = ("age", FIBRILLATION, *(fact for facts in _ASKED.values() for fact in facts))
OPTIONAL = tuple(fact for fact in DIABETES_FACTS if fact not in REQUIRED)


def cha2ds2_va(frame: pd.DataFrame) -> pd.DataFrame:
    """Points (0–8) for stroke and embolism of people with atrial fibrillation.

    Args:
        frame: PatientFrame.

    Returns:
        Rows as given; ``points`` where every item is known, ``least_points`` and ``most_points`` that what is known
        leaves possible, ``model``, ``category``, ``problems``, ``missing``, ``possible`` (these two in words, with the
        category in which both lie).

    Note:
        One high pressure does not make the item hypertension, which asks for two occasions: the facts told are used.
    """
    return evaluate(Columns.of(frame)).frame(frame.index)


def evaluate(inputs: Columns) -> Result:
    """:func:`cha2ds2_va` of columns."""
    items = {item: any_of(inputs, *facts) for item, facts in ITEMS.items()}
    items["diabetes"] = _diabetes(inputs)
    items["age"] = np.floor(inputs["age"])
    return sum_of(_FILE, inputs, items, _ASKED, bands(), "CHA₂DS₂-VA")


def bands() -> Bands:
    """The guideline's recommendations by the points."""
    return read_bands(_FILE, GUIDELINE)[0]


def _diabetes(inputs: Columns) -> Floats:
    """Whether there is diabetes: without it nobody takes medicine for it, so a no settles what is not known of that."""
    found = any_of(inputs, *DIABETES_FACTS)
    return np.where(np.isnan(found) & (inputs["diabetes"] == 0), 0.0, found)
