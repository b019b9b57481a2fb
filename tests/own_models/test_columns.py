from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import InputError
from riskmodels.own_models.columns import CodeQuestionError, code_suspects, describe_column
from riskmodels.own_models.request import TrainingRequest
from riskmodels.variable import Kind

ASKED = TrainingRequest("y")
RNG = np.random.default_rng(1)


def column(values: object, name: str = "x") -> pd.Series:
    return pd.Series(np.asarray(values, dtype=object), name=name).astype("str")


class TestNumbers:
    def test_decimals_and_unit_are_the_files(self) -> None:
        request = TrainingRequest("y", units={"Ferritin": "µg/L"})
        found = describe_column("Ferritin", column(RNG.normal(90, 9, 200).round(1)), request)
        assert found.variable.kind is Kind.NUMBER
        assert found.variable.format(90.26) == "90.3 µg/L"

    def test_decimal_comma_is_read_as_the_file_writes_it(self) -> None:
        cells = column([f"{n:.1f}".replace(".", ",") for n in RNG.normal(9, 1, 200)])
        values, problems = describe_column("x", cells, ASKED, decimal=",").read(cells, ",")
        assert 5 < values.mean() < 13
        assert problems == []

    def test_number_without_a_unit_reads_without_a_space_behind(self) -> None:
        found = describe_column("Score", column(RNG.integers(1, 40, 300)), ASKED)
        assert found.variable.format(12.0) == "12"

    @pytest.mark.parametrize(("code", "values"), [("0", (30, 90)), ("-9", (0, 60)), ("999", (30, 200))])
    def test_number_far_from_all_others_is_asked(self, code: str, values: tuple[int, int]) -> None:
        cells = column([*RNG.integers(*values, 200), *[code] * 12])
        with pytest.raises(CodeQuestionError, match=f"{code} in 12 rows") as caught:
            describe_column("Insulin", cells, ASKED)
        assert f'--missing "Insulin={code}"' in caught.value.hint
        missing = describe_column("Insulin", cells, TrainingRequest("y", missing={"Insulin": (code,)}))
        assert np.isnan(missing.read(cells)[0]).sum() == 12
        measured = describe_column("Insulin", cells, TrainingRequest("y", measured={"Insulin": (code,)}))
        assert not np.isnan(measured.read(cells)[0]).any()

    def test_zero_is_a_number_where_one_and_two_are(self) -> None:
        assert code_suspects(RNG.integers(0, 15, 300).astype(float)) == []

    def test_nobodys_words_are_dropped_in_silence(self) -> None:
        with pytest.raises(InputError, match=r"1 cell of “x” is no number, e\.g\. “<5” in row 40"):
            describe_column("x", column([*range(40), "<5", *range(40, 100)]), ASKED)


class TestCategories:
    def test_words_are_categories_and_a_new_one_is_told(self) -> None:
        cells = column(["a", "b"] * 60)
        found = describe_column("Ward", cells, ASKED)
        values, problems = found.read(column(["a", "c", ""]))
        assert values[0] == 0.0
        assert np.isnan(values[1:]).all()
        assert [problem.row for problem in problems] == [1]

    def test_numbers_can_be_names(self) -> None:
        found = describe_column("Site", column([1, 2, 3] * 40), TrainingRequest("y", categories=("Site",)))
        assert [choice.word for choice in found.variable.choices] == ["1", "2", "3"]

    def test_rare_category_is_refused(self) -> None:
        with pytest.raises(InputError, match="“b” stands in 3 rows of “Ward”"):
            describe_column("Ward", column(["a"] * 90 + ["b"] * 3), ASKED)


class TestRefusals:
    def test_identifiers(self) -> None:
        with pytest.raises(InputError, match="looks like an identifier"):
            describe_column("Case", column(RNG.permutation(np.arange(5_000, 5_400))), ASKED)
        with pytest.raises(InputError, match="tells patients apart"):
            describe_column("Patient ID", column(np.arange(300) % 40), ASKED)
        with pytest.raises(InputError, match="tells rows apart"):
            describe_column("Name", column([f"person {i}" for i in range(300)]), ASKED)

    def test_whole_numbers_that_the_analyst_vouches_for_are_used(self) -> None:
        cells = column(RNG.permutation(np.arange(150_000, 150_400)))
        assert describe_column("Platelets", cells, TrainingRequest("y", allow=("Platelets",))).variable.choices == ()

    def test_constant(self) -> None:
        with pytest.raises(InputError, match="is the same in every row"):
            describe_column("Site", column([7] * 300), ASKED)

    def test_hardly_known(self) -> None:
        with pytest.raises(InputError, match="known in 20 rows"):
            describe_column("x", column([*range(20), *[""] * 300]), ASKED)


def test_names_are_distinct_and_never_of_the_vocabulary() -> None:
    first = describe_column("Insulin", column(RNG.normal(80, 9, 200).round(1)), ASKED)
    again = describe_column("insulin!", column(RNG.normal(80, 9, 200).round(1)), ASKED, [first.variable.name])
    assert (first.variable.name, again.variable.name) == ("own_insulin", "own_insulin_2")
