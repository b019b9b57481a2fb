"""Proposals: a start compound and a profile in; variants with estimates, domain, alerts and how hard to make, out.

Ranked are only those that every endpoint of the profile has a number for. Nothing here was made or measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from riskmodels.molecules.better.candidates import Candidate, Seen, by_generator, by_pairs, likeness_to
from riskmodels.molecules.better.profile import Profile, Verdict, pareto_front
from riskmodels.molecules.better.vae import Generator
from riskmodels.molecules.described.alerts import Alert, alerts
from riskmodels.molecules.described.synthesis import synthetic_accessibility
from riskmodels.molecules.endpoints import Endpoint
from riskmodels.molecules.learning.answers import Estimate
from riskmodels.molecules.pairs.evidence import PairTable, shipped_pairs
from riskmodels.molecules.screening.screen import Estimator, load_models
from riskmodels.molecules.structures.structure import Structure, standardise
from riskmodels.runtime.progress import Tell, silent
from riskmodels.tasks import Limits

#: the libraries alone take address space of gigabytes
LIMITS = Limits(seconds=900, memory=12 * 2**30)
#: variants whose own variants are made in turn
_BEAM = 4
#: variants of one step that are estimated, of each compound
_MOST_VARIANTS = 150
#: compounds that the generator gives
_MOST_DRAWN = 200
#: likeness to the start that a drawn compound has at least: what is less like it is no variant, whatever its number
LEAST_LIKENESS = 0.3


@dataclass(frozen=True)
class Proposal:
    """A variant, and what is said of it.

    Args:
        candidate: its structure and how it came about.
        estimates: at all endpoints.
        verdict: of the profile.
        likeness: to the start, 0–1 (Tanimoto of Morgan counts, radius 2).
        nearest: to the nearest training compound of any endpoint, 0–1; 1 − nearest is how new it is.
        synthesis: synthetic accessibility, 1 easy to 10 hard.
        alerts: structural ones.
        front: whether no other ranked one is better in all goals.
    """

    candidate: Candidate
    estimates: tuple[Estimate, ...]
    verdict: Verdict
    likeness: float
    nearest: float
    synthesis: float
    alerts: tuple[Alert, ...]
    front: bool = False


@dataclass(frozen=True)
class Proposals:
    """What came of a search.

    Args:
        start: the compound.
        estimates: of the start, at all endpoints.
        profile: that was asked for.
        ranked: proposals that meet the profile, best first.
        outside: outside the domain of an endpoint of the profile, likest to the start first: none has a rank.
        by_changes, by_generator: variants that were estimated.
        met: how many meet the profile; ranked are the best of them.
        worse: of those with a number, how many are not better than the start.
        lost: of those that are, how many lose what was to be kept.
        unlike: drawn and put aside unestimated, since less like the start than LEAST_LIKENESS.
    """

    start: Structure
    estimates: tuple[Estimate, ...]
    profile: Profile
    ranked: tuple[Proposal, ...]
    outside: tuple[Proposal, ...]
    by_changes: int
    by_generator: int
    met: int
    worse: int
    lost: int
    unlike: int

    @property
    def start_outside(self) -> tuple[Endpoint, ...]:
        """Endpoints of the profile that the start has no number for."""
        known = {each.endpoint.name for each in self.estimates if each.value is not None}
        return tuple(goal.endpoint for goal in self.profile.goals if goal.endpoint.name not in known)


@dataclass(frozen=True)
class _Judged:
    candidate: Candidate
    estimates: tuple[Estimate, ...]
    verdict: Verdict


def propose(
    start: Structure,
    profile: Profile,
    models: Estimator,
    generator: Generator | None,
    table: PairTable | None = None,
    number: int = 30,
    seed: int = 0,
    tell: Tell = silent,
) -> Proposals:
    """Search for better compounds.

    Args:
        start: the compound.
        profile: what is better.
        models: that estimate.
        generator: that draws around the start; nothing is drawn when None.
        table: of changes by matched pairs; the shipped one when None.
        number: of ranked proposals, and of those outside the domain, at most.
        seed: of the draw.
        tell: told how far it is.
    """
    tell(0.0, "estimating the start")
    (told,) = models.estimate([start])
    search = _Search(profile, models, tuple(told), Seen([start]))
    tell(0.05, "changing one fragment")
    first = search.judged(_some(by_pairs(Candidate(start), table or shipped_pairs(), search.seen)))
    second: list[_Judged] = []
    best = sorted((one for one in first if one.verdict.score is not None), key=_order)[:_BEAM]
    for place, one in enumerate(best):
        tell(0.2 + 0.4 * place / _BEAM, "changing a second fragment")
        second += search.judged(_some(by_pairs(one.candidate, table or shipped_pairs(), search.seen)))
    tell(0.6, "drawing compounds around the start")
    drawn = list(by_generator(start, generator, search.seen, _MOST_DRAWN, seed)) if generator else []
    tell(0.8, "estimating what was drawn")
    likeness = likeness_to(start.mol, [each.structure.mol for each in drawn])
    near = [each for each, value in zip(drawn, likeness, strict=True) if value >= LEAST_LIKENESS]
    others = search.judged(near)
    tell(0.9, "looking at the best")
    return _gathered(start, search, [*first, *second], others, number, len(drawn) - len(near))


def propose_task(smiles: str, profile: Profile, number: int, seed: int, tell: Tell = silent) -> Proposals:
    """Search with the shipped models, in a process apart; arguments as :func:`propose`.

    Raises:
        StructureError: when the SMILES is none.
        ModelFileError: when models are missing or damaged.
    """
    import torch

    torch.set_num_threads(1)  # beside the pages, not instead of them
    tell(0.0, "loading the models")
    return propose(standardise(smiles), profile, load_models(), Generator.load(), None, number, seed, tell)


class _Search:
    """Estimates and judges candidates beside the start."""

    def __init__(self, profile: Profile, models: Estimator, start: tuple[Estimate, ...], seen: Seen) -> None:
        self.profile, self.models, self.start, self.seen = profile, models, start, seen

    def judged(self, candidates: Sequence[Candidate]) -> list[_Judged]:
        told = self.models.estimate([each.structure for each in candidates]) if candidates else []
        return [
            _Judged(candidate, tuple(estimates), self.profile.judge(self.start, estimates))
            for candidate, estimates in zip(candidates, told, strict=True)
        ]


def _some(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The variants seen in the most pairs."""
    return sorted(candidates, key=lambda each: -max(change.pairs for change in each.steps[-1]))[:_MOST_VARIANTS]


