"""The table as tensors, for GPUs, and as machine code, for CPUs: both are the network, and the same to 1e-12."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodels.columns import Floats
from riskmodels.tabular.compiled import Compiled
from riskmodels.tabular.folded import Folded
from riskmodels.tabular.model import RiskModel, load_shipped
from riskmodels.tabular.network import member_form, member_logits

Table = Folded | Compiled


def folded(model: RiskModel) -> Folded:
    return Folded(model.encoding, [member_form(model.weights, k, 0) for k in range(len(model.weights.bias))])


@pytest.fixture(scope="module", params=[folded, lambda model: Compiled(folded(model))], ids=["tensors", "machine code"])
def table(request: pytest.FixtureRequest, model: RiskModel) -> Table:
    made: Table = request.param(model)
    return made


def of_the_network(model: RiskModel, x: Floats) -> Floats:
    found: Floats = member_logits(model.encoding(torch.from_numpy(x)), model.weights)[:, :, 0].numpy()
    return found


def values_of(model: RiskModel, frame: pd.DataFrame) -> Floats:
    found: Floats = model.encoding.matrix(frame).numpy()
    return found


def test_the_table_gives_the_log_odds_of_the_network(
    table: Table, model: RiskModel, cohort: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    x = values_of(model, cohort[0])
    np.testing.assert_allclose(table.logits(x), of_the_network(model, x), rtol=0, atol=1e-10)


def test_values_beyond_the_outermost_knots_are_the_network_s_as_well(table: Table, model: RiskModel) -> None:
    frame = pd.DataFrame({"age": [1.0, 150.0], "bmi": [5.0, 200.0], "glucose": [-1.0, 5000.0], "sex": [0.0, 1.0]})
    x = values_of(model, frame.reindex(columns=list(model.inputs)))
    np.testing.assert_allclose(table.logits(x), of_the_network(model, x), rtol=0, atol=1e-9)


def test_shapley_values_are_those_of_the_form(
    table: Table, model: RiskModel, cohort: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    x = values_of(model, cohort[0].head(50))
    _, found = table.explained(x, [1])
    expected = member_form(model.weights, 1, 0).values(model.encoding(torch.from_numpy(x)))
    np.testing.assert_allclose(found[0], expected, rtol=0, atol=1e-10)


def test_some_of_the_forms_are_explained_in_the_order_asked_for(
    table: Table, model: RiskModel, cohort: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    x = values_of(model, cohort[0].head(5))
    forms, found = table.explained(x, [2, 0])
    for place, o in enumerate((2, 0)):
        np.testing.assert_array_equal(found[place], table.explained(x, [o])[1][0])
    np.testing.assert_array_equal(forms, table.logits(x))


def test_what_is_not_known_adds_nothing(table: Table, model: RiskModel) -> None:
    forms, found = table.explained(np.full((3, len(model.inputs)), np.nan), [0])
    assert (forms == folded(model).base.numpy()).all()
    assert (found == 0).all()


def test_no_rows_are_no_rows(table: Table, model: RiskModel) -> None:
    forms, found = table.explained(np.empty((0, len(model.inputs))), [0])
    assert len(forms) == 0
    assert found.shape == (1, 0, len(model.inputs))


class TestShippedModel:
    @pytest.fixture(scope="class")
    @classmethod
    def both(cls) -> tuple[Folded, Compiled, int]:
        model = load_shipped()["population"]
        forms = [model.form(outcome) for outcome in model.outcomes]
        tensors = Folded(model.encoding, forms)
        return tensors, Compiled(tensors), len(model.inputs)

    @settings(max_examples=60, deadline=None)
    @given(st.randoms(use_true_random=False), st.floats(0, 1))
    def test_machine_code_and_tensors_say_the_same(
        self, both: tuple[Folded, Compiled, int], random: Any, share: float
    ) -> None:
        tensors, machine, p = both
        rng = np.random.default_rng(random.randrange(2**32))
        x = np.where(
            rng.random((20, p)) < share, rng.choice([0.0, 1.0, 0.5, 30.0, 90.0, 140.0, 400.0], (20, p)), np.nan
        )
        for one, other in zip(tensors.explained(x, range(4)), machine.explained(x, range(4)), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)

    def test_a_row_is_the_same_alone_and_among_others(self, both: tuple[Folded, Compiled, int]) -> None:
        _, machine, p = both
        x = np.random.default_rng(0).uniform(0, 200, (40, p))
        among = machine.logits(x)
        for row in range(len(x)):
            assert (machine.logits(x[row : row + 1])[0] == among[row]).all()
