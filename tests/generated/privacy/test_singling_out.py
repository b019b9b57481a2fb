"""Singling out: questions from invented people, asked of members and of others."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.generated.privacy.counted import Share, difference
from riskmodels.generated.privacy.singling_out import Part, Table, of_one_column, of_several, singled_out
from riskmodels.generated.privacy.space import Space, as_codes
from tests.generated.people import people

MEMBERS, OTHERS = people(500, 0), people(700, 1)
SPACE = Space.of(MEMBERS, OTHERS)


def table(frame: pd.DataFrame) -> Table:
    space = Space.of(frame)
    return Table(frame, as_codes([frame], space)[0], space)


def test_members_as_they_are_single_themselves_out() -> None:
    one, several = singled_out(MEMBERS, MEMBERS, OTHERS, SPACE)
    assert one.people == several.people == 500
    assert one.members.value == several.members.value == 1
    assert several.excess[1] > 0.3


def test_an_independent_draw_singles_out_as_by_luck() -> None:
    _, several = singled_out(people(500, 2), MEMBERS, OTHERS, SPACE)
    assert several.members.of > 300
    assert several.excess[1] < 0 < several.excess[2]
    assert several.others.number > 10


def test_every_question_fits_exactly_one_invented_person() -> None:
    made = table(people(300, 3))
    questions = [*of_one_column(made), *of_several(made, np.random.default_rng(0))]
    assert len(questions) == len(set(questions)) > 100
    assert {made.count(question) for question in questions} == {1}


def test_questions_of_one_column_are_extremes_rare_levels_and_the_unknown() -> None:
    made = table(pd.DataFrame({"age": [30.0, 40, 50, np.nan], "place": ["a", "a", "a", "b"], "male": [1.0, 0, 0, 1]}))
    kinds = [(part.column, part.kind, part.value) for (part,) in of_one_column(made)]
    assert kinds[:3] == [(0, "unknown", 0.0), (0, "most", 30.0), (0, "least", 50.0)]
    assert [kind[:2] for kind in kinds[3:]] == [(1, "is")]


def test_conditions_are_asked_of_known_values_only() -> None:
    made = table(pd.DataFrame({"age": [30.0, np.nan, 50.0]}))
    assert made.answers(Part(0, "least", 40.0)).tolist() == [False, False, True]
    assert made.answers(Part(0, "most", 40.0)).tolist() == [True, False, False]
    assert made.answers(Part(0, "unknown")).tolist() == [False, True, False]


def test_a_table_of_one_column_can_be_asked() -> None:
    frame = pd.DataFrame({"male": [0.0, 1.0] * 50})
    one, several = singled_out(frame, frame, frame, Space.of(frame))
    assert one.members == several.members == Share(0, 0)


def test_difference_of_shares_is_newcombes() -> None:
    # Newcombe 1998, table II, (a): 56/70 − 48/80
    assert difference(Share(56, 70), Share(48, 80)) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
