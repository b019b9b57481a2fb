"""What a kind of peer is made of: people ready to be fitted, settings to try, and one fitted model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import logit

from riskmodels.evaluation.arrays import FloatArray

Settings = dict[str, float | int | str]
#: told of a fit beside what it was set to: how long it went on
FOUND = ("trees", "epochs")
#: probabilities of a forest may be 0 or 1; kept this far from both
_EDGE = 1e-4


class Part(NamedTuple):
    """People ready to be fitted.

    Args:
        frame: float inputs, NaN unknown.
        label: 0 or 1.
        weight: above 0, mean 1.
    """

    frame: pd.DataFrame
    label: FloatArray
    weight: FloatArray


class Candidate(NamedTuple):
    """One fitted model: what it was set to, and its log-odds for a frame of inputs."""

    settings: Settings
    log_odds: Callable[[pd.DataFrame], FloatArray]


class Kind(NamedTuple):
    """A kind of peer.

    Args:
        choices: settings to choose among, for a seed.
        fit: on the first part, stopped early on the second, with a seed, set so. One CPU thread, deterministic.
        at_once: whether several fits may run beside each other.
    """

    choices: Callable[[int], Sequence[Settings]]
    fit: Callable[[Part, Part, int, Settings], Candidate]
    at_once: bool = True

    def candidates(
        self, train: Part, tune: Part, seed: int, threads: int, settings: Settings | None = None
    ) -> Iterator[Candidate]:
        """A model for each choice, or for the given settings alone.

        Two threads inside one booster wait for each other busily: on a machine with other work that took seven times
        as long as one thread. Apart they do not, and the result does not depend on their number.
        """
        tried = self.choices(seed) if settings is None else [_asked(settings)]
        fit = partial(self.fit, train, tune, seed)
        if not self.at_once or threads == 1:
            yield from map(fit, tried)
            return
        with ThreadPoolExecutor(threads) as pool:
            yield from pool.map(fit, tried)


def _asked(settings: Settings) -> Settings:
    """Without what a fit itself found."""
    return {name: value for name, value in settings.items() if name not in FOUND}


def from_probability(model: Any, design: Callable[[pd.DataFrame], Any], frame: pd.DataFrame) -> FloatArray:
    """Log-odds of a model of scikit-learn that gives probabilities."""
    risk = model.predict_proba(design(frame))[:, 1]
    return np.asarray(logit(np.clip(risk, _EDGE, 1 - _EDGE)), np.float64)


def from_decision(model: Any, design: Callable[[pd.DataFrame], Any], frame: pd.DataFrame) -> FloatArray:
    """Log-odds of a model of scikit-learn that gives log-odds."""
    return np.asarray(model.decision_function(design(frame)), np.float64)


def plain(frame: pd.DataFrame) -> FloatArray:
    """Inputs as they stand, NaN unknown, for models that take them so."""
    return frame.to_numpy(np.float64)
