"""Validation of a frame: what is used, what is not, and what is said about it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.checks import ORDERED_PAIRS, Checked, Problem, Severity, check
from riskmodels.errors import InputError, UnitError
from riskmodels.scores.ckd_epi import ckd_epi_2021
from riskmodels.vocabulary import VARIABLES, Kind

KNOWN = {"age": 54.0, "sex": 0.0}
NUMBERS = [v for v in VARIABLES if v.kind is Kind.NUMBER]
ANSWERS = [v for v in VARIABLES if v.kind is not Kind.NUMBER]


def one(units: dict[str, str] | None = None, **values: Any) -> Checked:
    """A frame of one row, age and sex known, checked."""
    return check(pd.DataFrame([KNOWN | values]), units)


def value(checked: Checked, name: str) -> float:
    return float(checked.frame[name].iloc[0])


def only(checked: Checked) -> Problem:
    """The one problem there is."""
    assert len(checked.problems) == 1, [p.text for p in checked.problems]
    return checked.problems[0]


class TestFrame:
    def test_every_variable_is_a_float_column_in_the_order_of_the_vocabulary(self) -> None:
        frame = one(hba1c="6.1", smoking="former", note="x").frame
        assert list(frame.columns) == [v.name for v in VARIABLES]
        assert set(frame.dtypes) == {np.dtype(np.float64)}

    def test_clean_row_has_no_problems(self) -> None:
        assert one(hba1c=6.1, systolic_bp=130, diastolic_bp=80, smoking="never").problems == []

    def test_what_was_not_given_is_unknown_and_no_problem(self) -> None:
        checked = one()
        assert checked.frame.drop(columns=["age", "sex"]).isna().all(axis=None)
        assert checked.problems == []

    def test_rows_keep_labels_and_order(self) -> None:
        raw = pd.DataFrame({"age": [40, 50, 60], "sex": 0}, index=["c", "a", "b"])
        assert list(check(raw).frame.index) == ["c", "a", "b"]

    def test_what_was_given_is_not_changed(self) -> None:
        raw = pd.DataFrame({"age": [54.0], "sex": ["female"], "diastolic_bp": [150.0], "systolic_bp": [120.0]})
        before = raw.copy(deep=True)
        check(raw)
        pd.testing.assert_frame_equal(raw, before)

    @pytest.mark.parametrize("raw", [pd.DataFrame(), pd.DataFrame({"age": []}), pd.DataFrame(columns=["sex", "x"])])
    def test_frame_without_rows_gives_a_frame_without_rows(self, raw: pd.DataFrame) -> None:
        checked = check(raw)
        assert checked.frame.shape == (0, len(VARIABLES))
        assert checked.problems == []

    def test_column_that_stands_twice_is_refused_by_name(self) -> None:
        raw = pd.DataFrame([[54, 0, 1]], columns=["age", "sex", "sex"])
        with pytest.raises(InputError, match="The column sex stands more than once"):
            check(raw)

    def test_several_columns_that_stand_twice_are_all_named_whatever_their_type(self) -> None:
        raw = pd.DataFrame([[1, 1, 2, 2]], columns=["age", "age", 7, 7])
        with pytest.raises(InputError, match="The columns 7, age stand more than once"):
            check(raw)

    def test_row_labels_that_stand_twice_are_refused(self) -> None:
        raw = pd.DataFrame({"age": [54, 55], "sex": 0}, index=[1, 1])
        with pytest.raises(InputError, match="reset_index"):
            check(raw)


class TestUnits:
    def test_column_is_read_in_its_unit(self) -> None:
        checked = one({"hba1c": "mmol/mol", "height": "in"}, hba1c=48, height="70")
        assert value(checked, "hba1c") == pytest.approx(6.54304)
        assert value(checked, "height") == pytest.approx(177.8)

    def test_aliases_are_understood(self) -> None:
        assert value(one({"creatinine": "umol/l"}, creatinine=88.4), "creatinine") == pytest.approx(1.0)

    def test_empty_unit_means_the_canonical_one(self) -> None:
        assert value(one({"hba1c": ""}, hba1c=6.1), "hba1c") == 6.1

    def test_unit_that_is_not_accepted_names_variable_and_accepted_ones(self) -> None:
        with pytest.raises(
            UnitError, match=r"HbA1c: The unit “mg/dL” is not accepted here\. Accepted: %, mmol/mol, fraction\."
        ):
            one({"hba1c": "mg/dL"}, hba1c=6.1)

    def test_unit_is_refused_even_when_its_column_is_absent(self) -> None:
        with pytest.raises(UnitError, match="HbA1c"):
            one({"hba1c": "mg/dL"})

    def test_unit_of_a_variable_that_has_none_is_refused(self) -> None:
        with pytest.raises(UnitError, match=r"Smoking: .* Accepted: none"):
            one({"smoking": "kg"}, smoking="never")

    def test_unit_of_a_column_that_is_no_variable_is_refused(self) -> None:
        # read silently in the canonical unit, 5.2 mmol/L would be 5.2 mg/dL
        with pytest.raises(InputError, match="“HbA1c”, which is not a variable"):
            one({"HbA1c": "mmol/mol"}, hba1c=48)


class TestContradictions:
    @pytest.mark.parametrize(("smaller", "larger"), ORDERED_PAIRS)
    @pytest.mark.parametrize("excess", [0, 10])
    def test_neither_of_two_that_contradict_is_used(self, smaller: str, larger: str, excess: float) -> None:
        checked = one(**{larger: 110, smaller: 110 + excess})
        assert [(p.field, p.severity) for p in checked.problems] == [
            (smaller, Severity.UNUSED),
            (larger, Severity.UNUSED),
        ]
        assert checked.frame[[smaller, larger]].isna().all(axis=None)

    def test_both_values_are_told(self) -> None:
        first, second = one(systolic_bp=80, diastolic_bp=120).problems
        assert first.text == second.text
        assert first.text == (
            "Diastolic pressure 120 mmHg is not below systolic pressure 80 mmHg. Check both. Neither is used."
        )
        assert (first.value, second.value) == ("120 mmHg", "80 mmHg")

    def test_they_are_told_in_the_units_entered(self) -> None:
        units = {"hdl_cholesterol": "mmol/L", "total_cholesterol": "mmol/L"}
        problem = one(units, hdl_cholesterol=3.1, total_cholesterol=2.9).problems[0]
        assert problem.reason == "HDL cholesterol 3.1 mmol/L is not below total cholesterol 2.9 mmol/L."

    def test_every_pair_is_judged_by_what_was_entered(self) -> None:
        # total cholesterol contradicts HDL; that must not let LDL pass
        checked = one(total_cholesterol=100, hdl_cholesterol=120, ldl_cholesterol=130)
        assert {p.field for p in checked.problems} == {"total_cholesterol", "hdl_cholesterol", "ldl_cholesterol"}
        assert checked.frame[["total_cholesterol", "hdl_cholesterol", "ldl_cholesterol"]].isna().all(axis=None)

    def test_one_unknown_contradicts_nothing(self) -> None:
        assert one(diastolic_bp=90).problems == []

    def test_value_refused_before_contradicts_nothing(self) -> None:
        checked = one(systolic_bp=12, diastolic_bp=80)
        assert [p.field for p in checked.problems] == ["systolic_bp"]
        assert value(checked, "diastolic_bp") == 80


class TestNeeded:
    @pytest.mark.parametrize(("missing", "label"), [("age", "Age"), ("sex", "Sex")])
    def test_row_without_age_or_sex_says_so(self, missing: str, label: str) -> None:
        problem = only(one(**{missing: None}))
        assert (problem.field, problem.severity) == (missing, Severity.ROW)
        assert problem.text == f"{label} is not known. Enter it: without age and sex nothing is estimated."

    def test_column_of_age_or_sex_that_is_absent_counts_for_every_row(self) -> None:
        checked = check(pd.DataFrame({"hba1c": [5.1, 5.2]}))
        assert [(p.row, p.field) for p in checked.problems] == [(0, "age"), (0, "sex"), (1, "age"), (1, "sex")]

    def test_age_that_cannot_be_used_is_told_first(self) -> None:
        first, second = one(age=5).problems
        assert first.reason == "Age 5 years is outside 18–110."
        assert second.severity is Severity.ROW


class TestDerived:
    def test_body_mass_index_from_height_and_weight(self) -> None:
        checked = one(height=180, weight=81)
        assert value(checked, "bmi") == pytest.approx(25.0)
        assert checked.derived["bmi"].tolist() == [True]

    def test_from_other_units_it_is_the_same(self) -> None:
        checked = one({"height": "in", "weight": "lb"}, height=70, weight=180)
        assert value(checked, "bmi") == pytest.approx(180 * 703.07 / 70**2, rel=1e-5)  # CDC: lb ÷ in² × 703

    def test_given_body_mass_index_wins(self) -> None:
        checked = one(height=180, weight=81, bmi=31)
        assert value(checked, "bmi") == 31
        assert checked.derived["bmi"].tolist() == [False]

    def test_unusable_body_mass_index_is_replaced_and_said_so(self) -> None:
        checked = one(height=180, weight=81, bmi=310)
        assert value(checked, "bmi") == pytest.approx(25.0)
        assert checked.derived["bmi"].tolist() == [True]
        assert only(checked).field == "bmi"

    @pytest.mark.parametrize("known", [{"height": 180}, {"weight": 81}, {"height": 120, "weight": 299}])
    def test_what_cannot_be_derived_stays_unknown(self, known: dict[str, float]) -> None:
        checked = one(**known)
        assert np.isnan(value(checked, "bmi"))
        assert checked.derived["bmi"].tolist() == [False]

    def test_filtration_rate_from_creatinine_age_and_sex(self) -> None:
        checked = one(creatinine=0.9)
        expected = ckd_epi_2021(pd.Series([0.9]), pd.Series([54.0]), pd.Series([0.0])).iloc[0]
        assert value(checked, "egfr") == expected
        assert checked.derived["egfr"].tolist() == [True]

    def test_given_filtration_rate_wins(self) -> None:
        checked = one(creatinine=0.9, egfr=44)
        assert value(checked, "egfr") == 44
        assert checked.derived["egfr"].tolist() == [False]

    @pytest.mark.parametrize("unknown", [{"age": None}, {"sex": None}, {"pregnancy": "yes"}])
    def test_no_filtration_rate_without_age_or_sex_or_in_pregnancy(self, unknown: dict[str, Any]) -> None:
        checked = one(creatinine=0.9, **unknown)
        assert np.isnan(value(checked, "egfr"))

    def test_derived_has_the_rows_of_the_frame(self) -> None:
        raw = pd.DataFrame({"height": [180, 170], "weight": [81, None]} | KNOWN, index=["b", "a"])
        assert check(raw).derived["bmi"].to_dict() == {"b": True, "a": False}


class TestProblems:
    RAW = pd.DataFrame(
        {
            "age": [54, 54, None],
            "sex": ["male", "x", "female"],
            "hba1c": ["high", 5.1, 99],
            "systolic_bp": [90, 1300, 120],
            "diastolic_bp": [95, 80, 80],
        },
        index=[12, 7, 3],
    )

    def test_they_are_in_row_order(self) -> None:
        assert [(p.row, p.field) for p in check(self.RAW).problems] == [
            (12, "hba1c"),
            (12, "diastolic_bp"),
            (12, "systolic_bp"),
            (7, "sex"),
            (7, "systolic_bp"),
            (7, "sex"),
            (3, "hba1c"),
            (3, "age"),
        ]

    @pytest.mark.parametrize(
        "index",
        [
            pd.Index([3.0, np.nan, 1.0]),
            pd.Index(["b", None, "a"], dtype=object),
            pd.to_datetime(["2020-01-03", None, "2020-01-01"]),
            pd.MultiIndex.from_tuples([("c", "a"), ("b", "b"), ("b", "a")]),
            pd.Index([(1, 2), (0, 1), (5, 3)], tupleize_cols=False),
            pd.Index([True, False, "x"], dtype=object),
            pd.CategoricalIndex(["c", "b", "a"]),
        ],
        ids=["missing number", "missing text", "missing date", "two levels", "tuples", "booleans", "categories"],
    )
    def test_labels_of_every_kind_keep_the_order(self, index: pd.Index) -> None:
        plain = check(self.RAW).problems
        places = {12: 0, 7: 1, 3: 2}
        found = check(self.RAW.set_axis(index)).problems
        assert [p.field for p in found] == [p.field for p in plain]
        assert [str(p.row) for p in found] == [str(index[places[p.row]]) for p in plain]

    def test_problems_of_one_row(self) -> None:
        checked = check(self.RAW)
        assert [p.field for p in checked.of_row(3)] == ["hba1c", "age"]
        assert checked.of_row("none") == []

    def test_table_has_a_line_a_problem(self) -> None:
        checked = check(self.RAW)
        table = checked.table()
        assert list(table.columns) == ["row", "field", "value", "problem", "what to do", "effect"]
        assert len(table) == len(checked.problems)
        assert table.iloc[0].to_list() == [
            12,
            "hba1c",
            "high",
            "HbA1c is not a number.",
            "Enter a number in % or leave it empty.",
            "unused",
        ]

    def test_table_without_problems_has_its_columns(self) -> None:
        assert list(one().table().columns) == ["row", "field", "value", "problem", "what to do", "effect"]

    def test_patient_values_stay_out_of_logs(self) -> None:
        checked = one(hba1c="4711", weight=190)
        assert "4711" not in repr(checked)
        assert "190" not in repr(checked)
        assert "HbA1c" not in repr(checked.problems[0])


@given(st.permutations(range(4)))
def test_a_row_is_judged_alone(order: list[int]) -> None:
    frame = TestProblems.RAW.reset_index(drop=True)
    frame = pd.concat([frame, frame.iloc[[0]].assign(hba1c=5.5)], ignore_index=True).iloc[list(order)]
    together = check(frame)
    for row in order:
        alone = check(frame.loc[[row]])
        pd.testing.assert_frame_equal(alone.frame, together.frame.loc[[row]])
        assert alone.problems == together.of_row(row)


def test_large_clean_frame_needs_few_calls() -> None:
    """Work a row happens in arrays: the number of Python calls does not grow with the rows."""
    import cProfile
    import pstats

    def calls(rows: int) -> int:
        rng = np.random.default_rng(0)
        raw = pd.DataFrame({v.name: rng.uniform(*v.usual, rows) for v in NUMBERS} | {v.name: 1.0 for v in ANSWERS})
        raw = raw.assign(diastolic_bp=80.0, systolic_bp=120.0, hdl_cholesterol=50.0, ldl_cholesterol=90.0)
        raw = raw.assign(total_cholesterol=180.0, pregnancy=0.0, waist=95.0, uacr=7.0, crp=2.0, bmi=27.0)
        raw["weight"] = raw["bmi"] * (raw["height"] / 100) ** 2
        profile = cProfile.Profile()
        assert profile.runcall(check, raw).problems == []
        return pstats.Stats(profile).total_calls

    calls(10)
    assert calls(20_000) < 1.2 * calls(100)


def test_a_body_mass_index_that_contradicts_height_and_weight_is_flagged_and_used() -> None:
    checked = check(pd.DataFrame({"age": [50], "sex": ["female"], "height": [170], "weight": [80], "bmi": [34.0]}))
    (problem,) = checked.problems
    assert problem.field == "bmi"
    assert problem.severity is Severity.FLAGGED
    assert "which is 27.7" in problem.reason
    assert checked.frame["bmi"].iloc[0] == 34.0


def test_a_pregnant_man_is_flagged() -> None:
    checked = check(pd.DataFrame({"age": [30], "sex": ["male"], "pregnancy": ["yes"]}))
    assert [p.field for p in checked.problems] == ["pregnancy"]
