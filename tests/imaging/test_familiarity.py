"""Distance from the training pictures."""

import numpy as np
import pytest
import torch

from riskmodels.imaging.camera_statistics import STATISTICS
from riskmodels.imaging.familiarity import Familiarity, learn_familiarity


@pytest.fixture(scope="module")
def pictures():
    """Statistics of the camera, then features of the kind; both of few directions, and some noise."""
    rng = torch.Generator().manual_seed(0)
    width = STATISTICS + 40
    mixing = torch.randn(5, width, generator=rng)
    return torch.randn(300, 5, generator=rng) @ mixing + 0.1 * torch.randn(300, width, generator=rng)


@pytest.fixture(scope="module")
def known(pictures):
    return learn_familiarity(pictures[:200], pictures[200:])


def test_training_pictures_are_at_a_distance_of_about_one(known, pictures):
    assert known.distance(pictures[:200]).square().mean().item() == pytest.approx(1, abs=0.05)


def test_nearly_all_validation_pictures_are_accepted_and_usual(known, pictures):
    assert (known.distance(pictures[200:]) <= known.limit).float().mean() >= 0.98
    assert known.unusual(pictures[200:]).float().mean() <= 0.02


def test_picture_outside_the_known_directions_is_refused(known):
    strange = torch.randn(1, STATISTICS + 40, generator=torch.Generator().manual_seed(5)) * 3
    assert known.distance(strange)[0] > known.limit


def test_picture_far_along_a_known_direction_is_refused(known, pictures):
    strange = pictures[:1].double().clone()
    kind = known.kind
    strange[0, STATISTICS:] = kind.mean + kind.directions[:, 0] * kind.spread[0] * kind.scale * 60
    assert known.distance(strange)[0] > known.limit


def test_picture_of_another_camera_is_unusual_and_not_refused(known, pictures):
    other = pictures[:1].clone()
    other[0, 4] += 5 * pictures[:, 4].std()
    assert known.unusual(other)[0]
    assert known.distance(other)[0] <= known.kind.usual


def test_model_without_statistics_of_cameras_knows_kinds_only(known, pictures):
    kept = {n: t for n, t in known.tensors().items() if "camera" not in n}
    older = Familiarity.from_tensors(kept)
    other = pictures[:1].clone()
    other[0, 4] += 5 * pictures[:, 4].std()
    assert older.camera is None
    assert not older.unusual(other)[0]


def test_file_round_trip(known, pictures):
    again = Familiarity.from_tensors(known.tensors())
    np.testing.assert_allclose(again.distance(pictures), known.distance(pictures), rtol=1e-3)
    assert again.limit == pytest.approx(known.limit)
    assert torch.equal(again.unusual(pictures), known.unusual(pictures))
