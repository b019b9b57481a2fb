"""A retinal photo → one plane of it at a stated size: its field, how light each place is, and its vessels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from riskmodels.imaging.frame import Frame, field_frame
from riskmodels.imaging.results import Pixels
from riskmodels.imaging.retina_quality import SURROUND

Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]
Coordinate = TypeVar("Coordinate", float, NDArray[np.float64])

#: width of the field, pixels: every photo is enlarged or shrunk to it, so that all lengths below mean the same
SIDE = 512
#: what is nearer to the rim of the field than this is not looked at: reflexes and shades lie there
RIM = 14
#: a place's surroundings are the median of a square of this side
_SURROUNDINGS = 68
#: the copy on which field and surroundings are taken is fourfold smaller
_STEP = 4
#: widths of vessels that are looked for, pixels (standard deviation of the second derivative)
_WIDTHS = (1.6, 2.6, 4.0)
#: ridges at least this dark, and parts of vessels this dark that hang on them
_VESSEL, _FAINT = 0.055, 0.025
#: what is lighter counts as this light where vessels are looked for: gaps between exudates are none
_GAPS = 0.05
#: a vessel is at least this long
_LONG = 36


@dataclass(frozen=True, eq=False)
class Photo:
    """A retinal photo at the stated size.

    Args:
        pixels: (h, w, 3) float32, 0–255.
        frame: its part of the picture.
        field: (h, w), inside the rim.
        light: (h, w), green by its surroundings − 1: 0 as light as they are, −0.1 a tenth darker.
        vessels: (h, w), blood vessels.
        ridge: (h, w), how much like a dark line a place is.
        along: (h, w), angle of that line, radians.
    """

    pixels: Plane
    frame: Frame
    field: Mask
    light: Plane
    vessels: Mask
    ridge: Plane
    along: Plane

    @property
    def scale(self) -> float:
        """Pixels of the picture a pixel of the plane."""
        return float(self.frame.x1 - self.frame.x0) / int(self.light.shape[1])

    def on_picture(self, x: Coordinate, y: Coordinate) -> tuple[Coordinate, Coordinate]:
        """A place of the plane in the picture's pixels."""
        return self.frame.x0 + x * self.scale, self.frame.y0 + y * self.scale


def photo_of(pixels: Pixels) -> Photo:
    """Bring a photo to the stated size and find its field and vessels.

    Args:
        pixels: (h, w, 3) uint8, a retinal photo that passed its checks.
    """
    frame = field_frame(pixels)
    small = _scaled(pixels, frame)
    field = _field(small)
    green = ndimage.gaussian_filter(small[..., 1], 0.7)
    light = (green / np.maximum(surroundings(green, field), 1.0) - 1).astype(np.float32)
    ridge, along = _ridges(np.minimum(light, _GAPS))
    ridge[~field] = 0
    return Photo(small, frame, field, light, _vessels(ridge), ridge, along)


def surroundings(plane: Plane, field: Mask) -> Plane:
    """(h, w): the median of each place's surroundings inside the field."""
    filled = _filled(plane[::_STEP, ::_STEP], field[::_STEP, ::_STEP])
    median = ndimage.median_filter(filled, size=_SURROUNDINGS // _STEP, mode="nearest")
    smooth = ndimage.gaussian_filter(median, 2.0)
    image = Image.fromarray(smooth).resize(plane.shape[::-1], Image.Resampling.BICUBIC)
    return np.asarray(image, dtype=np.float32)


def _filled(plane: Plane, field: Mask) -> Plane:
    """Outside the field the nearest place inside it."""
    rows, columns = ndimage.distance_transform_edt(~field, return_distances=False, return_indices=True)
    return np.asarray(plane[rows, columns])


def _scaled(pixels: Pixels, frame: Frame) -> Plane:
    image = Image.fromarray(pixels[frame.y0 : frame.y1, frame.x0 : frame.x1])
    height = max(1, round(SIDE * image.height / image.width))
    return np.asarray(image.resize((SIDE, height), Image.Resampling.BICUBIC), dtype=np.float32)


def _field(small: Plane) -> Mask:
    """The largest bright part without holes, less its rim, to the accuracy of the smaller copy."""
    light = small[::_STEP, ::_STEP].max(axis=2)
    labels, _ = ndimage.label(light > SURROUND * np.percentile(light, 99))
    sizes = np.bincount(labels.ravel(), minlength=2)[1:]
    whole = ndimage.binary_fill_holes(labels == 1 + int(sizes.argmax()))
    far = ndimage.minimum_filter(whole, size=2 * round(RIM / _STEP) + 1, mode="constant")
    field: Mask = np.repeat(np.repeat(far, _STEP, axis=0), _STEP, axis=1)[: small.shape[0], : small.shape[1]]
    return field


def _ridges(light: Plane) -> tuple[Plane, Plane]:
    """How much like a dark line each place is, and the line's angle: the best of three widths."""
    best, along = np.zeros_like(light), np.zeros_like(light)
    for width in _WIDTHS:
        yy, xx, xy = (
            width**2 * ndimage.gaussian_filter(light, width, order=order) for order in ((2, 0), (0, 2), (1, 1))
        )
        half, turn = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
        across, lengthwise = half + turn, half - turn
        ridge = np.maximum(across - np.abs(lengthwise), 0)
        angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
        along = np.where(ridge > best, angle, along)
        best = np.maximum(best, ridge)
    return best, along


def _vessels(ridge: Plane) -> Mask:
    """Dark lines with the fainter ones that hang on them, where they are long."""
    labels, count = ndimage.label(ridge > _FAINT, structure=np.ones((3, 3)))
    if not count:
        return np.zeros(ridge.shape, dtype=bool)
    strongest = ndimage.maximum(ridge, labels, np.arange(1, count + 1))
    boxes = ndimage.find_objects(labels)
    extent = np.array([np.hypot(*(part.stop - part.start for part in box)) for box in boxes])
    kept = np.flatnonzero((strongest > _VESSEL) & (extent >= _LONG)) + 1
    vessels: Mask = np.isin(labels, kept)
    return vessels
