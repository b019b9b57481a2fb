"""How far a plan may go."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.changes.bounds import DEFAULT_BOUNDS, Bound, ladders_for
from riskmodels.units import find_unit, from_canonical
from riskmodels.vocabulary import VOCABULARY

BOUND = {bound.name: bound for bound in DEFAULT_BOUNDS}
INPUTS = tuple(BOUND)


def names(inputs: tuple[str, ...] = INPUTS, **facts: float) -> list[str]:
    return [ladder.name for ladder in ladders_for(pd.Series(facts), DEFAULT_BOUNDS, inputs, {})]


@pytest.mark.parametrize(
    ("name", "value", "reach"),
    [
        ("systolic_bp", 150, 120),
        ("systolic_bp", 180, 140),
        ("ldl_cholesterol", 100, 55),
        ("ldl_cholesterol", 200, 80),
        ("hdl_cholesterol", 40, 44),
        ("hdl_cholesterol", 58, 60),
        ("bmi", 40, 34),
        ("bmi", 24, 22),
        ("hba1c", 6.4, 5.7),
        ("hba1c", 10, 7.5),
        ("glucose", 110, 100),
        ("smoking", 2, 1),
        ("physical_activity", 0, 1),
    ],
)
def test_reach_is_the_nearest_of_its_limits(name: str, value: float, reach: float) -> None:
    assert BOUND[name].reach(value) == pytest.approx(reach)


@pytest.mark.parametrize(
    ("name", "value"),
    [("systolic_bp", 120), ("bmi", 21), ("hba1c", 5.4), ("smoking", 1), ("smoking", 0), ("physical_activity", 1)],
)
def test_there_is_no_reach_where_nothing_is_left_to_gain(name: str, value: float) -> None:
    assert math.isnan(BOUND[name].reach(value))
    assert len(BOUND[name].values(value)) == 0


def test_values_are_full_steps_of_the_unit_with_the_nearest_first() -> None:
    assert BOUND["systolic_bp"].values(122.7).tolist() == [122, 121, 120]
    assert BOUND["hba1c"].values(6.0) == pytest.approx([5.9, 5.8, 5.7])


def test_values_in_another_unit_are_full_steps_of_that_unit() -> None:
    unit = find_unit(VOCABULARY["ldl_cholesterol"].units, "mmol/L")
    shown = from_canonical(BOUND["ldl_cholesterol"].values(100.0, unit), unit)
    assert shown == pytest.approx(np.arange(25, 14, -1) / 10)


@given(
    name=st.sampled_from(["systolic_bp", "ldl_cholesterol", "hdl_cholesterol", "bmi", "hba1c"]), share=st.floats(0, 1)
)
def test_no_value_is_beyond_the_bound_or_back_at_the_patients_own(name: str, share: float) -> None:
    bound, (low, high) = BOUND[name], VOCABULARY[name].usual
    own = low + share * (high - low)
    values = bound.values(own)
    moved = bound.direction * (values - own)
    assert (moved > 0).all()
    if len(values):
        assert (moved <= bound.direction * (bound.reach(own) - own) + 1e-6).all()


def test_total_cholesterol_is_led_by_ldl_where_that_is_known() -> None:
    assert names(ldl_cholesterol=150, total_cholesterol=230) == ["ldl_cholesterol"]
    assert names(total_cholesterol=230) == ["total_cholesterol"]


def test_ldl_counts_by_the_total_where_it_is_no_input_itself() -> None:
    assert names(("total_cholesterol",), ldl_cholesterol=150, total_cholesterol=230) == ["ldl_cholesterol"]


def test_glucose_is_moved_itself_where_hba1c_is_no_input() -> None:
    assert names(hba1c=7.0, glucose=150) == ["hba1c"]
    assert names(("glucose",), hba1c=7.0, glucose=150) == ["glucose"]


def test_unknown_values_and_those_that_are_no_input_have_no_ladder() -> None:
    assert names(("bmi",), bmi=30, systolic_bp=150, smoking=float("nan")) == ["bmi"]


def test_costs_are_shares_of_the_bound() -> None:
    (ladder,) = ladders_for(pd.Series({"systolic_bp": 140.0}), DEFAULT_BOUNDS, INPUTS, {})
    assert ladder.costs[[0, 10, 20]] == pytest.approx([0, 0.5, 1])
    assert ladder.coarse[-1] == 20


def test_every_bound_is_of_something_care_can_change_and_says_why() -> None:
    for bound in DEFAULT_BOUNDS:
        assert VOCABULARY[bound.name].modifiable
        assert bound.why.endswith(".")
        assert VOCABULARY[bound.name].label in bound.text


def test_a_bound_in_words() -> None:
    assert BOUND["systolic_bp"].text == "Systolic pressure: down to 120 mmHg, by at most 40 mmHg"
    assert BOUND["smoking"].text == "Smoking: to former smoker"
    assert Bound("bmi", -1, 22.0, "", share=0.15).text == "Body mass index: down to 22.0 kg/m², by at most 15 %"
