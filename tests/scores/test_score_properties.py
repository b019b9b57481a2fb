"""What must hold for any patient inside the ranges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodels.checks import check
from riskmodels.scores import REGISTRY
from riskmodels.units import from_canonical
from riskmodels.vocabulary import VOCABULARY

YES_NO = st.sampled_from([0.0, 1.0])
ANY = {
    "age": st.floats(40, 58),
    "sex": YES_NO,
    "systolic_bp": st.floats(110, 170),
    "bp_medication": YES_NO,
    "total_cholesterol": st.floats(130, 320),
    "hdl_cholesterol": st.floats(20, 100),
    "cholesterol_medication": YES_NO,
    "diabetes": st.just(0.0),
    "smoking": st.sampled_from([0.0, 0.5, 1.0, 2.0]),
    "egfr": st.floats(60, 140),
    "bmi": st.floats(18.5, 39.9),
}
TWO_UNITS = ("total_cholesterol", "hdl_cholesterol", "systolic_bp", "hba1c", "uacr")
MARKERS = {"hba1c": st.none() | st.floats(4.5, 15), "uacr": st.none() | st.floats(0.1, 29)}
#: inside this narrower range the equations of PREVENT and PCE rise with age too; in extreme profiles they do not
ORDINARY = ANY | {
    "systolic_bp": st.floats(110, 150),
    "total_cholesterol": st.floats(150, 250),
    "hdl_cholesterol": st.floats(35, 75),
    "smoking": st.sampled_from([0.0, 0.5, 1.0]),
    "egfr": st.floats(60, 120),
    "bmi": st.floats(20, 35),
}
SCORES = [
    ("prevent", {}),
    ("pce", {"race": "white"}),
    ("pce", {"race": "black"}),
    ("framingham", {"model": "lipid"}),
    ("framingham", {"model": "office"}),
    ("score2", {"region": "low"}),
    ("score2", {"region": "very_high"}),
]
each_score = pytest.mark.parametrize(("name", "options"), SCORES, ids=lambda value: str(value))


def risks(name: str, options: dict[str, Any], *people: dict[str, float | None]) -> pd.DataFrame:
    """Risks of the people; 10-year risks only."""
    frame = pd.DataFrame(list(people)).astype(float)
    result = REGISTRY[name].function(frame, **options)
    assert (result["problems"] == "").all(), result["problems"].tolist()
    return result[[column for column in REGISTRY[name].values if column.endswith("_10y")]]


@each_score
@settings(max_examples=20)
@given(person=st.fixed_dictionaries(ANY | MARKERS), step=st.floats(1, 10))
def test_risk_rises_with_systolic_pressure(
    name: str, options: dict[str, Any], person: dict[str, float], step: float
) -> None:
    found = risks(name, options, person, person | {"systolic_bp": person["systolic_bp"] + step})
    assert (found.iloc[1] > found.iloc[0]).all()


@each_score
@settings(max_examples=20)
@given(person=st.fixed_dictionaries(ORDINARY | MARKERS | {"hba1c": st.none() | st.floats(4.5, 8)}))
def test_risk_rises_with_age(name: str, options: dict[str, Any], person: dict[str, float]) -> None:
    found = risks(name, options, person, person | {"age": person["age"] + 1})
    assert (found.iloc[1] > found.iloc[0]).all()


@each_score
@settings(max_examples=20)
@given(person=st.fixed_dictionaries(ANY | MARKERS))
def test_risk_is_a_share(name: str, options: dict[str, Any], person: dict[str, float]) -> None:
    found = risks(name, options, person)
    assert ((found > 0) & (found < 1)).all(axis=None)


@each_score
@settings(max_examples=20)
@given(person=st.fixed_dictionaries(ANY | MARKERS))
def test_other_units_give_the_same_number(name: str, options: dict[str, Any], person: dict[str, float]) -> None:
    other = {
        v: VOCABULARY[v].units[1] for v in ("total_cholesterol", "hdl_cholesterol", "systolic_bp", "hba1c", "uacr")
    }
    converted = person | {
        v: None if person[v] is None else from_canonical(person[v], unit) for v, unit in other.items()
    }
    units = {v: unit.symbol for v, unit in other.items()}
    same = check(pd.DataFrame([converted]), units).frame
    canonical = check(pd.DataFrame([person])).frame
    function = REGISTRY[name].function
    values = list(REGISTRY[name].values)
    first, second = function(canonical, **options)[values], function(same, **options)[values]
    assert first.notna().all(axis=None)
    np.testing.assert_allclose(first.to_numpy(), second.to_numpy(), rtol=1e-11)


def test_paper_example_typed_in_mmol_gives_the_published_percentage() -> None:
    typed = {
        "age": "50",
        "sex": "female",
        "systolic_bp": "160",
        "bp_medication": "yes",
        "total_cholesterol": "5.17",
        "hdl_cholesterol": "1.16",
        "cholesterol_medication": "no",
        "diabetes": "yes",
        "smoking": "never",
        "egfr": "90",
        "bmi": "35",
    }
    units = {"total_cholesterol": "mmol/L", "hdl_cholesterol": "mmol/L"}
    frame = check(pd.DataFrame([typed]), units).frame
    assert REGISTRY["prevent"].function(frame)["total_cvd_10y"].round(3).tolist() == [0.147]


@settings(max_examples=25)
@given(order=st.permutations(range(6)))
def test_order_of_rows_does_not_matter(order: list[int]) -> None:
    base = {"age": 45.0, "sex": 0.0, "systolic_bp": 130.0, "bp_medication": 0.0, "diabetes": 0.0, "smoking": 2.0}
    base |= {"total_cholesterol": 200.0, "hdl_cholesterol": 50.0, "cholesterol_medication": 0.0, "egfr": 90.0}
    changes = [{}, {"sex": 1.0}, {"age": 85.0}, {"smoking": np.nan}, {"hba1c": 6.0}, {"age": 65.0, "uacr": 20.0}]
    people = pd.DataFrame([base | {"bmi": 28.0} | change for change in changes], index=list("fbdace"))
    shuffled = people.iloc[order]
    for name in ("prevent", "pce", "framingham"):
        function = REGISTRY[name].function
        wanted = function(people).loc[shuffled.index]
        pd.testing.assert_frame_equal(function(shuffled), wanted, rtol=1e-12)
