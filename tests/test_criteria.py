"""Criteria of the ADA Standards of Care 2025, section 2, tables 2.1 and 2.2."""

from __future__ import annotations

import pandas as pd
import pytest

from riskmodels.criteria import Meets, find_criteria
from riskmodels.units import find_unit, to_canonical
from riskmodels.vocabulary import VOCABULARY


def patient(**facts: float) -> pd.Series:
    """A row with the facts given and everything else unknown."""
    return pd.Series({name: facts.get(name, float("nan")) for name in VOCABULARY})


def in_unit(name: str, value: float, symbol: str) -> float:
    """A value in another unit as canonical."""
    return float(to_canonical(value, find_unit(VOCABULARY[name].units, symbol)))


@pytest.mark.parametrize(
    ("hba1c", "meets"),
    [(6.5, Meets.DIABETES), (6.4, Meets.PREDIABETES), (5.7, Meets.PREDIABETES), (5.6, None)],
)
def test_hba1c_limits_are_inclusive(hba1c: float, meets: Meets | None) -> None:
    found = find_criteria(patient(hba1c=hba1c))
    assert [f.meets for f in found] == ([meets] if meets else [])


@pytest.mark.parametrize(
    ("millimoles", "meets"), [(48, Meets.DIABETES), (47, Meets.PREDIABETES), (39, Meets.PREDIABETES), (38, None)]
)
def test_hba1c_limits_in_mmol_per_mol_are_the_published_ones(millimoles: float, meets: Meets | None) -> None:
    found = find_criteria(patient(hba1c=in_unit("hba1c", millimoles, "mmol/mol")))
    assert [f.meets for f in found] == ([meets] if meets else [])


@pytest.mark.parametrize(
    ("millimoles", "meets"), [(7.0, Meets.DIABETES), (6.9, Meets.PREDIABETES), (5.6, Meets.PREDIABETES), (5.5, None)]
)
def test_fasting_glucose_limits_in_mmol_per_litre_are_the_published_ones(
    millimoles: float, meets: Meets | None
) -> None:
    found = find_criteria(patient(glucose=in_unit("glucose", millimoles, "mmol/L"), fasting_hours=8))
    assert [f.meets for f in found] == ([meets] if meets else [])


def test_hba1c_of_6_9_is_worded_as_a_criterion_with_the_next_step() -> None:
    found = find_criteria(patient(hba1c=6.9))
    assert found[0].text == "HbA1c 6.9 % meets the ADA criterion for diabetes; confirm with a second test."


def test_a_value_is_worded_in_the_unit_it_was_entered_in() -> None:
    unit = find_unit(VOCABULARY["hba1c"].units, "mmol/mol")
    found = find_criteria(patient(hba1c=in_unit("hba1c", 52, "mmol/mol")), {"hba1c": unit})
    assert found[0].text.startswith("HbA1c 52 mmol/mol meets")


def test_glucose_after_seven_hours_is_not_fasting() -> None:
    assert find_criteria(patient(glucose=130, fasting_hours=7)) == []


def test_glucose_of_130_with_unknown_fasting_asks_for_the_hours() -> None:
    found = find_criteria(patient(glucose=130))
    assert found[0].meets is Meets.DEPENDS
    assert "enter the hours fasted" in found[0].text


def test_random_glucose_of_11_1_mmol_depends_on_symptoms() -> None:
    found = find_criteria(patient(glucose=in_unit("glucose", 11.1, "mmol/L"), fasting_hours=2))
    assert found[0].meets is Meets.DEPENDS
    assert "only together with classic symptoms" in found[0].text


def test_two_tests_that_agree_are_told_as_one_finding() -> None:
    found = find_criteria(patient(hba1c=6.8, glucose=140, fasting_hours=10))
    assert len(found) == 1
    assert found[0].inputs == ("hba1c", "glucose", "fasting_hours")
    assert "confirm each other" in found[0].text


def test_the_gravest_finding_stands_first() -> None:
    found = find_criteria(patient(hba1c=6.0, glucose=131, fasting_hours=9))
    assert [f.meets for f in found] == [Meets.DIABETES, Meets.PREDIABETES]


@pytest.mark.parametrize("told", ["diabetes", "insulin", "glucose_pills", "pregnancy"])
def test_nothing_is_said_in_pregnancy_or_when_diabetes_is_known(told: str) -> None:
    assert find_criteria(patient(hba1c=7.5, **{told: 1})) == []


def test_nothing_known_meets_nothing() -> None:
    assert find_criteria(patient()) == []


@pytest.mark.parametrize(
    ("facts", "worded"),
    [
        ({"hba1c": 6.45}, "HbA1c 6.45 % meets the ADA criterion for prediabetes."),
        ({"hba1c": 6.5}, "HbA1c 6.5 % meets the ADA criterion for diabetes"),
        ({"hba1c": 6.44}, "HbA1c 6.4 % meets the ADA criterion for prediabetes."),
        ({"glucose": 125.7, "fasting_hours": 9}, "Fasting glucose 125.7 mg/dL meets the ADA criterion for prediabetes"),
        ({"glucose": 126.0, "fasting_hours": 9}, "Fasting glucose 126 mg/dL meets the ADA criterion for diabetes"),
    ],
)
def test_value_is_worded_on_its_side_of_the_limit(facts: dict[str, float], worded: str) -> None:
    """47 mmol/mol is 6.45 %: rounded to 6.5 % it would contradict the criterion it is said to meet."""
    assert find_criteria(patient(**facts))[0].text.startswith(worded)


def test_values_stay_out_of_logs() -> None:
    assert "6.9" not in repr(find_criteria(patient(hba1c=6.9))[0])
