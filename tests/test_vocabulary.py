"""The one table: complete, without contradictions, and put into words correctly."""

from __future__ import annotations

import re

import pytest

from riskmodels.checks import limits
from riskmodels.units import Unit, find_unit, from_canonical
from riskmodels.vocabulary import (
    CARDIOVASCULAR_HISTORY,
    GROUPS,
    VARIABLES,
    VOCABULARY,
    Kind,
    Variable,
    group_of,
    in_group,
)

NUMBERS = [v for v in VARIABLES if v.kind is Kind.NUMBER]
ANSWERS = [v for v in VARIABLES if v.kind is not Kind.NUMBER]
PAIRS = [(v, unit) for v in NUMBERS for unit in v.units]
each = pytest.mark.parametrize("variable", VARIABLES, ids=lambda v: v.name)
each_number = pytest.mark.parametrize("variable", NUMBERS, ids=lambda v: v.name)
each_answer = pytest.mark.parametrize("variable", ANSWERS, ids=lambda v: v.name)
each_unit = pytest.mark.parametrize(("variable", "unit"), PAIRS, ids=[f"{v.name}-{u.symbol}" for v, u in PAIRS])

#: what issue 2 asks the vocabulary to hold
ASKED = (
    "age sex pregnancy height weight bmi waist systolic_bp diastolic_bp pulse total_cholesterol hdl_cholesterol "
    "ldl_cholesterol triglycerides glucose fasting_hours hba1c creatinine egfr uacr uric_acid crp albumin hypertension "
    "bp_medication cholesterol_medication diabetes insulin glucose_pills family_history_diabetes heart_attack "
    "coronary_disease angina heart_failure stroke smoking physical_activity chest_pain_type fasting_glucose_above_120 "
    "resting_ecg max_heart_rate exercise_angina st_depression st_slope major_vessels thallium_scan "
    # what the scores of atrial fibrillation ask for
    "atrial_fibrillation tia_embolism peripheral_artery_disease dialysis_or_transplant liver_disease bleeding_history "
    "labile_inr antiplatelet_or_nsaid alcohol_excess "
    # what the plan of care asks for
    "six_minute_walk"
).split()


def loinc_check_digit(code: str) -> int:
    """The digit after the dash, by LOINC's mod-10 algorithm (LOINC Users' Guide, appendix: check digits)."""
    digits = code.partition("-")[0][::-1]
    odd, even = digits[::2], digits[1::2]
    total = sum(map(int, str(int(odd[::-1]) * 2))) + sum(map(int, even))
    return -total % 10


def test_holds_what_was_asked_for() -> None:
    assert sorted(VOCABULARY) == sorted(ASKED), "a new variable is named in ASKED above"


def test_names_and_labels_are_unique() -> None:
    assert len({v.name for v in VARIABLES}) == len(VARIABLES)
    assert len({v.label.lower() for v in VARIABLES}) == len(VARIABLES)


@each
def test_name_is_a_plain_column_name(variable: Variable) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", variable.name)


@each
def test_label_is_sentence_case_without_stray_space(variable: Variable) -> None:
    assert variable.label == variable.label.strip()
    assert variable.label[0].isupper() or variable.label.startswith("eGFR")


@each
def test_group_is_one_of_the_groups(variable: Variable) -> None:
    assert group_of(variable.name).name == variable.group
    assert variable in in_group(variable.group)


def test_groups_hold_every_variable_once_and_none_is_empty() -> None:
    assert [v for group in GROUPS for v in in_group(group.name)] == list(VARIABLES)
    assert all(in_group(group.name) for group in GROUPS)


@each
def test_source_is_named(variable: Variable) -> None:
    assert variable.source.strip()


@pytest.mark.parametrize("variable", [v for v in VARIABLES if v.loinc], ids=lambda v: v.name)
def test_loinc_code_has_its_check_digit(variable: Variable) -> None:
    assert re.fullmatch(r"\d{3,5}-\d", variable.loinc)
    assert int(variable.loinc[-1]) == loinc_check_digit(variable.loinc)


