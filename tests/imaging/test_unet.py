"""The U-Net: shapes, what flows where, and films it cannot take."""

import pytest
import torch

from riskmodels.imaging.unet import UNet, UNetShape

SMALL = UNetShape(widths=(4, 8, 8), outputs=3)


@pytest.fixture
def network():
    torch.manual_seed(0)
    return UNet(SMALL).eval()


@pytest.mark.parametrize("size", [(64, 64), (32, 96)])
def test_logits_have_the_size_of_the_film(network, size):
    assert network(torch.randn(2, 1, *size)).shape == (2, 3, *size)


def test_each_level_halves_the_one_above(network):
    maps = network.encode(torch.randn(1, 1, 64, 64))
    assert [tuple(m.shape[1:]) for m in maps] == [(4, 32, 32), (8, 16, 16), (8, 8, 8)]


def test_shipped_shape_has_one_to_two_million_weights():
    weights = sum(p.numel() for p in UNet(UNetShape(widths=(16, 32, 64, 112, 160))).parameters())
    assert 1_000_000 < weights < 2_000_000


def test_a_film_is_read_alike_alone_and_among_others(network):
    films = torch.randn(3, 1, 64, 64)
    torch.testing.assert_close(network(films)[1:2], network(films[1:2]), rtol=1e-4, atol=1e-5)


def test_every_weight_learns(network):
    network.train()
    network(torch.randn(2, 1, 64, 64)).square().mean().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())


@pytest.mark.parametrize("size", [(1, 3, 64, 64), (1, 1, 60, 64), (1, 64, 64)])
def test_film_of_another_shape_is_refused(network, size):
    with pytest.raises(ValueError, match="multiple of 8"):
        network(torch.zeros(size))
