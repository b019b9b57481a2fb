"""Views of the same picture."""

import torch

from riskmodels.imaging.augment import Augmentation, augment

STILL = Augmentation(rotation=0, scale=0, shift=0, mirror=False, jitter=0)


def picture():
    image = torch.zeros(1, 3, 32, 32)
    image[:, :, 4:8, 20:28] = 200
    return image


def view(how, seed=0):
    return augment(picture(), how, torch.Generator().manual_seed(seed))


def test_without_any_change_the_picture_is_itself():
    torch.testing.assert_close(view(STILL), picture(), atol=1e-3, rtol=0)


def test_mirror_swaps_left_and_right_only():
    how = Augmentation(rotation=0, scale=0, shift=0, mirror=True, jitter=0)
    seen = {tuple((view(how, seed)[0, 0] > 100).nonzero()[0].tolist()) for seed in range(12)}
    assert seen == {(4, 20), (4, 4)}


def test_colours_change_and_stay_within_range():
    how = Augmentation(rotation=0, scale=0, shift=0, mirror=False, jitter=0.5)
    seen = view(how)
    assert seen.min() >= 0
    assert seen.max() <= 255
    assert not torch.allclose(seen, picture(), atol=5)


def test_same_seed_same_view():
    assert torch.equal(view(Augmentation(), 3), view(Augmentation(), 3))
    assert not torch.equal(view(Augmentation(), 3), view(Augmentation(), 4))
