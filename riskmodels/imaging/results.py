"""What image models take and give: a picture, checks, findings, a measurement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from riskmodels.checks.file_check import Check

Pixels = NDArray[np.uint8]
Map = NDArray[np.float32]
#: bands of a probability between two thresholds
BELOW, NEAR, ABOVE = "below", "near", "above"


@dataclass(frozen=True, eq=False)
class Picture:
    """An image that was opened safely. It holds no name, no date and no identifier of a person.

    Args:
        pixels: (h, w, 3) uint8, RGB; grey images have three equal channels.
        source: ``PNG``, ``JPEG`` or ``DICOM``.
        modality: DICOM modality (``DX``, ``CR``, ``OP``, …), "" for PNG and JPEG.
        view: DICOM view position (``PA``, ``AP``, ``LL``, …), "" where not said.
        checks: of the file itself, all passed.
        age: of the person when it was taken, whole years, as a DICOM file says; None where not said.
        adult: whether the person is 18 or older, as whoever brought the picture says; None where not asked or not
            answered.
    """

    pixels: Pixels
    source: str
    modality: str = ""
    view: str = ""
    checks: tuple[Check, ...] = ()
    age: int | None = None
    adult: bool | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]


@dataclass(frozen=True)
class Rates:
    """What a threshold does, measured on pictures that chose nothing.

    Args:
        sensitivity: of those with the finding, the share that reaches it: value, low, high of the 95 % interval.
        specificity: of those without it, the share that stays below: the same.
        on: which pictures: ``test``, or the name of a site.
    """

    sensitivity: tuple[float, float, float]
    specificity: tuple[float, float, float]
    on: str = "test"


@dataclass(frozen=True)
class Finding:
    """One thing a classifier says about a picture.

    Args:
        name: key, e.g. ``referable``.
        label: for people, e.g. ``Referable retinopathy (moderate or worse)``.
        probability: 0–1, calibrated; NaN where it is not calibrated for the picture's camera.
        low: lower end of the 90 % interval over the ensemble's members.
        high: upper end.
        threshold: for screening, chosen on validation pictures; None where none could be.
        sentence: the finding in plain words.
        confirmation: the threshold for confirmation; None where none could be chosen.
        prevalence: share of the training pictures with the finding; None where not known.
        screened: what the screening threshold does on test pictures; None where not measured.
        confirmed: what the confirmation threshold does.
        missing: why a threshold could not be chosen; "" where both were.
        rank: share of the test photos below this one (0–1), in place of a probability that is not calibrated.
        calibrated: whether the probability may be told as one.
    """

    name: str
    label: str
    probability: float
    low: float
    high: float
    threshold: float | None
    sentence: str
    confirmation: float | None = None
    prevalence: float | None = None
    screened: Rates | None = None
    confirmed: Rates | None = None
    missing: str = ""
    rank: float | None = None
    calibrated: bool = True

    @property
    def present(self) -> bool:
        """Whether the probability reaches the screening threshold."""
        return self.threshold is not None and self.probability >= self.threshold

    @property
    def band(self) -> str:
        """:data:`ABOVE` the confirmation threshold, clearly :data:`BELOW` the screening threshold, or :data:`NEAR`.

        Above the share among the training pictures nothing is clearly below. "" without a threshold or a probability.
        """
        if not self.calibrated or (self.threshold is None and self.confirmation is None):
            return ""
        if self.confirmation is not None and self.probability >= self.confirmation:
            return ABOVE
        common = self.prevalence is not None and self.probability > self.prevalence
        return NEAR if self.threshold is None or self.present or common else BELOW


@dataclass(frozen=True, eq=False)
class Evidence:
    """What every place of a picture adds to a finding: places and bias add up to its log-odds.

    Args:
        places: (g, g), log-odds that each place of the network's square adds; negative where it speaks against.
        bias: log-odds whatever the picture shows.
        on_picture: (h, w), the same laid smoothly over the picture's pixels, log-odds a place, 0 outside the field.
    """

    places: NDArray[np.float64]
    bias: float
    on_picture: Map

    @property
    def logit(self) -> float:
        """The finding's log-odds, calibrated, as its probability is shown."""
        return float(self.places.sum() + self.bias)


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
        calibration: whose calibration gave the probabilities, where not that of the model itself:
            ``Calibrated for NAME on 84 photos, 2026-12-01.``
    """

    checks: tuple[Check, ...]
    refused: str = ""
    findings: tuple[Finding, ...] = ()
    scale: tuple[Share, ...] = ()
    heart_size: HeartSize | None = None
    caution: str = ""
    calibration: str = ""
