"""Optic disc and fovea of a photo, each with how sure it is; where they cannot be located nothing is guessed.

The disc is the bright round region to which vessels lead; the fovea is the darkest region at about two and a half disc
diameters to its temporal side, a little lower. How sure a place is, is the weakest of its marks, each as a share of
what a clear one has. The limits were set on IDRiD's training photos by eye; docs/lesions.md says how often both were
located.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

from riskmodels.imaging.lesions.plane import Photo, Plane

#: from this on a place counts as located
SURE = 0.5
#: radii of discs that are looked for, pixels of the plane (a field of 50° is 512 wide)
RADII = (26, 30, 34, 38, 42, 46)
#: brightness over that of a ring around it, vessels that lead there, fall over its edge, lead over the next best
CLEAR_DISC = (0.15, 0.25, 0.09, 0.15)
#: darkness below its surroundings, lead over the next best
CLEAR_FOVEA = (0.1, 0.04)
#: where the fovea lies from the disc's centre: temporal and lower, disc diameters
AWAY, LOWER = 2.5, 0.3
_LEAST_AWAY, _MOST_AWAY, _ABOVE, _BELOW = 1.9, 3.3, 0.7, 1.2
_STEP, _TRIED = 4, 6
_AROUND = np.linspace(0, 2 * np.pi, 48, endpoint=False)
_EDGE = 4


@dataclass(frozen=True)
class Place:
    """A round landmark on the plane.

    Args:
        x: of its centre, pixels of the plane.
        y: of its centre.
        radius: pixels of the plane.
        sure: 0–1.
    """

    x: float
    y: float
    radius: float
    sure: float

    @property
    def located(self) -> bool:
        """Whether it is sure enough to measure from."""
        return self.sure >= SURE


def find_disc(photo: Photo) -> Place:
    """The likeliest optic disc; see :attr:`Place.located`."""
    bright, led = _brightness(photo), _convergence(photo)
    score = np.where(photo.field[::_STEP, ::_STEP], np.minimum(bright, 0.5) / 0.3 + 1.2 * led, -np.inf)
    edges = _edges(photo)
    tried = []
    for y, x in _peaks(score, _TRIED, 30 // _STEP):
        fall, cx, cy, radius = _ring(edges, x * _STEP, y * _STEP)
        tried.append((float(score[y, x]) + fall / 0.15, float(bright[y, x]), float(led[y, x]), fall, cx, cy, radius))
    if not tried:
        return Place(0.0, 0.0, float(RADII[0]), 0.0)
    tried.sort(reverse=True)
    first = tried[0]
    others = [other[0] for other in tried if np.hypot(other[4] - first[4], other[5] - first[5]) > first[6]]
    lead = first[0] - max(others, default=-np.inf)
    return Place(first[4], first[5], first[6], _weakest((*first[1:4], lead), CLEAR_DISC))


def find_fovea(photo: Photo, disc: Place) -> Place:
    """The likeliest fovea of a photo whose disc is located; its radius is a quarter of the disc's diameter."""
    width = 2 * disc.radius
    dark = _darkness(photo, width)
    rows, columns = (np.arange(n) * _STEP for n in dark.shape)
    down, side = (rows[:, None] - disc.y) / width, (columns[None, :] - disc.x) / width
    near = (np.abs(side) >= _LEAST_AWAY) & (np.abs(side) <= _MOST_AWAY) & (down >= -_ABOVE) & (down <= _BELOW)
    near &= photo.field[::_STEP, ::_STEP]
    far = ((np.abs(side) - AWAY) / 0.5) ** 2 + ((down - LOWER) / 0.5) ** 2
    score = np.where(near, dark - 0.01 * far, -np.inf)
    peaks = _peaks(score, 2, max(1, round(0.7 * width / _STEP)))
    if not peaks:
        return Place(disc.x, disc.y, width / 4, 0.0)
    y, x = peaks[0]
    lead = float(score[y, x] - score[peaks[1]]) if len(peaks) > 1 else np.inf
    sure = _weakest((float(dark[y, x]), lead), CLEAR_FOVEA)
    return Place(float(x * _STEP), float(y * _STEP), width / 4, sure)


def _weakest(marks: tuple[float, ...], clear: tuple[float, ...]) -> float:
    return float(np.clip(min(mark / full for mark, full in zip(marks, clear, strict=True)), 0, 1))


def _peaks(score: Plane, count: int, apart: int) -> list[tuple[int, int]]:
    """Rows and columns of the highest places, no two nearer than ``apart``."""
    left = score.copy()
    found: list[tuple[int, int]] = []
    rows, columns = np.ogrid[: score.shape[0], : score.shape[1]]
    while len(found) < count and np.isfinite(left.max()):
        y, x = np.unravel_index(int(left.argmax()), left.shape)
        found.append((int(y), int(x)))
        left[(rows - y) ** 2 + (columns - x) ** 2 <= apart**2] = -np.inf
    return found


