"""Which unknown input would narrow an estimate most.

For every unknown input: draw plausible values given all that is known about this patient (see
:class:`riskmodels.tabular.reference.Reference`), estimate again with each, and see how far the answers spread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from riskmodels.columns import Floats
from riskmodels.variable import Variable
from riskmodels.vocabulary import VOCABULARY

#: not tests that one could order: facts about the patient that are asked, not measured, or set by another input
_NOT_ASKED = frozenset({"age", "sex", "fasting_hours"})


class Population(Protocol):
    """Where plausible values come from."""

    def all_plausible(self, names: Sequence[str], known: Mapping[str, float]) -> dict[str, Floats]:
        """Plausible values of each unknown input, as many of each, given all that is known."""


def narrowing(
    known: Mapping[str, float],
    inputs: Sequence[str],
    reference: Population,
    risk_of: Callable[[Floats], Floats],
    variables: Mapping[str, Variable] = VOCABULARY,
) -> pd.DataFrame:
    """What each unknown input could change.

    Args:
        known: the patient's value of every input of the model, NaN where not known.
        inputs: those of them that serve the outcome.
        reference: the population plausible values come from.
        risk_of: (m, p) values of the model's inputs, in the order of ``known`` → (m,) risks, 0–1.
        variables: what the inputs are.

    Returns:
        One row an unknown input, the most telling first: ``name``, ``label``, ``sd`` (standard deviation of the risk
        over plausible values, in probability), ``low`` and ``high`` (lowest and highest estimate among them, which
        are the conditional 10th to 90th percentiles). Empty when nothing is unknown.
    """
    unknown = [name for name in inputs if name not in _NOT_ASKED and known[name] != known[name]]
    rows: list[tuple[str, str, float, float, float]] = []
    if unknown:
        values = reference.all_plausible(unknown, known)
        parts = risk_of(_trials(known, values)).reshape(len(unknown), -1)
        spread, low, high = parts.std(axis=1), parts.min(axis=1), parts.max(axis=1)
        order = np.argsort(-spread, kind="stable")
        rows = [
            (unknown[i], variables[unknown[i]].label, float(spread[i]), float(low[i]), float(high[i])) for i in order
        ]
    return pd.DataFrame(rows, columns=["name", "label", "sd", "low", "high"])


def _trials(known: Mapping[str, float], values: Mapping[str, Floats]) -> Floats:
    """The patient once for each value of each unknown input."""
    each, places = len(next(iter(values.values()))), {name: place for place, name in enumerate(known)}
    trials = np.tile(np.array(list(known.values())), (each * len(values), 1))
    for i, (name, tried) in enumerate(values.items()):
        trials[i * each : (i + 1) * each, places[name]] = tried
    return trials
