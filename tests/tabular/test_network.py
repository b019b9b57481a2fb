from __future__ import annotations

import pytest
import torch

from riskmodels.tabular.network import AdditivePairNetwork, PairSum, Shape, concatenate, member_logits, select

SHAPE = Shape(inputs=5, width=4, members=3, outcomes=2, rank=2, context=1)


def make_network() -> AdditivePairNetwork:
    generator = torch.Generator().manual_seed(0)
    allowed = torch.ones(5, 2, dtype=torch.bool)
    allowed[1, 0] = False
    network = AdditivePairNetwork(SHAPE, allowed, generator)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    return network.double()


def test_logits_equal_the_sum_over_pairs_written_out() -> None:
    network = make_network()
    z = torch.randn(5, 7, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    w = network.weights()
    expected = w.bias + torch.einsum("pnd,pdko->nko", z, w.curves)
    v = torch.einsum("pnd,pdkor->pnkor", z, w.pairs)
    for i in range(5):
        for j in range(i + 1, 5):
            expected = expected + (v[i] * v[j] * w.signs).sum(-1)
    torch.testing.assert_close(member_logits(z, w), expected)


def test_the_context_term_is_a_curve_that_bends_when_another_input_is_known() -> None:
    network = make_network()
    with torch.no_grad():
        network.pairs.zero_()
    z = torch.randn(5, 6, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    z[:, :, 0] = 1.0
    mask = network.allowed[:, None, None, :, None]
    a = torch.einsum("pnd,pdkoq->pnkoq", z, network.bends * mask)
    c = z[:, :, 0, None, None, None] * (network.contexts * mask)[:, 0][:, None]
    pair = sum((a[i] * c[j]).sum(-1) for i in range(5) for j in range(5) if i != j)
    main = network.bias + torch.einsum("pnd,pdko->nko", z, network.weights().curves)
    torch.testing.assert_close(network(z), main + pair)


def test_an_input_that_is_not_allowed_changes_nothing() -> None:
    network = make_network()
    z = torch.randn(5, 7, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    hidden = z.clone()
    hidden[1] = 0
    torch.testing.assert_close(network(z)[:, :, 0], network(hidden)[:, :, 0])
    assert not torch.allclose(network(z)[:, :, 1], network(hidden)[:, :, 1])


def test_outcomes_can_be_taken_apart_and_put_together() -> None:
    weights = make_network().weights()
    z = torch.randn(5, 3, 4, dtype=torch.float64)
    again = concatenate(select(weights, 1), select(weights, 0))
    torch.testing.assert_close(member_logits(z, again), member_logits(z, weights).flip(2))


def test_a_wrong_shape_is_named() -> None:
    with pytest.raises(ValueError, match=r"z must be \(5, 4\) in inputs and columns, got \(4, 4\)"):
        make_network()(torch.zeros(4, 2, 4, dtype=torch.float64))


def test_the_gradient_of_the_pair_sum_is_right() -> None:
    generator = torch.Generator().manual_seed(3)
    z = torch.randn(4, 6, 3, dtype=torch.float64, generator=generator)
    pairs = torch.randn(4, 3, 5, dtype=torch.float64, generator=generator, requires_grad=True)
    assert torch.autograd.gradcheck(lambda w: PairSum.apply(z, w), (pairs,))