def test_loinc_codes_are_unique() -> None:
    codes = [v.loinc for v in VARIABLES if v.loinc]
    assert len(set(codes)) == len(codes)


class TestNumbers:
    @each_number
    def test_first_unit_is_canonical_and_others_are_not(self, variable: Variable) -> None:
        first, *others = variable.units
        assert (first.factor, first.offset) == (1.0, 0.0)
        assert all((other.factor, other.offset) != (1.0, 0.0) for other in others)

    @each_number
    def test_plausible_range_contains_the_usual_one(self, variable: Variable) -> None:
        low, high = variable.plausible
        assert low <= variable.usual[0] < variable.usual[1] <= high

    @each_number
    def test_unit_symbols_are_unique(self, variable: Variable) -> None:
        assert len({unit.symbol for unit in variable.units}) == len(variable.units)

    @each_number
    def test_has_no_choices(self, variable: Variable) -> None:
        assert variable.choices == ()

    @each_unit
    def test_limits_in_each_unit_lie_inside_the_plausible_range(self, variable: Variable, unit: Unit) -> None:
        low, high = limits(variable, unit)
        plausible = [from_canonical(v, unit) for v in variable.plausible]
        assert plausible[0] - 1e-9 <= low < high <= plausible[1] + 1e-9

    @each_unit
    def test_limits_lose_less_than_a_step(self, variable: Variable, unit: Unit) -> None:
        low, high = limits(variable, unit)
        resolution = 10.0**-unit.decimals
        plausible = [from_canonical(v, unit) for v in variable.plausible]
        assert low - plausible[0] < resolution
        assert plausible[1] - high < resolution

    @each_unit
    def test_limits_contain_the_usual_range(self, variable: Variable, unit: Unit) -> None:
        low, high = limits(variable, unit)
        usual = [from_canonical(v, unit) for v in variable.usual]
        assert low <= usual[0] + 10.0**-unit.decimals
        assert high >= usual[1] - 10.0**-unit.decimals

    @each_unit
    def test_step_divides_the_range_into_enough_values_to_choose_from(self, variable: Variable, unit: Unit) -> None:
        low, high = limits(variable, unit)
        assert (high - low) / unit.step >= 3

    @pytest.mark.parametrize(
        ("name", "symbol", "expected"),
        [
            ("systolic_bp", "mmHg", (60, 300)),
            ("systolic_bp", "kPa", (8.0, 39.9)),
            ("height", "m", (1.2, 2.3)),
            ("hba1c", "mmol/mol", (4, 195)),
            ("total_cholesterol", "mmol/L", (1.3, 20.6)),
            ("weight", "lb", (56, 661)),
        ],
    )
    def test_limits_are_rounded_inward(self, name: str, symbol: str, expected: tuple[float, float]) -> None:
        variable = VOCABULARY[name]
        assert limits(variable, find_unit(variable.units, symbol)) == pytest.approx(expected)


class TestAnswers:
    @each_answer
    def test_codes_are_counted_from_zero(self, variable: Variable) -> None:
        exact = [c.code for c in variable.choices if not c.may_be]
        assert exact == list(range(len(exact)))
        assert len(exact) >= 2

    @each_answer
    def test_an_answer_that_leaves_others_open_has_a_code_between_theirs(self, variable: Variable) -> None:
        codes = [c.code for c in variable.choices]
        assert codes == sorted(codes)
        for code, may_be in variable.vague.items():
            assert set(may_be) < set(codes)
            assert [c for c in codes if may_be[0] <= c <= may_be[-1]] == sorted((*may_be, code))

    @each_answer
    def test_words_are_plain_and_unique(self, variable: Variable) -> None:
        words = [c.word for c in variable.choices]
        assert len(set(words)) == len(words)
        assert all(re.fullmatch(r"[a-z_]+", word) for word in words)

    @each_answer
    def test_labels_are_unique(self, variable: Variable) -> None:
        assert len({c.label for c in variable.choices}) == len(variable.choices)

    @each_answer
    def test_has_no_units(self, variable: Variable) -> None:
        assert variable.units == ()
        assert variable.unit == ""

    def test_sex_codes_are_those_of_the_patient_frame(self) -> None:
        assert {c.word: c.code for c in VOCABULARY["sex"].choices} == {"female": 0, "male": 1}

    def test_smoking_codes_are_those_of_the_patient_frame(self) -> None:
        codes = {"never": 0, "not_now": 0.5, "former": 1, "current": 2}
        assert {c.word: c.code for c in VOCABULARY["smoking"].choices} == codes
        assert VOCABULARY["smoking"].vague == {0.5: (0, 1)}


