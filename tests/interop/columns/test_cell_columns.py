"""Columns whose cells tell more than a number: units beside and inside, both pressures, birth dates, mixed decimals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.interop.columns.apply import Applied, apply
from riskmodels.interop.columns.edits import read_as_birth, read_as_variable, with_unit_from
from riskmodels.interop.columns.layouts import Layout, recognise
from riskmodels.interop.columns.mapping import Asks, CohortMapping, Role
from riskmodels.interop.columns.propose import Proposal, propose
from riskmodels.interop.columns.sample import Sample, take_sample
from riskmodels.interop.table.source import Source, open_source

PEOPLE = {"age": range(40, 80), "sex": ["m", "f"] * 20}


def source_of(sep: str = ",", **columns: object) -> Source:
    table = pd.DataFrame(PEOPLE | columns, dtype="str")
    return open_source(table.to_csv(index=False, sep=sep).encode())


def proposed(source: Source) -> tuple[Sample, Proposal]:
    sample = take_sample(source)
    return sample, propose(sample)


def applied(source: Source, mapping: CohortMapping | None = None) -> Applied:
    (chunk,) = source.chunks()
    done = apply(mapping or proposed(source)[1].mapping, chunk)
    counts = done.counts
    assert counts.read == counts.scored + counts.refused == 40
    return done


def numbers(low: float, high: float, decimals: int = 1) -> list[str]:
    return [f"{value:.{decimals}f}" for value in np.linspace(low, high, 40)]


class TestHeaderUnits:
    @pytest.mark.parametrize(
        ("header", "variable", "cells", "factor"),
        [
            ("LDL (g/L)", "ldl_cholesterol", numbers(0.6, 1.9, 2), 100),
            ("Triglycerides [g/l]", "triglycerides", numbers(0.6, 1.9, 2), 100),
            ("Glycémie (g/L)", "glucose", numbers(0.7, 1.3, 2), 100),
            ("Creatinine mg/L", "creatinine", numbers(6, 14), 0.1),
            ("Uric acid (mmol/L)", "uric_acid", numbers(0.2, 0.5, 3), 1000 / 59.48),
            ("Height (m)", "height", numbers(1.5, 1.9, 2), 100),
            ("Weight (stone)", "weight", numbers(8, 16), 6.35029318),
        ],
    )
    def test_values_are_in_the_unit_of_the_header(
        self, header: str, variable: str, cells: list[str], factor: float
    ) -> None:
        source = source_of(**{header: cells})
        mapping = proposed(source)[1].mapping
        if not mapping.column(header).variable:
            mapping = read_as_variable(mapping, take_sample(source), header, variable)
        done = applied(source, mapping)
        np.testing.assert_allclose(done.frame[variable], np.array(cells, dtype=float) * factor, rtol=1e-9)

    @pytest.mark.parametrize("header", ["HDL (mEq/L)", "CRP (nmol/L)", "creatinine_mg", "BMI (lb/in2)"])
    def test_a_unit_that_is_not_accepted_is_asked_with_the_accepted_ones(self, header: str) -> None:
        _, proposal = proposed(source_of(**{header: numbers(20, 40)}))
        (question,) = proposal.mapping.questions()
        assert (question.asks, question.header) == (Asks.UNIT, header)
        evidence = proposal.column(header).unit_evidence
        assert "The header says" in evidence
        assert question.choices[0] in evidence

    def test_the_header_wins_over_what_the_values_are_like(self) -> None:
        _, proposal = proposed(source_of(**{"Triglycerides (g/L)": numbers(0.6, 1.9, 2)}))
        assert proposal.column("Triglycerides (g/L)").unit == "g/L"

    def test_values_that_contradict_the_header_are_asked(self) -> None:
        _, proposal = proposed(source_of(**{"Total cholesterol (g/L)": numbers(150, 280)}))
        assert proposal.column("Total cholesterol (g/L)").unit == ""

    @pytest.mark.parametrize("variable", ["triglycerides", "systolic_bp"])
    def test_numbers_that_are_ordinary_in_two_units_are_asked(self, variable: str) -> None:
        cells = numbers(0.8, 2.2) if variable == "triglycerides" else numbers(12, 19)
        _, proposal = proposed(source_of(**{variable: cells}))
        assert [q.asks for q in proposal.mapping.questions()] == [Asks.UNIT]

    def test_triglycerides_are_in_the_unit_of_the_other_lipids(self) -> None:
        _, proposal = proposed(source_of(chol=numbers(4, 7), triglycerides=numbers(0.8, 2.2)))
        assert proposal.column("triglycerides").unit == "mmol/L"

    def test_feet_that_may_be_feet_and_inches_are_asked(self) -> None:
        cells = ["5.1", "5.10", "5.11", "6.0"] * 10
        assert proposed(source_of(**{"Height (ft)": cells}))[1].column("Height (ft)").unit == ""
        assert proposed(source_of(**{"Height (ft)": numbers(5, 6.2, 2)}))[1].column("Height (ft)").unit == "ft"

    @pytest.mark.parametrize(("low", "high", "unit"), [(14_700, 29_000, "days"), (480, 950, "months")])
    def test_age_in_another_unit_is_asked(self, low: float, high: float, unit: str) -> None:
        source = source_of(age=numbers(low, high, 0))
        _, proposal = proposed(source)
        (question,) = proposal.mapping.questions()
        assert (question.asks, question.header) == (Asks.UNIT, "age")
        assert unit in question.choices
        done = applied(source, proposal.mapping.with_column("age", unit=unit))
        assert done.frame["age"].between(39.9, 80).all()


class TestUnitBeside:
    @pytest.mark.parametrize(
        ("value", "unit"),
        [
            ("weight", "weight_unit"),
            ("Weight", "Unit"),
            ("Gewicht", "Einheit"),
            ("weight", "weight_uom"),
            ("wt", "units wt"),
        ],
    )
    def test_each_row_is_in_its_own_unit(self, value: str, unit: str) -> None:
        kilograms = np.linspace(50, 120, 40)
        written = [f"{v:.4f}" if i % 2 else f"{v / 0.45359237:.4f}" for i, v in enumerate(kilograms)]
        source = source_of(**{value: written, unit: ["lb", "kg"] * 20})
        _, proposal = proposed(source)
        assert proposal.mapping.column(unit).role is Role.UNIT
        assert unit in proposal.column(value).unit_evidence
        assert any(unit in remark for remark in proposal.remarks)
        done = applied(source)
        np.testing.assert_allclose(done.frame["weight"], kilograms, rtol=1e-6)

    def test_each_column_named_unit_belongs_to_the_one_before_it(self) -> None:
        table = "age,sex,chol,Unit,glucose,Unit\n" + "40,m,5.2,mmol/L,90,mg/dL\n" * 40
        source = open_source(table.encode())
        mapping = proposed(source)[1].mapping
        assert [mapping.column(h).unit_from for h in ("chol", "glucose")] == ["Unit", "Unit (2)"]

    def test_a_row_without_or_with_an_unknown_unit_is_told(self) -> None:
        source = source_of(glucose=["5.4"] * 40, glucose_unit=["mmol/L"] * 37 + ["mg%%", "", "kPa"])
        done = applied(source)
        assert done.frame["glucose"].notna().sum() == 37
        told = done.problems.set_index("row")
        assert told.index.tolist() == [39, 40, 41]
        assert (told["effect"] == "unused").all()
        assert told["column"].eq("glucose").all()
        assert told.loc[41, "value"] == "5.4 kPa"
        assert "“kPa”, which is not accepted" in told.loc[41, "reason"]
        assert "mg/dL, mmol/L or g/L" in told.loc[41, "hint"]
        assert "no unit in this row" in told.loc[40, "reason"]

    def test_a_row_that_contradicts_the_header_is_told(self) -> None:
        source = source_of(**{"weight (kg)": ["80"] * 40, "weight_unit": ["kg"] * 39 + ["lb"]})
        done = applied(source)
        assert done.problems["row"].tolist() == [41]
        assert "the header says kg" in done.problems["reason"].iloc[0]
        assert np.isnan(done.frame["weight"].iloc[-1])

    def test_a_ward_is_no_unit(self) -> None:
        source = source_of(weight=numbers(50, 120), unit=["ICU", "3 West"] * 20)
        assert proposed(source)[1].mapping.column("unit").role is Role.CARRIED

    def test_a_column_of_units_that_belongs_to_none_is_told(self) -> None:
        _, proposal = proposed(source_of(unit=["mg/dL"] * 40))
        assert any("“unit” holds units and is not used" in remark for remark in proposal.remarks)

    def test_another_column_can_be_chosen(self) -> None:
        source = source_of(weight=["80"] * 40, how=["kg", "st"] * 20)
        mapping = with_unit_from(proposed(source)[1].mapping, "weight", "how")
        done = applied(source, mapping)
        assert done.frame["weight"].notna().sum() == 20  # 80 st is impossible, and told
        assert len(done.problems) == 20

    def test_it_is_kept_in_a_layout(self) -> None:
        source = source_of(weight=numbers(50, 120), weight_unit=["kg", "lb"] * 20)
        mapping = proposed(source)[1].mapping
        kept = Layout.from_json(Layout("ours", mapping).to_json())
        assert kept.mapping.column("weight").unit_from == "weight_unit"
        found = recognise(["Weight-Unit", "sex", "age", "Weight"], [kept])
        assert found is not None
        assert found.column("Weight").unit_from == "Weight-Unit"


class TestUnitInside:
    def test_each_cell_is_in_its_own_unit(self) -> None:
        done = applied(source_of(chol=["200 mg/dL", "5.172 mmol/L", "2 g/L", "200 mg/dl"] * 10))
        np.testing.assert_allclose(done.frame["total_cholesterol"], 200, rtol=1e-4)
        assert done.problems.empty

    def test_a_cell_that_contradicts_the_header_is_told(self) -> None:
        done = applied(source_of(**{"chol (mg/dL)": ["200"] * 39 + ["5.2 mmol/L"]}))
        assert done.problems["row"].tolist() == [41]
        assert "but the header says mg/dL" in done.problems["reason"].iloc[0]

    def test_a_unit_that_is_not_accepted_is_told_by_name(self) -> None:
        done = applied(source_of(crp=["5 mg/L"] * 39 + ["48 nmol/L"]))
        assert done.problems[["row", "column", "value"]].to_numpy().tolist() == [[41, "crp", "48 nmol/L"]]
        assert "“nmol/L” behind its number" in done.problems["reason"].iloc[0]

    def test_numbers_without_unit_among_others_are_judged_by_themselves(self) -> None:
        _, proposal = proposed(source_of(chol=["200 mg/dL"] * 10 + numbers(4, 7)[:30]))
        assert proposal.column("chol").unit == ""


class TestPressures:
    @pytest.mark.parametrize("header", ["Blood pressure", "BP", "RR (mmHg)", "Tensión arterial", "血压", "bp_baseline"])
    def test_both_are_read(self, header: str) -> None:
        cells = [f"{120 + i % 30}/{70 + i % 15}" for i in range(40)]
        source = source_of(**{header: cells})
        done = applied(source)
        assert done.frame["systolic_bp"].tolist() == [120 + i % 30 for i in range(40)]
        assert done.frame["diastolic_bp"].tolist() == [70 + i % 15 for i in range(40)]
        assert any("both pressures" in remark for remark in proposed(source)[1].remarks)

    def test_repeated_readings_are_averaged(self) -> None:
        done = applied(source_of(bp1=["120/80"] * 40, bp2=["130/84"] * 40))
        assert done.frame[["systolic_bp", "diastolic_bp"]].iloc[0].tolist() == [125, 82]

    def test_a_cell_with_one_pressure_is_told(self) -> None:
        done = applied(source_of(bp=["126/83"] * 39 + ["130"]))
        assert done.frame["systolic_bp"].iloc[-1] == 130
        assert done.problems[["row", "value", "effect"]].to_numpy().tolist() == [[41, "130", "unused"]]

    def test_columns_of_one_pressure_come_first(self) -> None:
        _, proposal = proposed(source_of(bp=["126/83"] * 40, sbp=["126"] * 40, dbp=["83"] * 40))
        assert proposal.column("bp").resembles == "systolic_bp"
        assert proposal.mapping.column("bp").role is Role.CARRIED

    def test_eyesight_is_no_pressure(self) -> None:
        assert proposed(source_of(visus=["20/40"] * 40))[1].mapping.column("visus").role is Role.CARRIED


class TestDecimals:
    def test_a_column_with_commas_in_a_file_with_points(self) -> None:
        done = applied(source_of(";", hba1c=["5,2"] * 40, sbp=["120.0"] * 40, dbp=["80.5"] * 40))
        assert done.frame["hba1c"].tolist() == [5.2] * 40

    def test_a_column_with_points_in_a_file_with_commas(self) -> None:
        source = source_of(";", hba1c=["5,2"] * 40, sbp=["120,0"] * 40, creatinine=["0.912", "1.470"] * 20)
        assert source.format.decimal == ","
        done = applied(source)
        assert done.frame["creatinine"].tolist() == [0.912, 1.47] * 20
        assert done.problems.empty

    def test_three_decimals_everywhere_are_judged_by_what_is_usual(self) -> None:
        done = applied(source_of(";", hba1c=["5,2"] * 40, sbp=["120,0"] * 40, creatinine=["1.070", "1.470"] * 20))
        assert done.frame["creatinine"].tolist() == [1.07, 1.47] * 20

    def test_cells_of_both_kinds_are_read_each_for_itself(self) -> None:
        done = applied(source_of(hba1c=["5.2", "5,4"] * 20))
        assert done.frame["hba1c"].tolist() == [5.2, 5.4] * 20

    def test_a_cell_that_can_be_two_numbers_is_told(self) -> None:
        source = source_of(uacr=["12.5", "14,5"] * 19 + ["1,234", "2.5"])
        mapping = proposed(source)[1].mapping.with_column("uacr", unit="mg/g")
        done = applied(source, mapping)
        assert done.problems[["row", "value"]].to_numpy().tolist() == [[40, "1,234"]]
        assert "can be 1.234 or 1234" in done.problems["reason"].iloc[0]
        assert np.isnan(done.frame["uacr"].iloc[38])

    def test_thousands_are_read_where_nothing_else_is_possible(self) -> None:
        done = applied(source_of(triglycerides=["180.5", "210.5"] * 19 + ["1,234", "99.5"]))
        assert done.frame["triglycerides"].iloc[38] == 1234


class TestAges:
    BIRTHS = tuple(f"{1940 + i}-06-15" for i in range(40))

    def file(self, **more: object) -> Source:
        table = pd.DataFrame({"birth_date": self.BIRTHS, "sex": ["m", "f"] * 20} | more, dtype="str")
        return open_source(table.to_csv(index=False).encode())

    def test_age_is_counted_at_the_visit(self) -> None:
        source = self.file(visit_date=["2020-06-14", "2020-06-15"] * 20)
        done = applied(source)
        assert done.frame["age"].tolist() == [2020 - 1940 - i - (i % 2 == 0) for i in range(40)]

    def test_without_a_visit_the_day_is_asked(self) -> None:
        source = self.file()
        mapping = proposed(source)[1].mapping
        assert [q.asks for q in mapping.questions()] == [Asks.DAY]
        answered = CohortMapping(mapping.columns, as_of="2020-12-31")
        assert applied(source, answered).frame["age"].tolist() == [80 - i for i in range(40)]
        kept = Layout.from_json(Layout("x", answered).to_json()).mapping
        assert (kept.as_of, kept.column("birth_date")) == ("2020-12-31", answered.column("birth_date"))

    def test_rows_without_a_day_or_a_date_are_refused_and_told(self) -> None:
        births = [*self.BIRTHS[:38], "unclear", ""]
        done = applied(self.file(birth_date=births, visit_date=["", *["2020-07-01"] * 39]))
        assert done.counts.refused == 3
        told = done.problems[done.problems["effect"] == "unused"]
        assert told["row"].tolist() == [2, 40]
        assert "not known" in told["reason"].iloc[0]
        assert "cannot be read" in told["reason"].iloc[1]
        assert "unclear" not in " ".join(told["value"])

    def test_a_column_of_ages_comes_first(self) -> None:
        _, proposal = proposed(self.file(age=["50"] * 40))
        assert proposal.column("birth_date").resembles == "age"
        assert proposal.mapping.questions() == ()

    def test_day_and_month_that_cannot_be_told_apart_are_asked(self) -> None:
        source = self.file(birth_date=["03/04/1950"] * 40, visit_date=["2020-07-01"] * 40)
        (question,) = proposed(source)[1].mapping.questions()
        assert (question.asks, question.header) == (Asks.DATE, "birth_date")

    def test_a_year_of_birth_is_flagged_in_every_row(self) -> None:
        table = {"yob": [str(1950)] * 40, "sex": ["m"] * 40, "visit_date": ["2020-07-15"] * 40}
        source = open_source(pd.DataFrame(table).to_csv(index=False).encode())
        done = applied(source)
        assert done.frame["age"].tolist() == [70] * 40
        assert done.problems["effect"].tolist() == ["flagged"] * 40

    def test_any_column_can_be_read_as_dates_of_birth(self) -> None:
        source = self.file(born=["01.02.1950"] * 40, birth_date=[""] * 40, visit_date=["2020-07-01"] * 40)
        sample, proposal = proposed(source)
        assert applied(source, read_as_birth(proposal.mapping, sample, "born")).frame["age"].tolist() == [70] * 40

    def test_bands_are_their_middle_and_every_row_says_so(self) -> None:
        done = applied(source_of(age=["40-44", "[50,60)", "80+", "57"] * 10))
        assert done.frame["age"].tolist() == [42, 55, 80, 57] * 10
        assert len(done.problems) == 30
        assert (done.problems["effect"] == "flagged").all()
        assert "2 years less or more" in done.problems["hint"].iloc[0]

    def test_a_child_of_an_open_band_is_no_adult(self) -> None:
        done = applied(source_of(age=["<18"] + ["57"] * 39))
        assert done.counts.refused == 1


CASES = ("header_unit_gL", "unit_column_beside_value", "bp_in_one_cell", "cells_with_units", "mixed_decimals")
#: the same sixty people in all of them, as far as a file tells them
VALUES = {"age": 77, "systolic_bp": 119, "diastolic_bp": 73, "total_cholesterol": 130, "hdl_cholesterol": 64}


@pytest.mark.shared_data
class TestCases:
    def done(self, shared: Path, name: str) -> pd.DataFrame:
        source = open_source(shared / "cases" / "cohort" / f"{name}.csv")
        mapping = propose(take_sample(source)).mapping
        for question in mapping.questions():
            assert question.asks is Asks.UNIT
            mapping = mapping.with_column(question.header, unit=question.choices[0])
        (chunk,) = source.chunks()
        found = apply(mapping, chunk)
        assert found.counts.read == found.counts.scored == 60
        return found.frame.reset_index(drop=True)

    @pytest.mark.parametrize("name", CASES)
    def test_the_first_row_is_what_it_says(self, shared: Path, name: str) -> None:
        first = self.done(shared, name).iloc[0]
        for variable, value in VALUES.items():
            assert first[variable] == pytest.approx(value)

    def test_grams_are_converted(self, shared: Path) -> None:
        frame = self.done(shared, "header_unit_gL")
        first = frame[["triglycerides", "ldl_cholesterol", "creatinine", "crp"]].iloc[0]
        assert first.tolist() == pytest.approx([117, 43, 0.65, 1.7])

    def test_a_row_in_other_units_equals_the_same_person_elsewhere(self, shared: Path) -> None:
        beside, mixed = (self.done(shared, name) for name in ("unit_column_beside_value", "mixed_decimals"))
        np.testing.assert_allclose(beside["weight"], mixed["weight"], atol=0.05)
        np.testing.assert_allclose(beside["uacr"], mixed["uacr"], rtol=0.05)

    def test_points_and_commas_are_both_read(self, shared: Path) -> None:
        first = self.done(shared, "mixed_decimals").iloc[0]
        assert first[["hba1c", "weight", "uacr", "creatinine"]].tolist() == pytest.approx([5.1, 68.9, 19.9, 0.65])
