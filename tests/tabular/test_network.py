from __future__ import annotations

import pytest
import torch

from riskmodels.tabular.network import (
    PAIR_COLUMNS,
    REACH,
    Weights,
    centred,
    concatenate,
    member_form,
    member_logits,
    other_input,
    select,
    weighted_sum,
)

P, D, K, OUTCOMES = 5, 4, 3, 2


def make_weights(seed: int = 0) -> Weights:
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, dtype=torch.float64, generator=generator)

    pairs = normal(K, OUTCOMES, P * PAIR_COLUMNS, P * PAIR_COLUMNS)
    pairs = (pairs + pairs.transpose(2, 3)) * other_input(P)
    return Weights(normal(K, OUTCOMES), normal(P, D, K, OUTCOMES), normal(P, D, PAIR_COLUMNS), pairs)


def make_inputs(rows: int = 7) -> torch.Tensor:
    return torch.randn(P, rows, D, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def test_logits_equal_the_sum_over_pairs_written_out() -> None:
    weights, z = make_weights(), make_inputs()
    expected = weights.bias + torch.einsum("pnd,pdko->nko", z, weights.curves)
    u = torch.einsum("pnd,pdm->pnm", z, weights.basis).clamp(-REACH, REACH)
    blocks = weights.pairs.view(K, OUTCOMES, P, PAIR_COLUMNS, P, PAIR_COLUMNS)
    for i in range(P):
        for j in range(i + 1, P):
            expected = expected + torch.einsum("na,koab,nb->nko", u[i], blocks[:, :, i, :, j], u[j])
    torch.testing.assert_close(member_logits(z, weights), expected)


def test_a_pair_is_held_where_a_value_lies_far_out() -> None:
    weights, z = make_weights(), make_inputs(1)
    far, farther = z.clone(), z.clone()
    far[0] *= 1e3
    farther[0] *= 1e4
    alone = Weights(weights.bias, weights.curves * 0, weights.basis, weights.pairs)
    torch.testing.assert_close(member_logits(far, alone), member_logits(farther, alone))


def test_the_form_of_a_member_gives_its_calibrated_log_odds() -> None:
    weights, z = make_weights(), make_inputs()
    form = member_form(weights, 2, 1, slope=1.5, intercept=-0.3)
    found = form.base + form.values(z).sum(1)
    torch.testing.assert_close(found, 1.5 * member_logits(z, weights)[:, 2, 1] - 0.3)


def test_outcomes_can_be_taken_apart_and_put_together() -> None:
    weights, z = make_weights(), make_inputs()
    again = concatenate(select(weights, 1), select(weights, 0))
    torch.testing.assert_close(member_logits(z, again), member_logits(z, weights).flip(2))


def test_a_weighted_sum_of_heads_gives_the_weighted_sum_of_their_log_odds() -> None:
    weights, z = make_weights(), make_inputs()
    heads = [select(weights, 0), select(weights, 1)]
    scales = [torch.tensor([0.2, 0.3, 0.4]).double(), torch.tensor([1.0, 0.9, 0.8]).double()]
    shift = torch.tensor([-1.0, 0.0, 1.0]).double()
    logits = member_logits(z, weights)
    expected = shift + scales[0] * logits[:, :, 0] + scales[1] * logits[:, :, 1]
    torch.testing.assert_close(member_logits(z, weighted_sum(heads, scales, shift))[:, :, 0], expected)


def test_centred_members_keep_their_differences_and_have_the_first_as_their_mean() -> None:
    weights, z = make_weights(), make_inputs()
    before, after = member_logits(z, weights), member_logits(z, centred(weights))
    torch.testing.assert_close(after[:, 0], before[:, 0])
    torch.testing.assert_close(after[:, 1:].mean(1), before[:, 0])
    torch.testing.assert_close(after[:, 2] - after[:, 1], before[:, 2] - before[:, 1])


def test_a_wrong_shape_is_named() -> None:
    with pytest.raises(ValueError, match=r"z must be \(5, 4\) in inputs and columns, got \(4, 4\)"):
        member_logits(torch.zeros(4, 2, 4, dtype=torch.float64), make_weights())
