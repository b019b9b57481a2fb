from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import BSpline

from riskmodels.tabular.encoding import Encoding, InputEncoding
from riskmodels.tabular.inputs import own_category, own_inputs_of, own_number, variables_of
from riskmodels.vocabulary import VOCABULARY

VALUES = np.random.default_rng(0).normal(125, 18, 4000)
PRESSURE = InputEncoding.fit(VOCABULARY["systolic_bp"], VALUES, 6)


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
    slope = InputEncoding.fit(VOCABULARY["st_slope"], np.array([0.0, 0.0, 1.0, 2.0]), 6)
    np.testing.assert_allclose(slope.evaluate(np.array([2.0])), [[1.0, -0.5, -0.25, 0.75]])


class TestAnswerThatLeavesOthersOpen:
    def test_it_is_those_it_leaves_open_by_their_shares_and_has_a_column_of_its_own(self) -> None:
        smoking = InputEncoding.fit(VOCABULARY["smoking"], np.array([0.0] * 6 + [1.0] * 2 + [2.0] * 2), 6)
        never, not_now, former, current = smoking.evaluate(np.array([0.0, 0.5, 1.0, 2.0]))
        np.testing.assert_allclose(never, [1.0, 0.4, 0.0, -0.2, -0.2])
        np.testing.assert_allclose(not_now, 0.75 * never + 0.25 * former + np.array([0, 0, 1, 0, 0]))
        np.testing.assert_allclose(current, [1.0, -0.6, 0.0, -0.2, 0.8])

    def test_where_some_were_not_asked_about_the_past_columns_stay_centred(self) -> None:
        values = np.array([0.0] * 5 + [0.5] * 4 + [1.0] * 3 + [2.0] * 8)
        smoking = InputEncoding.fit(VOCABULARY["smoking"], values, 6)
        np.testing.assert_allclose(smoking.evaluate(values)[:, 1:].mean(axis=0), 0, atol=1e-12)

    def test_an_encoding_without_it_knows_it_as_the_mean_of_those_it_leaves_open(self) -> None:
        before = InputEncoding("smoking", False, (0.0, 1.0, 2.0), (), 0.0, 1.0, (0.6, 0.2, 0.2))
        never, not_now, former, _ = before.evaluate(np.array([0.0, 0.5, 1.0, 2.0]))
        np.testing.assert_allclose(not_now, 0.75 * never + 0.25 * former)
        assert before.width == 4

    def test_where_nobody_was_asked_about_the_past_it_does_not_matter(self) -> None:
        smoking = InputEncoding.fit(VOCABULARY["smoking"], np.array([0.5] * 8 + [2.0] * 2), 6)
        never, not_now, former, _ = smoking.evaluate(np.array([0.0, 0.5, 1.0, 2.0]))
        np.testing.assert_array_equal(never, not_now)
        np.testing.assert_array_equal(former, not_now)


def test_skewed_laboratory_values_are_encoded_by_their_logarithm() -> None:
    triglycerides = InputEncoding.fit(VOCABULARY["triglycerides"], np.exp(VALUES / 40), 6)
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
    encoding = Encoding([PRESSURE, InputEncoding.fit(VOCABULARY["smoking"], np.array([0.0, 1.0, 2.0]), 6)])
    x = torch.tensor([[131.0, 1.0], [float("nan"), 2.0]], dtype=torch.float64)
    torch.testing.assert_close(Encoding.from_list(encoding.to_list())(x), encoding(x))


class TestOwnInputs:
    """Inputs that the vocabulary does not know, described by the model's card."""

    NUMBER = own_number("own_ferritin", "Ferritin", "µg/L", 0.1)
    WARD = own_category("own_ward", "Ward", ["heart", "medicine"], modifiable=True)

    def test_they_are_encoded_as_any_other_and_read_back(self) -> None:
        variables = VOCABULARY | {v.name: v for v in (self.NUMBER, self.WARD)}
        rng = np.random.default_rng(1)
        frame = pd.DataFrame({"own_ferritin": rng.normal(90, 20, 300), "own_ward": rng.integers(0, 2, 300) * 1.0})
        encoding = Encoding.fit(frame, list(frame), 6, variables)
        again = Encoding.from_list(encoding.to_list(), variables)
        x = encoding.matrix(frame)
        torch.testing.assert_close(again(x), encoding(x))
        with pytest.raises(ValueError, match="do not go together"):
            Encoding.from_list(encoding.to_list())  # nobody said what they are

    def test_card_tells_what_they_are(self) -> None:
        variables = VOCABULARY | {v.name: v for v in (self.NUMBER, self.WARD)}
        card = own_inputs_of(["age", "own_ferritin", "own_ward"], variables)
        found = variables_of(json.loads(json.dumps(card)))
        assert (found["own_ferritin"], found["own_ward"]) == (self.NUMBER, self.WARD)

    def test_card_without_them_is_as_it_was(self) -> None:
        assert own_inputs_of(["age", "sex"], VOCABULARY) == {}
        assert variables_of({}) is VOCABULARY

    @pytest.mark.parametrize(
        "entry",
        [
            {"name": "glucose", "label": "x", "modifiable": False, "unit": "", "step": 1},
            {"name": "own_x", "label": 3, "modifiable": False, "unit": "", "step": 1},
            {"name": "own_x", "label": "x", "modifiable": False, "unit": "", "step": 0},
        ],
    )
    def test_entry_that_is_no_own_input_is_refused(self, entry: dict[str, object]) -> None:
        with pytest.raises(ValueError, match="none"):
            variables_of({"own_inputs": [entry]})
