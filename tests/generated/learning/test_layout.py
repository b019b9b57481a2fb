"""Levels of a table: cut, drawn, and nobody's rare value kept."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from riskmodels.errors import InputError
from riskmodels.generated.learning.layout import FEWEST, Layout, left_out
from tests.generated.clinic import people


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return people(3_000)


@pytest.fixture(scope="module")
def layout(table: pd.DataFrame) -> Layout:
    return Layout.of(table)


def test_values_drawn_from_levels_have_those_levels(table: pd.DataFrame, layout: Layout) -> None:
    levels = layout.levels(table)
    drawn = layout.draw(levels, np.random.default_rng(1))
    assert (layout.levels(drawn) == levels).all()
    assert (drawn.isna() == table.isna()).all(axis=None)


def test_shares_of_what_many_have_are_kept(table: pd.DataFrame, layout: Layout) -> None:
    drawn = layout.draw(layout.levels(table), np.random.default_rng(1))
    for age in (40.0, 52.0, 60.0):
        assert (drawn["age"] == age).mean() == pytest.approx((table["age"] == age).mean(), abs=0.01)


def test_values_lie_on_the_columns_own_grid(table: pd.DataFrame, layout: Layout) -> None:
    drawn = layout.draw(layout.levels(table), np.random.default_rng(1))
    assert np.allclose(drawn["waist"].dropna() * 10, (drawn["waist"].dropna() * 10).round())
    assert np.allclose(drawn["age"], drawn["age"].round())


@pytest.mark.parametrize("column", ["bmi", "waist", "triglycerides"])
def test_nothing_lies_beyond_the_tenth_smallest_and_largest(table: pd.DataFrame, layout: Layout, column: str) -> None:
    drawn = layout.draw(layout.levels(table), np.random.default_rng(1))[column].dropna()
    known = np.sort(table[column].dropna())
    assert known[FEWEST - 1] <= drawn.min()
    assert drawn.max() <= known[-FEWEST]


def test_answer_of_fewer_than_ten_people_is_never_drawn() -> None:
    table = pd.DataFrame({"site": ["a"] * 50 + ["b"] * 40 + ["rare"] * (FEWEST - 1)})
    layout = Layout.of(table)
    assert layout.columns[0].answers == ("a", "b")
    assert layout.columns[0].counts == (FEWEST - 1, 50, 40)


def test_every_interval_holds_ten_people(layout: Layout) -> None:
    assert all(min(column.counts[1:]) >= FEWEST for column in layout.columns)


def test_card_gives_the_same_layout(layout: Layout) -> None:
    assert Layout.read(layout.as_list()) == layout


@given(st.integers(0, 2**32 - 1), st.integers(30, 400))
def test_any_numbers_are_cut_so_that_drawn_ones_have_their_levels(seed: int, rows: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.round(rng.standard_t(2, rows) * rng.uniform(0.1, 100), rng.integers(0, 4))
    table = pd.DataFrame({"x": values})
    assume(not left_out(table))
    layout = Layout.of(table)
    levels = layout.levels(table)
    assert (layout.levels(layout.draw(levels, rng)) == levels).all()


class TestLeftOut:
    def test_each_column_that_would_tell_who_somebody_is_has_its_reason(self) -> None:
        table = pd.DataFrame(
            {
                "number": np.arange(200),
                "name": [f"Person {i}" for i in range(200)],
                "born": pd.Timestamp("1970-01-01") + pd.to_timedelta(np.arange(200) % 20, "D"),
                "empty": [np.nan] * 200,
                "age": np.arange(200) % 60,
            }
        )
        assert left_out(table) == {
            "number": "a number for each person: an identifier",
            "name": f"no answer is shared by {FEWEST} people",
            "born": "a date would tell who somebody is",
            "empty": f"fewer than {FEWEST} people have a value",
        }

    def test_many_words_are_free_text(self) -> None:
        words = [f"word {i % 60}" for i in range(900)]
        assert left_out(pd.DataFrame({"note": words})) == {"note": "free text or an identifier"}

    def test_layout_of_such_a_column_is_refused_by_name(self) -> None:
        with pytest.raises(InputError, match=r"The column number cannot be invented: a number for each person"):
            Layout.of(pd.DataFrame({"number": np.arange(200)}))
