"""Cheap checks of a picture before a model sees it: is it a frontal chest film, and a usable one?

The limits come from the training and validation films of Wingspan (181 and 26 of several machines), from scikit-image's
pictures of other things, and from validation films blurred, darkened (× 0.15) and overexposed on purpose; the sharpness
is taken on a copy with a longest side of 256 pixels. The comments hold what was measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from PIL import Image
from scipy import ndimage

from riskmodels.checks.file_check import Check
from riskmodels.imaging.frame import Frame, film_frame
from riskmodels.imaging.quality import (
    OTHER_MODEL,
    Plane,
    brightness_check,
    check,
    contrast_check,
    modality_checks,
    share_of,
    sharpness_check,
    shrunk,
)
from riskmodels.imaging.results import Picture

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
#: longest side, without black borders, pixels: the films the network learnt from have 512
CHEST_LEAST_SIDE = 512
#: sharpness is measured where the network looks: on a copy with this longest side, so that neither the film's size nor
#: what a scanner does to single pixels matters
CHEST_SHARP_SIDE = 256
#: detail of 1–2 pixels ÷ that of 2–4 pixels on that copy, without the noise's share. Every third of the training and
#: validation films: ≥ 0.549, median 0.658; blurred with sigma 4 of 512: ≤ 0.473. pydicom's RG1: 0.569, blurred with
#: sigma 2 of 512: 0.494. Every other validation film as other scanners would give it (1,024 or 2,048 pixels, noise of
#: 5–15, JPEG of 30–75): none refused; blurred with sigma 4 before: 11–13 of 13 refused. Smoothed as detectors smooth
#: (total variation, weight 0.02): 0 of 13 refused, 10 of 13 by the limit of before, which took a lack of noise for blur
CHEST_MIN_MEDIUM = 0.51

#: share of white noise's variance in the detail of 1–2 pixels; a little more than the 0.036 of noise that is white
_NOISE_IN_MEDIUM = 0.045
#: median of the absolute values of a standard normal variable
_MEDIAN_OF_NORMAL = 0.6745
#: without the film's edge
_EDGE = (slice(8, -8), slice(8, -8))


def chest_checks(picture: Picture) -> tuple[Check, ...]:
    """Whether the picture is a usable frontal chest film.

    Args:
        picture: any.

    Returns:
        Kind of file and view (DICOM only), size without black borders, grey film, frontal chest, brightness, contrast,
        sharpness: all of them.
    """
    frame = film_frame(picture.pixels)
    cropped = picture.pixels[frame.y0 : frame.y1, frame.x0 : frame.x1]
    film = _Film(shrunk(cropped).astype(np.float32))
    return (
        *modality_checks(picture, CHEST_MODALITIES, "a chest film"),
        *_view(picture),
        _resolution(frame),
        _grey(film),
        _frontal(film),
        brightness_check(film.high, CHEST_MIN_LIGHT, film.burnt, CHEST_MAX_BURNT, "film"),
        contrast_check(film.high - film.low, CHEST_MIN_SPREAD, "film"),
        sharpness_check(film.sharpness, "film"),
    )


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
        """Of 100: how strong fine detail is beside coarser detail, where the network looks and without noise.

        White noise of variance v adds about v × :data:`_NOISE_IN_MEDIUM` to the variance of the finer band. It is told
        by the median of diagonal differences, which borders and ribs hardly touch.
        """
        height, width = self.stretched.shape
        scale = CHEST_SHARP_SIDE / max(height, width)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        if min(size) < CHEST_SHARP_SIDE / 4:  # a strip, and no film
            return 0.0
        plane = np.asarray(Image.fromarray(self.stretched * 255).resize(size, Image.Resampling.BICUBIC))
        blurred = [ndimage.gaussian_filter(plane, sigma)[_EDGE] for sigma in (1, 2, 4)]
        medium, coarse = (float(np.var(finer - wider)) for finer, wider in pairwise(blurred))
        noise = float(np.median(np.abs(_diagonal(plane)[_EDGE]))) / _MEDIAN_OF_NORMAL
        share = share_of(max(medium - _NOISE_IN_MEDIUM * noise**2, 0.0), coarse)
        return 100 * float(np.sqrt(share)) / CHEST_MIN_MEDIUM


def _diagonal(plane: Plane) -> Plane:
    """Differences along both diagonals of 2 × 2 pixels: as strong as white noise, and nothing of straight edges."""
    return np.asarray((plane[:-1, :-1] - plane[1:, :-1] - plane[:-1, 1:] + plane[1:, 1:]) / 2, dtype=np.float32)


def _view(picture: Picture) -> tuple[Check, ...]:
    if not picture.view:
        return ()
    found = f"The DICOM file gives the view {picture.view}; this model reads frontal films (PA, AP)."
    if picture.view == "AP":
        found += " On an AP film the heart looks larger than it is."
    return (check("View", picture.view in CHEST_VIEWS, found, "Upload the frontal film."),)


def _resolution(frame: Frame) -> Check:
    width, height = frame.x1 - frame.x0, frame.y1 - frame.y0
    borders = " without its black borders" if (width, height) != (frame.width, frame.height) else ""
    found = f"{width:,} × {height:,} pixels{borders}; the longer side needs at least {CHEST_LEAST_SIDE}."
    passed = max(width, height) >= CHEST_LEAST_SIDE
    return check("Size of the film", passed, found, "The film is too small to measure. Upload the original film.")


def _grey(film: _Film) -> Check:
    found = (
        f"Colour {film.colour:.1f} of at most {MAX_COLOUR:.0f}; {film.aspect:.2f} times as wide as high "
        f"({MIN_ASPECT} to {MAX_ASPECT})."
    )
    passed = film.colour <= MAX_COLOUR and MIN_ASPECT <= film.aspect <= MAX_ASPECT
    return check("Grey film", passed, found, f"A chest film is grey and nearly square. {OTHER_MODEL}")


def _frontal(film: _Film) -> Check:
    gaps = (
        (film.lung_gap, MIN_LUNG_GAP, "middle of the chest against the lungs"),
        (film.column_gap, MIN_COLUMN_GAP, "its brightest column against their darkest"),
        (film.belly_gap, MIN_BELLY_GAP, "belly against the lungs"),
    )
    found = "Lighter by: " + "; ".join(f"{name} {gap:.0%} (at least {least:.1%})" for gap, least, name in gaps) + "."
    return check(
        "Frontal chest",
        all(gap >= least for gap, least, _ in gaps),
        found,
        "Two dark lungs beside a light middle are not seen. Upload an upright frontal chest film with light bones.",
    )
