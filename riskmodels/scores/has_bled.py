"""HAS-BLED: points for major bleeding within a year of people with atrial fibrillation.

Source: Pisters R, Lane DA, Nieuwlaat R, de Vos CB, Crijns HJGM, Lip GYH. Chest 2010;138:1093-1100,
doi 10.1378/chest.10-0134.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from riskmodels.columns import Columns, Floats
from riskmodels.scores.atrial_fibrillation import FIBRILLATION, sum_of
from riskmodels.scores.eligibility import Bands, Result
from riskmodels.scores.points import read_bands
from riskmodels.units import find_unit, to_canonical
from riskmodels.vocabulary import VOCABULARY

PAPER = "Pisters 2010, doi 10.1378/chest.10-0134"
_FILE = "has_bled"
#: creatinine from which the kidneys count as abnormal, µmol/L
CREATININE = 200.0
#: facts by item of the score
ITEMS: dict[str, tuple[str, ...]] = {
    "systolic_bp": ("systolic_bp",),
    "kidney": ("creatinine", "dialysis_or_transplant"),
    "liver": ("liver_disease",),
    "stroke": ("stroke",),
    "bleeding": ("bleeding_history",),
    "labile_inr": ("labile_inr",),
    "drugs": ("antiplatelet_or_nsaid",),
    "alcohol": ("alcohol_excess",),
}
REQUIRED = ("age", FIBRILLATION, *(fact for facts in ITEMS.values() for fact in facts))


def has_bled(frame: pd.DataFrame) -> pd.DataFrame:
    """Points (0–9) for major bleeding of people with atrial fibrillation.

    Args:
        frame: PatientFrame.

    Returns:
        Rows as given; ``points`` where every item is known, ``least_points`` and ``most_points`` that what is known
        leaves possible, ``model``, ``category``, ``problems``, ``missing``, ``possible`` (these two in words, with the
        category in which both lie).
    """
    return evaluate(Columns.of(frame)).frame(frame.index)


def evaluate(inputs: Columns) -> Result:
    """:func:`has_bled` of columns."""
    items = {item: inputs[facts[0]] for item, facts in ITEMS.items()}
    items["kidney"] = _kidney(inputs)
    items["age"] = np.floor(inputs["age"])
    return sum_of(_FILE, inputs, items, ITEMS, bands(), "HAS-BLED")


def bands() -> Bands:
    """The paper's categories of the points."""
    return read_bands(_FILE, PAPER)[0]


def _kidney(inputs: Columns) -> Floats:
    limit = to_canonical(CREATININE, find_unit(VOCABULARY["creatinine"].units, "µmol/L"))
    creatinine, replaced = inputs["creatinine"], inputs["dialysis_or_transplant"]
    abnormal = (creatinine >= limit) | (replaced == 1)
    return np.where(abnormal, 1.0, np.where(np.isnan(creatinine) | np.isnan(replaced), np.nan, 0.0))
