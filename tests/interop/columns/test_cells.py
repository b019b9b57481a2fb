"""Single cells: a number with its unit, a bound, a band of ages, two pressures; what is not certain is not read."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from riskmodels.interop.columns.cells import Cell, read_cell
from riskmodels.interop.columns.numbers import decimal_of, possible_numbers, texts
from riskmodels.vocabulary import VOCABULARY


def read(text: str, variable: str, pair: bool = False) -> Cell | None:
    return read_cell(text, VOCABULARY[variable], pair)


class TestUnits:
    @pytest.mark.parametrize(
        ("text", "variable", "number", "unit"),
        [
            ("120 mmHg", "systolic_bp", 120, "mmHg"),
            ("16.5kPa", "systolic_bp", 16.5, "kPa"),
            ("57 yrs", "age", 57, "years"),
            ("57y", "age", 57, "years"),
            ("57岁", "age", 57, "years"),
            ("57 ans", "age", 57, "years"),
            ("700 months", "age", 700, "months"),
            ("195 mg/dL", "total_cholesterol", 195, "mg/dL"),
            ("1,95 g/l", "total_cholesterol", 1.95, "g/L"),
            ("5.0 mmol/L H", "glucose", 5.0, "mmol/L"),
            ("6.5%", "hba1c", 6.5, "%"),
            ("48 mmol/mol IFCC", "hba1c", 48, "mmol/mol"),
            ("165 lbs", "weight", 165, "lb"),
            ("72 bpm", "pulse", 72, "/min"),
            ("88 µmol/l", "creatinine", 88, "µmol/L"),
            ("1,75 m", "height", 1.75, "m"),
            ("7.2 (H)", "glucose", 7.2, ""),
            ("7.2*", "glucose", 7.2, ""),
            ("３８", "age", 38, ""),
        ],
    )
    def test_number_and_unit_are_read(self, text: str, variable: str, number: float, unit: str) -> None:
        cell = read(text, variable)
        assert cell is not None
        assert (cell.numbers, cell.unit, cell.sign) == ((number,), unit, "")

    @pytest.mark.parametrize(
        ("text", "inches"), [("5'7\"", 67), ("5 ft 11", 71), ("6'", 72), ("5 feet 7.5 inches", 67.5)]
    )
    def test_feet_and_inches_are_a_height(self, text: str, inches: float) -> None:
        assert read(text, "height") == Cell((inches,), "in")

    def test_stones_and_pounds_are_a_weight(self) -> None:
        assert read("11 st 6 lb", "weight") == Cell((160,), "lb")

    def test_metres_and_centimetres_are_a_height(self) -> None:
        assert read("1m75", "height") == Cell((175,), "cm")

    @pytest.mark.parametrize(
        ("text", "variable"),
        [
            ("120 mmol/L", "systolic_bp"),
            ("5 nmol/L", "crp"),
            ("5 mg", "crp"),  # mg/L or mg/dL
            ("12O", "systolic_bp"),
            ("126/83", "systolic_bp"),
            ("high", "crp"),
            ("~120", "systolic_bp"),
            ("5'14\"", "height"),
        ],
    )
    def test_what_is_not_certain_is_not_read(self, text: str, variable: str) -> None:
        assert read(text, variable) is None


class TestRanges:
    @pytest.mark.parametrize(
        ("text", "middle", "half"),
        [
            ("40-44", 42, 2),
            ("40–44 years", 42, 2),
            ("40 to 49", 44.5, 4.5),
            ("[40,45)", 42.5, 2.5),
            ("(60, 70]", 65, 5),
        ],
    )
    def test_band_of_ages_is_its_middle(self, text: str, middle: float, half: float) -> None:
        cell = read(text, "age")
        assert cell is not None
        assert (cell.numbers, cell.half_width) == ((middle,), half)

    @pytest.mark.parametrize(("text", "sign"), [("80+", "≥"), ("80 and over", "≥"), ("> 89", ">"), ("<=30", "≤")])
    def test_open_band_is_its_edge(self, text: str, sign: str) -> None:
        cell = read(text, "age")
        assert cell is not None
        assert cell.sign == sign

    @pytest.mark.parametrize("text", ["45-40", "60-", "40-44-48"])
    def test_what_is_no_band_is_not_read(self, text: str) -> None:
        assert read(text, "age") is None

    def test_only_age_has_bands(self) -> None:
        assert read("25-30", "bmi") is None

    def test_bound_with_unit(self) -> None:
        assert read("< 5 mg/L", "crp") == Cell((5.0,), "mg/L", "<")


class TestPairs:
    @pytest.mark.parametrize("text", ["126/83", "126 / 83 mmHg", " 126/83 mm Hg "])
    def test_two_pressures(self, text: str) -> None:
        cell = read(text, "systolic_bp", pair=True)
        assert cell is not None
        assert (cell.numbers, cell.second) == ((126.0,), 83.0)

    def test_one_pressure_has_no_second(self) -> None:
        cell = read("126 mmHg", "systolic_bp", pair=True)
        assert cell is not None
        assert math.isnan(cell.second)

    def test_three_are_not_read(self) -> None:
        assert read("126/83/70", "systolic_bp", pair=True) is None


class TestDecimals:
    @pytest.mark.parametrize(
        ("text", "numbers"),
        [
            ("5,2", (5.2,)),
            ("0,912", (0.912,)),
            ("0.912", (0.912,)),
            ("1,234", (1.234, 1234.0)),
            ("1.234", (1.234, 1234.0)),
            ("1.234,5", (1234.5,)),
            ("1,234.5", (1234.5,)),
            ("1.234.567", (1234567.0,)),
            ("1 234,5", (1234.5,)),
            ("1'234.5", (1234.5,)),
            ("-1,5", (-1.5,)),
            ("1.2e2", (120.0,)),
            ("1.2.3", ()),
            ("1,23,4", ()),
        ],
    )
    def test_every_reading_of_a_number(self, text: str, numbers: tuple[float, ...]) -> None:
        assert possible_numbers(text) == numbers

    @pytest.mark.parametrize(
        ("cells", "decimal", "told"),
        [
            (["5,2", "7"], ".", ","),
            (["5.2", "7"], ",", "."),
            (["5.2", "5,2"], ".", "mixed"),
            (["0.912", "1.470"], ",", "."),
            (["1.470", "1.020"], ",", ""),
            (["1.234", "1.234,5"], ",", ","),
            (["5.2", "7"], ".", ""),
        ],
    )
    def test_a_column_tells_how_it_shows_decimals(self, cells: list[str], decimal: str, told: str) -> None:
        assert decimal_of(texts(pd.Series(cells, dtype="str")), decimal) == told
