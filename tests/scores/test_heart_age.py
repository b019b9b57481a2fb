"""Heart age by PREVENT's base model: the calculator's example, the ends, whom it does not hold for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.columns import Columns
from riskmodels.scores import prevent
from riskmodels.scores.heart_age import OPTIMAL, HeartAge, evaluate, heart_age

WOMAN, MAN = 0.0, 1.0


def optimal(years: float, of_sex: float, **other: float) -> Columns:
    return Columns.of(pd.DataFrame([OPTIMAL | {"age": years, "sex": of_sex} | other], dtype=float))


@given(st.integers(30, 79), st.sampled_from([WOMAN, MAN]))
def test_somebody_with_optimal_facts_is_as_old_as_they_are(age: int, sex: float) -> None:
    assert heart_age(optimal(age, sex)).age == pytest.approx(age, abs=1e-6)


def test_a_woman_at_5_per_cent_is_63_as_in_the_calculators_own_example() -> None:
    # PREVENT Risk Age Calculator (Northwestern University): a woman of 57, at 5 %, has a risk age of 63 years
    risk = prevent.evaluate(optimal(63, WOMAN), "base").numbers["total_cvd_10y"][0]
    assert round(100 * risk) == 5


@given(st.floats(90, 180), st.floats(130, 320), st.floats(30, 79), st.sampled_from([WOMAN, MAN]))
def test_the_risk_at_that_age_with_optimal_facts_is_the_patients_own(
    systolic: float, cholesterol: float, age: float, sex: float
) -> None:
    patient = optimal(age, sex, systolic_bp=systolic, total_cholesterol=cholesterol)
    found = heart_age(patient)
    own = prevent.evaluate(patient, "base").numbers["total_cvd_10y"][0]
    if found.beyond:
        end = prevent.evaluate(optimal(30 if found.beyond == "below 30" else 79, sex), "base")
        assert (own < end.numbers["total_cvd_10y"][0]) == (found.beyond == "below 30")
    else:
        same = prevent.evaluate(optimal(found.age, sex), "base").numbers["total_cvd_10y"][0]
        assert same == pytest.approx(own, rel=1e-6)


def test_body_mass_index_does_not_count() -> None:
    assert heart_age(optimal(50, MAN, bmi=35)).age == pytest.approx(50, abs=1e-6)


def test_hba1c_does_not_change_it_for_it_is_of_the_base_model() -> None:
    assert heart_age(optimal(50, MAN, hba1c=9.0, uacr=300.0)).age == pytest.approx(50, abs=1e-6)


@pytest.mark.parametrize(
    ("age", "facts", "words"),
    [(30, {"hdl_cholesterol": 100.0, "total_cholesterol": 180.0}, "below 30"), (79, {"smoking": 2.0}, "over 79")],
)
def test_beyond_the_ends_it_is_said_and_not_clipped(age: int, facts: dict[str, float], words: str) -> None:
    found = heart_age(optimal(age, WOMAN, **facts))
    assert (found.words, np.isnan(found.age)) == (words, True)


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"stroke": 1.0}, "not eligible: already told of a stroke"),
        ({"pregnancy": 1.0}, "not valid in pregnancy"),
        ({"egfr": np.nan}, "not known: eGFR"),
        ({"age": 80.0}, "valid for ages 30–79 only"),
        ({"systolic_bp": 200.0}, "Systolic pressure is outside 90–180 mmHg"),
    ],
)
def test_none_outside_the_people_prevent_holds_for(facts: dict[str, float], problem: str) -> None:
    found = heart_age(optimal(50, WOMAN, **facts))
    assert (found.problems, found.words, found.given) == (problem, "", False)


def test_many_rows_are_each_their_own() -> None:
    frame = pd.DataFrame([OPTIMAL | {"age": a, "sex": s} for a in (40.0, 60.0) for s in (WOMAN, MAN)])
    np.testing.assert_allclose(evaluate(Columns.of(frame)).numbers["heart_age"], [40, 40, 60, 60], atol=1e-6)


def test_no_value_stands_in_a_repr() -> None:
    assert "67" not in repr(HeartAge(67.0, "", ""))
