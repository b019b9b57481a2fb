"""What is proposed for each column, with its evidence; what the file does not tell is asked, never guessed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import InputError, UnitError
from riskmodels.interop.columns.mapping import NOT_USABLE, UNANSWERED, UNKNOWN, Asks, Combine, Role
from riskmodels.interop.columns.propose import ColumnProposal, Proposal, describe_column, propose
from riskmodels.interop.columns.sample import Sample, take_sample
from riskmodels.interop.table.source import open_source
from riskmodels.units import from_canonical
from riskmodels.vocabulary import VOCABULARY

ROWS = 200


def sample_of(**columns: object) -> Sample:
    frame = pd.DataFrame(columns)
    return take_sample(open_source(frame.to_csv(index=False).encode()))


def proposed(**columns: object) -> Proposal:
    return propose(sample_of(**columns))


def one(header: str, values: object) -> ColumnProposal:
    return proposed(**{header: values, "other": "x"}).column(header)


def adults(variable: str, symbol: str) -> np.ndarray:
    """Values over the middle of the usual range of a variable, in a unit."""
    found = VOCABULARY[variable]
    unit = next(u for u in found.units if u.symbol == symbol)
    low, high = found.usual
    values = from_canonical(np.linspace(low + 0.15 * (high - low), low + 0.6 * (high - low), ROWS), unit)
    return np.round(values, 3)


def meanings(column: ColumnProposal) -> dict[str, str]:
    return {code.text: code.means for code in column.mapping.codes}


TELLING = [
    (v.name, u.symbol)
    for v in VOCABULARY.values()
    if len(v.units) > 1 and v.name not in ("uacr", "crp", "weight")
    for u in v.units
    if (v.name, u.symbol) not in (("triglycerides", "mmol/L"), ("systolic_bp", "kPa"), ("diastolic_bp", "kPa"))
]


class TestUnits:
    @pytest.mark.parametrize(("variable", "symbol"), TELLING)
    def test_unit_is_inferred_from_the_values_with_its_evidence(self, variable: str, symbol: str) -> None:
        column = one(variable, adults(variable, symbol))
        assert column.unit == symbol
        assert f"100 % in {symbol}" in column.unit_evidence

    @pytest.mark.parametrize(("symbol", "middle"), [("kg", 78.0), ("lb", 172.0)])
    def test_weight_is_told_by_how_many_adults_weigh_so(self, symbol: str, middle: float) -> None:
        values = np.round(np.linspace(0.65 * middle, 1.4 * middle, ROWS), 1)
        assert one("weight", values).unit == symbol

    @pytest.mark.parametrize("variable", ["uacr", "crp"])
    def test_unit_that_values_cannot_tell_is_asked(self, variable: str) -> None:
        column = one(variable, np.linspace(1.5, 6, ROWS).round(2))
        assert column.unit == ""
        assert "does not tell" in column.unit_evidence

    def test_mixed_units_are_asked(self) -> None:
        values = np.concatenate([adults("hdl_cholesterol", "mg/dL"), adults("hdl_cholesterol", "mmol/L")])
        proposal = proposed(hdl=values, age=50, sex="m")
        assert "may be mixed" in proposal.column("hdl").unit_evidence
        (question,) = proposal.mapping.questions()
        assert (question.asks, question.header, question.choices) == (Asks.UNIT, "hdl", ("mg/dL", "mmol/L", "g/L"))

    def test_unit_of_the_header_is_taken(self) -> None:
        column = one("UACR (mg/mmol)", np.linspace(1.5, 6, ROWS))
        assert (column.unit, column.unit_evidence) == ("mg/mmol", "The header says mg/mmol.")

    def test_unit_of_the_header_that_the_values_deny_is_asked(self) -> None:
        column = one("chol [mg/dL]", adults("total_cholesterol", "mmol/L"))
        assert column.unit == ""
        assert "none of the values are possible in mg/dL" in column.unit_evidence

    def test_empty_column_tells_no_unit(self) -> None:
        column = one("hdl", [None] * 20)
        assert (column.variable, column.unit) == ("hdl_cholesterol", "")

    def test_a_unit_that_is_not_accepted_cannot_be_answered(self) -> None:
        mapping = proposed(hdl=[1.2], age=[50], sex=["m"]).mapping
        with pytest.raises(UnitError):
            mapping.with_column("hdl", unit="kPa")


class TestCodes:
    @pytest.mark.parametrize(
        ("cells", "expected"),
        [
            (["M", "F", "U"], {"m": "male", "f": "female", "u": UNKNOWN}),
            (["männlich", "weiblich", "divers"], {"männlich": "male", "weiblich": "female", "divers": NOT_USABLE}),
            (["w", "m", "k.A."], {"w": "female", "m": "male", "k.a.": UNKNOWN}),
            ([1, 2, 9], {"1": UNANSWERED, "2": UNANSWERED, "9": UNKNOWN}),
            ([0, 1, -9], {"0": UNANSWERED, "1": UNANSWERED, "-9": UNKNOWN}),
        ],
    )
    def test_sex(self, cells: list[object], expected: dict[str, str]) -> None:
        assert meanings(one("sex", cells * 20)) == expected

    @pytest.mark.parametrize(
        ("cells", "expected"),
        [
            (["Y", "N", "n/a"], {"y": "yes", "n": "no", "n/a": UNKNOWN}),
            (["Ja", "Nein", "?"], {"ja": "yes", "nein": "no", "?": UNKNOWN}),
            (["TRUE", "FALSE", "x"], {"true": "yes", "false": "no", "x": NOT_USABLE}),
            ([0, 1, 9], {"0": "no", "1": "yes", "9": UNKNOWN}),
            ([1, 2], {"1": UNANSWERED, "2": UNANSWERED}),
        ],
    )
    def test_yes_and_no(self, cells: list[object], expected: dict[str, str]) -> None:
        found = one("diabetes", [str(c) for c in cells] * 20)
        assert {k: v for k, v in meanings(found).items()} == expected

    def test_column_named_for_its_one_needs_no_answer(self) -> None:
        assert meanings(one("male", [0, 1] * 20)) == {"0": "female", "1": "male"}

    @pytest.mark.parametrize(
        ("header", "cells", "expected"),
        [
            ("smoker", ("yes", "no"), {"yes": "current", "no": "not_now"}),
            ("Raucher", ("ja", "nein"), {"ja": "current", "nein": "not_now"}),
            ("smoking", ("1", "0"), {"1": "current", "0": "not_now"}),
            ("currentSmoker", ("1", "0"), {"1": "current", "0": "not_now"}),
            ("smoking status", ("never", "no"), {"never": "never", "no": "not_now"}),
            ("smoking status", ("Non-smoker", "Never smoker"), {"non-smoker": "not_now", "never smoker": "never"}),
            ("smoking status", ("not_now", "former"), {"not_now": "not_now", "former": "former"}),
            ("smoking status", ("405746006", "8517006"), {"405746006": "not_now", "8517006": "former"}),
        ],
    )
    def test_no_smoker_is_not_called_a_never_smoker(
        self, header: str, cells: tuple[str, ...], expected: dict[str, str]
    ) -> None:
        assert meanings(one(header, list(cells) * 20)) == expected

    def test_each_code_has_its_count(self) -> None:
        column = one("sex", ["M"] * 3 + ["F"] * 2)
        assert {c.text: c.count for c in column.mapping.codes} == {"m": 3, "f": 2}

    def test_impossible_number_that_stands_alone_is_a_code_for_missing(self) -> None:
        column = one("sbp", [0] * 9 + [-9] * 4 + [999] * 5 + list(range(100, 180)))
        assert meanings(column) == {"0": UNKNOWN, "-9": UNKNOWN, "999": UNKNOWN}
        zero = next(c for c in column.mapping.codes if c.text == "0")
        assert zero.evidence == "0 stands in 9 of 98 numbers and cannot be Systolic pressure (60–300 mmHg)."

    def test_impossible_number_among_its_like_is_no_code(self) -> None:
        assert meanings(one("age", list(range(1, 80)) * 3)) == {}

    def test_possible_number_is_no_code(self) -> None:
        assert meanings(one("dbp", [99] * 30 + [80] * 60)) == {}

    def test_words_in_a_column_of_numbers_are_shown(self) -> None:
        column = one("chol", ["200", "210", "not done", "pending", "<100", "n/a"] * 9)
        assert meanings(column) == {"not done": UNKNOWN, "pending": NOT_USABLE}
        assert column.comparators == 9

    def test_answer_closes_the_question(self) -> None:
        mapping = proposed(sex=[1, 2] * 20, age=50).mapping
        assert [q.code for q in mapping.questions()] == ["1", "2"]
        mapping = mapping.with_code("sex", "1", "male").with_code("sex", "2", "female")
        assert mapping.questions() == ()


class TestColumns:
    def test_numbers_in_a_column_of_answers_are_not_proposed(self) -> None:
        column = one("insulin", np.arange(200))
        assert (column.variable, column.resembles) == ("", "insulin")

    def test_text_in_a_column_of_numbers_is_not_proposed(self) -> None:
        column = one("chol", [f"high{i}" for i in range(30)])
        assert (column.variable, column.confidence, column.resembles) == ("", 0.0, "total_cholesterol")

    def test_values_that_do_not_fit_lower_the_confidence(self) -> None:
        good, poor = one("age", range(20, 80)), one("age", list(range(20, 80)) + [1_000] * 40)
        assert poor.confidence < good.confidence

    def test_only_sex_is_told_by_its_values_alone(self) -> None:
        proposal = proposed(xyz=["male", "female"] * 9, abc=np.linspace(100, 180, 18))
        assert [c.variable for c in proposal.columns] == ["sex", ""]

    def test_two_columns_of_one_variable_are_asked(self) -> None:
        proposal = proposed(
            age=50, sex="m", **{"chol [mg/dL]": [200, 210] * 9, "mean serum cholesterol": [200, 211] * 9}
        )
        (question,) = proposal.mapping.questions()
        assert (question.asks, question.variable) == (Asks.COMBINE, "total_cholesterol")

    def test_two_readings_of_a_laboratory_may_be_two_hours_and_are_asked(self) -> None:
        proposal = proposed(age=50, sex="m", glucose1=[90, 100] * 9, glucose2=[140, 190] * 9)
        assert [q.asks for q in proposal.mapping.questions()] == [Asks.COMBINE]

    def test_only_one_with_a_number_is_asked(self) -> None:
        proposal = proposed(age=50, sex="m", glucose2=[140, 190] * 9)
        assert [(q.asks, q.header) for q in proposal.mapping.questions()] == [(Asks.MEANING, "glucose2")]

    def test_repeated_readings_are_averaged(self) -> None:
        proposal = proposed(sbp1=[120, 130] * 9, sbp2=[124, 126] * 9)
        assert proposal.mapping.combine == {"systolic_bp": Combine.MEAN}
        assert "mean" in " ".join(proposal.remarks)

    def test_age_and_sex_that_are_absent_are_asked(self) -> None:
        mapping = proposed(chol=[200] * 30).mapping
        assert {q.variable for q in mapping.questions() if q.asks is Asks.NEEDED} == {"age", "sex"}
        assert replace(mapping, constants={"age": "50", "sex": "male"}).questions() == ()

    def test_patient_and_date_are_told_and_not_used(self) -> None:
        proposal = proposed(patient_id=["a", "a", "b"], visit_date=["2024-01-31", "2024-05-01", "2023-01-01"], age=50)
        roles = {c.header: c.mapping.role for c in proposal.columns}
        assert roles == {"patient_id": Role.PATIENT, "visit_date": Role.DATE, "age": Role.VALUE}
        assert proposal.several_visits
        assert proposal.column("patient_id").samples == ()

    def test_day_and_month_that_cannot_be_told_apart_are_asked(self) -> None:
        proposal = proposed(id=[1, 2], date=["03/04/2024", "05/06/2024"], age=[50, 60], sex=["m", "f"])
        (question,) = proposal.mapping.questions()
        assert (question.asks, question.header) == (Asks.DATE, "date")

    def test_birth_date_is_no_visit(self) -> None:
        assert one("birth_date", ["1950-01-31"] * 9).variable == "age"

    def test_chosen_variable_is_described_anew(self) -> None:
        sample = sample_of(x=adults("total_cholesterol", "mmol/L"), y=["ja", "nein"] * (ROWS // 2))
        assert describe_column(sample, "x", "total_cholesterol").unit == "mmol/L"
        assert meanings(describe_column(sample, "y", "stroke")) == {"ja": "yes", "nein": "no"}

    def test_column_that_is_not_there_cannot_be_changed(self) -> None:
        with pytest.raises(InputError, match="There is no column"):
            proposed(age=[50]).mapping.with_column("alter", variable="age")

    def test_leaving_a_column_out_takes_its_unit_and_codes_with_it(self) -> None:
        column = proposed(sbp=[0] * 9 + [120] * 9).mapping.with_column("sbp", variable="").column("sbp")
        assert (column.role, column.unit, column.codes) == (Role.CARRIED, "", ())


class TestLanguages:
    """Words and letters of other languages, all cells of a column judged together."""

    @pytest.mark.parametrize(
        ("cells", "male", "female"),
        [
            (["H", "M"], "h", "m"),
            (["H", "F"], "h", "f"),
            (["M", "K"], "m", "k"),
            (["U", "D"], "u", "d"),
            (["М", "Ж"], "м", "ж"),
            (["男", "女"], "男", "女"),
            (["Hombre", "Mujer"], "hombre", "mujer"),
            (["férfi", "nő"], "férfi", "nő"),
            (["Masculin", "Féminin"], "masculin", "féminin"),
        ],
    )
    def test_sex(self, cells: list[str], male: str, female: str) -> None:
        assert meanings(one("sex", cells * 20)) == {male: "male", female: "female"}

    @pytest.mark.parametrize("cells", [["F", "N"], ["M", "V"], ["M", "X"]])
    def test_letters_that_differ_between_languages_are_asked(self, cells: list[str]) -> None:
        found = meanings(one("sex", cells * 20))
        assert UNANSWERED in found.values()
        assert "female" not in found.values()

    @pytest.mark.parametrize(
        ("yes", "no"),
        [
            *[
                ("sí", "no"),
                ("oui", "non"),
                ("ja", "nein"),
                ("sim", "não"),
                ("是", "否"),
                ("有", "无"),
                ("はい", "いいえ"),
            ],
            *[("S", "N"), ("O", "N"), ("J", "N"), ("E", "H"), ("+", "-"), ("○", "×"), ("да", "нет"), ("tak", "nie")],
        ],
    )
    def test_yes_and_no(self, yes: str, no: str) -> None:
        assert meanings(one("diabetes", [yes, no] * 20)) == {yes.lower(): "yes", no.lower(): "no"}

    def test_none_beside_kinds_of_diabetes_is_asked(self) -> None:
        assert meanings(one("diabetes", ["Type 2", "None"] * 20)) == {"type 2": "yes", "none": UNANSWERED}

    def test_none_beside_no_is_not_known(self) -> None:
        assert meanings(one("diabetes", ["yes", "no", "None"] * 20))["none"] == UNKNOWN

    def test_smoking_in_other_words(self) -> None:
        found = meanings(one("smoking", ["fumador", "exfumador", "nunca"] * 20))
        assert found == {"fumador": "current", "exfumador": "former", "nunca": "never"}

    def test_high_and_medium_are_no_sex(self) -> None:
        assert one("grade", ["H", "M"] * 20).variable == ""
