"""From a classifier's outputs to findings in words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from riskmodels.imaging.results import Finding
from riskmodels.imaging.targets import FloatArray, Target

LEVEL = (0.05, 0.95)


@dataclass(frozen=True)
class Question:
    """A finding that a classifier is asked for.

    Args:
        name: key.
        label: for people.
        target: name of the target it is read from.
        level: of a cumulative target, "at least this class"; of classes apart, this class.
        threshold: chosen on validation pictures.
        present: sentence when the probability reaches the threshold.
        absent: sentence when it does not.
    """

    name: str
    label: str
    target: str
    level: int
    threshold: float
    present: str
    absent: str

    def probability(self, target: Target, logits: FloatArray) -> FloatArray:
        """Probability of the finding.

        Args:
            target: the one named.
            logits: (…, outputs) of that target, calibrated.
        """
        if target.cumulative:
            return target.at_least(logits)[..., self.level - 1]
        return target.shares(logits)[..., self.level]

    def find(self, target: Target, members: FloatArray) -> Finding:
        """The finding of one picture.

        Args:
            target: the one named.
            members: (members, outputs), calibrated log-odds.
        """
        probability = float(self.probability(target, members.mean(0)))
        low, high = np.quantile(self.probability(target, members), LEVEL)
        sentence = self.present if probability >= self.threshold else self.absent
        return Finding(
            self.name,
            self.label,
            probability,
            min(float(low), probability),
            max(float(high), probability),
            self.threshold,
            sentence,
        )

    def to_dict(self) -> dict[str, Any]:
        """For the card."""
        return asdict(self)
