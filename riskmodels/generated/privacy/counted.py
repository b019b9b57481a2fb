"""Shares with how many people they are of."""

from __future__ import annotations

import math
from typing import NamedTuple

from riskmodels.evaluation.bootstrap import Estimate
from riskmodels.evaluation.calibration import wilson


class Share(NamedTuple):
    """So many of so many.

    Args:
        number: how many; ties are halves.
        of: of how many.
        effective: people that count for the interval, where some count several times; ``of`` when 0.
    """

    number: float
    of: int
    effective: float = 0.0

    @property
    def value(self) -> float:
        return self.number / self.of if self.of else math.nan

    @property
    def estimate(self) -> Estimate:
        """With its 95 % Wilson interval; NaN of nobody."""
        if not self.of:
            return Estimate(math.nan, math.nan, math.nan)
        return Estimate(self.value, *wilson(self.value, self.effective or self.of))


def difference(one: Share, other: Share) -> Estimate:
    """``one − other`` with its 95 % interval, combined from the two Wilson intervals.

    Source: Newcombe 1998, method 10, doi 10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I. It takes the
    shares as unrelated; where both are of the same questions it is too wide rather than too narrow.
    """
    p, p_low, p_high = one.estimate
    q, q_low, q_high = other.estimate
    return Estimate(p - q, p - q - math.hypot(p - p_low, q_high - q), p - q + math.hypot(p_high - p, q - q_low))
