"""CHA₂DS₂-VA and HAS-BLED: cases worked by hand from the definitions, ranges of the unknown, for whom they hold."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodels.scores import REGISTRY
from riskmodels.scores.cha2ds2_va import ITEMS, cha2ds2_va
from riskmodels.scores.has_bled import has_bled

Golden = Callable[[str], pd.DataFrame]
BOTH = pytest.mark.parametrize("name", ["cha2ds2_va", "has_bled"])
#: yes/no facts of both scores
FACTS = sorted({fact for name in ("cha2ds2_va", "has_bled") for fact in REGISTRY[name].inputs} - {
    "age", "atrial_fibrillation", "systolic_bp", "creatinine"
})  # fmt: skip


@BOTH
def test_every_case_worked_by_hand(golden: Golden, name: str) -> None:
    cases = golden(name)
    result = REGISTRY[name].function(cases)
    assert (result["problems"] == "").all()
    assert result["points"].tolist() == cases["points"].tolist()
    assert result["category"].tolist() == cases["category"].tolist()


@BOTH
def test_no_atrial_fibrillation_has_no_score(person: dict[str, float], name: str) -> None:
    row = REGISTRY[name].function(pd.DataFrame([person | {"atrial_fibrillation": 0.0}])).iloc[0]
    assert np.isnan(row[["points", "least_points", "most_points"]].to_numpy(dtype=float)).all()
    assert row["problems"] == "holds only for people with atrial fibrillation"
    assert row["category"] == ""


@BOTH
def test_whether_there_is_atrial_fibrillation_is_not_guessed(person: dict[str, float], name: str) -> None:
    row = REGISTRY[name].function(pd.DataFrame([person | {"atrial_fibrillation": np.nan}])).iloc[0]
    assert row["missing"] == "atrial_fibrillation"
    assert np.isnan(row["least_points"])


def test_unknown_items_give_a_range_and_are_named(person: dict[str, float]) -> None:
    unknown = {"stroke": np.nan, "tia_embolism": 0.0, "heart_failure": np.nan}
    row = cha2ds2_va(pd.DataFrame([person | {"age": 70.0} | unknown])).iloc[0]
    assert np.isnan(row["points"])
    assert (row["least_points"], row["most_points"]) == (1, 4)
    assert row["missing"] == "heart_failure, stroke"
    assert row["possible"] == "at least 1, at most 4 points", "between 1 and 4 the recommendation is open"


def test_a_recommendation_that_no_unknown_item_can_change_is_given(person: dict[str, float]) -> None:
    row = cha2ds2_va(pd.DataFrame([person | {"age": 80.0, "heart_failure": np.nan}])).iloc[0]
    assert (row["least_points"], row["most_points"]) == (2, 3)
    assert row["possible"] == "at least 2, at most 3 points: anticoagulation is recommended"
    assert row["category"] == ""


def test_one_yes_settles_an_item_whatever_else_is_unknown(person: dict[str, float]) -> None:
    unknown = dict.fromkeys(ITEMS["vascular"], np.nan) | {"angina": 1.0, "bp_medication": 1.0, "hypertension": np.nan}
    row = cha2ds2_va(pd.DataFrame([person | unknown])).iloc[0]
    assert (row["points"], row["problems"]) == (2, "")


def test_no_diabetes_needs_no_word_on_its_medicine(person: dict[str, float]) -> None:
    row = cha2ds2_va(pd.DataFrame([person | {"diabetes": 0.0}])).iloc[0]
    assert (row["points"], row["missing"]) == (0, "")
    treated = cha2ds2_va(pd.DataFrame([person | {"diabetes": np.nan, "insulin": 1.0}])).iloc[0]
    assert treated["points"] == 1


def test_dialysis_needs_no_creatinine(person: dict[str, float]) -> None:
    unknown = {"creatinine": np.nan, "dialysis_or_transplant": 1.0}
    assert has_bled(pd.DataFrame([person | unknown]))["points"].tolist() == [1]
    row = has_bled(pd.DataFrame([person | unknown | {"dialysis_or_transplant": 0.0}])).iloc[0]
    assert (row["missing"], row["most_points"]) == ("creatinine", 1)


@BOTH
@settings(max_examples=25, deadline=None)
@given(
    known=st.fixed_dictionaries({fact: st.sampled_from([0.0, 1.0, np.nan]) for fact in FACTS}), age=st.integers(40, 90)
)
def test_the_range_is_that_of_every_way_to_fill_in_the_unknown(name: str, known: dict[str, float], age: int) -> None:
    one = known | {"age": float(age), "atrial_fibrillation": 1.0, "systolic_bp": 130.0, "creatinine": 1.0, "sex": 0.0}
    one |= {"insulin": 0.0, "glucose_pills": 0.0}
    function = REGISTRY[name].function
    row = function(pd.DataFrame([one])).iloc[0]
    open_facts = [fact for fact in str(row["missing"]).split(", ") if fact]
    chosen = open_facts[:8]
    fixed = dict.fromkeys(open_facts[8:], 0.0)
    ways = [one | fixed | dict(zip(chosen, way, strict=True)) for way in product([0.0, 1.0], repeat=len(chosen))]
    sums = function(pd.DataFrame(ways))["points"]
    assert sums.notna().all()
    assert sums.min() == row["least_points"]
    assert sums.max() <= row["most_points"]
    if len(open_facts) <= 8:
        assert sums.max() == row["most_points"]
