"""Units: round trips for every unit of every variable, and hand values from published sources."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.errors import InputError, UnitError
from riskmodels.units import ALIASES, Unit, find_unit, from_canonical, to_canonical
from riskmodels.vocabulary import VARIABLES, VOCABULARY, Variable

PAIRS = [(variable, unit) for variable in VARIABLES for unit in variable.units]
each_unit = pytest.mark.parametrize(("variable", "unit"), PAIRS, ids=[f"{v.name}-{u.symbol}" for v, u in PAIRS])

#: value, unit, canonical value as printed, with the decimals it is printed with, source
HAND_VALUES = [
    # SI conversion table, AMA Manual of Style 11th ed.: cholesterol × 0.0259, triglycerides × 0.0113 to mmol/L
    ("total_cholesterol", 5.2, "mmol/L", 201, 0),  # ESC/EAS: 5.2 mmol/L = 200 mg/dL, rounded
    ("ldl_cholesterol", 1.4, "mmol/L", 54, 0),  # ESC 2021: 1.4 mmol/L (55 mg/dL), rounded
    ("ldl_cholesterol", 1.8, "mmol/L", 70, 0),  # ESC 2021: 1.8 mmol/L (70 mg/dL)
    ("hdl_cholesterol", 1.0, "mmol/L", 39, 0),  # ESC 2021: 1.0 mmol/L (40 mg/dL), rounded
    ("triglycerides", 1.7, "mmol/L", 151, 0),  # ESC 2021: 1.7 mmol/L (150 mg/dL), rounded
    ("glucose", 7.0, "mmol/L", 126, 0),  # ADA 2025 table 2.1
    ("glucose", 11.1, "mmol/L", 200, 0),  # ADA 2025 table 2.1
    ("glucose", 5.6, "mmol/L", 101, 0),  # ADA 2025 table 2.2: 100 mg/dL, rounded
    ("hba1c", 48, "mmol/mol", 6.5, 1),  # ADA 2025 table 2.1, NGSP
    ("hba1c", 39, "mmol/mol", 5.7, 1),  # ADA 2025 table 2.2
    ("hba1c", 53, "mmol/mol", 7.0, 1),  # NGSP conversion table
    ("hba1c", 86, "mmol/mol", 10.0, 1),  # NGSP conversion table
    ("creatinine", 88.4, "µmol/L", 1.00, 2),  # KDIGO 2012: mg/dL × 88.4
    ("creatinine", 80, "µmol/L", 0.9, 1),  # CKD-EPI 2021: kappa of men, 0.9 mg/dL = 80 µmol/L
    ("uacr", 3, "mg/mmol", 27, 0),  # KDIGO 2012: A2 from 3 mg/mmol (30 mg/g), rounded
    ("uacr", 30, "mg/mmol", 265, 0),  # KDIGO 2012: A3 from 30 mg/mmol (300 mg/g), rounded
    ("uric_acid", 360, "µmol/L", 6.1, 1),  # EULAR 2016 gout target: 360 µmol/L (6 mg/dL), rounded
    ("crp", 0.3, "mg/dL", 3.0, 1),  # AHA/CDC 2003 high risk from 3 mg/L
    ("albumin", 35, "g/L", 3.5, 1),
    ("height", 70, "in", 177.8, 1),  # inch = 2.54 cm, 1959 agreement
    ("height", 1.75, "m", 175.0, 1),
    ("waist", 40, "in", 101.6, 1),  # NCEP ATP III: 40 in (102 cm)
    ("weight", 220.462262, "lb", 100.0, 4),  # pound = 0.45359237 kg, 1959 agreement
    ("systolic_bp", 18.7, "kPa", 140, 0),  # 140 mmHg = 18.7 kPa (ESH 2003)
    ("diastolic_bp", 12, "kPa", 90, 0),  # 90 mmHg = 12.0 kPa (ESH 2003)
]


@each_unit
@given(share=st.floats(0, 1))
def test_round_trip_gives_the_value_back(variable: Variable, unit: Unit, share: float) -> None:
    low, high = variable.plausible
    canonical = low + share * (high - low)
    there = from_canonical(canonical, unit)
    assert to_canonical(there, unit) == pytest.approx(canonical, rel=1e-12, abs=1e-12 * high)
    assert from_canonical(to_canonical(there, unit), unit) == pytest.approx(there, rel=1e-12, abs=1e-12 * high)


@each_unit
@given(first=st.floats(-1e6, 1e6), second=st.floats(-1e6, 1e6))
def test_conversion_keeps_the_order(variable: Variable, unit: Unit, first: float, second: float) -> None:
    low, high = sorted((first, second))
    assert to_canonical(low, unit) <= to_canonical(high, unit)


@pytest.mark.parametrize(("name", "value", "unit", "expected", "decimals"), HAND_VALUES)
def test_published_value(name: str, value: float, unit: str, expected: float, decimals: int) -> None:
    canonical = to_canonical(value, find_unit(VOCABULARY[name].units, unit))
    assert round(canonical, decimals) == expected


def test_every_unit_that_is_not_canonical_has_a_hand_value() -> None:
    tested = {(VOCABULARY[name].units, symbol) for name, _, symbol, _, _ in HAND_VALUES}
    # glucose in mmol/L stands for all variables that share the same tuple of units
    untested = {(v.units, unit.symbol) for v in VARIABLES for unit in v.units[1:]} - tested
    assert untested == set()


@pytest.mark.parametrize(
    ("name", "molar_mass"),
    [("total_cholesterol", 386.65), ("triglycerides", 885.7), ("glucose", 180.16)],
)
def test_millimoles_follow_from_the_molar_mass(name: str, molar_mass: float) -> None:
    """1 mmol/L of M g/mol is M mg/L, a tenth of it in mg/dL."""
    assert find_unit(VOCABULARY[name].units, "mmol/L").factor == pytest.approx(molar_mass / 10, rel=2e-4)


@pytest.mark.parametrize(("name", "molar_mass"), [("creatinine", 113.12), ("uric_acid", 168.11)])
def test_micromoles_follow_from_the_molar_mass(name: str, molar_mass: float) -> None:
    assert find_unit(VOCABULARY[name].units, "µmol/L").factor == pytest.approx(molar_mass / 10_000, rel=2e-4)


def test_ratio_to_creatinine_follows_from_its_molar_mass() -> None:
    """1 mg/mmol is 1 mg per 0.11312 g of creatinine."""
    assert find_unit(VOCABULARY["uacr"].units, "mg/mmol").factor == pytest.approx(1 / 0.11312, rel=1e-6)


def test_arrays_and_series_convert_alike_and_unknown_stays_unknown() -> None:
    unit = find_unit(VOCABULARY["hba1c"].units, "mmol/mol")
    values = [48.0, np.nan]
    array = to_canonical(np.array(values), unit)
    series = to_canonical(pd.Series(values, index=["a", "b"]), unit)
    np.testing.assert_array_equal(array, series.to_numpy())
    assert list(series.index) == ["a", "b"]
    assert array[0] == to_canonical(48.0, unit)
    assert np.isnan(array[1])


@each_unit
def test_unit_is_found_by_symbol_and_by_ucum_code(variable: Variable, unit: Unit) -> None:
    assert find_unit(variable.units, unit.symbol) is unit
    assert find_unit(variable.units, f" {unit.ucum} ") is unit


@pytest.mark.parametrize("alias", ALIASES)
def test_alias_leads_to_a_unit_that_exists(alias: str) -> None:
    assert any(ALIASES[alias] == unit.symbol for _, unit in PAIRS)


@pytest.mark.parametrize("spelling", ["umol/L", "umol/l", "\u00b5mol/L", "\u00b5mol/l", "\u03bcmol/L", "\u03bcmol/l"])
def test_both_micro_signs_and_u_mean_micromoles(spelling: str) -> None:
    assert find_unit(VOCABULARY["creatinine"].units, spelling).symbol == "µmol/L"


class TestUnknownUnit:
    def test_is_refused_with_the_accepted_ones(self) -> None:
        with pytest.raises(UnitError) as caught:
            find_unit(VOCABULARY["hba1c"].units, "mg/dL")
        assert caught.value.message == "The unit “mg/dL” is not accepted here."
        assert caught.value.hint == "Accepted: %, mmol/mol."

    def test_of_a_variable_without_units_says_none(self) -> None:
        with pytest.raises(UnitError, match="Accepted: none"):
            find_unit(VOCABULARY["sex"].units, "kg")

    def test_is_an_input_error_whose_log_names_no_value(self) -> None:
        with pytest.raises(InputError) as caught:
            find_unit(VOCABULARY["weight"].units, "stone")
        assert caught.value.log == "UnitError"


@pytest.mark.parametrize(
    ("name", "symbol", "decimals"),
    [
        ("glucose", "mg/dL", 0),
        ("glucose", "mmol/L", 1),
        ("creatinine", "mg/dL", 2),
        ("creatinine", "µmol/L", 0),
        ("height", "in", 1),
        ("height", "m", 2),
    ],
)
def test_decimals_follow_the_step(name: str, symbol: str, decimals: int) -> None:
    assert find_unit(VOCABULARY[name].units, symbol).decimals == decimals


@each_unit
def test_unit_other_than_the_canonical_names_its_source(variable: Variable, unit: Unit) -> None:
    if unit is variable.units[0]:
        assert (unit.factor, unit.offset, unit.source) == (1.0, 0.0, "canonical")
    else:
        assert unit.source not in ("", "canonical")
