"""Distance from the training pictures."""

import numpy as np
import pytest
import torch

from riskmodels.imaging.familiarity import Familiarity, learn_familiarity


@pytest.fixture(scope="module")
def pictures():
    rng = torch.Generator().manual_seed(0)
    mixing = torch.randn(5, 40, generator=rng)
    return torch.randn(300, 5, generator=rng) @ mixing + 0.1 * torch.randn(300, 40, generator=rng)


@pytest.fixture(scope="module")
def known(pictures):
    return learn_familiarity(pictures[:200], pictures[200:])


def test_training_pictures_are_at_a_distance_of_about_one(known, pictures):
    assert known.distance(pictures[:200]).square().mean().item() == pytest.approx(1, abs=0.05)


def test_nearly_all_validation_pictures_are_accepted(known, pictures):
    assert (known.distance(pictures[200:]) <= known.limit).float().mean() >= 0.98


def test_picture_outside_the_known_directions_is_refused(known):
    strange = torch.randn(1, 40, generator=torch.Generator().manual_seed(5)) * 3
    assert known.distance(strange)[0] > known.limit


def test_picture_far_along_a_known_direction_is_refused(known):
    strange = known.mean + known.directions[:, 0] * known.spread[0] * known.scale * 60
    assert known.distance(strange[None])[0] > known.limit


def test_file_round_trip(known, pictures):
    again = Familiarity.from_tensors(known.tensors())
    np.testing.assert_allclose(again.distance(pictures), known.distance(pictures), rtol=1e-3)
    assert again.limit == pytest.approx(known.limit)
