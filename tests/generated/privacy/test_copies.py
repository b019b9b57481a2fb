"""Copies: what is one, and what only looks like one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.generated.privacy.copies import Copies, count_copies, equal_to_any
from riskmodels.generated.privacy.counted import Share
from riskmodels.generated.privacy.space import Space
from tests.generated.people import people

MEMBERS, OTHERS = people(600, 0), people(500, 1)
NUMBERS = ["age", "bmi", "waist", "systolic_bp", "glucose", "hdl", "creatinine"]


def copies(invented: pd.DataFrame, members: pd.DataFrame = MEMBERS, others: pd.DataFrame = OTHERS) -> Copies:
    return count_copies(invented, members, others, Space.of(members, others))


def complete(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.dropna()


def test_independent_people_are_no_copies() -> None:
    found = copies(people(600, 2))
    assert found.copies == Share(0, 600)
    assert found.others == Share(0, 500)
    assert not found.beyond_luck


def test_rows_of_members_are_counted() -> None:
    rows = complete(MEMBERS).iloc[:3]
    found = copies(pd.concat([people(597, 2), rows]))
    assert found.copies == Share(3, 600)
    assert found.equal.number >= 3
    assert found.beyond_luck


def test_a_copy_with_cells_left_out_is_one_still() -> None:
    row = complete(MEMBERS).iloc[[0]].assign(glucose=np.nan, smoking=None)
    assert copies(row).copies == Share(1, 1)


def test_a_copy_through_text_and_float32_is_one_still() -> None:
    row = complete(MEMBERS).iloc[[0]].copy()
    row[NUMBERS] = row[NUMBERS].astype(np.float32)
    assert copies(row.assign(male=row.male.astype(bool))).copies.number == 1


def test_one_value_changed_is_no_copy() -> None:
    row = complete(MEMBERS).iloc[[0]]
    assert copies(row.assign(bmi=row.bmi + 0.1)).copies.number == 0


def test_three_answers_are_no_copy() -> None:
    row = MEMBERS.iloc[[0]].copy()
    row[NUMBERS] = np.nan
    found = copies(row)
    assert found.equal.number == 1
    assert found.copies.number == 0


def test_nothing_known_is_equal_to_nobody() -> None:
    row = MEMBERS.iloc[[0]].copy()
    row[:] = np.nan
    assert copies(row).equal.number == 0


def test_what_one_of_the_others_has_as_well_was_not_learnt_from_the_member() -> None:
    row = complete(MEMBERS).iloc[[0]]
    found = copies(row, others=pd.concat([OTHERS, row]))
    assert found.equal.number == 1
    assert found.copies.number == 0
    assert found.others.number == 1


def test_copies_no_more_frequent_than_luck_do_not_count() -> None:
    assert not Copies(Share(5, 1000), Share(2, 1000), Share(1, 400), 30.0).beyond_luck
    assert Copies(Share(5, 1000), Share(3, 1000), Share(1, 400), 30.0).beyond_luck


def test_bits_grow_with_the_number_of_pairs() -> None:
    assert copies(people(600, 2)).bits == pytest.approx(np.log2(100 * 600 * 600))


@given(st.integers(0, 10_000))
def test_equal_to_any_is_what_comparing_all_pairs_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mine, theirs = rng.integers(-1, 3, (12, 4)), rng.integers(-1, 3, (15, 4))
    known = mine[:, None, :] >= 0
    pairs = ((mine[:, None] == theirs[None]) | ~known).all(axis=2) & known.any(axis=2)
    assert equal_to_any(mine, theirs).tolist() == pairs.any(axis=1).tolist()
