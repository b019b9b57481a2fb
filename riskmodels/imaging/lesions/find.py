"""A retinal photo → its candidates for lesions, where each lies, and what of that cannot be said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from riskmodels.imaging.lesions.candidates import BRIGHT, DARK, Patch, find_patches
from riskmodels.imaging.lesions.landmarks import Place, find_disc, find_fovea
from riskmodels.imaging.lesions.plane import Photo, photo_of
from riskmodels.imaging.results import Pixels

KINDS = (BRIGHT, DARK)
#: around the fovea, as the table reads
QUADRANTS = ("superior nasal", "superior temporal", "inferior nasal", "inferior temporal")
RIGHT, LEFT = "right", "left"
#: within so many disc diameters of the fovea a bright candidate is said to be near: IDRiD's grade 2 of oedema risk
NEAR = 1.0


@dataclass(frozen=True)
class Landmark:
    """Optic disc or fovea on the picture.

    Args:
        x: of its centre, pixels of the picture.
        y: of its centre.
        diameter: pixels of the picture.
        sure: 0–1; from :data:`riskmodels.imaging.lesions.landmarks.SURE` on it counts as located.
    """

    x: float
    y: float
    diameter: float
    sure: float


@dataclass(frozen=True, eq=False)
class Candidate:
    """A patch that may be a lesion; whether it is one, people say.

    Args:
        kind: ``bright`` or ``dark``.
        outline: (k, 2), corners x, y in the picture's pixels.
        area: pixels of the picture.
        discs: area as a share of the optic disc's; None where that was not located.
        away: from its nearest place to the fovea, disc diameters; None where disc or fovea was not located.
        quadrant: one of :data:`QUADRANTS`, by its middle; "" where disc or fovea was not located.
    """

    kind: str
    outline: NDArray[np.float64]
    area: float
    discs: float | None = None
    away: float | None = None
    quadrant: str = ""


@dataclass(frozen=True, eq=False)
class Lesions:
    """All candidates of a photo.

    Args:
        candidates: bright ones first.
        disc: the optic disc; None where it was not located.
        fovea: None where it was not located; never without the disc.
    """

    candidates: tuple[Candidate, ...]
    disc: Landmark | None = None
    fovea: Landmark | None = None

    @property
    def eye(self) -> str:
        """``right`` or ``left``, by the side on which the disc lies; "" where that is not known."""
        if self.disc is None or self.fovea is None:
            return ""
        return RIGHT if self.disc.x > self.fovea.x else LEFT

    def of(self, kind: str, quadrant: str | None = None) -> tuple[Candidate, ...]:
        """Those of a kind, in a quadrant or in all."""
        return tuple(c for c in self.candidates if c.kind == kind and quadrant in (None, c.quadrant))

    def area(self, kind: str, quadrant: str | None = None) -> float | None:
        """Their area together, as a share of the disc's; None where the disc was not located."""
        return None if self.disc is None else float(sum(c.discs or 0.0 for c in self.of(kind, quadrant)))

    @property
    def nearest_bright(self) -> float | None:
        """Disc diameters from the fovea to the nearest bright candidate; None where there is none, or no fovea."""
        return min((c.away for c in self.of(BRIGHT) if c.away is not None), default=None)


def find_lesions(pixels: Pixels) -> Lesions:
    """Candidates and landmarks of a retinal photo.

    Args:
        pixels: (h, w, 3) uint8, RGB, a photo that passed :func:`riskmodels.imaging.retina_quality.retina_checks`.

    Source: morphology of lesions and their exclusion of vessels and disc: Walter et al. 2002 (exudates),
    doi 10.1109/TMI.2002.806290; Spencer et al. 1996 (dark lesions), doi 10.1006/cbmr.1996.0021; a disc where vessels
    meet: Youssif et al. 2008, doi 10.1109/TMI.2007.900326; the fovea from the disc: Niemeijer et al. 2009,
    doi 10.1016/j.media.2009.08.003.
    """
    photo = photo_of(pixels)
    disc = find_disc(photo)
    fovea = find_fovea(photo, disc) if disc.located else None
    if fovea is not None and not fovea.located:
        fovea = None
    return Lesions(
        tuple(_candidate(photo, patch, disc, fovea) for patch in find_patches(photo, disc)),
        _landmark(photo, disc) if disc.located else None,
        _landmark(photo, fovea) if fovea is not None else None,
    )


def _landmark(photo: Photo, place: Place) -> Landmark:
    x, y = photo.on_picture(place.x + 0.5, place.y + 0.5)
    return Landmark(x, y, 2 * place.radius * photo.scale, place.sure)


def _candidate(photo: Photo, patch: Patch, disc: Place, fovea: Place | None) -> Candidate:
    outline = np.stack(photo.on_picture(*patch.outline.T), axis=1)
    area, discs = len(patch.rows) * photo.scale**2, None
    if disc.located:
        discs = float(len(patch.rows) / (np.pi * disc.radius**2))
    if fovea is None:
        return Candidate(patch.kind, outline, area, discs)
    away = float(np.hypot(patch.rows - fovea.y, patch.columns - fovea.x).min()) / (2 * disc.radius)
    return Candidate(patch.kind, outline, area, discs, away, _quadrant(patch, disc, fovea))


def _quadrant(patch: Patch, disc: Place, fovea: Place) -> str:
    height = "superior" if patch.rows.mean() < fovea.y else "inferior"
    nasal = (patch.columns.mean() > fovea.x) == (disc.x > fovea.x)
    return f"{height} {'nasal' if nasal else 'temporal'}"
