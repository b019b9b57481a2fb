"""What the curve of one input is like: how much it weighs among people, and how far it goes against what is settled."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from riskmodels.columns import Floats
from riskmodels.directions import Direction


class Shape(Protocol):
    """A curve over the people it was learnt from; see :class:`riskmodels.tabular.model.Curve`."""

    @property
    def x(self) -> Floats:
        """Values, canonical unit."""

    @property
    def logit(self) -> Floats:
        """Contribution, log-odds."""

    @property
    def bins(self) -> Floats:
        """Edges of a histogram, or the codes of a choice."""

    @property
    def counts(self) -> Floats:
        """People in each."""


def spread(curve: Shape) -> float:
    """Standard deviation of the contribution over the people it was learnt from, log-odds; 0 where there is nobody."""
    edges = len(curve.bins) > len(curve.counts)
    middle = (curve.bins[1:] + curve.bins[:-1]) / 2 if edges else curve.bins
    if curve.counts.sum() == 0:
        return 0.0
    height = np.interp(middle, curve.x, curve.logit)
    mean = np.average(height, weights=curve.counts)
    return float(np.sqrt(np.average((height - mean) ** 2, weights=curve.counts)))


def against(curve: Shape, settled: Direction) -> float:
    """How far the curve goes against a settled direction, log-odds; 0 where it keeps it.

    Args:
        curve: of the input.
        settled: the direction, with the values between which it holds.
    """
    inside = (curve.x >= settled.low) & (curve.x <= settled.high)
    height = settled.sign * curve.logit[inside]
    return float((np.maximum.accumulate(height) - height).max()) if len(height) else 0.0
