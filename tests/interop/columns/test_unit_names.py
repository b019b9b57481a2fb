"""Units as files write them: accepted, not accepted, or two at once; and what a header says of one."""

from __future__ import annotations

import pytest

from riskmodels.interop.columns.names import match_name, unit_of_header
from riskmodels.unit_names import accepted_unit, accepted_words, is_unit, unit_spelling
from riskmodels.units import FURTHER, find_unit, to_canonical
from riskmodels.vocabulary import VARIABLES, VOCABULARY


@pytest.mark.parametrize(
    ("text", "variable", "symbol"),
    [
        ("mg/100mL", "crp", "mg/dL"),
        ("mg%", "glucose", "mg/dL"),
        ("G/L", "total_cholesterol", "g/L"),
        ("mmol·l⁻¹", "glucose", "mmol/L"),
        ("mmol l-1", "glucose", "mmol/L"),
        ("μmol/l", "creatinine", "µmol/L"),
        ("mcmol/L", "creatinine", "µmol/L"),
        ("ug/mL", "crp", "mg/L"),
        ("mg/g creatinine", "uacr", "mg/g"),
        ("g/mol", "uacr", "mg/mmol"),
        ("% NGSP", "hba1c", "%"),
        ("mmol/mol (IFCC)", "hba1c", "mmol/mol"),
        ("kg/m^2", "bmi", "kg/m²"),
        ("min-1", "pulse", "/min"),
        ("mL/min/1,73 m²", "egfr", "mL/min/1.73 m²"),
        ("stone", "weight", "st"),
        ("mg", "total_cholesterol", "mg/dL"),
    ],
)
def test_spelling_is_understood(text: str, variable: str, symbol: str) -> None:
    found = accepted_unit(text, VOCABULARY[variable])
    assert found is not None
    assert found.symbol == symbol


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        ("nmol/L", "crp"),
        ("mg", "crp"),
        ("mg", "creatinine"),
        ("mEq/L", "hdl_cholesterol"),
        ("lb/in2", "bmi"),
        ("", "age"),
    ],
)
def test_what_is_not_accepted_or_could_be_two_is_none(text: str, variable: str) -> None:
    assert accepted_unit(text, VOCABULARY[variable]) is None


@pytest.mark.parametrize("text", ["nmol/L", "mEq/L", "IU/mL", "mg", "lb/in2", "10^9/L", "%"])
def test_a_unit_is_one_whether_it_is_accepted_or_not(text: str) -> None:
    assert is_unit(text)


@pytest.mark.parametrize("text", ["fasting", "1/0", "y/n", "m/f", "mean", "2h", "at visit", "1", ""])
def test_other_words_in_brackets_are_no_unit(text: str) -> None:
    assert not is_unit(text)


@pytest.mark.parametrize(
    ("header", "variable", "unit", "foreign"),
    [
        ("Total cholesterol (g/L)", "total_cholesterol", "g/L", ""),
        ("CRP (mg/100mL)", "crp", "mg/dL", ""),
        ("CRP (nmol/L)", "crp", "", "nmol/L"),
        ("crp_mg", "crp", "", "mg"),
        ("BMI (lb/in2)", "bmi", "", "lb/in2"),
        ("Glucose (2h)", "", "", ""),
        ("2093-3 (g/L)", "total_cholesterol", "g/L", ""),
        ("age_days", "age", "days", ""),
    ],
)
def test_header_says_its_unit_or_one_that_is_not_accepted(header: str, variable: str, unit: str, foreign: str) -> None:
    found = match_name(header)
    assert (found.variable, found.unit, found.foreign) == (variable, unit, foreign)


@pytest.mark.parametrize(
    ("header", "said"), [("Weight (kg)", ("kg", "kg")), ("weight", ("", "")), ("w [t]", ("", "t"))]
)
def test_unit_of_a_header(header: str, said: tuple[str, str]) -> None:
    assert unit_of_header(header, VOCABULARY["weight"]) == said


@pytest.mark.parametrize(
    ("variable", "symbol", "value", "canonical"),
    [
        ("total_cholesterol", "g/L", 2.0, 200),
        ("creatinine", "mg/L", 9.0, 0.9),
        ("creatinine", "mmol/L", 0.0884, 1.0),
        ("uric_acid", "mmol/L", 0.3569, 6.0),
        ("weight", "st", 11.0, 69.853),
        ("height", "ft", 6.0, 182.88),
        ("hba1c", "fraction", 0.065, 6.5),
        ("egfr", "mL/s/1.73 m²", 1.5, 90),
        ("age", "months", 600, 50),
        ("systolic_bp", "cmHg", 12.6, 126),
    ],
)
def test_further_units_are_converted(variable: str, symbol: str, value: float, canonical: float) -> None:
    unit = find_unit(VOCABULARY[variable].accepted, symbol)
    assert to_canonical(value, unit) == pytest.approx(canonical, rel=1e-3)


def test_further_units_are_not_offered_by_a_form_and_stand_once() -> None:
    for variable in VARIABLES:
        symbols = [unit.symbol for unit in variable.accepted]
        assert len(set(symbols)) == len(symbols)
        assert not set(FURTHER.get(variable.units, ())) & set(variable.units)


def test_words_of_running_text_are_no_units() -> None:
    assert [unit_spelling(word) for word in ("an", "day", "months", "st", "g")] == [()] * 5
    assert unit_spelling("mg/dl") == ("mg/dL",)


def test_accepted_units_in_words() -> None:
    assert accepted_words(VOCABULARY["glucose"]) == "mg/dL, mmol/L or g/L"
    assert accepted_words(VOCABULARY["pulse"]) == "/min"
