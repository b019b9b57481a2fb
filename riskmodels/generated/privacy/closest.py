"""Distance to the closest record: invented people to those fitted on, beside as many who were kept apart.

Only the comparison says something: who invents well comes close to everybody. An invented person should be as near to
someone the generator never saw as to someone it was fitted on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.evaluation.arrays import FloatArray
from riskmodels.generated.privacy.counted import Share
from riskmodels.generated.privacy.neighbours import nearest, some
from riskmodels.generated.privacy.space import IntArray

#: invented people, and real ones on each side, at most
_INVENTED, _PEOPLE = 10_000, 20_000
#: distances nearer than this to each other are equal
_SAME = 1e-9


@dataclass(frozen=True)
class Closest:
    """Distances of invented people to the closest real one.

    Args:
        invented: people measured.
        people: members, and as many others.
        to_members, to_others: median distance.
        nearest_members, nearest_others: fifth centile of the distances.
        nearer: invented people nearer to a member, ties counted one half; 0.5 is ideal. Its interval is binomial with
            as many people as count: an invented person whose closest is also many others' closest says little new, so
            it is Kish's effective number over the closest real people.
    """

    invented: int
    people: int
    to_members: float
    to_others: float
    nearest_members: float
    nearest_others: float
    nearer: Share


def closest_records(invented: FloatArray, members: FloatArray, others: FloatArray, seed: int = 0) -> Closest:
    """Measure how near invented people come to members and to others.

    Args:
        invented, members, others: points, (n, d) each; of the two real ones as many are used as there are of the fewer
            (20,000 at most; 10,000 invented at most).
        seed: of those drawn.

    Returns:
        :class:`Closest`.

    Source: Platzer and Reutterer 2021, doi 10.3389/fdata.2021.679939 (the share against a holdout); Kish 1965 (the
    effective number).
    """
    rng = np.random.default_rng(seed)
    people = min(len(members), len(others), _PEOPLE)
    drawn = invented[some(len(invented), _INVENTED, rng)]
    to_members, member = (found[:, 0] for found in nearest(drawn, members[some(len(members), people, rng)]))
    to_others, other = (found[:, 0] for found in nearest(drawn, others[some(len(others), people, rng)]))
    tie = np.abs(to_members - to_others) <= _SAME
    nearer = np.where(tie, 0.5, to_members < to_others)
    whose = np.where(nearer == 1, member, people + other)
    return Closest(
        invented=len(drawn),
        people=people,
        to_members=float(np.median(to_members)),
        to_others=float(np.median(to_others)),
        nearest_members=float(np.quantile(to_members, 0.05)),
        nearest_others=float(np.quantile(to_others, 0.05)),
        nearer=Share(float(nearer.sum()), len(drawn), effective_number(whose)),
    )


def effective_number(whose: IntArray) -> float:
    """(Σ c)² / Σ c² over the counts c of each value: as many as there are when all differ."""
    counts = np.unique(whose, return_counts=True)[1].astype(np.float64)
    return float(counts.sum() ** 2 / (counts**2).sum())
