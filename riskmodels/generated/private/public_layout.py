"""A layout that was read from nobody: column names in; levels from public ranges and the vocabulary's answers out.

A layout made of people (:meth:`riskmodels.generated.learning.layout.Layout.of`) holds their quantiles, counts and
common values, which differential privacy would have to pay for. This one is free: intervals over the usual range of
adults as the vocabulary states it, a step by the width of that range, the vocabulary's answers, and "not measured" for
every column. A value beyond the usual range is held at its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from riskmodels.columns import Floats
from riskmodels.errors import InputError
from riskmodels.generated.learning.layout import Column, Layout
from riskmodels.outcomes import OUTCOMES
from riskmodels.variable import Kind
from riskmodels.vocabulary import VOCABULARY

#: intervals of a number
INTERVALS = 20
#: highest to lowest from which intervals grow by a factor rather than by a sum
_SKEWED = 5.0
#: steps that the range of a number has at least
_STEPS = 40
#: lowest and highest value, or the answers, by column: what the vocabulary does not know of
Ranges = Mapping[str, tuple[float, float] | tuple[str, ...]]


def public_layout(names: Iterable[str], ranges: Ranges | None = None) -> Layout:
    """The layout of columns by what is publicly known of them.

    Args:
        names: of the columns, in the table's order.
        ranges: of columns that are neither of the vocabulary nor an outcome (yes or no): lowest and highest number, or
            the texts that are answers. They must not be taken from the table.

    Raises:
        InputError: when nothing is publicly known of a column.
    """
    return Layout(tuple(_column(name, ranges or {}) for name in names))


def _column(name: str, ranges: Ranges) -> Column:
    if name in ranges:
        known = ranges[name]
        if isinstance(known[0], str):
            return _answers(name, known)
        return _number(name, float(known[0]), float(known[1]))
    variable = VOCABULARY.get(name)
    if variable is not None:
        if variable.kind is Kind.NUMBER:
            return _number(name, *variable.usual)
        return _answers(name, tuple(choice.code for choice in variable.choices))
    if name in {outcome.name for outcome in OUTCOMES}:
        return _answers(name, (0.0, 1.0))
    raise InputError(
        f"Nothing is publicly known of the column {name}.",
        hint="Leave it out, or give its range or its answers (not read from the table).",
    )


def _answers(name: str, answers: tuple[float | str, ...]) -> Column:
    kept = tuple(a if isinstance(a, str) else float(a) for a in answers)
    return Column(name, (1,) * (len(kept) + 1), kept)


def _number(name: str, low: float, high: float) -> Column:
    if not low < high:
        raise InputError(f"The range of {name} is empty.", hint="Give the lowest value first.")
    step = 10.0 ** min(0.0, np.floor(np.log10((high - low) / _STEPS)))
    edges = np.unique(np.round(_edges(low, high) / step) * step)
    return Column(name, (1,) * len(edges), edges=tuple(float(round(e, 6)) for e in edges), step=float(round(step, 6)))


def _edges(low: float, high: float) -> Floats:
    skewed = low > 0 and high / low >= _SKEWED
    return np.asarray(np.geomspace(low, high, INTERVALS + 1) if skewed else np.linspace(low, high, INTERVALS + 1))
