"""What a better compound is: which endpoints to lower, to raise and to keep; estimates in, a verdict out.

A compound outside the domain of an endpoint of the profile has no number there, and so no score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from riskmodels.errors import InputError
from riskmodels.molecules.endpoints import HERG, Endpoint
from riskmodels.molecules.learning.answers import Estimate

#: log units that a kept endpoint may get worse by: less than laboratories differ by
TOLERANCE = 0.3


class Wish(StrEnum):
    """What is wanted of an endpoint."""

    LOWER = "lower"
    RAISE = "raise"
    KEEP = "keep"


@dataclass(frozen=True)
class Goal:
    """What is wanted of one endpoint.

    Args:
        endpoint: which.
        wish: to lower or raise it; or that it gets no worse (weaker; of an unwanted effect: stronger) than by the
            tolerance. Getting better is neither asked for nor counted.
        weight: of a log unit, above 0; nothing to keep is weighed.
        tolerance: log units, of what is kept.
    """

    endpoint: Endpoint
    wish: Wish
    weight: float = 1.0
    tolerance: float = TOLERANCE

    def gain(self, start: Estimate, other: Estimate) -> float | None:
        """Log units in the wanted direction; of what is kept at most 0; None where one of both has no number."""
        if start.value is None or other.value is None:
            return None
        change = other.value - start.value
        if self.wish is Wish.KEEP:
            return min(0.0, -change if self.endpoint.unwanted else change)
        return change if self.wish is Wish.RAISE else -change


@dataclass(frozen=True)
class Verdict:
    """What a profile says of a compound beside its start.

    Args:
        gains: by goal, see :meth:`Goal.gain`.
        score: sum of weight times gain of what is to be lowered or raised; None where a number is missing.
        lost: endpoints that were to be kept and are not.
        outside: endpoints of the profile that one of both has no number for.
    """

    gains: tuple[float | None, ...]
    score: float | None
    lost: tuple[Endpoint, ...]
    outside: tuple[Endpoint, ...]

    @property
    def met(self) -> bool:
        """Whether it is better than its start by all that is known, with nothing lost."""
        return self.score is not None and self.score > 0 and not self.lost


@dataclass(frozen=True)
class Profile:
    """Goals.

    Args:
        goals: each of another endpoint.

    Raises:
        InputError: when none is to be lowered or raised, an endpoint is there twice, or a weight or tolerance is none.
    """

    goals: tuple[Goal, ...]

    def __post_init__(self) -> None:
        names = [goal.endpoint.name for goal in self.goals]
        if len(set(names)) < len(names):
            raise InputError("An endpoint has two goals.", hint="Give each one.")
        if all(goal.wish is Wish.KEEP for goal in self.goals):
            raise InputError("Nothing is to be lowered or raised.", hint="Choose at least one endpoint to change.")
        if any(not goal.weight > 0 or not goal.tolerance >= 0 for goal in self.goals):
            raise InputError("A weight is above 0, a tolerance not below it.", hint="Change the profile.")

    def judge(self, start: Sequence[Estimate], other: Sequence[Estimate]) -> Verdict:
        """Compare a compound with its start, both estimated at all endpoints."""
        before, after = ({each.endpoint.name: each for each in told} for told in (start, other))
        gains = tuple(goal.gain(before[goal.endpoint.name], after[goal.endpoint.name]) for goal in self.goals)
        told = list(zip(self.goals, gains, strict=True))
        lost = [g.endpoint for g, gain in told if g.wish is Wish.KEEP and gain is not None and -gain > g.tolerance]
        outside = tuple(goal.endpoint for goal, gain in told if gain is None)
        total = sum(goal.weight * (gain or 0.0) for goal, gain in told if goal.wish is not Wish.KEEP)
        return Verdict(gains, None if outside else total, tuple(lost), outside)


def default_profile(start: Sequence[Estimate]) -> Profile:
    """Lower hERG; keep the strongest target that the compound is estimated at.

    Args:
        start: estimates at all endpoints.
    """
    targets = [each for each in start if not each.endpoint.unwanted and each.value is not None]
    strongest = max(targets, key=lambda each: each.value or 0.0, default=None)
    kept = (Goal(strongest.endpoint, Wish.KEEP),) if strongest else ()
    return Profile((Goal(HERG, Wish.LOWER), *kept))


def pareto_front(points: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Which points no other is better than: nowhere worse, and better somewhere.

    Args:
        points: (n, k), more is better; no NaN.

    Returns:
        (n,). Equal points are all on the front or all not.
    """
    front = np.ones(len(points), bool)
    for place, point in enumerate(points):
        no_worse, better = (points >= point).all(1), (points > point).any(1)
        front[place] = not (no_worse & better).any()
    return front
