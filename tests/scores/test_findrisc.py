"""FINDRISC against its reference vectors, its edges and its optional inputs."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from riskmodels.scores.findrisc import findrisc

Golden = Callable[[str], pd.DataFrame]


def test_points_reproduce_every_reference_row_exactly(golden: Golden) -> None:
    vectors = golden("findrisc")
    result = findrisc(vectors)
    assert (result["problems"] == "").all()
    assert result["points"].tolist() == vectors["findrisc_points_0_26"].tolist()


def test_category_and_printed_risk_reproduce_every_reference_row(golden: Golden) -> None:
    vectors = golden("findrisc")
    result = findrisc(vectors)
    assert result["category"].tolist() == vectors["category"].str.replace(r" [<>\d].*", "", regex=True).tolist()
    printed = [float(Fraction(text.replace(" in ", "/"))) for text in vectors["published_10y_risk"]]
    np.testing.assert_array_equal(result["diabetes_10y"], printed)


@pytest.mark.parametrize(
    ("change", "points"),
    [
        ({}, 3 + 1 + 4),
        ({"age": 64.9}, 3 + 1 + 4),
        ({"age": 65.0}, 4 + 1 + 4),
        ({"bmi": 30.0}, 3 + 1 + 4),
        ({"bmi": 30.1}, 3 + 3 + 4),
        ({"waist": 88.0}, 3 + 1 + 3),
        ({"sex": 1.0, "waist": 102.0}, 3 + 1 + 3),
        ({"sex": 1.0, "waist": 93.9}, 3 + 1),
    ],
)
def test_edges_of_the_classes(person: dict[str, float], change: dict[str, float], points: int) -> None:
    assert findrisc(pd.DataFrame([person | change]))["points"][0] == points


def test_inputs_the_vocabulary_lacks_are_named_when_missing(person: dict[str, float]) -> None:
    row = findrisc(pd.DataFrame([person]).drop(columns=["daily_vegetables", "high_glucose_ever"])).iloc[0]
    assert np.isnan(row["points"])
    assert row["missing"] == "daily_vegetables, high_glucose_ever"


def test_family_without_diabetes_needs_no_degree(person: dict[str, float]) -> None:
    frame = pd.DataFrame([person | {"family_history_diabetes": 0.0}]).drop(columns="family_history_degree")
    assert findrisc(frame)["points"].notna().all()


def test_family_with_diabetes_needs_the_degree(person: dict[str, float]) -> None:
    frame = pd.DataFrame([person | {"family_history_diabetes": 1.0}]).drop(columns="family_history_degree")
    row = findrisc(frame).iloc[0]
    assert (row["missing"], row["problems"]) == ("family_history_degree", "not known: Closest relative with diabetes")


@pytest.mark.parametrize("fact", ["diabetes", "insulin", "glucose_pills"])
def test_people_with_diabetes_are_not_eligible(person: dict[str, float], fact: str) -> None:
    row = findrisc(pd.DataFrame([person | {fact: 1.0}])).iloc[0]
    assert np.isnan(row["points"])
    assert row["problems"].startswith("not eligible: already")
