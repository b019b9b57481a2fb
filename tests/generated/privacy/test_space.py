"""Where people lie: what differs counts alike in any column, whatever its unit and type."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodels.errors import InputError
from riskmodels.generated.privacy.space import Numbers, Space, as_codes, floats
from tests.generated.people import people


def squared(space: Space, frame: pd.DataFrame, one: int, other: int) -> float:
    points = space.place(frame)
    return float(((points[one] - points[other]) ** 2).sum())


def test_two_people_at_random_are_two_apart_in_each_number() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"crp": rng.lognormal(0, 2, 4000)})
    points = Space.of(frame).place(frame)
    assert ((points[:2000] - points[2000:]) ** 2).sum(axis=1).mean() == pytest.approx(2, abs=0.1)


def test_levels_differ_by_two_and_not_known_is_a_level() -> None:
    frame = pd.DataFrame({"smoker": [0, 1, np.nan], "place": ["north", "south", None]})
    space = Space.of(frame)
    assert [squared(space, frame, *pair) for pair in ((0, 1), (0, 2), (1, 2))] == [4, 4, 4]
    assert squared(space, frame, 0, 0) == 0


def test_not_measured_differs_from_measured_by_two_on_average() -> None:
    frame = pd.DataFrame({"hdl": [*np.linspace(0.5, 3, 1001), np.nan]})
    points = Space.of(frame).place(frame)
    assert ((points[:-1] - points[-1]) ** 2).sum(axis=1).mean() == pytest.approx(2, abs=0.02)


@settings(max_examples=20)
@given(factor=st.floats(1e-3, 1e3), seed=st.integers(0, 9))
def test_the_unit_does_not_matter(factor: float, seed: int) -> None:
    frame = people(60, seed)[["age", "bmi", "hdl"]]
    points = Space.of(frame).place(frame)
    assert Space.of(frame * factor).place(frame * factor) == pytest.approx(points, abs=1e-12)


def test_a_value_beyond_all_real_ones_lies_at_the_end() -> None:
    frame = pd.DataFrame({"age": np.arange(20.0, 90)})
    found = Space.of(frame).place(pd.DataFrame({"age": [89.0, 900.0]}))
    assert found[0] == pytest.approx(found[1], abs=0.4)


@pytest.mark.parametrize("column", [[True, False, None], [1.0, 0.0, np.nan], pd.array([1, 0, None], dtype="Int64")])
def test_yes_and_no_are_the_same_in_any_type(column: object) -> None:
    space = Space.of(pd.DataFrame({"told": [1.0, 0.0, np.nan]}))
    found = space.place(pd.DataFrame({"told": column}))
    assert found.argmax(axis=1).tolist() == [1, 0, 3]


def test_a_level_nobody_real_has_is_another() -> None:
    frame = pd.DataFrame({"place": ["north", "south"]})
    assert Space.of(frame).place(pd.DataFrame({"place": ["east", None]})).tolist() == [[0, 0, 1, 0], [0, 0, 0, 1]]


def test_numbers_are_equal_to_six_digits() -> None:
    stored = pd.Series(np.float32([5.1, 0.0, 123.456, np.nan, -2.3]))
    assert floats(stored) == pytest.approx([5.1, 0.0, 123.456, np.nan, -2.3], nan_ok=True, rel=1e-12)
    frame = pd.DataFrame({"glucose": np.float32([5.1, 7.3])})
    codes = as_codes([frame, frame.astype(float).round(1)], Space.of(frame))
    assert codes[0].tolist() == codes[1].tolist()


def test_values_come_back_from_their_scores() -> None:
    column = Space.of(pd.DataFrame({"age": np.arange(20.0, 90)})).columns[0]
    assert isinstance(column, Numbers)
    values = np.array([20.0, 43.0, 89.0])
    assert column.value(column.score(values)) == pytest.approx(values, abs=1e-6)


def test_a_column_without_a_value_takes_part() -> None:
    frame = pd.DataFrame({"age": [30.0, 40.0], "lpa": [np.nan, np.nan]})
    assert squared(Space.of(frame), frame, 0, 0) == 0


def test_other_columns_are_refused_by_name() -> None:
    frame = people(10, 0)
    with pytest.raises(InputError, match=r"without hdl; besides ldl"):
        Space.of(frame).place(frame.rename(columns={"hdl": "ldl"}))
    with pytest.raises(InputError, match="without bmi"):
        Space.of(frame, frame.drop(columns="bmi"))


def test_dates_are_refused() -> None:
    with pytest.raises(InputError, match="“visit” holds dates"):
        Space.of(pd.DataFrame({"visit": pd.to_datetime(["2020-01-01", "2021-01-01"])}))
