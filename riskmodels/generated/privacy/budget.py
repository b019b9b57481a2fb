"""ε and δ of differential privacy, and what they promise in words."""

from __future__ import annotations

import math
from typing import NamedTuple

from riskmodels.errors import InputError


class Budget(NamedTuple):
    """How much a generator may tell of one person.

    Args:
        epsilon: whether a person was fitted on changes the chance of any outcome by at most the factor e^ε.
        delta: chance that this does not hold.
    """

    epsilon: float
    delta: float = 1e-5

    @classmethod
    def of(cls, epsilon: float, delta: float = 1e-5) -> Budget:
        """A budget that can be kept.

        Raises:
            InputError: when ε is not above 0, or δ not between 0 and 1.
        """
        if not (0 < epsilon < math.inf and 0 < delta < 1):
            raise InputError("This is no privacy budget.", hint="Give an ε above 0 and a δ between 0 and 1.")
        return cls(epsilon, delta)

    @property
    def best_guess(self) -> float:
        """The largest share of right guesses whether a person was a member, of two equally likely cases.

        Source: Kairouz et al. 2015, arXiv 1311.0776 (the hypothesis test that (ε, δ) allows at most).
        """
        grown = math.exp(self.epsilon) if self.epsilon < 700 else math.inf
        return 1.0 - (1 - self.delta) / (1 + grown)
