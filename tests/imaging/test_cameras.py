"""Simulated cameras: each change is the one that is named, and nothing else."""

from dataclasses import replace

import pytest
import torch
from torch.nn.functional import interpolate

from riskmodels.imaging.camera_statistics import STATISTICS, camera_statistics
from riskmodels.imaging.cameras import SHIFTS, Camera, draw_camera, through

SIDE = 128


def photo(seed: int = 0) -> torch.Tensor:
    """(1, 3, s, s): a round field with fine detail, reddish."""
    along = torch.linspace(-1, 1, SIDE)
    field = (along[:, None].square() + along.square() < 0.98).float()
    coarse = torch.rand(1, 1, SIDE // 2, SIDE // 2, generator=torch.Generator().manual_seed(seed)) * 12
    detail = interpolate(coarse, (SIDE, SIDE), mode="bilinear")
    colours = torch.tensor([160.0, 90.0, 45.0])[:, None, None]
    return (colours + detail) * field


def seen(camera: Camera) -> torch.Tensor:
    return through(photo(), [camera], torch.Generator().manual_seed(0))


def named(images: torch.Tensor) -> dict[str, float]:
    names = (
        "share", "across", "down", "red", "green", "blue", "red spread", "green spread", "blue spread", "burnt",
        "rim", "sideways", "downwards", "finest", "finest colour", "noise", "fine", "middle", "coarse",
    )  # fmt: skip
    return dict(zip(names, camera_statistics(images)[0].tolist(), strict=True))


def test_camera_without_a_change_gives_the_photo_itself():
    torch.testing.assert_close(seen(Camera()), photo(), atol=1e-3, rtol=0)


@pytest.mark.parametrize("name", SHIFTS)
def test_every_named_shift_changes_the_photo_and_keeps_its_range_and_surround(name):
    given = seen(SHIFTS[name])
    assert given.shape == photo().shape
    assert 0 <= given.min() <= given.max() <= 255
    assert (given - photo()).abs().mean() > 0.3
    assert given[0, :, :4, :4].mean() < 12  # a corner outside the field, but for the ringing of its file


@pytest.mark.parametrize(
    ("camera", "statistic", "sign"),
    [
        (Camera(blur=10), "finest", -1),
        (Camera(noise=15), "noise", 1),
        (Camera(vignette=0.6), "rim", 1),
        (Camera(fall_off=0.6, direction=0.0), "sideways", 1),
        (Camera(fall_off=0.6, direction=1.5708), "downwards", 1),
        (Camera(gains=(0.7, 1, 1)), "red", -1),
        (Camera(gains=(1, 1, 1.5)), "blue", 1),
        (Camera(gamma=1.6), "green", -1),
        (Camera(detail=0.3), "finest", -1),
    ],
)
def test_statistics_see_what_a_camera_changes(camera, statistic, sign):
    before, after = named(photo()), named(seen(camera))
    assert sign * (after[statistic] - before[statistic]) > 0.1


def test_statistics_of_photos_of_one_camera_are_alike():
    one, other = named(photo(0)), named(photo(1))
    assert max(abs(one[name] - other[name]) for name in one) < 0.1
    assert len(one) == STATISTICS


def test_compression_alone_changes_little_but_something():
    given = seen(Camera(quality=30))
    assert 0.5 < (given - photo()).abs().mean() < 20


def test_each_photo_goes_through_its_own_camera():
    both = torch.cat([photo(), photo()])
    given = through(both, [Camera(), Camera(gains=(0.5, 1, 1))], torch.Generator().manual_seed(0))
    torch.testing.assert_close(given[:1], photo(), atol=1e-3, rtol=0)
    assert given[1, 0].mean() < 0.6 * photo()[0, 0].mean()


def test_drawn_cameras_are_the_same_for_the_same_seed_and_differ_otherwise():
    one, again = (draw_camera(torch.Generator().manual_seed(4)) for _ in range(2))
    assert one == again
    assert one != draw_camera(torch.Generator().manual_seed(5))


def test_narrower_field_shows_the_middle_larger():
    image = torch.zeros(1, 3, SIDE, SIDE)
    image[:, :, 56:72, 56:72] = 200
    given = through(image, [replace(Camera(), zoom=1.4)], torch.Generator().manual_seed(0))
    assert (given > 100).sum() > 1.7 * (image > 100).sum()
