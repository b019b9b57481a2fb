from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from riskmodels.tabular.encoding import Encoding
from riskmodels.tabular.folded import Folded
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.network import member_form, member_logits


@pytest.fixture(scope="module")
def folded(model: RiskModel) -> Folded:
    forms = [member_form(model.weights, k, 0) for k in range(len(model.weights.bias))]
    return Folded(model.encoding, forms)


def values_of(encoding: Encoding, frame: pd.DataFrame) -> torch.Tensor:
    return encoding.matrix(frame)


def test_the_table_gives_the_log_odds_of_the_network(
    folded: Folded, model: RiskModel, cohort: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    x = values_of(model.encoding, cohort[0])
    expected = member_logits(model.encoding(x), model.weights)[:, :, 0]
    torch.testing.assert_close(folded.logits(x), expected, rtol=0, atol=1e-10)


def test_values_beyond_the_outermost_knots_are_the_network_s_as_well(folded: Folded, model: RiskModel) -> None:
    frame = pd.DataFrame({"age": [1.0, 150.0], "bmi": [5.0, 200.0], "glucose": [1.0, 5000.0], "sex": [0.0, 1.0]})
    x = values_of(model.encoding, frame.reindex(columns=list(model.inputs)))
    expected = member_logits(model.encoding(x), model.weights)[:, :, 0]
    torch.testing.assert_close(folded.logits(x), expected, rtol=0, atol=1e-9)


def test_shapley_values_are_those_of_the_form(
    folded: Folded, model: RiskModel, cohort: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    x = values_of(model.encoding, cohort[0].head(50))
    form = member_form(model.weights, 1, 0)
    found = folded.values(*folded.parts(x), [1])[0]
    torch.testing.assert_close(found, form.values(model.encoding(x)), rtol=0, atol=1e-10)


def test_what_is_not_known_adds_nothing(folded: Folded, model: RiskModel) -> None:
    x = torch.full((3, len(model.inputs)), np.nan, dtype=torch.float64)
    torch.testing.assert_close(folded.logits(x), folded.base.expand(3, -1))
