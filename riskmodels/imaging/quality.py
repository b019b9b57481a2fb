"""What checks of a picture share: the copy they are taken on, and how what was found is said.

All measures are taken on a copy with a longest side of 512 pixels, so that they mean the same for every camera. The
checks themselves: :mod:`riskmodels.imaging.retina_quality` and :mod:`riskmodels.imaging.chest_quality`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from riskmodels.checks.file_check import Check
from riskmodels.imaging.results import Picture, Pixels

SIDE = 512
Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]
AGAIN = "Take it again."
OTHER_MODEL = "Choose the model for this kind of picture, or upload another picture."


def shrunk(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    scale = SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(pixels).resize(size, how))


def share_of(value: float, of: float) -> float:
    return value / of if of > 0 else 0.0


def check(name: str, passed: bool, found: str, otherwise: str) -> Check:
    """What was found; for a failed check first what it means and what to do."""
    return Check(name, passed, found if passed else f"{otherwise} {found}")


def modality_checks(picture: Picture, allowed: tuple[str, ...], what: str) -> tuple[Check, ...]:
    if not picture.modality:
        return ()
    found = f"The DICOM file is of the kind {picture.modality}; this model reads {' '.join(allowed).strip()}."
    return (check("Kind of file", picture.modality in allowed, found, f"That is not {what}. {OTHER_MODEL}"),)


def brightness_check(light: float, least: float, burnt: float, most: float, what: str) -> Check:
    found = f"Brightness {light:.0f} of at least {least:.0f}; {burnt:.0%} of it is burnt out (at most {most:.0%})."
    fault = "too dark" if light < least else "overexposed"
    return check("Brightness", light >= least and burnt <= most, found, f"The {what} is {fault}. {AGAIN}")


def contrast_check(spread: float, least: float, what: str) -> Check:
    found = f"Contrast {spread:.0f} of at least {least:.0f}."
    return check("Contrast", spread >= least, found, f"The {what} is nearly of one shade. {AGAIN}")


def sharpness_check(sharpness: float, what: str) -> Check:
    found = f"Sharpness {int(sharpness)} of at least 100."
    return check("Sharpness", sharpness >= 100, found, f"The {what} is blurred. {AGAIN}")
