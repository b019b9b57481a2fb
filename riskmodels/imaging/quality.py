"""Cheap checks of a picture before a model sees it: is it a retinal photo or a frontal chest film, and a usable one?

All measures are taken on a copy with a longest side of 512 pixels, so that they mean the same for every camera. The
limits come from the training and validation pictures of the two data sets in ../shared/images (IDRiD: 325 and 79
photos of one camera; Wingspan: 181 and 26 films of several machines), from scikit-image's pictures of other things,
and from validation pictures blurred, darkened (× 0.15) and overexposed on purpose. The comments hold what was measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from riskmodels.imaging.results import Check, Picture, Pixels

SIDE = 512
Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]

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

# Chest films, stretched from the 2nd to the 98th percentile of grey to 0–1.
CHEST_MODALITIES = ("", "DX", "CR", "RG")
CHEST_VIEWS = ("", "PA", "AP")
#: mean difference of the largest and the smallest channel. Films 0; faintly coloured Hubble picture 6.7, ihc 38
MAX_COLOUR = 6.0
#: width ÷ height. Films on 35 × 43 cm are 0.81 or 1.23; the copies here are square
MIN_ASPECT, MAX_ASPECT = 0.6, 1.6
#: 98th percentile of grey, 0–255. Train ≥ 52; × 0.15: ≤ 37
CHEST_MIN_LIGHT = 45.0
#: share of grey ≥ 250. Train ≤ 0.15; silhouette of a horse 0.66; × 4: ≥ 0.40
CHEST_MAX_BURNT = 0.25
#: 98th − 2nd percentile of grey. Train ≥ 32, 0.5th percentile 40
CHEST_MIN_SPREAD = 30.0
#: middle of the chest minus the lighter lung. Train ≥ 0.01 (0.5th percentile 0.02), validation ≥ 0.07; turned by 90°:
#: ≤ −0.05, black and white exchanged: ≤ −0.12
MIN_LUNG_GAP = 0.015
#: brightest column of the middle minus the darkest one of the lighter lung. Train ≥ 0.12, validation ≥ 0.17; grass 0.02
MIN_COLUMN_GAP = 0.11
#: under the diaphragm minus the lungs. Train ≥ 0.10, validation ≥ 0.20; grey retinal photos: median −0.09; clock −0.15
MIN_BELLY_GAP = 0.09
#: detail finer than 2 pixels (of 0–255 after the stretch). Train ≥ 2.7, validation ≥ 3.0; blurred with sigma 4: ≤ 1.7
CHEST_MIN_DETAIL = 2.2
#: as for photos. Train ≥ 0.82; blurred with sigma 2: ≤ 0.66, with sigma 4: ≤ 0.72
CHEST_MIN_FINE = 0.77

AGAIN = "Take it again."
OTHER_MODEL = "Choose the model for this kind of picture, or upload another picture."


def retina_checks(picture: Picture) -> tuple[Check, ...]:
    """Whether the picture is a usable colour photo of the retina.

    Args:
        picture: any.

    Returns:
        Kind of file (DICOM only), colours, field, brightness, contrast, sharpness: all of them, passed or not.
    """
    photo = _photo(picture.pixels)
    return (
        *_modality(picture, RETINA_MODALITIES, "a retinal photo"),
        _colours(photo),
        _field(photo),
        _brightness(photo.light, RETINA_MIN_LIGHT, photo.burnt, RETINA_MAX_BURNT, "photo"),
        _contrast(photo.spread, RETINA_MIN_SPREAD, "photo"),
        _sharpness(photo.sharpness, "photo"),
    )


def chest_checks(picture: Picture) -> tuple[Check, ...]:
    """Whether the picture is a usable frontal chest film.

    Args:
        picture: any.

    Returns:
        Kind of file and view (DICOM only), grey film, frontal chest, brightness, contrast, sharpness: all of them.
    """
    film = _Film(_small(picture.pixels).astype(np.float32))
    return (
        *_modality(picture, CHEST_MODALITIES, "a chest film"),
        *_view(picture),
        _grey(film),
        _frontal(film),
        _brightness(film.high, CHEST_MIN_LIGHT, film.burnt, CHEST_MAX_BURNT, "film"),
        _contrast(film.high - film.low, CHEST_MIN_SPREAD, "film"),
        _sharpness(film.sharpness, "film"),
    )


def _small(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    scale = SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(pixels).resize(size, how))


def _photo(pixels: Pixels) -> _Photo:
    """Cropped to the field first, as the training copies were: a wide black surround would make the field small."""
    whole = _Photo(_small(pixels).astype(np.float32))
    rows, columns = (np.flatnonzero(whole.field.any(axis=axis)) for axis in (1, 0))
    scale = max(pixels.shape[:2]) / SIDE
    top, bottom, left, right = (round(v * scale) for v in (rows[0], rows[-1] + 1, columns[0], columns[-1] + 1))
    cut = pixels[top:bottom, left:right]
    if min(cut.shape[:2]) < MIN_FIELD * min(pixels.shape[:2]) or cut.shape == pixels.shape:
        return whole
    return _Photo(_small(cut).astype(np.float32))


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


def _share(value: float, of: float) -> float:
    return value / of if of > 0 else 0.0


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
        return _share(sorted(float(c.mean()) for c in corners)[1], self.top)

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
        medium = _share(detail.medium, detail.coarse) / RETINA_MIN_MEDIUM
        return 100 * min(medium, _share(detail.fine, detail.medium) / RETINA_MIN_FINE)


@dataclass(frozen=True, eq=False)
class _Film:
    """Measures of a picture looked at as a frontal chest film. ``rgb``: (h, w, 3) float32, 0–255."""

    rgb: Plane

    @cached_property
    def grey(self) -> Plane:
        return np.asarray(self.rgb.mean(axis=2), dtype=np.float32)

    @cached_property
    def colour(self) -> float:
        return float((self.rgb.max(axis=2) - self.rgb.min(axis=2)).mean())

    @property
    def aspect(self) -> float:
        return float(self.grey.shape[1] / self.grey.shape[0])

    @cached_property
    def low(self) -> float:
        return float(np.percentile(self.grey, 2))

    @cached_property
    def high(self) -> float:
        return float(np.percentile(self.grey, 98))

    @cached_property
    def burnt(self) -> float:
        return float((self.grey >= 250).mean())

    @cached_property
    def stretched(self) -> Plane:
        share = (self.grey - self.low) / max(self.high - self.low, 1.0)
        return np.asarray(np.clip(share, 0, 1), dtype=np.float32)

    @cached_property
    def parts(self) -> Plane:
        """(64, 64), 0–1: fine enough to tell lungs, middle and belly apart."""
        image = Image.fromarray((self.stretched * 255).astype(np.uint8)).resize((64, 64), Image.Resampling.BOX)
        return np.asarray(np.asarray(image, dtype=np.float32) / 255, dtype=np.float32)

    @cached_property
    def lungs(self) -> tuple[float, float]:
        """Mean of an ellipse in each lung; the mean masks have their centres at 0.29 and 0.75 across, 0.41 down."""
        y, x = (np.mgrid[:64, :64] + 0.5) / 64
        inside = [((x - across) / 0.13) ** 2 + ((y - 0.45) / 0.25) ** 2 <= 1 for across in (0.28, 0.72)]
        left, right = (float(self.parts[lung].mean()) for lung in inside)
        return left, right

    @cached_property
    def lung_gap(self) -> float:
        middle = float(self.parts[13:45, 26:38].mean())
        return middle - max(self.lungs)

    @cached_property
    def column_gap(self) -> float:
        columns = ndimage.gaussian_filter1d(self.parts[16:42].mean(axis=0), 1)
        return float(columns[26:38].max() - max(columns[8:28].min(), columns[36:56].min()))

    @cached_property
    def belly_gap(self) -> float:
        return float(self.parts[50:60, 16:48].mean()) - sum(self.lungs) / 2

    @cached_property
    def sharpness(self) -> float:
        inside = np.zeros(self.grey.shape, dtype=bool)
        inside[16:-16, 16:-16] = True
        detail = _Detail.of(self.stretched * 255, inside if inside.any() else ~inside)
        return 100 * min(detail.fine / CHEST_MIN_DETAIL, _share(detail.fine, detail.medium) / CHEST_MIN_FINE)


def _check(name: str, passed: bool, found: str, otherwise: str) -> Check:
    """What was found; for a failed check first what it means and what to do."""
    return Check(name, passed, found if passed else f"{otherwise} {found}")


def _modality(picture: Picture, allowed: tuple[str, ...], what: str) -> tuple[Check, ...]:
    if not picture.modality:
        return ()
    found = f"The DICOM file is of the kind {picture.modality}; this model reads {' '.join(allowed).strip()}."
    return (_check("Kind of file", picture.modality in allowed, found, f"That is not {what}. {OTHER_MODEL}"),)


def _view(picture: Picture) -> tuple[Check, ...]:
    if not picture.view:
        return ()
    found = f"The DICOM file gives the view {picture.view}; this model reads frontal films (PA, AP)."
    if picture.view == "AP":
        found += " On an AP film the heart looks larger than it is."
    return (_check("View", picture.view in CHEST_VIEWS, found, "Upload the frontal film."),)


def _colours(photo: _Photo) -> Check:
    red, green, blue = photo.colour
    by_green, by_blue = red / max(green, 1), green / max(blue, 1)
    found = (
        f"Red is {by_green:.2f} times green (at least {MIN_RED_BY_GREEN}), green {by_blue:.2f} times blue "
        f"(at least {MIN_GREEN_BY_BLUE})."
    )
    passed = by_green >= MIN_RED_BY_GREEN and by_blue >= MIN_GREEN_BY_BLUE
    return _check(
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
    return _check(
        "Round field",
        passed,
        found,
        "A fundus photo shows a round field with dark corners. Upload the whole photo, not a part of it.",
    )


def _grey(film: _Film) -> Check:
    found = (
        f"Colour {film.colour:.1f} of at most {MAX_COLOUR:.0f}; {film.aspect:.2f} times as wide as high "
        f"({MIN_ASPECT} to {MAX_ASPECT})."
    )
    passed = film.colour <= MAX_COLOUR and MIN_ASPECT <= film.aspect <= MAX_ASPECT
    return _check("Grey film", passed, found, f"A chest film is grey and nearly square. {OTHER_MODEL}")


def _frontal(film: _Film) -> Check:
    gaps = (
        (film.lung_gap, MIN_LUNG_GAP, "middle of the chest against the lungs"),
        (film.column_gap, MIN_COLUMN_GAP, "its brightest column against their darkest"),
        (film.belly_gap, MIN_BELLY_GAP, "belly against the lungs"),
    )
    found = "Lighter by: " + "; ".join(f"{name} {gap:.0%} (at least {least:.1%})" for gap, least, name in gaps) + "."
    return _check(
        "Frontal chest",
        all(gap >= least for gap, least, _ in gaps),
        found,
        "Two dark lungs beside a light middle are not seen. Upload an upright frontal chest film with light bones.",
    )


def _brightness(light: float, least: float, burnt: float, most: float, what: str) -> Check:
    found = f"Brightness {light:.0f} of at least {least:.0f}; {burnt:.0%} of it is burnt out (at most {most:.0%})."
    fault = "too dark" if light < least else "overexposed"
    return _check("Brightness", light >= least and burnt <= most, found, f"The {what} is {fault}. {AGAIN}")


def _contrast(spread: float, least: float, what: str) -> Check:
    found = f"Contrast {spread:.0f} of at least {least:.0f}."
    return _check("Contrast", spread >= least, found, f"The {what} is nearly of one shade. {AGAIN}")


def _sharpness(sharpness: float, what: str) -> Check:
    found = f"Sharpness {int(sharpness)} of at least 100."
    return _check("Sharpness", sharpness >= 100, found, f"The {what} is blurred. {AGAIN}")
