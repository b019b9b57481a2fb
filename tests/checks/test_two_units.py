"""Numbers that are ordinary in two units: what a form says of them, and what was perhaps meant."""

from __future__ import annotations

import math

import pytest

from riskmodels.checks import Meant
from riskmodels.checks.two_units import Doubt, feet_and_inches, find_doubt
from riskmodels.units import find_unit, to_canonical
from riskmodels.vocabulary import VOCABULARY


def doubt(name: str, number: float, symbol: str, **facts: float) -> Doubt | None:
    unit = find_unit(VOCABULARY[name].units, symbol)
    values = {"height": math.nan} | facts | {name: float(to_canonical(number, unit))}
    return find_doubt(name, values, unit, number)


def test_albuminuria_in_the_one_unit_alone_is_told_with_both_classes() -> None:
    found = doubt("uacr", 3.4, "mg/g")
    assert found is not None
    assert found.text == (
        "3.4 mg/g is normal to mildly increased (A1); 3.4 mg/mmol (30.1 mg/g) would be moderately increased (A2)."
    )
    assert found.meant == (Meant(3.4, "mg/mmol"),)


@pytest.mark.parametrize(("number", "symbol"), [(2.0, "mg/g"), (45.0, "mg/g"), (2.0, "mg/mmol"), (45.0, "mg/mmol")])
def test_a_ratio_of_the_same_concern_in_both_units_is_not_asked_about(number: float, symbol: str) -> None:
    assert doubt("uacr", number, symbol) is None


def test_a_ratio_in_the_molar_unit_is_asked_about_too() -> None:
    found = doubt("uacr", 12, "mg/mmol")
    assert found is not None
    assert found.meant == (Meant(12, "mg/g"),)


@pytest.mark.parametrize(("number", "symbol", "other"), [(0.8, "mg/L", "mg/dL"), (0.8, "mg/dL", "mg/L")])
def test_protein_that_is_high_in_one_unit_alone_is_asked_about(number: float, symbol: str, other: str) -> None:
    found = doubt("crp", number, symbol)
    assert found is not None
    assert found.meant == (Meant(number, other),)


def test_pounds_typed_as_kilograms_are_asked_about_beside_a_height() -> None:
    found = doubt("weight", 165, "kg", height=178)
    assert found is not None
    assert found.text == "165 kg is a BMI of 52; 165 lb would be one of 24."
    assert found.meant == (Meant(165, "lb"),)


def test_kilograms_typed_as_pounds_are_asked_about_beside_a_height() -> None:
    found = doubt("weight", 95, "lb", height=178)
    assert found is not None
    assert found.meant == (Meant(95, "kg"),)


@pytest.mark.parametrize(("weight", "height"), [(85, 178), (165, math.nan), (300, 178)])
def test_weight_that_is_ordinary_or_of_no_height_or_extreme_either_way_is_not(weight: float, height: float) -> None:
    assert doubt("weight", weight, "kg", height=height) is None


@pytest.mark.parametrize(
    ("typed", "inches"), [(5.6, [66]), (5.11, [71]), (5.1, [61, 70]), (6.0, [72]), (66, []), (5.75, [])]
)
def test_feet_with_a_point_are_read_as_feet_and_inches(typed: float, inches: list[float]) -> None:
    found = doubt("height", typed, "in")
    assert [meant.number for meant in found.meant] == inches if found else inches == []


def test_feet_are_asked_about_where_inches_stand_alone() -> None:
    assert doubt("height", 5.6, "cm") is None


def test_other_numbers_are_never_asked_about() -> None:
    assert doubt("glucose", 99, "mg/dL") is None


@pytest.mark.parametrize(("inches", "words"), [(66, "5 ft 6 in"), (70.5, "5 ft 10.5 in"), (72, "6 ft 0 in")])
def test_inches_in_words(inches: float, words: str) -> None:
    assert feet_and_inches(inches) == words
