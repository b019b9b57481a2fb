"""What a network sees of pictures, and a site's own calibration for those that come from its camera."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from riskmodels.imaging.camera_statistics import STATISTICS
from riskmodels.imaging.familiarity import Cloud
from riskmodels.imaging.findings import Question
from riskmodels.imaging.results import Rates
from riskmodels.imaging.targets import FloatArray

#: prefix of the names of the tensors of a site's camera
CAMERA = "camera."
#: way to calibrate: the site's camera is recognised and the thresholds are its own, the probabilities are the model's
AS_SHIPPED = "as shipped"


@dataclass(frozen=True, eq=False)
class Seen:
    """Pictures in the network's own terms.

    Args:
        described: (n, d), what tells a familiar picture from a strange one.
        pooled: (n, C), features as the heads take them.
        logits: (n, members, outputs), before any temperature.
    """

    described: Tensor
    pooled: FloatArray
    logits: FloatArray

    @staticmethod
    def together(parts: Sequence[Seen]) -> Seen:
        """Several as one, in their order."""
        return Seen(
            torch.cat([part.described for part in parts]),
            np.concatenate([part.pooled for part in parts]),
            np.concatenate([part.logits for part in parts]),
        )


@dataclass(frozen=True, eq=False)
class NewHead:
    """What a site's own head adds to every output of a target: one number a picture, so that their order stays.

    Args:
        mean: (C,) of the site's features.
        weight: (C,), log-odds a unit.
    """

    mean: FloatArray
    weight: FloatArray

    def added(self, pooled: FloatArray) -> FloatArray:
        """(n, C) → (n,), log-odds."""
        return np.asarray((pooled - self.mean) @ self.weight)


@dataclass(frozen=True, eq=False)
class SiteCalibration:
    """A site's calibration of one target, for pictures that are like the site's photos.

    Args:
        site: name, for people.
        version: its own.
        model_version: of the model that it was made for.
        day: ISO date.
        photos: how many it was made on.
        method: how; :data:`AS_SHIPPED`, or what was fitted.
        target: which log-odds it changes.
        slope: above 0.
        intercept: log-odds.
        head: added to them; None where a slope and an intercept are all.
        questions: by name, with the site's thresholds and its share of photos with the finding.
        rates: measured in cross-validation, by question and threshold.
        camera: where the site's photos lie in the statistics of their camera.
    """

    site: str
    version: str
    model_version: str
    day: str
    photos: int
    method: str
    target: str
    slope: float
    intercept: float
    head: NewHead | None
    questions: Mapping[str, Question]
    rates: Mapping[str, Mapping[str, Rates]]
    camera: Cloud

    @property
    def words(self) -> str:
        """What is said beside a number that it gave."""
        made = f"for {self.site} on {self.photos} photos, {self.day}"
        if self.method == AS_SHIPPED:
            return f"Measured {made}: probabilities as shipped, since nothing fitted clearly better."
        return f"Calibrated {made}."

    def strangeness(self, described: Tensor) -> float:
        """Distance of a picture (1, d) from the site's photos; up to 1 it is from a camera like theirs."""
        return float(self.camera.distance(described[:, :STATISTICS])[0]) / self.camera.usual

    def calibrated(self, logits: FloatArray, pooled: FloatArray) -> FloatArray:
        """Log-odds of one picture.

        Args:
            logits: (members, outputs), calibrated by the model.
            pooled: (1, C).

        Returns:
            (members, outputs); a later class stays no likelier than an earlier one, since the slope is above 0.
        """
        added = 0.0 if self.head is None else float(self.head.added(pooled)[0])
        return self.slope * logits + self.intercept + added

    def places(self, scores: FloatArray, intercepts: FloatArray, features: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The same of what each place of one picture adds.

        Args:
            scores: (scores, h, w), log-odds that each place adds, calibrated by the model.
            intercepts: (outputs,), what is added to their sum.
            features: (C, h, w).
        """
        scores, intercepts = self.slope * scores, self.slope * intercepts + self.intercept
        if self.head is None:
            return scores, intercepts
        added = np.einsum("chw,c->hw", features, self.head.weight) / (features.shape[1] * features.shape[2])
        return scores + added, intercepts - self.head.mean @ self.head.weight


@dataclass(frozen=True, eq=False)
class Made:
    """A calibration that is not kept yet.

    Args:
        tensors: what it computes with.
        card: what is known of it: ``site``, ``photos``, ``questions``, ``rates``, ``report``, ``notes``, …
    """

    tensors: dict[str, Tensor]
    card: dict[str, Any]
