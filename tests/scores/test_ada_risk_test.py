"""ADA / CDC risk test against its reference vectors, its edges and its optional inputs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from riskmodels.scores.ada_risk_test import ada_risk_test

Golden = Callable[[str], pd.DataFrame]


def test_points_reproduce_every_reference_row_exactly(golden: Golden) -> None:
    vectors = golden("ada_cdc_risk_test")
    result = ada_risk_test(vectors)
    assert (result["problems"] == "").all()
    assert result["points"].tolist() == vectors["points_0_10"].tolist()
    assert (result["category"] == "high").tolist() == (vectors["high_risk_ge5_0_1"] == 1).tolist()


@pytest.mark.parametrize(
    ("change", "points"),
    [
        ({}, 3),
        ({"age": 39.9}, 1),
        ({"age": 60.0}, 4),
        ({"sex": 1.0, "gestational_diabetes": 1.0}, 4),
        ({"bmi": 24.9}, 2),
        ({"bmi": 24.0, "asian_american": 1.0}, 3),
        ({"bmi": 22.9, "asian_american": 1.0}, 2),
        ({"bmi": 40.0}, 5),
    ],
)
def test_edges_of_the_classes(person: dict[str, float], change: dict[str, float], points: int) -> None:
    assert ada_risk_test(pd.DataFrame([person | change]))["points"][0] == points


def test_diabetes_in_pregnancy_is_asked_of_women_only(person: dict[str, float]) -> None:
    both = pd.DataFrame([person, person | {"sex": 1.0}]).drop(columns="gestational_diabetes")
    result = ada_risk_test(both)
    assert result["missing"].tolist() == ["gestational_diabetes", ""]
    assert result["points"].isna().tolist() == [True, False]


def test_model_says_whose_body_mass_cut_is_used(person: dict[str, float]) -> None:
    frame = pd.DataFrame([person | {"asian_american": value} for value in (1.0, 0.0, np.nan)])
    assert ada_risk_test(frame)["model"].str.contains("Asian").tolist() == [True, False, False]
