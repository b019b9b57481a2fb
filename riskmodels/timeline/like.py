"""Two visits compared like with like: their estimates on the facts known at both, and what only one of them knew.

An estimate that falls because a fact is missing has not fallen. So a change is told on the inputs that both visits
know, by the same model; what became known or unknown is told apart from it and is no change of the patient.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from riskmodels.explain.shapley import Reasons
from riskmodels.explain.steps import label_text
from riskmodels.outcomes import Outcome
from riskmodels.timeline.course import Course, Estimated, estimated
from riskmodels.vocabulary import inside

#: what is added to a visit's name where its estimate leaves out what the other visit does not know
SAME_FACTS = ", same facts"
_MOST_NAMED = 3


@dataclass(frozen=True, eq=False)
class Like:
    """One outcome at two visits, on the inputs known at both.

    Args:
        points: what is estimated; ``before`` and ``after`` are the places of the two visits in it.
        reasons: of these estimates, a row each.
        before, after: places.
        lost, gained: inputs of the outcome that only the earlier, or only the later visit knew.
    """

    points: Sequence[Estimated] = field(repr=False)
    reasons: Reasons = field(repr=False)
    before: int
    after: int
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether the two visits know the same inputs."""
        return not self.lost and not self.gained

    @property
    def first(self) -> Estimated:
        """What is estimated at the earlier visit."""
        return self.points[self.before]

    @property
    def last(self) -> Estimated:
        """What is estimated at the later visit."""
        return self.points[self.after]

    @property
    def given(self) -> bool:
        """Whether there is an estimate of both."""
        return self.first.given and self.last.given

    @property
    def reason(self) -> str:
        """What differs, inside a sentence: ``waist no longer known, LDL cholesterol now known``; empty where none."""
        told = [(self.lost, "no longer known"), (self.gained, "now known")]
        return ", ".join(f"{named(names)} {words}" for names, words in told if names)


def named(names: Sequence[str]) -> str:
    """Inputs inside a sentence, the first of many."""
    labels = [inside(label_text(name)) for name in names]
    if len(labels) > _MOST_NAMED:
        labels = [*labels[: _MOST_NAMED - 1], f"{len(labels) - _MOST_NAMED + 1} other facts"]
    return " and ".join([", ".join(labels[:-1]), labels[-1]]) if len(labels) > 1 else labels[0]


def compare(course: Course, outcome: Outcome, before: int, after: int) -> Like:
    """One outcome at two visits of a course, like with like.

    Args:
        course: of one patient.
        outcome: that both visits have an estimate of.
        before, after: places of the visits.
    """
    inputs = list(course.assessment.model(outcome.name).inputs_of(outcome.name))
    known = course.assessment.frame[inputs].notna().to_numpy()
    lost, gained = (
        tuple(np.array(inputs, dtype=object)[known[one] & ~known[other]].tolist())
        for one, other in ((before, after), (after, before))
    )
    if not lost and not gained:
        return Like(course.estimates(outcome), course.assessment.reasons(outcome.name), before, after)
    shared = course.shared(before, after)
    whens = [f"{course.whens[place]}{SAME_FACTS}" for place in (before, after)]
    points = estimated(shared, outcome.name, whens, [course.days[place] for place in (before, after)])
    return Like(points, shared.reasons(outcome.name), 0, 1, lost, gained)


def breaks(course: Course, outcome: Outcome) -> dict[int, Like]:
    """Where an outcome's line must not join a visit to the next: both have an estimate, on different inputs.

    Returns:
        By the place of the earlier visit.
    """
    given = [point.given for point in course.estimates(outcome)]
    pairs = [(i, j) for i, j in pairwise(range(len(given))) if given[i] and given[j]]
    found = {i: compare(course, outcome, i, j) for i, j in pairs}
    return {place: like for place, like in found.items() if not like.same}
