"""The folded program gives what the network and the plain forms give, to rounding."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from riskmodels.cohorts.nhanes import read_demo
from riskmodels.tabular.model import load_shipped
from riskmodels.tabular.network import member_logits

MODELS = load_shipped()


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    """Demo people, and beyond the knots at both ends."""
    demo = read_demo().head(300)
    return pd.concat([demo, demo.head(40) * 0.2, demo.head(40) * 3.0], ignore_index=True)


@pytest.fixture(params=MODELS)
def model(request):
    return MODELS[request.param]


def test_members_log_odds_are_those_of_the_network(model, people):
    x = model.encoding.matrix(people)
    with torch.inference_mode():
        expected = member_logits(model.encoding(x), model.weights) * model._slope + model._intercept  # n, K, O
        torch.testing.assert_close(model._compact.logits(x).permute(2, 0, 1), expected, rtol=1e-10, atol=1e-10)


def test_contributions_are_those_of_the_plain_form(model, people):
    x = model.encoding.matrix(people)
    every = list(range(len(model.outcomes)))
    with torch.inference_mode():
        found, z = model._compact.values(x, every), model.encoding(x)
        for o, outcome in enumerate(model.outcomes):
            torch.testing.assert_close(found[o].T, model.form(outcome).values(z), rtol=1e-10, atol=1e-10)


def test_unknown_inputs_contribute_exactly_nothing(model, people):
    x = model.encoding.matrix(people)
    found = model._compact.values(x, [0])[0].T
    assert (found[x.isnan()] == 0).all()


@pytest.mark.parametrize("kept", [("age",), ("age", "sex"), ("sex", "systolic_bp", "total_cholesterol")])
def test_inputs_that_nobody_has_are_left_out_without_a_change(model, people, kept):
    few = people[list(kept)].head(300)
    x = model.encoding.matrix(few)
    whole = torch.cat([model._compact.logits(part) for part in torch.split(x, 100)], dim=2)  # too few for a subset
    torch.testing.assert_close(model._compact.logits(x), whole, rtol=1e-10, atol=1e-10)


def test_rows_of_which_nothing_is_known_get_the_base(model):
    frame = pd.DataFrame({"age": np.full(300, np.nan)})
    base = 1 / (1 + np.exp(-model.form(model.outcomes[0]).base))
    logit = model.predict(frame).logit[model.outcomes[0]].to_numpy()
    np.testing.assert_allclose(1 / (1 + np.exp(-logit)), base, rtol=1e-10)


def test_more_subsets_than_are_kept_change_nothing(model, people):
    names = list(model.inputs)[:12]
    first = model._compact.logits(model.encoding.matrix(people[names[:1]]))
    for end in range(2, len(names)):
        model._compact.logits(model.encoding.matrix(people[names[:end]]))
    torch.testing.assert_close(model._compact.logits(model.encoding.matrix(people[names[:1]])), first)
