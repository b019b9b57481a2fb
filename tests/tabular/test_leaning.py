from __future__ import annotations

import pandas as pd
import torch

from riskmodels.tabular.leaning import FollowUp, leaning_head
from riskmodels.tabular.network import PAIR_COLUMNS, Weights, member_logits
from riskmodels.vocabulary import CARDIOVASCULAR_HISTORY

ROWS = 20_000


def head(column: int) -> Weights:
    """One input's standardised value as log-odds, the same in two members."""
    curves = torch.zeros(2, 2, 2, 1)
    curves[column, 1] = 1.0
    q = 2 * PAIR_COLUMNS
    return Weights(torch.zeros(2, 1), curves, torch.zeros(2, 2, PAIR_COLUMNS), torch.zeros(2, 1, q, q))


def test_how_much_an_outcome_leans_on_each_head_is_found() -> None:
    generator = torch.Generator().manual_seed(0)
    z = torch.ones(2, ROWS, 2)
    z[:, :, 1] = torch.randn(2, ROWS, generator=generator)
    truth = -2 + 0.3 * z[0, :, 1] + 0.9 * z[1, :, 1]
    label = torch.bernoulli(torch.sigmoid(truth), generator=generator)
    found = leaning_head(z, [head(0), head(1)], label, torch.ones(ROWS), torch.ones(ROWS, 2))
    logits = member_logits(z, found)[:, 0, 0]
    assert float((logits - truth).abs().mean()) < 0.1


def test_a_member_that_did_not_draw_a_person_does_not_learn_from_it() -> None:
    z = torch.ones(2, 100, 2)
    z[:, :, 1] = torch.randn(2, 100, generator=torch.Generator().manual_seed(1))
    label = (torch.arange(100) % 3 == 0).float()
    draws = torch.ones(100, 2)
    draws[50:, 1] = 0
    both = leaning_head(z, [head(0), head(1)], label, torch.ones(100), draws)
    half = leaning_head(z[:, :50], [head(0), head(1)], label[:50], torch.ones(50), torch.ones(50, 2))
    torch.testing.assert_close(both.bias[1], half.bias[1], rtol=1e-4, atol=1e-4)


def test_people_for_whom_the_outcome_holds_have_no_nuisance_terms() -> None:
    frame = pd.DataFrame({name: [0.0, 1.0] for name in CARDIOVASCULAR_HISTORY})
    ones = pd.Series([1.0, 1.0])
    follow_up = FollowUp(frame, ones, ones * 60, 120, pd.Series([True, False]), ones)
    terms = follow_up.nuisance(torch.ones(3, 2, 4))
    assert not terms[0].any()
    assert terms[1].all()
