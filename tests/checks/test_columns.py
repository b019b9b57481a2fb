"""One column: what is read as a number or an answer, what is not used, and what is said about it."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.checks import columns as column_checks
from riskmodels.checks.columns import UNKNOWN_WORDS, Problem, Severity, check_column, limits
from riskmodels.units import Unit, find_unit, from_canonical, to_canonical
from riskmodels.vocabulary import VARIABLES, VOCABULARY, Kind, Variable

NUMBERS = [v for v in VARIABLES if v.kind is Kind.NUMBER]
ANSWERS = [v for v in VARIABLES if v.kind is not Kind.NUMBER]
PAIRS = [(v, unit) for v in NUMBERS for unit in v.units]


class Found:
    """A checked column: its values, and its problems in the order told."""

    def __init__(self, name: str, entered: Any, unit: str = "") -> None:
        raw = entered if isinstance(entered, pd.Series) else pd.Series(entered)
        self.values, self.problems = check_column(raw, VOCABULARY[name], unit)

    @property
    def value(self) -> float:
        """The one value there is."""
        assert len(self.values) == 1
        return float(self.values.iloc[0])

    @property
    def problem(self) -> Problem:
        """The one problem there is."""
        assert len(self.problems) == 1, [p.text for p in self.problems]
        return self.problems[0]


def cell(name: str, entered: Any, unit: str = "") -> Found:
    """A column of one cell, checked."""
    return Found(name, pd.Series([entered]), unit)


class TestNumbers:
    @pytest.mark.parametrize("entered", [6.1, "6.1", " 6.1 ", "6.10", "+6.1", "6.1e0", "\t6.1\n", "6.1\u00a0"])
    def test_number_is_read_as_number_or_text(self, entered: Any) -> None:
        checked = cell("hba1c", entered)
        assert checked.value == 6.1
        assert checked.problems == []

    @pytest.mark.parametrize("word", sorted(UNKNOWN_WORDS))
    def test_word_for_unknown_is_no_problem_in_any_case(self, word: str) -> None:
        checked = Found("hba1c", [word, word.upper(), f" {word.title()} "])
        assert checked.values.isna().all()
        assert checked.problems == []

    @pytest.mark.parametrize("entered", ["high", "6.1 %", "<5", "6.1.2", "1 200", "0x6", "1_0", "6;1", "True", "٦"])
    def test_text_in_a_number_is_not_used_and_named(self, entered: str) -> None:
        checked = cell("hba1c", entered)
        problem = checked.problem
        assert np.isnan(checked.value)
        assert (problem.row, problem.field, problem.value) == (0, "hba1c", entered)
        assert problem.text == "HbA1c is not a number. Enter a number in % or leave it empty."
        assert problem.severity is Severity.UNUSED

    @pytest.mark.parametrize(("entered", "meant"), [("6,1", "6.1"), ("-6,15", "-6.15"), ("0,875", "0.875")])
    def test_decimal_comma_is_recognised_and_not_guessed(self, entered: str, meant: str) -> None:
        checked = cell("hba1c", entered)
        assert checked.problem.text == f"HbA1c is not a number. Write {meant}, with a decimal point."
        assert np.isnan(checked.value)

    def test_comma_that_may_separate_thousands_gets_no_suggestion(self) -> None:
        assert cell("uacr", "1,200").problem.hint == "Enter a number in mg/g or leave it empty."

    @pytest.mark.parametrize("dtype", ["bool", "boolean", "object", "bool[pyarrow]"])
    def test_yes_is_not_a_number(self, dtype: str) -> None:
        checked = Found("major_vessels", pd.Series([True, False], dtype=dtype))
        assert [p.reason for p in checked.problems] == ["Vessels coloured at fluoroscopy is not a number."] * 2
        assert checked.values.isna().all()

    @pytest.mark.parametrize(
        "dates",
        [
            pd.Series(pd.to_datetime(["2020-01-05", None])),
            pd.Series(pd.to_timedelta([5, None], unit="h")),
            pd.Series([datetime.date(2020, 1, 5), None], dtype=object),
            pd.Series([pd.Timestamp("2020-01-05"), pd.NaT], dtype=object),
            pd.Series(["2020-01-05", "NaT"]),
        ],
        ids=["datetime", "timedelta", "date", "timestamp", "text"],
    )
    def test_date_is_not_a_number_and_a_missing_date_is_unknown(self, dates: pd.Series) -> None:
        problem = Found("fasting_hours", dates).problem
        assert problem.row == 0
        assert problem.reason == "Hours fasted before it is not a number."

    @pytest.mark.parametrize(
        "dtype",
        "Float64 Float32 float32 Int64 UInt8 category string str object Sparse[float] int64[pyarrow] double[pyarrow] "
        "string[pyarrow]".split(),
    )
    def test_every_dtype_gives_the_same_floats(self, dtype: str) -> None:
        values = ["6", None] if dtype.startswith("str") else [6, None]
        checked = Found("hba1c", pd.Series(values, dtype=dtype))
        np.testing.assert_array_equal(checked.values, [6.0, np.nan])
        assert checked.values.dtype == np.float64
        assert checked.problems == []

    @pytest.mark.parametrize(
        ("entered", "expected"),
        [(decimal.Decimal("6.3"), 6.3), (np.float32(6.5), 6.5), (np.int8(6), 6.0), (None, np.nan), (pd.NA, np.nan)],
    )
    def test_object_cell_is_read_by_what_it_is(self, entered: Any, expected: float) -> None:
        checked = Found("hba1c", pd.Series([entered, "x"], dtype=object))
        np.testing.assert_array_equal(checked.values, [expected, np.nan])

    @pytest.mark.parametrize("entered", [[1], {}, (5,), 6 + 0j], ids=["list", "dict", "tuple", "complex"])
    def test_object_cell_that_is_no_number_is_a_problem(self, entered: Any) -> None:
        assert Found("hba1c", pd.Series([entered], dtype=object)).problem.reason == "HbA1c is not a number."


class TestRange:
    @pytest.mark.parametrize("entered", [np.inf, -np.inf, "inf", "1e400", 10**400, 1e300, -5.0, 0, -0.0, 1e-300, 21, 2])
    def test_value_outside_the_plausible_range_is_not_used(self, entered: Any) -> None:
        checked = cell("hba1c", entered)
        problem = checked.problem
        assert np.isnan(checked.value)
        assert problem.reason.endswith("is outside 2.5–20.")
        assert problem.hint.endswith("It is not used.")
        assert problem.severity is Severity.UNUSED

    @pytest.mark.parametrize("variable", NUMBERS, ids=lambda v: v.name)
    def test_both_ends_of_the_range_are_inside(self, variable: Variable) -> None:
        values, problems = check_column(pd.Series(variable.plausible), variable)
        assert list(values) == list(variable.plausible)
        assert not [p for p in problems if p.severity is Severity.UNUSED]

    @pytest.mark.parametrize(("variable", "unit"), PAIRS, ids=[f"{v.name}-{u.symbol}" for v, u in PAIRS])
    def test_both_ends_are_inside_in_every_unit_as_printed_and_as_converted(
        self, variable: Variable, unit: Unit
    ) -> None:
        converted = [from_canonical(end, unit) for end in variable.plausible]
        checked = Found(variable.name, [*limits(variable, unit), *converted], unit.symbol)
        assert not [p for p in checked.problems if p.severity is Severity.UNUSED]

    @pytest.mark.parametrize(
        ("name", "entered", "hint"),
        [
            ("systolic_bp", 1520, "Did you mean 152?"),
            ("age", 540, "Did you mean 54?"),
            ("hba1c", 48, "Did you mean 48 mmol/mol?"),
            ("total_cholesterol", 5.2, "Did you mean 5.2 mmol/L?"),
            ("glucose", 6.5, "Did you mean 6.5 mmol/L?"),
            ("creatinine", 88, "Did you mean 88 µmol/L?"),
            ("systolic_bp", 18.6, "Did you mean 18.6 kPa?"),
            ("height", 1.75, "Did you mean 1.75 m?"),
            ("height", 68, "Did you mean 68 in?"),
            ("waist", 36, "Did you mean 36 in?"),
            ("albumin", 42, "Did you mean 42 g/L?"),
            ("uric_acid", 360, "Did you mean 360 µmol/L?"),
        ],
    )
    def test_likely_meaning_is_asked_and_not_taken(self, name: str, entered: float, hint: str) -> None:
        checked = cell(name, entered)
        problem = checked.problem
        assert problem.hint == f"{hint} It is not used."
        assert np.isnan(checked.value)

    @pytest.mark.parametrize(
        ("name", "unit", "entered", "hint"),
        [
            ("total_cholesterol", "mmol/L", 201, "Did you mean 201 mg/dL?"),
            ("creatinine", "µmol/L", 1.1, "Did you mean 1.1 mg/dL?"),
            ("height", "m", 175, "Did you mean 175 cm?"),
        ],
    )
    def test_canonical_number_in_a_column_of_another_unit(
        self, name: str, unit: str, entered: float, hint: str
    ) -> None:
        problem = cell(name, entered, unit).problem
        assert problem.hint == f"{hint} It is not used."

    def test_value_without_a_likely_meaning_is_sent_back(self) -> None:
        assert cell("weight", 9000).problem.text == (
            "Weight 9000 kg is outside 25–300. Check the value and its unit. It is not used."
        )

    def test_range_is_told_in_the_unit_entered(self) -> None:
        assert cell("height", 17.5, "m").problem.reason == "Height 17.5 m is outside 1.2–2.3."

    @pytest.mark.parametrize(
        ("entered", "text"), [(1234567, "1234567"), (1520.0, "1520"), (1e300, "1e+300"), (512.25, "512.25")]
    )
    def test_value_is_told_as_a_person_writes_it(self, entered: float, text: str) -> None:
        assert cell("egfr", entered).problem.value == text


class TestOtherUnit:
    @pytest.mark.parametrize(
        ("name", "unit", "entered", "other"),
        [
            ("weight", "kg", 190, "lb"),
            ("weight", "lb", 70, "kg"),
            ("glucose", "mg/dL", 21, "mmol/L"),
            ("hba1c", "mmol/mol", 5.5, "%"),
            ("triglycerides", "mmol/L", 40, "mg/dL"),
        ],
    )
    def test_value_that_fits_another_unit_better_is_flagged_and_used_as_entered(
        self, name: str, unit: str, entered: float, other: str
    ) -> None:
        checked = cell(name, entered, unit)
        problem = checked.problem
        assert checked.value == to_canonical(entered, find_unit(VOCABULARY[name].units, unit))
        label = VOCABULARY[name].label
        assert problem.reason == f"{label} {entered} {unit} is unusual; {entered} {other} would not be."
        assert problem.hint == "Check the unit. The value is used as entered."
        assert problem.severity is Severity.FLAGGED

    def test_value_unusual_in_every_unit_is_not_flagged(self) -> None:
        assert cell("weight", 26).problems == []

    def test_usual_value_is_not_flagged(self) -> None:
        assert cell("weight", 80).problems == []


class TestChoices:
    @pytest.mark.parametrize("variable", ANSWERS, ids=lambda v: v.name)
    def test_every_answer_is_read_by_word_and_by_code(self, variable: Variable) -> None:
        codes = [c.code for c in variable.choices]
        for entered in (
            [c.word for c in variable.choices],
            [f" {c.word.upper()} " for c in variable.choices],
            [f"{c.code:g}" for c in variable.choices],
            [f"{c.code:.2f}" for c in variable.choices],
            codes,
        ):
            values, problems = check_column(pd.Series(entered), variable)
            assert list(values) == codes
            assert problems == []
        integers = [int(code) for code in codes if code == int(code)]
        assert list(check_column(pd.Series(integers), variable)[0]) == integers

    @pytest.mark.parametrize(
        ("entered", "code"),
        [("y", 1), ("Yes", 1), ("TRUE", 1), (True, 1), ("n", 0), ("no", 0), ("False", 0), (False, 0), (-0.0, 0)],
    )
    def test_yes_and_no_have_further_spellings(self, entered: Any, code: float) -> None:
        checked = cell("diabetes", entered)
        assert checked.value == code
        assert not np.signbit(checked.value)
        assert checked.problems == []

    @pytest.mark.parametrize("dtype", ["boolean", "bool[pyarrow]", "object", "Int8", "Float64", "category", "string"])
    def test_every_dtype_gives_the_same_codes(self, dtype: str) -> None:
        entered = ["yes", "no", None] if dtype == "string" else [1, 0, None]
        if dtype.startswith("bool") or dtype == "object":
            entered = [True, False, None]
        checked = Found("stroke", pd.Series(entered, dtype=dtype))
        np.testing.assert_array_equal(checked.values, [1.0, 0.0, np.nan])
        assert checked.problems == []

    @pytest.mark.parametrize("entered", ["cigars", "3", 3, 0.25, 1.5, -1, np.inf, "yes", True, "2020-01-05", "1,0"])
    def test_what_is_no_answer_is_not_used_and_the_answers_are_told(self, entered: Any) -> None:
        checked = cell("smoking", entered)
        problem = checked.problem
        assert np.isnan(checked.value)
        assert problem.value == (f"{entered:g}" if isinstance(entered, float) else str(entered))
        assert problem.text == (
            "Smoking is not one of its answers. Use never, not_now, former, current, or leave it empty."
        )
        assert problem.severity is Severity.UNUSED

    @pytest.mark.parametrize("word", sorted(UNKNOWN_WORDS))
    def test_word_for_unknown_is_no_problem(self, word: str) -> None:
        checked = cell("smoking", word.upper())
        assert np.isnan(checked.value)
        assert checked.problems == []


@st.composite
def entries(draw: st.DrawFn) -> tuple[str, str, float]:
    """Variable, unit, and a number around its plausible range."""
    variable = draw(st.sampled_from(NUMBERS))
    unit = draw(st.sampled_from(variable.units))
    low, high = variable.plausible
    reach = high - low
    number = draw(st.floats(low - reach, high + reach) | st.floats(allow_nan=False) | st.sampled_from([low, high]))
    return variable.name, unit.symbol, number


@given(entries(), st.booleans())
def test_nothing_is_clipped_or_dropped(entry: tuple[str, str, float], as_text: bool) -> None:
    """A value is the exact conversion of what was entered, or unknown with a problem that says so."""
    name, symbol, number = entry
    entered = repr(number) if as_text else number
    variable = VOCABULARY[name]
    unit = find_unit(variable.units, symbol)
    values, problems = check_column(pd.Series([entered]), variable, symbol)
    unused = [p for p in problems if p.severity is Severity.UNUSED]
    if np.isnan(values[0]):
        assert len(unused) == 1
    else:
        assert values[0] == to_canonical(number, unit)
        assert unused == []
        low, high = variable.plausible
        assert low - 1e-6 <= values[0] <= high + 1e-6


@given(st.lists(st.text(max_size=12) | st.floats() | st.integers() | st.booleans() | st.none(), max_size=8))
def test_any_cells_are_used_or_unknown_or_told(cells: list[Any]) -> None:
    """No cell, whatever it is, raises or vanishes."""
    for name in ("hba1c", "smoking", "diabetes"):
        values, problems = check_column(pd.Series(cells, dtype=object), VOCABULARY[name])
        told = {p.row for p in problems if p.severity is Severity.UNUSED}
        for row, cell in enumerate(cells):
            blank = cell is None or cell != cell or str(cell).strip().lower() in UNKNOWN_WORDS
            assert sum([blank, row in told, not np.isnan(values[row])]) == 1


def test_each_distinct_value_is_put_into_words_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole column in the wrong unit must not cost a sentence a row to work out."""
    asked = []
    real = column_checks.limits
    monkeypatch.setattr(column_checks, "limits", lambda *args: asked.append(args) or real(*args))
    checked = Found("total_cholesterol", [5.2, 4.8] * 5_000)
    assert len(checked.problems) == 10_000
    assert len(asked) == 2
