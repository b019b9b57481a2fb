"""What a camera leaves in its photos, in a few numbers: the field, colours, light, sharpness, noise."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

#: darker than this share of the bright parts (99th percentile) is no field
_SURROUND = 0.12
_BANDS = 4
#: how many there are
STATISTICS = 19


def camera_statistics(images: Tensor) -> Tensor:
    """Statistics in which photos of one camera are alike.

    Args:
        images: (n, 3, s, s), 0–255; s a multiple of 16.

    Returns:
        (n, :data:`STATISTICS`) float: share, width and height of the field; of red, green and blue in it the mean and
        the spread; what is burnt out; the light's fall from the middle to the rim, and from side to side; green detail
        of four widths, the finest detail of colour, and the finest detail of most places (noise). Logarithms where a
        ratio is what matters.
    """
    images = images.float()
    light = images.amax(1)
    bright = torch.quantile(light.flatten(1)[:, ::7], 0.99, dim=1)[:, None, None]
    field = (light > _SURROUND * bright).float()
    return torch.cat(
        [_extent(field), _colours(images, field), _light(images.mean(1), field), _detail(images, field)], 1
    )


def _extent(field: Tensor) -> Tensor:
    across, down = ((field.mean(axis) > 0.02).float().mean(1) for axis in (1, 2))
    return torch.stack([field.mean((1, 2)), across, down], 1)


def _within(values: Tensor, where: Tensor) -> Tensor:
    """Mean over the places where ``where`` is 1."""
    return (values * where).sum((-2, -1)) / where.sum((-2, -1)).clamp_min(1)


def _colours(images: Tensor, field: Tensor) -> Tensor:
    inside = field[:, None]
    mean = _within(images, inside)
    spread = _within((images - mean[..., None, None]).square(), inside).sqrt()
    burnt = _within((images.amax(1) >= 250).float(), field)
    return torch.cat([(mean + 1).log(), (spread + 1).log(), (burnt + 0.003).log()[:, None]], 1)


def _light(grey: Tensor, field: Tensor) -> Tensor:
    along = torch.linspace(-1, 1, grey.shape[1], device=grey.device)
    radius = (along[:, None].square() + along.square()).sqrt()
    x, y = along.expand(grey.shape[1], -1), along[:, None].expand(-1, grey.shape[1])

    def mean(part: Tensor) -> Tensor:
        return (_within(grey, field * part) + 1).log()

    sides = [(mean((a > 0).float()) - mean((a <= 0).float())).abs() for a in (x, y)]
    return torch.stack([mean((radius < 0.5).float()) - mean((radius > 0.75).float()), *sides], 1)


def _detail(images: Tensor, field: Tensor) -> Tensor:
    """Bands of a pyramid of halves, away from the field's rim."""
    green, colour = images[:, 1:2], images[:, :1] - images[:, 1:2]
    inside = (avg_pool2d(field[:, None], 17, 1, 8) > 0.999).float()
    found: list[Tensor] = []
    for band in range(_BANDS):
        fine, place = green - _halved(green), inside[:, 0]
        found.append(_within(fine[:, 0].square(), place).sqrt())
        if band == 0:
            found.append(_within((colour - _halved(colour))[:, 0].square(), place).sqrt())
            found.append(_within(fine[:, 0].abs().clamp(max=4), place))
        green, inside = avg_pool2d(green, 2), -avg_pool2d(-inside, 2)
        inside = (inside > 0.999).float()
    return (torch.stack(found, 1) + 0.05).log()


def _halved(plane: Tensor) -> Tensor:
    """The plane without what is finer than two of its pixels."""
    return interpolate(avg_pool2d(plane, 2), plane.shape[2:], mode="bilinear", align_corners=False)
