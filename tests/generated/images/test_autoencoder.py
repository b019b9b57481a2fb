"""The autoencoder tells pictures again, finds noise strange, and leads from grade to grade."""

from __future__ import annotations

import pytest
import torch

from riskmodels.errors import TrainingError
from riskmodels.generated.images.autoencoder import PhotoVAE, VaeConfig, VaeStep, between_grades, fit_vae
from riskmodels.generated.images.photos import at_side
from tests.generated.images.discs import discs

CONFIG = VaeConfig(side=16, channels=(32, 16, 16), latent=8, steps=150, batch=16)
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def network() -> PhotoVAE:
    return fit_vae(discs(60), CONFIG, CPU, lambda _: None)


def test_its_loss_falls() -> None:
    told: list[VaeStep] = []
    fit_vae(discs(20), CONFIG, CPU, told.append)
    assert told[-1].loss < told[0].loss
    assert told[-1].step == CONFIG.steps


def test_new_pictures_are_told_better_than_by_the_mean(network: PhotoVAE) -> None:
    seen = at_side(discs(30, seed=5).images, 16)
    mean, _ = network.encode(seen)
    again = network.decode(mean, torch.full((30, 5), 0.2))
    assert (again - seen).square().mean() < 0.5 * (seen - seen.mean((2, 3), keepdim=True)).square().mean()


def test_noise_and_another_colour_are_stranger_than_new_pictures(network: PhotoVAE) -> None:
    usual = network.strangeness(at_side(discs(30, seed=5).images, 16))
    noise = network.strangeness(torch.rand(30, 3, 16, 16) * 2 - 1)
    blue = network.strangeness(at_side(discs(30, seed=5).images.flip(1), 16))
    assert usual.max() < min(noise.min(), blue.min())


def test_a_strip_begins_at_the_first_grade_and_ends_at_the_last(network: PhotoVAE) -> None:
    z = torch.zeros(1, CONFIG.latent)
    strip = between_grades(network, z, 9)
    assert strip.shape == (9, 3, 16, 16)
    ends = network.decode(z.expand(2, -1), torch.eye(5)[[0, 4]])
    assert torch.allclose(strip[[0, 8]], ends, atol=1e-5)


def test_nothing_is_learnt_without_photos() -> None:
    with pytest.raises(TrainingError, match="no photos"):
        fit_vae(discs(0), CONFIG, CPU, lambda _: None)
