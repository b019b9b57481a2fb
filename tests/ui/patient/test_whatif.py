"""What if: which facts can be moved, and how what moves with them is told."""

from __future__ import annotations

import pandas as pd

from riskmodels.changes.whatif import Moved
from riskmodels.units import find_unit
from riskmodels.vocabulary import VOCABULARY
from ui.patient.whatif import moved_text, sliders_for

EVERY_INPUT = set(VOCABULARY)


def patient(**facts: float) -> pd.Series:
    return pd.Series({name: facts.get(name, float("nan")) for name in VOCABULARY})


def names(person: pd.Series, inputs: set[str] = EVERY_INPUT) -> set[str]:
    return {variable.name for variable in sliders_for(person, inputs)}


def test_age_and_sex_are_locked_and_unknown_facts_have_no_slider() -> None:
    assert names(patient(age=50, sex=1, systolic_bp=140)) == {"systolic_bp"}


def test_weight_leads_bmi_where_height_is_known() -> None:
    assert names(patient(height=170, weight=90, bmi=31.1)) == {"weight"}


def test_bmi_is_moved_itself_where_weight_is_unknown() -> None:
    assert names(patient(bmi=31.1)) == {"bmi"}


def test_a_value_that_moved_along_is_told_in_the_unit_shown() -> None:
    moved = Moved("total_cholesterol", 230.0, 190.0, "total = HDL + LDL + triglycerides ÷ 5")
    unit = find_unit(VOCABULARY["total_cholesterol"].units, "mmol/L")
    told = moved_text(moved, {"total_cholesterol": unit})
    assert told == "total cholesterol 5.9 mmol/L → 4.9 mmol/L (total = HDL + LDL + triglycerides ÷ 5)"


def test_total_cholesterol_is_led_where_ldl_is_known() -> None:
    assert names(patient(total_cholesterol=230, ldl_cholesterol=150)) == {"ldl_cholesterol"}


def test_facts_that_no_model_uses_have_no_slider() -> None:
    assert names(patient(systolic_bp=140, hba1c=6.0), {"systolic_bp"}) == {"systolic_bp"}
