"""Which inputs act together: a model and people in, the strongest pairs and the surface of one pair out.

All of it is read from the model's own explanation (:mod:`riskmodels.explain.shapley`), whatever network stands behind
it: twice the interaction value of two inputs is their pair term g_ij, and of a person of whom only these two are known
the contributions are f_i + ½ g_ij and f_j + ½ g_ij.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from riskmodels.columns import Floats
from riskmodels.explain.shapley import Reasons


class Explained(Protocol):
    """What is asked of a model here."""

    def explain(self, frame: pd.DataFrame, outcome: str) -> Reasons:
        """Reasons of an outcome for every row."""


@dataclass(frozen=True)
class Pair:
    """How strongly two inputs act together.

    Args:
        one, other: variables.
        spread: standard deviation of their pair term over the people, log-odds.
    """

    one: str
    other: str
    spread: float


@dataclass(frozen=True)
class Surface:
    """What two inputs do together beyond what each does alone.

    Args:
        one, other: variables.
        x, y: values of ``one`` (m,) and of ``other`` (n,), canonical units.
        logit: (n, m) pair term, log-odds; 0 where one of them is unknown.
    """

    one: str
    other: str
    x: Floats
    y: Floats
    logit: Floats


def strongest_pairs(model: Explained, outcome: str, people: pd.DataFrame, most: int = 10) -> list[Pair]:
    """The pairs of inputs that act together most.

    Args:
        model: explains itself.
        outcome: one of its outcomes.
        people: PatientFrame of those the spread is taken over.
        most: pairs given.

    Returns:
        The strongest first; fewer where fewer pairs act together at all.
    """
    reasons = model.explain(people, outcome)
    names = [str(name) for name in reasons.data.columns]
    spread = 2 * reasons.interactions.std(axis=0)
    first, second = np.triu_indices(len(names), 1)
    order = np.argsort(-spread[first, second], kind="stable")[:most]
    pairs = [Pair(names[first[k]], names[second[k]], float(spread[first[k], second[k]])) for k in order]
    return [pair for pair in pairs if pair.spread > 0]


def pair_surface(model: Explained, outcome: str, one: str, other: str, x: Floats, y: Floats) -> Surface:
    """The pair term of two inputs on a grid.

    Args:
        model: explains itself.
        outcome: one of its outcomes.
        one, other: two of its inputs.
        x, y: values of ``one`` and of ``other``, canonical units.
    """
    across, up = np.meshgrid(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
    both = model.explain(pd.DataFrame({one: across.ravel(), other: up.ravel()}), outcome).values  # noqa: PD011
    alone = [
        model.explain(pd.DataFrame({name: values}), outcome).values[name].to_numpy()  # noqa: PD011
        for name, values in ((one, across[0]), (other, up[:, 0]))
    ]
    term = both[[one, other]].sum(axis=1).to_numpy().reshape(across.shape) - alone[0] - alone[1][:, None]
    return Surface(one, other, across[0], up[:, 0], term)
