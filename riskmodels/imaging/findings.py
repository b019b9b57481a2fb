"""From a classifier's outputs to findings in words: three bands between two thresholds, or a rank among test photos.

A probability is told as one only where it was calibrated; elsewhere the picture's rank among the test photos is told.
No sentence is reassuring at a probability above the finding's share among the training pictures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import nan
from typing import Any

import numpy as np
from scipy.special import logit

from riskmodels.imaging.results import ABOVE, BELOW, NEAR, Finding, Rates
from riskmodels.imaging.targets import FloatArray, Target
from riskmodels.model_files.card_values import number, numbers, record

LEVEL = (0.05, 0.95)
#: quantiles of the test photos' log-odds on the card: 0, 1, … 100 %
QUANTILES = 101
#: log-odds beyond which a probability is one in double precision no more
_FARTHEST = 35.0
_NEAR = "Neither clearly there nor clearly absent. Have somebody look at this picture."
_NO_POINT = "Without a threshold this probability is neither called high nor low."
_ABOVE_PREVALENCE = "Below the screening threshold, but above the share among the training pictures: not reassuring."
_RANKED = "Not calibrated for this camera: a rank, not a probability."


@dataclass(frozen=True)
class Question:
    """A finding that a classifier is asked for.

    Args:
        name: key.
        label: for people.
        target: name of the target it is read from.
        level: of an ordered target, "at least this class"; of classes apart, this class.
        threshold: for screening: at least 95 % of the validation pictures with the finding reach it; None where it
            could not be chosen.
        present: sentence at or above the confirmation threshold.
        absent: sentence clearly below the screening threshold.
        confirmation: at least 95 % of the validation pictures without the finding stay below it; None where it could
            not be chosen.
        prevalence: share of the training pictures with the finding; None where it was not kept.
        missing: why a threshold could not be chosen; "" where both were.
    """

    name: str
    label: str
    target: str
    level: int
    threshold: float | None
    present: str
    absent: str
    confirmation: float | None = None
    prevalence: float | None = None
    missing: str = ""

    def probability(self, target: Target, logits: FloatArray) -> FloatArray:
        """Probability of the finding.

        Args:
            target: the one named.
            logits: (…, outputs) of that target, calibrated.
        """
        if target.ordered:
            return target.at_least(logits)[..., self.level - 1]
        return target.shares(logits)[..., self.level]

    def find(self, target: Target, members: FloatArray, rates: Mapping[str, Rates] | None = None) -> Finding:
        """The finding of one picture.

        Args:
            target: the one named.
            members: (members, outputs), calibrated log-odds.
            rates: what was measured at the thresholds, by ``screening`` and ``confirmation``.
        """
        probability = float(self.probability(target, members.mean(0)))
        low, high = np.quantile(self.probability(target, members), LEVEL)
        told = rates or {}
        finding = Finding(
            self.name,
            self.label,
            probability,
            min(float(low), probability),
            max(float(high), probability),
            self.threshold,
            "",
            self.confirmation,
            self.prevalence,
            told.get("screening"),
            told.get("confirmation"),
            self.missing,
        )
        return replace(finding, sentence=self._sentence(finding))

    def ranked(self, target: Target, members: FloatArray, quantiles: Sequence[float]) -> Finding:
        """The rank of one picture, in place of a probability that is not calibrated for its camera.

        Args:
            target, members: as in :meth:`find`.
            quantiles: of the test photos' log-odds, :data:`QUANTILES` of them; empty where the card has none.
        """
        at = float(log_odds(self.probability(target, members.mean(0))))
        rank = float(np.interp(at, quantiles, np.linspace(0, 1, len(quantiles)))) if len(quantiles) else None
        return Finding(self.name, self.label, nan, nan, nan, None, _RANKED, rank=rank, calibrated=False)

    def _sentence(self, finding: Finding) -> str:
        if finding.band == ABOVE:
            return self.present
        if finding.band == BELOW:  # reassuring only where the training pictures' share is known
            return self.absent if self.prevalence is not None else ""
        if finding.band != NEAR:
            return _NO_POINT
        return _NEAR if finding.present else _ABOVE_PREVALENCE

    def to_dict(self) -> dict[str, Any]:
        """For the card."""
        return asdict(self)

    @staticmethod
    def from_dict(told: dict[str, Any]) -> Question:
        """From the card.

        Raises:
            TypeError, ValueError: when an entry is not what it should be.
        """
        question = record(Question, told)
        for value in (question.threshold, question.confirmation, question.prevalence):
            if value is not None and not 0 <= number(value) <= 1:
                raise ValueError("a probability that is none")
        return question


def log_odds(probability: Any) -> FloatArray:
    """Log-odds of probabilities, finite at 0 and 1 too."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.clip(logit(np.asarray(probability, dtype=np.float64)), -_FARTHEST, _FARTHEST))


def quantiles_of(probability: FloatArray) -> list[float]:
    """Quantiles of the test photos' log-odds, for the card: (n,) in, :data:`QUANTILES` numbers out."""
    return [round(float(q), 4) for q in np.quantile(log_odds(probability), np.linspace(0, 1, QUANTILES))]


def rates_of(told: Mapping[str, Any]) -> dict[str, Rates]:
    """What a card says of a question's thresholds, by ``screening`` and ``confirmation``.

    Args:
        told: the question's entry of ``points`` on the card.

    Raises:
        TypeError, ValueError, KeyError: when it is not what it should be.
    """
    return {
        name: Rates(_three(told[name]["sensitivity"]), _three(told[name]["specificity"]), str(told.get("on", "test")))
        for name in ("screening", "confirmation")
        if name in told
    }


def _three(values: Any) -> tuple[float, float, float]:
    value, low, high = numbers(values)
    return value, low, high
