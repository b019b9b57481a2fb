"""Membership inference: whether a real person was among those a generator was fitted on, guessed from invented people.

In: points of invented people, of the members, and of others who were kept apart. Out: how well three attacks tell the
two apart, the strongest of them, and what chance alone would do with as many people.

- ``nearest``: whoever has an invented person close by was a member (distance to the closest; Chen et al. 2020,
  "GAN-Leaks", doi 10.1145/3372297.3417238, their full black-box attack).
- ``density``: whoever lies where invented people are denser than people are was one. Density of invented people against
  that of a part of the others which is not attacked; DOMIAS (van Breugel et al. 2023, arXiv 2302.12580) with nearest
  neighbours as the estimate of both densities, since kernels fail in 30 columns.
- ``count``: how many invented people lie within the median distance to the closest (Monte-Carlo attack with the median
  heuristic; Hilprecht et al. 2019, doi 10.2478/popets-2019-0067).

Intervals are bootstrap percentiles over people (:mod:`riskmodels.evaluation.bootstrap`). That of the strongest is of
the maximum of the three in each replicate, so it leans upwards. What taking the maximum adds by chance is told by
shuffling who was a member (Westfall and Young 1993, the max-T method).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from riskmodels.evaluation.arrays import FloatArray
from riskmodels.evaluation.bootstrap import Compared, Estimate, Plan, bootstrap_scores, interval
from riskmodels.generated.privacy.counted import Share
from riskmodels.generated.privacy.neighbours import nearest, some, within

#: an attack whose AUC is above this refuses the file
LIMIT = 0.52
#: people attacked of either kind, and of the reference, at most; invented ones are all used up to _INVENTED
_PEOPLE, _INVENTED = 10_000, 50_000
#: share of the others that is not attacked but tells how dense people are
_REFERENCE = 1 / 3
#: neighbours whose mean log distance stands for a density
_NEIGHBOURS = 5
#: a distance below which two people are one
_SAME = 1e-6
#: false alarms at which members are caught
_FALSE_ALARMS = 0.01
_SHUFFLES, _AT_ONCE = 1_000, 100


@dataclass(frozen=True)
class Attack:
    """What one attack finds.

    Args:
        name: ``nearest``, ``density`` or ``count``.
        auc: chance that a member looks more like one than another person does, with its 95 % interval; 0.5 is guessing.
        caught: members recognised at one false alarm in a hundred others; 1 % is guessing.
    """

    name: str
    auc: Estimate
    caught: Share


@dataclass(frozen=True)
class Membership:
    """The three attacks on the same people.

    Args:
        attacks: each attack.
        auc: of the strongest, with the 95 % interval of the maximum.
        members, others: people attacked.
        reference: others who told the density and were not attacked.
        invented: people the attacks were given.
        by_chance: the AUC that the strongest of three stays under in 19 of 20 files that give nothing away, with as
            many people.
        refused_by_chance: share of such files whose strongest attack is above the limit.
        p: share of such files in which it is as strong as here.
        caught_by_chance: the share of members that the best of three recognises at most in 19 of 20 such files.
    """

    attacks: tuple[Attack, ...]
    auc: Estimate
    members: int
    others: int
    reference: int
    invented: int
    by_chance: float
    refused_by_chance: float
    p: float
    caught_by_chance: float

    @property
    def strongest(self) -> Attack:
        """The attack of the highest AUC."""
        return max(self.attacks, key=lambda attack: attack.auc.value)

    @property
    def caught(self) -> Share:
        """Members that the best of three recognises at one false alarm in a hundred."""
        return max((attack.caught for attack in self.attacks), key=lambda share: share.value)


def attack_members(invented: FloatArray, members: FloatArray, others: FloatArray, seed: int = 0) -> Membership:
    """Try to tell members from others by the invented people.

    Args:
        invented, members, others: points, (n, d) each.
        seed: of the part that is the reference, of the people taken where there are more than 10,000 (50,000 invented),
            and of the resampling.

    Returns:
        :class:`Membership`.
    """
    rng = np.random.default_rng(seed)
    mixed = rng.permutation(len(others))
    cut = round(_REFERENCE * len(others))
    reference = others[mixed[:cut][:_PEOPLE]]
    apart, inside = others[mixed[cut:][:_PEOPLE]], members[some(len(members), _PEOPLE, rng)]
    given = invented[some(len(invented), _INVENTED, rng)]
    people = np.vstack([inside, apart])
    label = np.r_[np.ones(len(inside)), np.zeros(len(apart))]
    scores = attack_scores(people, given, reference)
    found = bootstrap_scores(label, scores, ["auroc"], plan=Plan(seed=seed))
    chance, caught_by_chance = by_chance(label, scores, rng)
    best = strongest_of(found)
    return Membership(
        attacks=tuple(Attack(n, found.scores[n]["auroc"], _caught(scores[n], label)) for n in scores),
        auc=best,
        members=len(inside),
        others=len(apart),
        reference=len(reference),
        invented=len(given),
        by_chance=float(np.quantile(chance, 0.95)),
        refused_by_chance=float((chance > LIMIT).mean()),
        p=float((1 + (chance >= best.value).sum()) / (1 + len(chance))),
        caught_by_chance=float(np.quantile(caught_by_chance, 0.95) / len(inside)),
    )


def attack_scores(people: FloatArray, invented: FloatArray, reference: FloatArray) -> dict[str, FloatArray]:
    """How much like a member each person looks to each attack: (n,) by name, higher is more."""
    to_invented = np.maximum(nearest(people, invented, _NEIGHBOURS)[0], _SAME)
    to_reference = np.maximum(nearest(people, reference, _NEIGHBOURS)[0], _SAME)
    closest = to_invented[:, 0]
    return {
        "nearest": -closest,
        "density": np.log(to_reference).mean(axis=1) - np.log(to_invented).mean(axis=1),
        "count": within(people, invented, float(np.median(closest))).astype(np.float64),
    }


def strongest_of(found: Compared) -> Estimate:
    """The highest AUC, with the percentile interval of the highest in each replicate."""
    draws = np.max([draw["auroc"] for draw in found.draws.values()], axis=0)
    low, high = interval(draws, found.level)
    return Estimate(max(point["auroc"] for point in found.points.values()), float(low), float(high))


def by_chance(
    label: FloatArray, scores: dict[str, FloatArray], rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """The highest AUC of the attacks, and the most members caught, when it is shuffled who was one: (shuffles,)."""
    ranks = np.column_stack([rankdata(score) for score in scores.values()])
    inside = int(label.sum())
    apart = len(label) - inside
    aucs, caught = [], []
    for _ in range(_SHUFFLES // _AT_ONCE):
        shuffled = rng.permuted(np.tile(label, (_AT_ONCE, 1)), axis=1)
        aucs.append(((shuffled @ ranks - inside * (inside + 1) / 2) / (inside * apart)).max(axis=1))
        caught.append(np.max([caught_at(shuffled, score) for score in scores.values()], axis=0))
    return np.concatenate(aucs), np.concatenate(caught)


def caught_at(label: FloatArray, score: FloatArray, false_alarms: float = _FALSE_ALARMS) -> FloatArray:
    """Members above all others but some.

    Args:
        label: (b, n), 1 for a member.
        score: (n,), higher is more like a member.
        false_alarms: share of the others who may be above as well.

    Returns:
        (b,) counts of members.
    """
    order = np.argsort(-score, kind="stable")
    first = np.searchsorted(-score[order], -score[order])  # where those of one score begin
    others = np.cumsum(1 - label[:, order], axis=1)
    stop = first[np.argmax(others > np.floor(false_alarms * others[:, -1:]), axis=1)]
    above = np.where(stop > 0, np.take_along_axis(others, np.maximum(stop - 1, 0)[:, None], axis=1)[:, 0], 0)
    return np.asarray(stop - above, dtype=np.float64)


def _caught(score: FloatArray, label: FloatArray) -> Share:
    return Share(int(caught_at(label[None, :], score)[0]), int(label.sum()))