def _order(one: _Judged) -> tuple[bool, float, str]:
    """What loses nothing first, then by score; of equals by name."""
    return bool(one.verdict.lost), -round(one.verdict.score or 0.0, 6), one.candidate.structure.smiles


def _gathered(
    start: Structure, search: _Search, changed: list[_Judged], drawn: list[_Judged], number: int, unlike: int
) -> Proposals:
    every = [*changed, *drawn]
    known = [one for one in every if one.verdict.score is not None]
    met = sorted((one for one in known if one.verdict.met), key=_order)
    best = met[:number]
    gains = np.array([one.verdict.gains for one in best], dtype=float).reshape(len(best), len(search.profile.goals))
    likeness = likeness_to(start.mol, [one.candidate.structure.mol for one in every])
    alike = {one.candidate.structure.smiles: value for one, value in zip(every, likeness, strict=True)}
    outside = sorted(
        (one for one in every if one.verdict.outside), key=lambda one: -alike[one.candidate.structure.smiles]
    )
    return Proposals(
        start,
        search.start,
        search.profile,
        tuple(_described(one, alike, bool(front)) for one, front in zip(best, pareto_front(gains), strict=True)),
        tuple(_described(one, alike, False) for one in outside[:number]),
        len(changed),
        len(drawn),
        len(met),
        sum((one.verdict.score or 0.0) <= 0 for one in known),
        sum((one.verdict.score or 0.0) > 0 and bool(one.verdict.lost) for one in known),
        unlike,
    )


def _described(one: _Judged, alike: dict[str, float], front: bool) -> Proposal:
    mol = one.candidate.structure.mol
    return Proposal(
        one.candidate,
        one.estimates,
        one.verdict,
        alike[one.candidate.structure.smiles],
        max(each.similarity for each in one.estimates),
        synthetic_accessibility(mol),
        tuple(alerts(mol)),
        front,
    )
