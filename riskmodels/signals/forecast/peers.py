"""Peers of the network, fitted on the same people: the last reading, a straight line, ridge regression, boosting."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from riskmodels.signals.forecast.evaluation import JUDGED, Answers
from riskmodels.signals.forecast.windows import LOW, STEPS, Floats, Windows

#: leaves of a tree that are tried; the number of trees is chosen for each
LEAVES = (15, 31)
TREES = 300
_RATE = 0.06


def features(windows: Windows) -> Floats:
    """(n, 42): last reading, differences of the others from it, changes of 5–30 minutes, time of day, interval."""
    filled = windows.filled.astype(np.float64)
    now = filled[:, -1:]
    change = now - filled[:, [-2, -4, -7]]
    day = 2 * np.pi * windows.day[:, None]
    return np.concatenate([now, filled[:, :-1] - now, change, np.sin(day), np.cos(day), windows.interval[:, None]], 1)


def persistence(windows: Windows) -> Answers:
    """Glucose stays where it is."""
    now = windows.now.astype(np.float64)
    return Answers(np.repeat(now[:, None], STEPS, axis=1), -now)


def fit_ridge(train: Windows) -> Callable[[Windows], Answers]:
    """Ridge regression of the change, and logistic regression of a low, on the readings of three hours."""
    scaler = StandardScaler()
    inputs = scaler.fit_transform(features(train))
    asked = train.judged & (train.now >= LOW)
    means = {}
    for step in JUDGED.values():
        known = ~np.isnan(train.future[:, step])
        means[step] = Ridge(1.0).fit(inputs[known], (train.future[:, step] - train.now)[known])
    low = LogisticRegression(max_iter=300).fit(inputs[asked], train.low_ahead[asked])

    def answer(windows: Windows) -> Answers:
        found = scaler.transform(features(windows))
        mean = persistence(windows).mean
        for step, model in means.items():
            mean[:, step] += model.predict(found)
        return Answers(mean, low.predict_proba(found)[:, 1])

    return answer


@dataclass(frozen=True, eq=False)
class Boosting:
    """Boosted trees with what was chosen on validation people.

    Args:
        answer: windows → answers.
        chosen: leaves and trees by what is predicted.
    """

    answer: Callable[[Windows], Answers]
    chosen: dict[str, dict[str, int]]


def fit_boosting(train: Windows, validation: Windows, leaves: tuple[int, ...] = LEAVES, trees: int = TREES) -> Boosting:
    """Boosting; leaves and number of trees are those of the least error on validation people."""
    inputs, held = features(train), features(validation)
    chosen: dict[str, dict[str, int]] = {}
    means = {}
    for minutes, step in JUDGED.items():
        known = ~np.isnan(train.future[:, step])
        fitted = _grown(
            HistGradientBoostingRegressor, inputs[known], (train.future[:, step] - train.now)[known], leaves, trees
        )
        truth = validation.future[:, step] - validation.now
        means[step] = _best(fitted, lambda model: model.staged_predict(held), _squared(truth))
        chosen[f"{minutes} min"] = means[step].settings
    asked, judged = train.judged & (train.now >= LOW), validation.now >= LOW
    fitted = _grown(HistGradientBoostingClassifier, inputs[asked], train.low_ahead[asked], leaves, trees)
    label = validation.low_ahead[judged].astype(np.float64)
    low = _best(
        fitted, lambda model: (said[:, 1] for said in model.staged_predict_proba(held[judged])), _logarithmic(label)
    )
    chosen["low"] = low.settings

    def answer(windows: Windows) -> Answers:
        found = features(windows)
        mean = persistence(windows).mean
        for step, kept in means.items():
            mean[:, step] += kept.at_its_best(kept.model.staged_predict(found))
        return Answers(mean, low.at_its_best(low.model.staged_predict_proba(found))[:, 1])

    return Boosting(answer, chosen)


@dataclass(frozen=True, eq=False)
class _Kept:
    model: Any
    trees: int

    @property
    def settings(self) -> dict[str, int]:
        return {"leaves": self.model.max_leaf_nodes, "trees": self.trees}

    def at_its_best(self, stages: Iterable[Any]) -> Any:
        """What it says with the number of trees that was best."""
        return next(islice(stages, self.trees - 1, None))


def _grown(kind: Any, inputs: Floats, target: Any, leaves: tuple[int, ...], trees: int) -> list[Any]:
    settings = {"learning_rate": _RATE, "max_iter": trees, "early_stopping": False, "random_state": 0}
    return [kind(max_leaf_nodes=count, **settings).fit(inputs, target) for count in leaves]


def _best(models: list[Any], stages: Callable[[Any], Iterable[Any]], loss: Callable[[Any], float]) -> _Kept:
    losses = [[loss(said) for said in stages(model)] for model in models]
    first = int(np.argmin([min(found) for found in losses]))
    return _Kept(models[first], int(np.argmin(losses[first])) + 1)


def _squared(truth: Any) -> Callable[[Any], float]:
    return lambda said: float(np.mean((said - truth) ** 2))


def _logarithmic(label: Floats) -> Callable[[Any], float]:
    return lambda said: float(-np.mean(label * np.log(said) + (1 - label) * np.log1p(-said)))
