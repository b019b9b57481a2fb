"""What image models take and give: a picture, checks, findings, a measurement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Map = NDArray[np.float32]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at before any number.

    Args:
        name: what, e.g. ``Sharpness``.
        passed: whether the picture may go on.
        detail: what was found, in words, with its value and limit; for a failed check also what to do.
    """

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True, eq=False)
class Picture:
    """An image that was opened safely. It holds no name, no date and no identifier of a person.

    Args:
        pixels: (h, w, 3) uint8, RGB; grey images have three equal channels.
        source: ``PNG``, ``JPEG`` or ``DICOM``.
        modality: DICOM modality (``DX``, ``CR``, ``OP``, …), "" for PNG and JPEG.
        view: DICOM view position (``PA``, ``AP``, ``LL``, …), "" where not said.
        checks: of the file itself, all passed.
    """

    pixels: Pixels
    source: str
    modality: str = ""
    view: str = ""
    checks: tuple[Check, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]


@dataclass(frozen=True)
class Finding:
    """One thing a classifier says about a picture.

    Args:
        name: key, e.g. ``referable``.
        label: for people, e.g. ``Referable retinopathy (moderate or worse)``.
        probability: 0–1, calibrated.
        low: lower end of the 90 % interval over the ensemble's members.
        high: upper end.
        threshold: chosen on validation pictures; at or above it the finding counts as present.
        sentence: the finding in plain words.
    """

    name: str
    label: str
    probability: float
    low: float
    high: float
    threshold: float
    sentence: str

    @property
    def present(self) -> bool:
        """Whether the probability reaches the threshold."""
        return self.probability >= self.threshold


@dataclass(frozen=True)
class Share:
    """Probability of one class of a scale (a grade of retinopathy, a class of an own model); together they are 1."""

    label: str
    probability: float


@dataclass(frozen=True)
class Line:
    """A horizontal line on the picture, in its pixels: y, and x from and to."""

    y: float
    x0: float
    x1: float

    @property
    def width(self) -> float:
        """Length, pixels."""
        return self.x1 - self.x0


@dataclass(frozen=True, eq=False)
class HeartSize:
    """Cardiothoracic ratio: widest heart by widest lung span.

    Args:
        ratio: heart width by chest width.
        low: lower end of the 90 % interval, from the errors on validation films.
        high: upper end.
        threshold: above it the heart is called enlarged on a PA film (0.5).
        heart: where the heart is widest: from its left-most to its right-most point.
        chest: the lungs' widest span.
        heart_mask: (h, w) bool, in the picture's pixels.
        lung_mask: (h, w) bool.
        sentence: the measurement in plain words.
    """

    ratio: float
    low: float
    high: float
    threshold: float
    heart: Line
    chest: Line
    heart_mask: NDArray[np.bool_]
    lung_mask: NDArray[np.bool_]
    sentence: str

    @property
    def enlarged(self) -> bool:
        """Whether the ratio is above the threshold."""
        return self.ratio > self.threshold


@dataclass(frozen=True, eq=False)
class Reading:
    """All that a model says about one picture.

    Args:
        checks: of the file, then of the picture for this model, in order.
        refused: why there is no reading, with what to do; "" when there is one.
        findings: the first one is the main one; empty when refused or for a measurement.
        scale: classes and their probabilities, in order; empty where the model has none.
        heart_size: the measurement, for a heart-size model.
        caution: why the reading deserves more doubt than its interval shows; "" where nothing is unusual.
    """

    checks: tuple[Check, ...]
    refused: str = ""
    findings: tuple[Finding, ...] = ()
    scale: tuple[Share, ...] = ()
    heart_size: HeartSize | None = None
    caution: str = ""
