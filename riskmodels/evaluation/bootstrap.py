"""Bootstrap intervals: people drawn again and again, as Poisson counts that multiply their weights.

Everything is computed under many sets of counts at once (see :mod:`riskmodels.evaluation.metrics`): 500 replicates of
all metrics on 13,000 people take seconds on one core. Draws depend on the seed, the number of people and nothing else,
so scores compared on the same people meet the same draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from riskmodels.evaluation.arrays import FloatArray, known_rows
from riskmodels.evaluation.metrics import METRICS, prepare

#: counts held at once (replicates × people), about 8 MB each for a handful of arrays
_CELLS = 1_000_000
#: an interval is not estimable when more than this share of the replicates is not
_MOST_FAILED = 0.1


class Estimate(NamedTuple):
    """A value with its interval; NaN where not estimable."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Plan:
    """How to resample.

    Args:
        replicates: how many times.
        seed: of the random generator.
        level: share of the replicates inside the interval.
        groups: one key a person; people of one key are drawn together (repeated visits, clusters). Each person
            on their own when absent.
    """

    replicates: int = 500
    seed: int = 0
    level: float = 0.95
    groups: Any = None

    def of(self, kept: Any) -> Plan:
        """The same plan for some of the people (bool, one a person)."""
        if self.groups is None:
            return self
        return Plan(self.replicates, self.seed, self.level, np.asarray(self.groups)[kept])


DEFAULT_PLAN = Plan()


