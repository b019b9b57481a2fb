"""What a classifier's outputs mean: ordered grades as cumulative questions, or classes apart.

An ordered target with C classes has C − 1 outputs, the log-odds of "at least class k", all from one score; a target
of C classes apart has C scores and outputs (softmax), or one where there are two classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import expit, softmax
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from riskmodels.model_files.card_values import record

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Target:
    """One question with ordered or unordered classes.

    Args:
        name: key, e.g. ``grade``.
        classes: labels, in order.
        ordered: whether a later class is more of the same.
    """

    name: str
    classes: tuple[str, ...]
    ordered: bool

    @property
    def cumulative(self) -> bool:
        """Whether the outputs are log-odds of "at least class k"; so with two classes, too."""
        return self.ordered or len(self.classes) == 2

    @property
    def outputs(self) -> int:
        """Number of the network's outputs."""
        return len(self.classes) - 1 if self.cumulative else len(self.classes)

    @property
    def scores(self) -> int:
        """Number of linear scores from which the outputs are made."""
        return 1 if self.cumulative else len(self.classes)

    def losses(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Loss of every picture.

        Args:
            logits: (n, outputs).
            labels: (n,) class numbers.

        Returns:
            (n,): mean cross-entropy of the outputs.
        """
        if not self.cumulative:
            return cross_entropy(logits, labels, reduction="none")
        above = torch.arange(1, len(self.classes), device=labels.device)
        wanted = (labels[:, None] >= above).float()
        return binary_cross_entropy_with_logits(logits, wanted, reduction="none").mean(1)

    def at_least(self, logits: FloatArray) -> FloatArray:
        """Probability of at least class 1, 2, …, never rising.

        Args:
            logits: (…, outputs) of a cumulative target.
        """
        return np.minimum.accumulate(expit(logits), axis=-1)

    def shares(self, logits: FloatArray) -> FloatArray:
        """Probability of each class.

        Args:
            logits: (…, outputs).

        Returns:
            (…, classes), adding up to 1.
        """
        if self.cumulative:
            above = self.at_least(logits)
            edges = np.concatenate([np.ones_like(above[..., :1]), above, np.zeros_like(above[..., :1])], axis=-1)
            between: FloatArray = edges[..., :-1] - edges[..., 1:]
            return between
        return np.asarray(softmax(logits, axis=-1))

    def evidence(self, places: FloatArray, bias: FloatArray, level: int) -> tuple[FloatArray, float]:
        """What places add to the log-odds of "at least this class", or of this class against all the others.

        Args:
            places: (scores, h, w), what each adds to the scores.
            bias: (outputs,), what is added to them whatever the picture shows.
            level: the class.

        Returns:
            (h, w), and the rest: together the log-odds.
        """
        if self.cumulative and level == 0:  # of two classes apart the first is the contrary of the second
            return -places[0], -float(bias[0])
        if self.cumulative:
            return places[0], float(bias[level - 1])
        others = [k for k in range(self.scores) if k != level]
        logits = places.sum((1, 2)) + bias
        share = softmax(logits[others])
        added: FloatArray = places[level] - np.tensordot(share, places[others], 1)
        entropy = -float(share @ np.log(np.maximum(share, np.finfo(float).tiny)))
        return added, float(bias[level] - share @ bias[others] - entropy)

    def to_dict(self) -> dict[str, Any]:
        """For the card."""
        return {"name": self.name, "classes": list(self.classes), "ordered": self.ordered}

    @staticmethod
    def from_dict(document: dict[str, Any]) -> Target:
        """From the card."""
        target = record(Target, document | {"classes": tuple(document["classes"])})
        if (
            type(document["classes"]) is not list
            or len(target.classes) < 2
            or not all(isinstance(label, str) for label in target.classes)
        ):
            raise ValueError("a target without two classes")
        return target


def slices(targets: Sequence[Target]) -> dict[str, slice]:
    """Which outputs belong to which target."""
    ends = np.cumsum([t.outputs for t in targets])
    return {t.name: slice(int(e) - t.outputs, int(e)) for t, e in zip(targets, ends, strict=True)}


def rows(targets: Sequence[Target]) -> dict[str, slice]:
    """Which scores belong to which target."""
    ends = np.cumsum([t.scores for t in targets])
    return {t.name: slice(int(e) - t.scores, int(e)) for t, e in zip(targets, ends, strict=True)}


def prior_logits(target: Target, labels: NDArray[np.int64]) -> FloatArray:
    """Outputs that say no more than the classes' frequencies: where training starts.

    Args:
        target: the question.
        labels: (n,) class numbers of the training pictures.
    """
    counts = np.bincount(labels, minlength=len(target.classes)) + 0.5
    share = counts / counts.sum()
    if not target.cumulative:
        return np.asarray(np.log(share))
    above = share[::-1].cumsum()[::-1][1:]
    return np.asarray(np.log(above / (1 - above)))
