"""The masks of the decoder, and the probabilities it gives."""

from __future__ import annotations

import pytest
import torch

from riskmodels.generated.learning.layout import Layout
from riskmodels.generated.learning.network import TableVAE, divergence
from tests.generated.clinic import people


@pytest.fixture(scope="module")
def rows() -> torch.Tensor:
    table = people(400)
    return torch.from_numpy(Layout.of(table).levels(table))


@pytest.fixture(scope="module")
def network() -> TableVAE:
    torch.manual_seed(0)
    return TableVAE(Layout.of(people(400)).columns, latent=4, width=64, layers=2, dropout=0.0).eval()


@torch.no_grad()
def test_a_column_is_told_by_those_before_it_alone(network: TableVAE, rows: torch.Tensor) -> None:
    z = torch.zeros(len(rows), 4)
    told = network.decode(z, network.one_hot(rows))
    for place in range(rows.shape[1]):
        other = rows.clone()
        other[:, place:] = rows.flip(0)[:, place:]
        again = network.decode(z, network.one_hot(other))
        assert torch.equal(again[place], told[place])


@torch.no_grad()
def test_every_column_after_it_hears_of_a_column(network: TableVAE, rows: torch.Tensor) -> None:
    z, other = torch.zeros(len(rows), 4), rows.clone()
    other[:, 0] = rows.flip(0)[:, 0]
    pairs = zip(network.decode(z, network.one_hot(rows)), network.decode(z, network.one_hot(other)), strict=True)
    changed = [not torch.equal(a, b) for a, b in pairs]
    assert changed == [False] + [True] * (rows.shape[1] - 1)


@torch.no_grad()
def test_probabilities_of_a_column_add_up_to_one(network: TableVAE, rows: torch.Tensor) -> None:
    for part in network.decode(torch.randn(len(rows), 4), network.one_hot(rows)):
        assert part.exp().sum(1).allclose(torch.ones(len(rows)))


@torch.no_grad()
def test_what_everybody_had_is_never_unknown(network: TableVAE, rows: torch.Tensor) -> None:
    told = network.decode(torch.randn(len(rows), 4), network.one_hot(rows))
    assert told[0][:, 0].exp().max() < 1e-8  # age
    assert told[3][:, 0].exp().min() > 1e-3  # waist, unknown in one of ten


def test_divergence_is_that_of_two_normal_distributions() -> None:
    mean, log_variance = torch.randn(5, 3), torch.randn(5, 3)
    ours = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
    expected = torch.distributions.kl_divergence(ours, torch.distributions.Normal(0.0, 1.0)).sum(1)
    assert divergence(mean, log_variance).allclose(expected, atol=1e-5)