def _grey(photo: Photo) -> Plane:
    """Half size, without vessels: dark lines are closed."""
    grey = (photo.pixels[::2, ::2, 0] + 2 * photo.pixels[::2, ::2, 1]) / 3
    return np.asarray(ndimage.grey_closing(grey, size=(7, 7)), dtype=np.float32)


def _brightness(photo: Photo) -> Plane:
    """How much brighter a disc at each place is than a ring around it, as a share; a quarter of the plane's size."""
    grey, field = _grey(photo)[::2, ::2], photo.field[::_STEP, ::_STEP].astype(np.float32)
    radius = 34 / _STEP
    inner, outer = (_mean(grey, field, _annulus(*ends)) for ends in ((0, radius), (1.25 * radius, 2.1 * radius)))
    return np.asarray(inner / np.maximum(outer, 1.0) - 1, dtype=np.float32)


def _annulus(inner: float, outer: float) -> Plane:
    reach = int(np.ceil(outer))
    away = np.hypot(*np.ogrid[-reach : reach + 1, -reach : reach + 1])
    return ((away >= inner) & (away <= outer)).astype(np.float32)


def _mean(plane: Plane, field: Plane, kernel: Plane) -> Plane:
    """Means over a kernel of what lies inside the field."""
    within = signal.fftconvolve(field, kernel, mode="same")
    total = signal.fftconvolve(plane * field, kernel, mode="same")
    return np.asarray(total / np.maximum(within, 0.05 * kernel.sum()), dtype=np.float32)


def _convergence(photo: Photo) -> Plane:
    """How far the vessels around each place lead to it, of 1 where they do most; a quarter of the plane's size."""
    strength = np.where(photo.vessels, np.minimum(photo.ridge, 0.15), 0).astype(np.float32)
    turned = 2 * photo.along
    lines = [
        ndimage.uniform_filter(strength * part, _STEP)[::_STEP, ::_STEP] for part in (np.cos(turned), np.sin(turned))
    ]
    reach = 128 // _STEP
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    away, angle = np.hypot(rows, columns), 2 * np.arctan2(rows, columns)
    weight = np.where((away > 2) & (away <= reach), 1 / np.maximum(away, 6), 0)
    votes = sum(
        signal.fftconvolve(line, weight * part, mode="same")
        for line, part in zip(lines, (np.cos(angle), np.sin(angle)), strict=True)
    )
    return np.asarray(votes / max(float(np.max(votes)), 1e-6), dtype=np.float32)


def _edges(photo: Photo) -> Plane:
    """What rings are laid on: half size, 0 outside the field."""
    smooth = ndimage.gaussian_filter(_grey(photo), 1.0)
    return np.where(photo.field[::2, ::2], smooth, 0).astype(np.float32)


def _ring(grey: Plane, x: float, y: float) -> tuple[float, float, float, float]:
    """The circle near a place over whose edge brightness falls most: fall as a share, centre, radius."""
    shifts = np.arange(-16, 17, 4)
    down, right = (part.ravel() for part in np.meshgrid(shifts, shifts, indexing="ij"))
    centre_x, centre_y = x + right[:, None], y + down[:, None]
    best = (-np.inf, float(x), float(y), float(RADII[0]))
    for radius in RADII:
        inner, outer = (
            _at(grey, centre_x + reach * np.cos(_AROUND), centre_y + reach * np.sin(_AROUND))
            for reach in (radius - _EDGE, radius + _EDGE)
        )
        falls = np.clip((inner - outer) / np.maximum(outer, 1), -0.3, 0.3)
        falls = np.where(outer > 0, falls, 0).mean(axis=1)
        k = int(falls.argmax())
        if falls[k] > best[0]:
            best = (float(falls[k]), float(centre_x[k, 0]), float(centre_y[k, 0]), float(radius))
    return best


def _at(plane: Plane, x: NDArray[np.float64], y: NDArray[np.float64]) -> Plane:
    """Values of a half-size plane at places of the plane."""
    rows = np.clip((y / 2).round().astype(int), 0, plane.shape[0] - 1)
    columns = np.clip((x / 2).round().astype(int), 0, plane.shape[1] - 1)
    return np.asarray(plane[rows, columns])


def _darkness(photo: Photo, width: float) -> Plane:
    """How much darker a region of half a disc is than those around it, as a share, vessels and bright spots apart."""
    field = photo.field[::_STEP, ::_STEP].astype(np.float32)
    green = ndimage.gaussian_filter(photo.pixels[..., 1], _STEP / 2)[::_STEP, ::_STEP]
    calm = ndimage.grey_opening(ndimage.grey_closing(green, size=(3, 3)), size=(5, 5))
    near, around = (_blurred(calm, field, share * width / _STEP) for share in (0.2, 0.8))
    return np.asarray(1 - near / np.maximum(around, 1.0), dtype=np.float32)


def _blurred(plane: Plane, field: Plane, sigma: float) -> Plane:
    total, within = ndimage.gaussian_filter(plane * field, sigma), ndimage.gaussian_filter(field, sigma)
    return np.asarray(total / np.maximum(within, 0.05), dtype=np.float32)
