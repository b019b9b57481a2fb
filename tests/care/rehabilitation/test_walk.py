"""The six-minute walk against the equations of Enright and Sherrill."""

from __future__ import annotations

import pandas as pd
import pytest

from riskmodels.care.rehabilitation import walk_of

MAN = {"age": 60.0, "sex": 1.0, "height": 175.0, "weight": 80.0}
WOMAN = {"age": 60.0, "sex": 0.0, "height": 162.0, "weight": 65.0}


def test_prediction_of_a_man() -> None:
    # 7.57 x 175 - 5.02 x 60 - 1.76 x 80 - 309
    walk = walk_of(pd.Series(MAN))
    assert walk.predicted == pytest.approx(573.75)
    assert walk.lower_limit == pytest.approx(420.75)


def test_prediction_of_a_woman() -> None:
    # 2.11 x 162 - 2.29 x 65 - 5.78 x 60 + 667
    walk = walk_of(pd.Series(WOMAN))
    assert walk.predicted == pytest.approx(513.17)
    assert walk.lower_limit == pytest.approx(374.17)


def test_a_distance_is_told_as_a_share_of_it() -> None:
    assert walk_of(pd.Series(MAN | {"six_minute_walk": 459.0})).text.startswith(
        "459 m walked in six minutes, 80 % of the predicted"
    )


@pytest.mark.parametrize("name", MAN)
def test_without_an_input_there_is_no_prediction(name: str) -> None:
    assert "needs age, sex, height and weight" in walk_of(pd.Series({k: v for k, v in MAN.items() if k != name})).text


@pytest.mark.parametrize("age", [39.9, 81.0])
def test_outside_the_ages_of_the_equation_there_is_none(age: float) -> None:
    assert "40–80 years" in walk_of(pd.Series(MAN | {"age": age})).text