def draw_counts(n: int, plan: Plan = DEFAULT_PLAN) -> Iterator[FloatArray]:
    """How often each person is drawn, some replicates at a time.

    Args:
        n: number of people.
        plan: replicates, seed, groups.

    Yields:
        (b, n) whole numbers; together ``plan.replicates`` rows.
    """
    rng = np.random.default_rng(plan.seed)
    codes = None if plan.groups is None else pd.factorize(np.asarray(plan.groups))[0]
    width = n if codes is None else int(codes.max(initial=-1)) + 1
    at_once = max(1, _CELLS // max(n, 1))
    for done in range(0, plan.replicates, at_once):
        size = (min(at_once, plan.replicates - done), width)
        counts = rng.poisson(1.0, size).astype(np.float64)
        yield counts if codes is None else counts[:, codes]


def resample(
    kernel: Callable[[FloatArray], Mapping[str, FloatArray]], weight: FloatArray, plan: Plan = DEFAULT_PLAN
) -> dict[str, FloatArray]:
    """Values of a kernel under every replicate.

    Args:
        kernel: weights (b, n) → arrays (b, …) by name.
        weight: (n,) weight of each person.
        plan: how to resample.

    Returns:
        Arrays (replicates, …) by name.
    """
    parts = [kernel(counts * weight) for counts in draw_counts(len(weight), plan)]
    return {name: np.concatenate([part[name] for part in parts]) for name in (parts[0] if parts else ())}


def interval(replicates: FloatArray, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Percentile interval along the first axis.

    Args:
        replicates: (replicates, …).
        level: share inside.

    Returns:
        Low and high; NaN where more than a tenth of the replicates is NaN.
    """
    shape = replicates.shape[1:]
    flat = replicates.reshape(len(replicates), int(np.prod(shape)))
    bounds = np.full((2, flat.shape[1]), np.nan)
    enough = np.isnan(flat).sum(axis=0) <= _MOST_FAILED * len(flat) if len(flat) else np.zeros(flat.shape[1], bool)
    if enough.any():
        tail = (1 - level) / 2
        bounds[:, enough] = np.nanquantile(flat[:, enough], [tail, 1 - tail], axis=0)
    return bounds[0].reshape(shape), bounds[1].reshape(shape)


def bootstrap_mean(values: FloatArray, plan: Plan = DEFAULT_PLAN) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean over people with its interval.

    Args:
        values: (n, …), one row a person.
        plan: how to resample.

    Returns:
        Mean, low and high, (…) each; NaN where there is nobody.
    """
    shape = values.shape[1:]

    def kernel(weights: FloatArray) -> dict[str, FloatArray]:
        total = weights.sum(axis=1).reshape(-1, *(1 for _ in shape))
        with np.errstate(invalid="ignore"):  # a replicate that drew nobody has no mean
            return {"mean": weights @ values / total}

    mean = values.mean(axis=0) if len(values) else np.full(shape, np.nan)
    draws = resample(kernel, np.ones(len(values)), plan).get("mean", np.empty((0, *shape)))
    return np.asarray(mean), *interval(draws, plan.level)


def estimates(points: Mapping[str, float], draws: Mapping[str, FloatArray], level: float) -> dict[str, Estimate]:
    """Values with their intervals; nothing where the value itself is not estimable."""
    found = {}
    for name, value in points.items():
        low, high = interval(draws[name], level) if name in draws else (np.nan, np.nan)
        found[name] = Estimate(np.nan, np.nan, np.nan) if np.isnan(value) else Estimate(value, float(low), float(high))
    return found


def bootstrap_metrics(
    label: Any,
    score: Any,
    metrics: Iterable[str] = tuple(METRICS),
    weight: Any = None,
    plan: Plan = DEFAULT_PLAN,
) -> dict[str, Estimate]:
    """Metrics with bootstrap intervals.

    Args:
        label: 0, 1 or NaN (left out), one a person.
        score: probability 0–1 or NaN (left out).
        metrics: names of :data:`~riskmodels.evaluation.metrics.METRICS`.
        weight: one a person; all 1 when absent.
        plan: how to resample.

    Returns:
        :class:`Estimate` by metric.

    Raises:
        InputError: see :func:`~riskmodels.evaluation.metrics.measure`.
    """
    return bootstrap_scores(label, {"score": score}, metrics, weight, plan).scores["score"]


def paired_difference(
    label: Any,
    score: Any,
    other: Any,
    metrics: Iterable[str] = ("auroc", "auprc", "brier"),
    weight: Any = None,
    plan: Plan = DEFAULT_PLAN,
) -> dict[str, Estimate]:
    """Difference ``score − other`` of each metric on the same people, with the interval of the difference.

    Args:
        label, metrics, weight, plan: as :func:`bootstrap_metrics`.
        score, other: two probabilities for the same people; who lacks one is left out of both.

    Returns:
        :class:`Estimate` by metric.

    Raises:
        InputError: see :func:`~riskmodels.evaluation.metrics.measure`.
    """
    found = bootstrap_scores(label, {"score": score, "other": other}, metrics, weight, plan)
    return found.difference("score", "other")


@dataclass(frozen=True)
class Compared:
    """Metrics of several scores on the same people under the same draws.

    Args:
        points: value by score and metric.
        draws: replicates by score and metric.
        level: of the intervals.
    """

    points: dict[str, dict[str, float]]
    draws: dict[str, dict[str, FloatArray]]
    level: float

    @property
    def scores(self) -> dict[str, dict[str, Estimate]]:
        """:class:`Estimate` by score and metric."""
        return {name: estimates(self.points[name], self.draws[name], self.level) for name in self.points}

    def difference(self, one: str, other: str) -> dict[str, Estimate]:
        """:class:`Estimate` of ``one − other`` by metric."""
        points = {m: value - self.points[other][m] for m, value in self.points[one].items()}
        draws = {m: value - self.draws[other][m] for m, value in self.draws[one].items()}
        return estimates(points, draws, self.level)


def bootstrap_scores(
    label: Any,
    scores: Mapping[str, Any],
    metrics: Iterable[str] = tuple(METRICS),
    weight: Any = None,
    plan: Plan = DEFAULT_PLAN,
) -> Compared:
    """Metrics of several scores on the people who have all of them.

    Args:
        label, metrics, weight, plan: as :func:`bootstrap_metrics`.
        scores: probabilities by name.

    Returns:
        :class:`Compared`.

    Raises:
        InputError: see :func:`~riskmodels.evaluation.metrics.measure`.
    """
    names, wanted = list(scores), tuple(metrics)
    sample = known_rows(label, [np.asarray(scores[name], dtype=np.float64) for name in names], weight)
    kernels = {name: prepare(sample.label, sample.scores[:, i], wanted) for i, name in enumerate(names)}

    def kernel(weights: FloatArray) -> dict[str, FloatArray]:
        return {
            f"{name}/{metric}": values
            for name in names
            for metric, values in kernels[name](weights).items()
        }  # fmt: skip

    points = kernel(sample.weight[None, :])
    draws = resample(kernel, sample.weight, plan.of(sample.kept))
    return Compared(
        {name: {m: float(points[f"{name}/{m}"][0]) for m in wanted} for name in names},
        {name: {m: draws[f"{name}/{m}"] for m in wanted if draws} for name in names},
        plan.level,
    )
