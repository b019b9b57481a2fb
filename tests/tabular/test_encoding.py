from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import BSpline

from riskmodels.tabular.encoding import Encoding, InputEncoding

VALUES = np.random.default_rng(0).normal(125, 18, 4000)
PRESSURE = InputEncoding.fit("systolic_bp", VALUES, 6)


def test_inside_the_knots_the_columns_are_the_b_spline_basis() -> None:
    knots = np.array(PRESSURE.knots)
    x = np.linspace(knots[0], knots[-1], 50)[:-1]
    basis = BSpline(np.r_[[knots[0]] * 3, knots, [knots[-1]] * 3], np.eye(len(knots) + 2), 3)(x)
    np.testing.assert_allclose(PRESSURE.evaluate(x)[:, 2:], basis - np.array(PRESSURE.means), atol=1e-12)


@pytest.mark.parametrize("x", [np.array([20.0, 30.0, 40.0]), np.array([300.0, 310.0, 320.0])])
def test_beyond_the_knots_the_columns_are_linear(x: np.ndarray) -> None:
    columns = PRESSURE.evaluate(x)
    np.testing.assert_allclose(columns[0] - columns[1], columns[1] - columns[2], atol=1e-9)


def test_columns_are_continuous_across_every_knot() -> None:
    knots = np.array(PRESSURE.knots)
    np.testing.assert_allclose(PRESSURE.evaluate(knots - 1e-9), PRESSURE.evaluate(knots + 1e-9), atol=1e-6)


def test_columns_are_centred_on_the_training_people() -> None:
    np.testing.assert_allclose(PRESSURE.evaluate(VALUES)[:, 1:].mean(axis=0), 0, atol=1e-9)


def test_a_choice_is_one_centred_column_an_answer() -> None:
    smoking = InputEncoding.fit("smoking", np.array([0.0, 0.0, 1.0, 2.0]), 6)
    np.testing.assert_allclose(smoking.evaluate(np.array([2.0])), [[1.0, -0.5, -0.25, 0.75]])


def test_skewed_laboratory_values_are_encoded_by_their_logarithm() -> None:
    triglycerides = InputEncoding.fit("triglycerides", np.exp(VALUES / 40), 6)
    assert triglycerides.logarithmic
    assert triglycerides.knots[-1] < 10


@given(st.lists(st.one_of(st.floats(60, 300), st.just(float("nan"))), min_size=1, max_size=30))
def test_the_batched_program_equals_the_plain_one_and_unknown_is_zero(values: list[float]) -> None:
    encoding = Encoding([PRESSURE])
    z = encoding(torch.tensor(values, dtype=torch.float64)[:, None])[0].numpy()
    for row, value in zip(z, values, strict=True):
        expected = np.zeros(PRESSURE.width) if np.isnan(value) else PRESSURE.evaluate(np.array([value]))[0]
        np.testing.assert_allclose(row, expected, atol=1e-12)


def test_an_absent_column_is_unknown() -> None:
    encoding = Encoding([PRESSURE])
    assert not encoding(encoding.matrix(pd.DataFrame({"age": [50.0]}))).any()


def test_an_encoding_survives_its_card() -> None:
    encoding = Encoding([PRESSURE, InputEncoding.fit("smoking", np.array([0.0, 1.0, 2.0]), 6)])
    x = torch.tensor([[131.0, 1.0], [float("nan"), 2.0]], dtype=torch.float64)
    torch.testing.assert_close(Encoding.from_list(encoding.to_list())(x), encoding(x))
