"""One patient at a time says what many at once say: the same functions, on one row and on hundreds with gaps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from riskmodels.checks import Checked, check
from riskmodels.columns import Columns
from riskmodels.outcomes import OUTCOMES, refusals
from riskmodels.scores import REGISTRY
from riskmodels.scores.inputs import EXTRA_INPUTS
from riskmodels.tabular.model import RiskModel, load_shipped
from riskmodels.vocabulary import VARIABLES, Kind

ROWS = 300
SAME = 1e-12
TEXTS = ("model", "category", "problems", "missing")


def invented(rows: int = ROWS, seed: int = 11) -> pd.DataFrame:
    """People of whom much is not known, some of it unusual, contradicting or in another unit."""
    rng = np.random.default_rng(seed)
    frame = {}
    for variable in (*VARIABLES, *EXTRA_INPUTS.values()):
        if variable.kind is Kind.NUMBER:
            low, high = variable.usual
            values = np.round(rng.uniform(low, high, rows), variable.units[0].decimals)
            values[rng.random(rows) < 0.02] *= 10
        else:
            values = rng.choice([choice.code for choice in variable.choices], rows)
            if variable.kind is Kind.YES_NO:
                values *= rng.random(rows) < 0.1  # few have a disease, or every score refuses
        share = 0.03 if variable.name in ("age", "sex") else 0.1
        frame[variable.name] = np.where(rng.random(rows) < share, np.nan, values)
    return pd.DataFrame(frame, index=[f"row {i}" for i in range(rows)])


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    return invented()


@pytest.fixture(scope="module")
def checked(raw: pd.DataFrame) -> Checked:
    return check(raw)


@pytest.fixture(scope="module")
def people(raw: pd.DataFrame, checked: Checked) -> pd.DataFrame:
    """The checked facts, with what only scores ask."""
    return pd.concat([checked.frame, raw[list(EXTRA_INPUTS)]], axis=1)


@pytest.fixture(scope="module")
def models() -> dict[str, RiskModel]:
    return load_shipped()


def same(one: pd.DataFrame, many: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(one, many, rtol=SAME, atol=0, check_freq=False)


def each(frame: pd.DataFrame) -> list[pd.DataFrame]:
    return [frame.iloc[[at]] for at in range(len(frame))]


def options(name: str) -> dict[str, Any]:
    return {"region": "high"} if "region" in REGISTRY[name].options else {}


class TestChecks:
    def test_values_and_what_was_derived(self, raw: pd.DataFrame, checked: Checked) -> None:
        alone = [check(row) for row in each(raw)]
        same(pd.concat([c.frame for c in alone]), checked.frame)
        same(pd.concat([c.derived for c in alone]), checked.derived)

    def test_problems_in_the_order_of_the_rows(self, raw: pd.DataFrame, checked: Checked) -> None:
        assert [problem for row in each(raw) for problem in check(row).problems] == checked.problems
        assert len({problem.severity for problem in checked.problems}) == 3

    def test_words_say_what_numbers_say(self, raw: pd.DataFrame, checked: Checked) -> None:
        same(check(raw.astype("string")).frame, checked.frame)


@pytest.mark.parametrize("name", REGISTRY)
class TestScores:
    def test_table_of_one_row(self, people: pd.DataFrame, name: str) -> None:
        function = REGISTRY[name].function
        many = function(people, **options(name))
        same(pd.concat([function(row, **options(name)) for row in each(people)]), many)
        assert 0 < (many["problems"] == "").sum() < ROWS

    def test_row_without_a_table(self, people: pd.DataFrame, name: str) -> None:
        many = REGISTRY[name].function(people, **options(name))
        for at, (_, patient) in enumerate(people.iterrows()):
            row = REGISTRY[name].evaluate(Columns.of_row(patient), **options(name)).row()
            assert [row[text] for text in TEXTS] == [many[text].iloc[at] for text in TEXTS]
            numbers = [number for number in row if number not in (*TEXTS, "problems_30y", "problems_bmi", "possible")]
            np.testing.assert_allclose([row[n] for n in numbers], many[numbers].iloc[at].to_numpy(float), rtol=SAME)


class TestModels:
    @pytest.mark.parametrize("name", ["population", "chest_pain"])
    def test_estimates(self, people: pd.DataFrame, models: dict[str, RiskModel], name: str) -> None:
        model = models[name]
        many = model.predict(people)
        alone = [model.estimate(Columns.of(row)).tables(row.index) for row in each(people)]
        for part in ("risk", "low", "high", "logit"):
            found = pd.concat([getattr(p, part) for p in alone])
            # a log-odds near 0 is what two sums of a hundred terms leave
            pd.testing.assert_frame_equal(found, getattr(many, part), rtol=SAME, atol=1e-13)
        for part in ("refused", "cautions", "held", "bound"):
            same(pd.concat([getattr(p, part) for p in alone]), getattr(many, part))

    def test_reasons(self, people: pd.DataFrame, models: dict[str, RiskModel]) -> None:
        model = models["population"]
        many = model.explain(people, "cvd_10y")
        alone = [model.explain(row, "cvd_10y") for row in each(people)]
        pd.testing.assert_frame_equal(
            pd.concat([reasons.values for reasons in alone]),
            many.values,
            rtol=SAME,
            atol=1e-13,
        )
        same(pd.concat([reasons.data for reasons in alone]), many.data)

    def test_narrowing_asks_the_model_of_every_plausible_value(
        self, people: pd.DataFrame, models: dict[str, RiskModel]
    ) -> None:
        model, outcome = models["population"], "cvd_10y"
        asked = 0
        given = model.predict(people).refused[outcome] == ""
        for row in each(people[given])[:40]:
            patient = row.iloc[0]
            for found in model.narrowing(row, outcome).itertuples():
                values = model.reference.plausible(found.name, patient)
                logit = model.predict(pd.concat([row] * len(values)).assign(**{found.name: values})).logit[outcome]
                risk = 1 / (1 + np.exp(-logit.to_numpy()))
                np.testing.assert_allclose([found.low, found.high], [risk.min(), risk.max()], rtol=SAME)
                assert found.sd == pytest.approx(risk.std(), rel=1e-9, abs=1e-15)
                asked += 1
        assert asked > 40


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.name)
def test_refusals(people: pd.DataFrame, outcome: Any) -> None:
    many = refusals(people, outcome)
    pd.testing.assert_series_equal(pd.concat([refusals(row, outcome) for row in each(people)]), many)
    assert many.nunique() > 3


class TestColumns:
    """What formulas read instead of frames."""

    def test_a_few_rows_and_many_are_taken_out_alike(self, people: pd.DataFrame) -> None:
        few, many = Columns.of(people.iloc[:5]), Columns.of(people)
        for name in (*people, "no such column"):
            np.testing.assert_array_equal(few[name], many[name][:5])

    def test_columns_of_other_types_are_read_as_numbers_and_words_as_they_stand(self) -> None:
        columns = Columns.of(pd.DataFrame({"age": pd.array([50, None], dtype="Int64"), "race": ["black", ""]}))
        assert columns["age"][0] == 50
        assert np.isnan(columns["age"][1])
        assert list(pd.Series(columns.cells("race"))) == ["black", ""]
        assert columns.cells("sex") is None

    def test_replacing_a_column_leaves_the_others_and_the_original(self, people: pd.DataFrame) -> None:
        columns = Columns.of(people)
        other = columns.replaced(age=np.zeros(ROWS))
        assert not other["age"].any()
        np.testing.assert_array_equal(columns["age"], people["age"])
        np.testing.assert_array_equal(other["bmi"], people["bmi"])
