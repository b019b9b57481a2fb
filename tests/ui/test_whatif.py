"""What if: which facts can be moved, and what moves with them."""

from __future__ import annotations

import pandas as pd
import pytest

from riskmodels.vocabulary import VOCABULARY
from ui.whatif import apply_changes, sliders_for

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


def test_weight_moves_bmi_along() -> None:
    changed = apply_changes(patient(height=170, weight=90, bmi=31.1), {"weight": 80.0})
    assert changed["bmi"] == pytest.approx(31.1 - 10 / 1.7**2)


def test_lipids_move_total_cholesterol_along() -> None:
    person = patient(total_cholesterol=230, ldl_cholesterol=150, hdl_cholesterol=45, triglycerides=175)
    changed = apply_changes(person, {"ldl_cholesterol": 110.0, "hdl_cholesterol": 50.0, "triglycerides": 150.0})
    assert changed["total_cholesterol"] == pytest.approx(230 - 40 + 5 - 5)


def test_total_cholesterol_is_led_where_ldl_is_known() -> None:
    assert names(patient(total_cholesterol=230, ldl_cholesterol=150)) == {"ldl_cholesterol"}


def test_the_patient_itself_is_not_changed() -> None:
    person = patient(systolic_bp=150)
    apply_changes(person, {"systolic_bp": 120.0})
    assert person["systolic_bp"] == 150


def test_facts_that_no_model_uses_have_no_slider() -> None:
    assert names(patient(systolic_bp=140, hba1c=6.0), {"systolic_bp"}) == {"systolic_bp"}
