"""Do invented photos help the rare grades? A classifier learnt with and without them, in pairs, on photos kept apart.

The classifier is cheap on purpose: multinomial logistic regression on frozen features. Each pair shares one bootstrap
sample of the real photos; what it is tested on chose nothing, neither here nor in the generator.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from riskmodels.columns import Floats
from riskmodels.generated.images.photos import GRADES

#: as the tables name them: nothing done, rare grades weighted, invented photos added up to the most frequent grade
REAL, WEIGHTED, INVENTED = "real photos alone", "real photos, grades weighted equally", "with invented photos"
WAYS = (REAL, WEIGHTED, INVENTED)
SEEDS = 5
_INVERSE_PENALTY = 0.01
Grades = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Seen:
    """Features (n, d) and grades (n,) of some pictures."""

    features: Floats
    grades: Grades


@dataclass(frozen=True)
class Recall:
    """Of one grade, by one way of learning.

    Args:
        way: one of :data:`WAYS`.
        grade: 0–4.
        recall: mean over the seeds.
        difference: to real photos alone, mean of the pairs; 0 for these themselves.
        interval: 95 %, by Student's t over the pairs.
        beyond: difference to real photos with grades weighted equally, which costs nothing and does for the grades'
            frequency what added pictures do, whatever they show.
        beyond_interval: 95 %, likewise.
        tested: photos of that grade.
    """

    way: str
    grade: int
    recall: float
    difference: float
    interval: tuple[float, float]
    beyond: float
    beyond_interval: tuple[float, float]
    tested: int


@dataclass(frozen=True)
class Trial:
    """All of it.

    Args:
        recalls: by way and grade.
        accuracy: balanced, by way: mean over the seeds, mean difference to real photos alone, and its interval.
        asked: how often a classifier of real photos, grades weighted equally, finds the grade that was asked for, by
            grade; ``asked_real``: the grade of real photos kept apart.
        seeds: pairs.
    """

    recalls: tuple[Recall, ...]
    accuracy: dict[str, tuple[float, float, tuple[float, float]]]
    asked: tuple[float, ...]
    asked_real: tuple[float, ...]
    seeds: int


def try_rare(learnt: Seen, invented: Seen, tested: Seen, seeds: int = SEEDS) -> Trial:
    """Learn and test in every way.

    Args:
        learnt: real training photos.
        invented: enough of each grade to fill it up to the most frequent one.
        tested: real photos kept apart.
        seeds: pairs.
    """
    found = {way: np.stack([_recalls(way, learnt, invented, tested, seed) for seed in range(seeds)]) for way in WAYS}
    recalls = tuple(
        Recall(
            way,
            g,
            *_paired(rows[:, g], found[REAL][:, g]),
            *_paired(rows[:, g], found[WEIGHTED][:, g])[1:],
            tested=int((tested.grades == g).sum()),
        )
        for way, rows in found.items()
        for g in range(len(GRADES))
    )
    accuracy = {way: _paired(rows.mean(1), found[REAL].mean(1)) for way, rows in found.items()}
    made, real = (_recalls(WEIGHTED, learnt, invented, pictures, seed=0) for pictures in (invented, tested))
    return Trial(recalls, accuracy, tuple(map(float, made)), tuple(map(float, real)), seeds)


def _recalls(way: str, learnt: Seen, invented: Seen, tested: Seen, seed: int) -> Floats:
    """(5,) of one fit."""
    rng = np.random.default_rng(seed)
    rows = np.concatenate([rng.choice(own, len(own)) for own in _by_grade(learnt.grades)])
    features, grades = learnt.features[rows], learnt.grades[rows]
    if way == INVENTED:
        added = _filling(grades, invented.grades, rng)
        features = np.concatenate([features, invented.features[added]])
        grades = np.concatenate([grades, invented.grades[added]])
    scaler = StandardScaler().fit(learnt.features)
    weights = "balanced" if way == WEIGHTED else None
    model = LogisticRegression(C=_INVERSE_PENALTY, max_iter=3_000, class_weight=weights)
    model.fit(scaler.transform(features), grades)
    called = model.predict(scaler.transform(tested.features))
    return np.array([(called[tested.grades == g] == g).mean() for g in range(len(GRADES))])


def _by_grade(grades: Grades) -> list[Grades]:
    return [np.flatnonzero(grades == g) for g in range(len(GRADES))]


def _filling(grades: Grades, there: Grades, rng: np.random.Generator) -> Grades:
    """Rows of invented photos that bring every grade up to the most frequent one, as far as there are any."""
    counts = np.bincount(grades, minlength=len(GRADES))
    parts = [
        rng.choice(own, min(len(own), counts.max() - n), replace=False)
        for own, n in zip(_by_grade(there), counts, strict=True)
    ]
    return np.concatenate(parts).astype(np.int64)


def _paired(rows: Floats, base: Floats) -> tuple[float, float, tuple[float, float]]:
    """Mean, mean difference to the base, and its 95 % interval."""
    away = rows - base
    wide = student.ppf(0.975, len(away) - 1) * away.std(ddof=1) / np.sqrt(len(away)) if len(away) > 1 else np.nan
    return float(rows.mean()), float(away.mean()), (float(away.mean() - wide), float(away.mean() + wide))
