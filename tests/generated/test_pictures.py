from __future__ import annotations

import numpy as np
import pandas as pd

from riskmodels.generated.pictures import BARS, pictures
from tests.generated.invented import clinic


def test_real_and_invented_stand_beside_each_other() -> None:
    real, invented = clinic(2_000, 1), clinic(3_000, 2)
    drawn = {column.column: column for column in pictures(real, invented).columns}
    age = drawn["age"]
    assert len(age.at) == len(age.real) == len(age.invented) == BARS
    assert sum(age.real) == 1
    assert sum(age.invented) == 1
    assert drawn["ward"].at == ("north", "south", "west")
    assert abs(drawn["systolic_bp"].unknown_real - real["systolic_bp"].isna().mean()) < 1e-12
    assert max(abs(np.subtract(age.real, age.invented))) < 0.03


def test_fewer_than_ten_real_people_are_drawn_as_nobody() -> None:
    real = pd.DataFrame({"answer": [0.0] * 91 + [1.0] * 9, "other": [0.0, 1.0] * 50})
    (answer, _) = pictures(real, real).columns
    assert answer.real == (0.91, 0.0)
    assert answer.invented == (0.91, 0.09)


def test_of_few_people_there_are_few_bars() -> None:
    drawn = pictures(clinic(60), clinic(60))
    assert len(next(column for column in drawn.columns if column.column == "age").at) == 4


def test_pairs_are_invented_less_real() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=2_000)
    real = pd.DataFrame({"x": x, "y": x + rng.normal(size=2_000), "word": ["a", "b"] * 1_000})
    drawn = pictures(real, real.assign(y=rng.permutation(real["y"])))
    assert drawn.names == ("x", "y")
    assert -0.75 < drawn.pairs[0, 1] < -0.6
    assert drawn.pairs[0, 0] == 0
