"""A photo → patches that are lighter or darker than their surroundings and have an edge: candidates for lesions.

Bright ones may be exudates or cotton-wool spots, dark ones haemorrhages or microaneurysms; which they are, and whether
they are anything, is for people to say. The limits were chosen on IDRiD's training photos.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from riskmodels.imaging.lesions.landmarks import Place
from riskmodels.imaging.lesions.outline import outline_of
from riskmodels.imaging.lesions.plane import Mask, Photo, Plane, surroundings

BRIGHT, DARK = "bright", "dark"


@dataclass(frozen=True)
class Rule:
    """What makes a patch a candidate of one kind.

    Args:
        seed: its strongest place is at least this much lighter (darker) than its surroundings, as a share.
        grow: it reaches as far as places are at least this much so.
        edge: light changes at its rim by at least this share a pixel, on average: shades and sheens change slowly.
        hue: green by red, by that of its surroundings − 1: at least (bright) or at most (dark).
        longest: by its width; vessels and their reflexes are longer.
        touch: largest share of its rim that lies along vessels.
        least: pixels of the plane.
    """

    seed: float
    grow: float
    edge: float
    hue: float
    longest: float
    touch: float
    least: int


RULES = {
    BRIGHT: Rule(seed=0.18, grow=0.08, edge=0.04, hue=0.06, longest=3.5, touch=0.3, least=5),
    DARK: Rule(seed=0.16, grow=0.08, edge=0.03, hue=-0.05, longest=2.2, touch=0.35, least=5),
}
#: discs are left out this far around, in radii
_AROUND_DISC = 1.25
_NEAR_VESSEL = 3
#: a patch reaches as far as places are this share of its strongest one: blur around a strong one is none of it
_OF_STRONGEST = 0.4


@dataclass(frozen=True, eq=False)
class Patch:
    """A candidate on the plane.

    Args:
        kind: :data:`BRIGHT` or :data:`DARK`.
        rows, columns: of its pixels.
        outline: (k, 2), corners x, y around them.
    """

    kind: str
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    outline: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Cues:
    """What rules look at, (h, w) each."""

    steep: Plane
    hue: Plane
    near_vessel: Mask


def find_patches(photo: Photo, disc: Place) -> list[Patch]:
    """All candidates of a photo, bright ones first, from top to bottom.

    Args:
        photo: the photo.
        disc: what is near it is never bright by itself; nothing is left out where it is not located.
    """
    rows, columns = np.ogrid[: photo.light.shape[0], : photo.light.shape[1]]
    far = np.hypot(rows - disc.y, columns - disc.x) > _AROUND_DISC * disc.radius
    allowed = photo.field & far if disc.located else photo.field
    vessels = ndimage.maximum_filter(photo.vessels, size=3)
    cues = _cues(photo)
    return [
        *_patches(photo.light, allowed & ~photo.vessels, BRIGHT, cues),
        *_patches(-photo.light, allowed & ~vessels, DARK, cues),
    ]


def _cues(photo: Photo) -> _Cues:
    smooth = [ndimage.gaussian_filter(photo.pixels[..., channel], 1.0) for channel in (0, 1)]
    hue = np.asarray(smooth[1] / np.maximum(smooth[0], 1.0), dtype=np.float32)
    hue = np.asarray(hue / np.maximum(surroundings(hue, photo.field), 1e-3) - 1, dtype=np.float32)
    steep = ndimage.gaussian_gradient_magnitude(photo.light, 1.0)
    return _Cues(steep, hue, ndimage.maximum_filter(photo.vessels, size=2 * _NEAR_VESSEL + 1))


def _patches(strength: Plane, allowed: Mask, kind: str, cues: _Cues) -> list[Patch]:
    """Connected places of one kind that its rule lets pass."""
    rule = RULES[kind]
    labels, count = _pieces(np.where(allowed, strength, 0), rule.grow)
    if not count:
        return []
    number = np.arange(1, count + 1)
    rims = np.where(ndimage.binary_erosion(labels > 0), 0, labels)
    hue = ndimage.mean(cues.hue, labels, number)
    passed = (
        (np.bincount(labels.ravel(), minlength=count + 1)[1:] >= rule.least)
        & (ndimage.maximum(strength, labels, number) >= rule.seed)
        & (ndimage.mean(cues.steep, rims, number) >= rule.edge)
        & (hue >= rule.hue if kind == BRIGHT else hue <= rule.hue)
        & (ndimage.mean(cues.near_vessel, rims, number) <= rule.touch)
    )
    boxes = ndimage.find_objects(labels)
    found = []
    for index in np.flatnonzero(passed):
        box = boxes[index]
        mask = labels[box] == index + 1
        rows, columns = np.nonzero(mask)
        if _length_by_width(rows, columns) <= rule.longest:
            top, left = box[0].start, box[1].start
            outline = outline_of(mask) + np.array([left, top])
            found.append(Patch(kind, rows + top, columns + left, outline))
    return found


def _pieces(strength: Plane, grow: float) -> tuple[NDArray[np.int32], int]:
    """Connected places, numbered: above the limit first, then above a share of each piece's strongest place."""
    labels, count = ndimage.label(strength > grow)
    strongest = np.zeros(count + 1, dtype=np.float32)
    strongest[1:] = ndimage.maximum(strength, labels, np.arange(1, count + 1)) if count else 0
    pieces, count = ndimage.label((labels > 0) & (strength >= _OF_STRONGEST * strongest[labels]))
    return pieces, int(count)


def _length_by_width(rows: NDArray[np.intp], columns: NDArray[np.intp]) -> float:
    """Of the ellipse with the same second moments; a pixel is as wide as it is long."""
    spread = np.cov(np.stack([rows, columns]), bias=True) + np.eye(2) / 12
    low, high = np.linalg.eigvalsh(spread)
    return float(np.sqrt(high / low))