class TestFormat:
    @pytest.mark.parametrize(
        ("name", "value", "symbol", "text"),
        [
            ("systolic_bp", 152.4, "", "152 mmHg"),
            ("total_cholesterol", 201.084, "mmol/L", "5.2 mmol/L"),
            ("hba1c", 6.54304, "mmol/mol", "48 mmol/mol"),
            ("creatinine", 1.0, "", "1.00 mg/dL"),
            ("uacr", 12345.6, "", "12,345.6 mg/g"),
            ("st_depression", -1.5, "", "-1.5 mm"),
            ("st_depression", -0.04, "", "0.0 mm"),
            ("age", 54.0, "", "54 years"),
        ],
    )
    def test_number_has_the_units_decimals(self, name: str, value: float, symbol: str, text: str) -> None:
        variable = VOCABULARY[name]
        assert variable.format(value, find_unit(variable.units, symbol) if symbol else None) == text

    @each
    def test_not_a_number_is_unknown(self, variable: Variable) -> None:
        assert variable.format(float("nan")) == "unknown"

    @each_answer
    def test_answer_is_its_label(self, variable: Variable) -> None:
        assert [variable.format(c.code) for c in variable.choices] == [c.label for c in variable.choices]

    def test_code_of_no_answer_is_said(self) -> None:
        assert VOCABULARY["smoking"].format(7.0) == "code 7"


class TestColumn:
    def test_number_carries_its_canonical_unit(self) -> None:
        assert VOCABULARY["hba1c"].column == "hba1c [%]"

    def test_answer_carries_none(self) -> None:
        assert VOCABULARY["smoking"].column == "smoking"

    def test_columns_are_unique(self) -> None:
        assert len({v.column for v in VARIABLES}) == len(VARIABLES)


def test_laboratory_values_are_those_of_lipids_sugar_kidney_and_other_labs() -> None:
    labs = {v.name for v in VARIABLES if v.laboratory}
    numbers = {v.name for v in NUMBERS if v.group in ("lipids", "sugar", "kidney", "other_labs")}
    assert labs == numbers | {"fasting_glucose_above_120"}


def test_what_nobody_can_change_is_not_modifiable() -> None:
    fixed = {"age", "sex", "height", "family_history_diabetes", *CARDIOVASCULAR_HISTORY}
    assert not any(VOCABULARY[name].modifiable for name in fixed)


def test_modifiable_inputs_are_those_of_the_what_if() -> None:
    assert {v.name for v in VARIABLES if v.modifiable} == {
        "weight", "bmi", "waist", "systolic_bp", "diastolic_bp", "total_cholesterol", "hdl_cholesterol",
        "ldl_cholesterol", "triglycerides", "glucose", "hba1c", "smoking", "physical_activity",
    }  # fmt: skip


def test_derived_values_say_how() -> None:
    assert {v.name: v.derived for v in VARIABLES if v.derived} == {
        "bmi": "weight ÷ height²",
        "egfr": "CKD-EPI 2021 from creatinine, age and sex",
    }


def test_cardiovascular_history_is_yes_or_no() -> None:
    assert all(VOCABULARY[name].kind is Kind.YES_NO for name in CARDIOVASCULAR_HISTORY)
    assert all(VOCABULARY[name].group == "history" for name in CARDIOVASCULAR_HISTORY)
