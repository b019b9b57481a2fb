"""Steps of the waterfall: ordered, labelled, and adding up as printed."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.explain.steps import END, MOST_BARS, START, fact_text, make_steps, round_to_sum
from riskmodels.percent import printed
from riskmodels.units import find_unit
from riskmodels.vocabulary import VOCABULARY

FACTS = {
    "age": 54.0,
    "sex": 0.0,
    "waist": 108.0,
    "systolic_bp": 142.0,
    "diastolic_bp": 86.0,
    "glucose": 109.0,
    "hdl_cholesterol": 41.0,
    "total_cholesterol": 231.0,
    "smoking": 0.0,
    "physical_activity": 1.0,
}
PATIENT = pd.Series({name: FACTS.get(name, float("nan")) for name in VOCABULARY})


def contributions(**amounts: float) -> pd.Series:
    return pd.Series({name: amounts.get(name, 0.0) for name in VOCABULARY})


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=9), st.integers(0, 2))
def test_rounded_amounts_add_up_and_none_moves_by_more_than_one_step(amounts: list[float], decimals: int) -> None:
    total = round(sum(amounts), decimals)
    rounded = round_to_sum(amounts, total, decimals)
    assert sum(rounded) == pytest.approx(total, abs=1e-9)
    assert all(abs(a - r) <= 1.5 * 10**-decimals + 1e-9 for a, r in zip(amounts, rounded, strict=True))


@given(st.lists(st.floats(-5, 5), min_size=len(FACTS), max_size=len(FACTS)), st.floats(0.1, 50))
def test_every_step_begins_where_the_last_one_ended(amounts: list[float], base: float) -> None:
    steps = make_steps(base, contributions(**dict(zip(FACTS, amounts, strict=True))), PATIENT, {}, 1)
    for before, after in pairwise(steps[:-1]):
        assert after.start == pytest.approx(before.end)
    assert steps[-1].amount == pytest.approx(steps[-2].end)


def test_largest_facts_stand_first_and_the_rest_are_others() -> None:
    amounts = {name: float(i + 1) for i, name in enumerate(FACTS)}
    steps = make_steps(3.4, contributions(**amounts), PATIENT, {}, 1)
    assert [steps[0].label, steps[-1].label] == [START, END]
    assert [s.name for s in steps[1 : 1 + MOST_BARS]] == list(FACTS)[::-1][:MOST_BARS]
    assert steps[-2].label == "2 others"


@given(st.lists(st.floats(-5, 5), min_size=len(FACTS), max_size=len(FACTS)), st.floats(0.02, 0.5), st.floats(0.02, 0.5))
def test_bars_add_up_to_both_ends_as_they_are_written_elsewhere(amounts: list[float], base: float, risk: float) -> None:
    start, end, decimals = printed(base, risk)
    amounts[0] += 100 * (risk - base) - sum(amounts)
    facts = contributions(**dict(zip(FACTS, amounts, strict=True)))
    steps = make_steps(100 * base, facts, PATIENT, {}, decimals, ends=(start, end))
    assert (steps[0].amount, steps[-1].amount) == (start, end)
    assert sum(step.amount for step in steps[:-1]) == pytest.approx(end)


def test_unknown_inputs_and_bars_that_round_to_nothing_are_left_out() -> None:
    steps = make_steps(3.4, contributions(glucose=2.0, waist=0.01), PATIENT, {}, 1)
    assert [s.name for s in steps if s.name] == ["glucose"]


def test_a_fact_is_labelled_with_the_unit_it_was_entered_in() -> None:
    unit = find_unit(VOCABULARY["glucose"].units, "mmol/L")
    assert fact_text("glucose", 109.0, unit) == "Glucose 6.1 mmol/L"


@pytest.mark.parametrize(
    ("name", "value", "worded"),
    [
        ("waist", 108.0, "Waist 108 cm"),
        ("angina", 1.0, "Told of angina: yes"),
        ("smoking", 2.0, "Smoking: current smoker"),
    ],
)
def test_facts_in_words(name: str, value: float, worded: str) -> None:
    assert fact_text(name, value) == worded


def test_a_value_counted_as_another_says_so_on_its_bar() -> None:
    counted = PATIENT.copy()
    counted["glucose"] = 100.0
    steps = make_steps(3.4, contributions(glucose=2.0, waist=1.0), PATIENT, {}, 1, counted)
    labels = {step.name: step.label for step in steps if step.name}
    assert labels["glucose"] == f"{fact_text('glucose', PATIENT['glucose'])} (counted as 100)"
    assert labels["waist"] == fact_text("waist", PATIENT["waist"])


def test_each_fact_s_bar_has_the_model_s_own_interval_and_its_ends_none() -> None:
    spread = contributions(glucose=0.4, waist=0.2)
    steps = make_steps(3.4, contributions(glucose=2.0, waist=1.0), PATIENT, {}, 1, spread=spread)
    assert {step.name: step.spread for step in steps if step.name} == {"glucose": 0.4, "waist": 0.2}
    assert steps[0].spread == steps[-1].spread == 0.0
