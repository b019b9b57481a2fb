"""A mapping applied: right values, every unusable cell told with its row and column, counts that add up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from riskmodels.checks import check
from riskmodels.errors import InputError
from riskmodels.interop.columns.apply import Applied, Counts, apply
from riskmodels.interop.columns.mapping import (
    AT_BOUND,
    NOT_USABLE,
    UNKNOWN,
    Code,
    CohortMapping,
    ColumnMapping,
    Combine,
    Role,
    Visits,
)
from riskmodels.interop.columns.numbers import read_column
from riskmodels.interop.columns.propose import propose
from riskmodels.interop.columns.sample import take_sample
from riskmodels.interop.table.source import Chunk, open_source
from riskmodels.vocabulary import VOCABULARY

AGE = ColumnMapping("a", "age", Role.VALUE, "years")
SEX = ColumnMapping("s", "sex", Role.VALUE, codes=(Code("m", "male"), Code("f", "female")))
MAPPING = CohortMapping((AGE, SEX))


def cells(**columns: list[object]) -> pd.DataFrame:
    frame = pd.DataFrame({"a": ["50"], "s": ["m"]} | columns)
    return frame.set_axis(pd.Index(range(2, 2 + len(frame)), name="row"))


def with_column(
    variable: str, unit: str = "", codes: tuple[Code, ...] = (), comparators: str = NOT_USABLE
) -> CohortMapping:
    return CohortMapping((AGE, SEX, ColumnMapping("x", variable, Role.VALUE, unit, codes, comparators)))


def value(mapping: CohortMapping, cell: object, decimal: str = ".") -> tuple[float, list[str]]:
    """What one cell of the column x becomes, and the effects of its problems."""
    applied = apply(mapping, Chunk(cells(x=[cell]), decimal=decimal))
    return float(applied.frame[mapping.columns[-1].variable].iloc[0]), applied.problems["effect"].tolist()


class TestValues:
    @pytest.mark.parametrize(
        ("cell", "decimal", "expected"),
        [
            ("120", ".", 120.0),
            (" 120.5 ", ".", 120.5),
            ("+1.2e2", ".", 120.0),
            ("120,5", ",", 120.5),
            ("120", ",", 120.0),
            ("1.2e2", ",", 120.0),
        ],
    )
    def test_number_is_read(self, cell: str, decimal: str, expected: float) -> None:
        assert value(with_column("systolic_bp", "mmHg"), cell, decimal) == (expected, [])

    @pytest.mark.parametrize(
        ("cell", "expected"), [("1.234", 1234.0), ("1.234,5", 1234.5), ("5,70", 5.7), ("5.7", 5.7)]
    )
    def test_points_in_a_file_with_decimal_commas(self, cell: str, expected: float) -> None:
        assert read_column(pd.Series([cell], dtype="str"), ",").tolist() == [expected]

    def test_unit_is_converted(self) -> None:
        found, effects = value(with_column("hba1c", "mmol/mol"), "48")
        assert found == pytest.approx(0.09148 * 48 + 2.152)
        assert effects == []

    @pytest.mark.parametrize("cell", ["", "n/a", "NA", "k.A.", "not done", "-9", "−9", "-9.0", "999"])
    def test_missing_is_unknown_without_a_problem(self, cell: str) -> None:
        found, effects = value(with_column("systolic_bp", "mmHg", (Code("-9", UNKNOWN), Code("999", UNKNOWN))), cell)
        assert np.isnan(found)
        assert effects == []

    @pytest.mark.parametrize("cell", ["high", "12O", "120 mmol/L", "126/83", "1,5", "1e999", "-5", "0"])
    def test_unusable_is_unknown_with_a_problem(self, cell: str) -> None:
        found, effects = value(with_column("systolic_bp", "mmHg"), cell)
        assert np.isnan(found)
        assert effects == ["unused"]

    def test_comparator_is_unknown_and_told(self) -> None:
        found, effects = value(with_column("crp", "mg/L"), "<5")
        assert np.isnan(found)
        assert effects == ["unused"]

    @pytest.mark.parametrize("cell", ["<5", "< 5.0", "≤5", ">5", ">=5"])
    def test_comparator_is_used_at_its_bound_when_said_so_and_flagged(self, cell: str) -> None:
        assert value(with_column("crp", "mg/L", comparators=AT_BOUND), cell) == (5.0, ["flagged"])

    def test_smallest_number_of_sas_is_zero(self) -> None:
        found, effects = value(with_column("diastolic_bp", "mmHg", (Code("0", UNKNOWN),)), "5.397605346934028e-79")
        assert np.isnan(found)
        assert effects == []

    def test_typed_numbers_are_read_as_they_are(self) -> None:
        assert value(with_column("systolic_bp", "mmHg", (Code("999", UNKNOWN),)), 121.0) == (121.0, [])

    @pytest.mark.parametrize("cell", ["1", "1.0", 1, 1.0, "01"])
    def test_code_is_found_in_any_spelling(self, cell: object) -> None:
        mapping = with_column("stroke", codes=(Code("1", "no"), Code("2", "yes")))
        assert value(mapping, cell) == (0.0, [])

    def test_number_code_that_was_not_mapped_is_never_guessed(self) -> None:
        mapping = with_column("stroke", codes=(Code("1", "yes"), Code("2", "no")))
        found, effects = value(mapping, "0")
        assert np.isnan(found)
        assert effects == ["unused"]

    def test_word_that_was_not_seen_before_is_read_when_it_means_one_thing(self) -> None:
        assert value(with_column("stroke", codes=(Code("y", "yes"),)), "Nein") == (0.0, [])

    def test_number_declared_unusable_is_a_problem(self) -> None:
        found, effects = value(with_column("systolic_bp", "mmHg", (Code("120", NOT_USABLE),)), "120")
        assert np.isnan(found)
        assert effects == ["unused"]

    def test_canonical_frame_goes_through_as_check_does(self) -> None:
        raw = pd.DataFrame({"age": [50.0, 61.0], "sex": [0.0, 1.0], "weight": [80.0, 500.0], "height": [170.0, 180.0]})
        mapping = CohortMapping(
            (
                ColumnMapping("age", "age", Role.VALUE, "years"),
                ColumnMapping("sex", "sex", Role.VALUE, codes=(Code("0", "female"), Code("1", "male"))),
                ColumnMapping("weight", "weight", Role.VALUE, "kg"),
                ColumnMapping("height", "height", Role.VALUE, "cm"),
            )
        )
        applied = apply(mapping, raw)
        expected = check(raw)
        pd.testing.assert_frame_equal(applied.frame, expected.frame)
        pd.testing.assert_frame_equal(applied.checked.derived, expected.derived)


class TestCombine:
    def columns(self, variable: str, rule: Combine, unit: str = "", codes: tuple[Code, ...] = ()) -> CohortMapping:
        both = tuple(ColumnMapping(h, variable, Role.VALUE, unit, codes) for h in ("x", "y"))
        return CohortMapping((AGE, SEX, *both), combine={variable: rule})

    def test_mean_of_those_known(self) -> None:
        mapping = self.columns("systolic_bp", Combine.MEAN, "mmHg")
        frame = apply(mapping, cells(a=["50"] * 3, s=["m"] * 3, x=["120", "120", ""], y=["130", "", ""])).frame
        assert frame["systolic_bp"].tolist()[:2] == [125, 120]
        assert np.isnan(frame["systolic_bp"].iloc[2])

    def test_first_known(self) -> None:
        mapping = self.columns("hdl_cholesterol", Combine.FIRST, "mg/dL")
        assert apply(mapping, cells(x=[""], y=["50"])).frame["hdl_cholesterol"].tolist() == [50]

    @pytest.mark.parametrize(("x", "y", "expected"), [("1", "", 1), ("0", "1", 1), ("0", "0", 0), ("0", "", np.nan)])
    def test_any(self, x: str, y: str, expected: float) -> None:
        mapping = self.columns("stroke", Combine.ANY, codes=(Code("1", "yes"), Code("0", "no")))
        found = apply(mapping, cells(x=[x], y=[y])).frame["stroke"].tolist()
        np.testing.assert_equal(found, [expected])

    def test_two_columns_without_a_rule_are_asked(self) -> None:
        mapping = replace(self.columns("systolic_bp", Combine.MEAN, "mmHg"), combine={})
        with pytest.raises(InputError, match="are all Systolic pressure"):
            apply(mapping, cells(x=["1"], y=["2"]))


class TestProblems:
    def applied(self) -> Applied:
        data = b"id,alter,sex,SBP (mmHg)\nA1,63,m,1520\nA2,,f,high\nA3,41,d,120\nA4,17,f,121\nA5,50,f,130,9\nA6,51,f\n"
        source = open_source(data)
        (chunk,) = source.chunks()
        return apply(propose(take_sample(source)).mapping, chunk)

    def test_row_column_value_reason_and_hint_are_told(self) -> None:
        first = self.applied().problems.iloc[0]
        assert first[["row", "column", "value", "effect"]].tolist() == [2, "SBP (mmHg)", "1520", "unused"]
        assert first["reason"] == "Systolic pressure 1520 mmHg is outside 60–300."
        assert first["hint"]

    def test_counts_add_up(self) -> None:
        counts = self.applied().counts
        assert counts == Counts(read=6, scored=2, with_problems=6, refused=4)

    def test_every_refused_row_is_a_reject_with_its_reason(self) -> None:
        rejects = self.applied().rejects
        assert rejects["row"].tolist() == [3, 4, 5, 6]
        assert rejects["id"].tolist() == ["A2", "A3", "A4", "A5"]
        assert rejects["reason"].tolist()[0] == "Age is not known."
        assert "has 5 cells" in rejects["reason"].tolist()[3]

    def test_no_value_of_a_row_with_too_many_cells_is_used(self) -> None:
        assert self.applied().frame.loc[6].isna().all()

    def test_rejects_keep_columns_that_are_called_row_and_reason(self) -> None:
        rejects = apply(MAPPING, cells(a=[""], row=["7"], reason=["x"])).rejects
        assert list(rejects) == ["row (2)", "a", "s", "row", "reason", "reason (2)"]

    def test_contradiction_names_both_columns(self) -> None:
        mapping = CohortMapping(
            (
                AGE,
                SEX,
                ColumnMapping("x", "systolic_bp", Role.VALUE, "mmHg"),
                ColumnMapping("y", "diastolic_bp", Role.VALUE, "mmHg"),
            )
        )
        applied = apply(mapping, cells(x=["80"], y=["120"]))
        assert set(applied.problems["column"]) == {"x", "y"}

    def test_counts_of_chunks_are_those_of_the_whole(self) -> None:
        data = "alter,sex,sbp\n" + "".join(f"{i},{'mfx'[i % 3]},{i * 3}\n" for i in range(100))
        source = open_source(data.encode())
        mapping = propose(take_sample(source)).mapping.with_column("sbp", unit="mmHg")
        whole, parts = Counts(), Counts()
        for chunk in source.chunks():
            whole += apply(mapping, chunk).counts
        for chunk in source.chunks(rows=7):
            parts += apply(mapping, chunk).counts
        assert whole == parts
        assert whole.read == whole.scored + whole.refused == 100


class TestRefusals:
    def test_open_question_is_refused(self) -> None:
        with pytest.raises(InputError, match="In which unit"):
            apply(with_column("hdl_cholesterol"), cells(x=["1.2"]))

    def test_column_that_is_not_there_is_refused(self) -> None:
        with pytest.raises(InputError, match="not in the file"):
            apply(with_column("systolic_bp", "mmHg"), cells())

    def test_latest_visit_needs_the_earlier_ones(self) -> None:
        columns = (
            AGE,
            SEX,
            ColumnMapping("p", role=Role.PATIENT),
            ColumnMapping("d", role=Role.DATE, date_format="ISO"),
        )
        with pytest.raises(InputError, match="latest visits"):
            apply(CohortMapping(columns, visits=Visits.LATEST), cells())

    def test_constant_that_is_impossible_is_refused(self) -> None:
        with pytest.raises(InputError, match="outside"):
            apply(CohortMapping((SEX,), constants={"age": "400"}), cells())

    def test_constant_holds_for_every_row(self) -> None:
        assert apply(CohortMapping((AGE,), constants={"sex": "female"}), cells()).frame["sex"].tolist() == [0]

    def test_frame_has_every_variable(self) -> None:
        assert list(apply(MAPPING, cells()).frame) == list(VOCABULARY)
