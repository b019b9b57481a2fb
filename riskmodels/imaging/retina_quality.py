"""Cheap checks of a picture before a model sees it: is it a colour photo of the retina, and a usable one?

The limits come from the training and validation photos of IDRiD (325 and 79 of one camera), from scikit-image's
pictures of other things, and from validation photos blurred, darkened (× 0.15) and overexposed on purpose. The comments
hold what was measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import ndimage

from riskmodels.checks.file_check import Check
from riskmodels.imaging.quality import (
    OTHER_MODEL,
    SIDE,
    Mask,
    Plane,
    brightness_check,
    check,
    contrast_check,
    modality_checks,
    share_of,
    sharpness_check,
    shrunk,
)
from riskmodels.imaging.results import Picture, Pixels

# Retinal photos. "Train" is IDRiD train, smallest or largest of 325 unless a percentile is named.
RETINA_MODALITIES = ("", "OP")
#: what is darker than this share of the brightest (99th percentile) is the surround of the field
SURROUND = 0.12
#: a field smaller than this share of the picture is none: a bright spot is not looked at by itself
MIN_FIELD = 0.25
#: mean red ÷ mean green in the field. Train 1.54–3.90, retina.jpg 2.50; cat 1.33, astronaut 1.34, grey 1.00
MIN_RED_BY_GREEN = 1.4
#: mean green ÷ mean blue. Train 1.25–51.9, retina.jpg 1.38; astronaut 1.10, motorcycle 1.09
MIN_GREEN_BY_BLUE = 1.12
#: light in the second darkest corner, as a share of the brightest. Train ≤ 0.03, retina.jpg 0.01; coffee cup 0.63,
#: cat 0.61, astronaut 0.31, rocket 0.20
MAX_CORNER = 0.15
#: overlap (intersection ÷ union) of the field with a disc. Train ≥ 0.99, validation ≥ 0.97; astronaut 0.72
MIN_ROUNDNESS = 0.90
#: mean of the brightest channel in the field, 0–255. Train ≥ 64; × 0.15: ≤ 32
RETINA_MIN_LIGHT = 45.0
#: share of the field with a channel ≥ 250. Train ≤ 0.25 (99th percentile 0.13); × 3: ≥ 0.43
RETINA_MAX_BURNT = 0.30
#: 95th − 5th percentile of green in the field. Train ≥ 17, validation ≥ 22
RETINA_MIN_SPREAD = 12.0
#: strength of green detail 1–4 pixels wide ÷ that of 4–16 pixels. Validation ≥ 0.33, train 1st percentile 0.34; blurred
#: with sigma 4: ≤ 0.31, also after JPEG compression or with noise added
RETINA_MIN_MEDIUM = 0.315
#: detail finer than 2 pixels ÷ detail of 1–4 pixels. Train ≥ 0.66, validation shrunk to 256 pixels ≥ 0.60; blurred with
#: sigma 2: ≤ 0.52
RETINA_MIN_FINE = 0.56


def retina_checks(picture: Picture) -> tuple[Check, ...]:
    """Whether the picture is a usable colour photo of the retina.

    Args:
        picture: any.

    Returns:
        Kind of file (DICOM only), colours, field, brightness, contrast, sharpness: all of them, passed or not.
    """
    photo = _photo(picture.pixels)
    return (
        *modality_checks(picture, RETINA_MODALITIES, "a retinal photo"),
        _colours(photo),
        _field(photo),
        brightness_check(photo.light, RETINA_MIN_LIGHT, photo.burnt, RETINA_MAX_BURNT, "photo"),
        contrast_check(photo.spread, RETINA_MIN_SPREAD, "photo"),
        sharpness_check(photo.sharpness, "photo"),
    )


def _photo(pixels: Pixels) -> _Photo:
    """Cropped to the field first, as the training copies were: a wide black surround would make the field small."""
    whole = _Photo(shrunk(pixels).astype(np.float32))
    rows, columns = (np.flatnonzero(whole.field.any(axis=axis)) for axis in (1, 0))
    scale = max(pixels.shape[:2]) / SIDE
    top, bottom, left, right = (round(v * scale) for v in (rows[0], rows[-1] + 1, columns[0], columns[-1] + 1))
    cut = pixels[top:bottom, left:right]
    if min(cut.shape[:2]) < MIN_FIELD * min(pixels.shape[:2]) or cut.shape == pixels.shape:
        return whole
    return _Photo(shrunk(cut).astype(np.float32))


@dataclass(frozen=True, eq=False)
class _Detail:
    """How strong the detail of three widths is: standard deviation of differences of blurred copies."""

    fine: float
    medium: float
    coarse: float

    @classmethod
    def of(cls, plane: Plane, inside: Mask) -> _Detail:
        blurred = {sigma: ndimage.gaussian_filter(plane, sigma) for sigma in (1, 2, 4)}
        fine, medium = (float(np.std((a - b)[inside])) for a, b in ((plane, blurred[2]), (blurred[1], blurred[4])))
        few = blurred[4][::4, ::4]  # nothing finer than that is left in it, and it is 16 times faster
        coarse = float(np.std((few - ndimage.gaussian_filter(few, 4))[inside[::4, ::4]]))
        return cls(fine, medium, coarse)


@dataclass(frozen=True, eq=False)
class _Photo:
    """Measures of a picture looked at as a retinal photo. ``rgb``: (h, w, 3) float32, 0–255."""

    rgb: Plane

    @cached_property
    def brightest(self) -> Plane:
        """(h, w): the brightest channel; channel by channel, which is faster than along the last axis."""
        return np.maximum(np.maximum(self.rgb[..., 0], self.rgb[..., 1]), self.rgb[..., 2])

    @cached_property
    def top(self) -> float:
        return float(np.percentile(self.brightest, 99))

    @cached_property
    def field(self) -> Mask:
        """The largest part that is not surround, without holes; the whole picture when there is none."""
        bright = ndimage.binary_opening(self.brightest > SURROUND * self.top, iterations=2)
        parts, count = ndimage.label(ndimage.binary_fill_holes(bright))
        if count == 0:
            return np.ones(self.rgb.shape[:2], dtype=bool)
        largest: Mask = parts == 1 + int(np.bincount(parts.ravel())[1:].argmax())
        return largest

    @cached_property
    def inside(self) -> Mask:
        """The field without its rim, whose edge is no detail."""
        inner = ndimage.binary_erosion(self.field, iterations=12, border_value=1)
        inner[:4] = inner[-4:] = inner[:, :4] = inner[:, -4:] = False
        return inner if inner.sum() > 100 else self.field

    @cached_property
    def colour(self) -> tuple[float, float, float]:
        red, green, blue = (float(self.rgb[..., c][self.field].mean()) for c in range(3))
        return red, green, blue

    @cached_property
    def corner(self) -> float:
        """Light in the second darkest corner as a share of the brightest: one corner may hold a mark."""
        light = self.brightest
        k = max(1, int(0.06 * min(light.shape)))
        corners = [light[:k, :k], light[:k, -k:], light[-k:, :k], light[-k:, -k:]]
        return share_of(sorted(float(c.mean()) for c in corners)[1], self.top)

    @cached_property
    def roundness(self) -> float:
        """Overlap of the field with a disc as wide as its box and clipped like it: 1 for a round field."""
        rows, columns = np.nonzero(self.field.any(axis=1))[0], np.nonzero(self.field.any(axis=0))[0]
        box = self.field[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        y, x = (np.arange(n) - (n - 1) / 2 for n in box.shape)
        disc = y[:, None] ** 2 + x[None, :] ** 2 <= (max(box.shape) / 2) ** 2
        return float((disc & box).sum() / (disc | box).sum())

    @cached_property
    def light(self) -> float:
        return float(self.brightest[self.field].mean())

    @cached_property
    def burnt(self) -> float:
        return float((self.brightest[self.field] >= 250).mean())

    @cached_property
    def spread(self) -> float:
        low, high = np.percentile(self.rgb[..., 1][self.inside], (5, 95))
        return float(high - low)

    @cached_property
    def sharpness(self) -> float:
        detail = _Detail.of(self.rgb[..., 1], self.inside)
        medium = share_of(detail.medium, detail.coarse) / RETINA_MIN_MEDIUM
        return 100 * min(medium, share_of(detail.fine, detail.medium) / RETINA_MIN_FINE)


def _colours(photo: _Photo) -> Check:
    red, green, blue = photo.colour
    by_green, by_blue = red / max(green, 1), green / max(blue, 1)
    found = (
        f"Red is {by_green:.2f} times green (at least {MIN_RED_BY_GREEN}), green {by_blue:.2f} times blue "
        f"(at least {MIN_GREEN_BY_BLUE})."
    )
    passed = by_green >= MIN_RED_BY_GREEN and by_blue >= MIN_GREEN_BY_BLUE
    return check(
        "Colours of a retina",
        passed,
        found,
        f"This is no colour photo of a retina, or an overexposed or tinted one. {OTHER_MODEL}",
    )


def _field(photo: _Photo) -> Check:
    found = (
        f"Corners have {photo.corner:.0%} of the brightest light (at most {MAX_CORNER:.0%}); the bright field matches "
        f"a disc by {photo.roundness:.0%} (at least {MIN_ROUNDNESS:.0%})."
    )
    passed = photo.corner <= MAX_CORNER and photo.roundness >= MIN_ROUNDNESS
    return check(
        "Round field",
        passed,
        found,
        "A fundus photo shows a round field with dark corners. Upload the whole photo, not a part of it.",
    )
