"""How hospitals agree on the encoding of inputs: each one's counts between fixed cuts in, one encoding for all out.

An encoding and the pair columns depend on each input by itself and on nothing else of the patients (quantiles for
knots, means, one principal direction). So a count of patients between fixed cuts of each input is enough, the cuts
being those of the vocabulary: a table of made-up rows that has the summed counts is encoded as the patients would be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskmodels.columns import Floats
from riskmodels.tabular.encoding import FEW_VALUES, LOGARITHMIC
from riskmodels.variable import Kind, Variable
from riskmodels.vocabulary import VOCABULARY

#: cells an input's plausible range is cut into
CELLS = 64
#: fewer patients than this are not told: they are added to the next cell, or not counted
LEAST = 5
#: rows of the table that has the counts
ROWS = 2_000
#: a logarithm starts here at the latest, as share of the upper end
_LOWEST = 1e-4


@dataclass(frozen=True)
class Cells:
    """Where one input is counted.

    Args:
        name: of the input.
        codes: of a choice, or of a number of few steps; empty for others.
        edges: between cells, ascending, canonical unit; empty for choices.
    """

    name: str
    codes: tuple[float, ...]
    edges: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.codes) or len(self.edges) - 1

    def count(self, values: pd.Series) -> Floats:
        """How many known values lie in each cell, (cells,)."""
        known = values.dropna().to_numpy(float)
        if self.codes:
            return np.array([float((known == code).sum()) for code in self.codes])
        return np.histogram(known, np.array(self.edges))[0].astype(np.float64)

    def told(self, values: pd.Series, least: int = LEAST) -> Floats:
        """:meth:`count`, as it may leave the hospital: no cell tells of 1 to ``least`` − 1 patients.

        Neighbouring cells of a number are taken together until there are enough; a code with too few patients is told
        as 0.
        """
        counts = self.count(values)
        if self.codes:
            return np.where(counts >= least, counts, 0.0)
        return _together(counts, least)


def cells_of(variable: Variable) -> Cells:
    """The cells of a variable, from its answers or its plausible range alone."""
    if variable.kind is not Kind.NUMBER:
        return Cells(variable.name, tuple(choice.code for choice in variable.choices), ())
    low, high = variable.plausible
    step = variable.units[0].step
    if round((high - low) / step) < FEW_VALUES:
        return Cells(variable.name, tuple(np.arange(low, high + step / 2, step).tolist()), ())
    if variable.name in LOGARITHMIC:
        edges = np.geomspace(max(low, _LOWEST * high), high, CELLS + 1)
        edges[0] = low
    else:
        edges = np.linspace(low, high, CELLS + 1)
    return Cells(variable.name, (), tuple(edges.tolist()))


def _together(counts: Floats, least: int) -> Floats:
    """Counts with neighbours taken together from below until ``least`` are; nothing where all together are fewer.

    Patients of a group are spread evenly over its cells. Both tails are drawn in, so that nobody's extreme value is
    told: the first group counts in its last cell, and who is left over above counts in the last group.
    """
    told, start = np.zeros_like(counts), 0
    ends: list[tuple[int, int, float]] = []
    for end in range(1, len(counts) + 1):
        if counts[start:end].sum() >= least:
            ends.append((start if ends else end - 1, end, counts[start:end].sum()))
            start = end
    for first, end, people in ends:
        told[first:end] = people / (end - first)
    if ends:
        first, end, people = ends[-1]
        told[first:end] = (people + counts[end:].sum()) / (end - first)
    return told


def told_counts(frame: pd.DataFrame, inputs: Sequence[str], least: int = LEAST) -> Floats:
    """What a hospital tells of its patients for the encoding: the counts of all inputs, one after the other."""
    return np.concatenate([cells_of(VOCABULARY[name]).told(frame[name], least) for name in inputs])


def table_of(totals: Floats, inputs: Sequence[str]) -> pd.DataFrame:
    """Rows that have the summed counts; they are nobody, and say nothing of two inputs together.

    Args:
        totals: as :func:`told_counts`, summed over hospitals.
        inputs: names; those that nobody knows are empty columns.

    Returns:
        PatientFrame of :data:`ROWS` rows, each column ascending.
    """
    columns, at = {}, 0
    for name in inputs:
        cells = cells_of(VOCABULARY[name])
        columns[name] = _values(cells, np.clip(totals[at : at + len(cells)], 0.0, None))
        at += len(cells)
    return pd.DataFrame(columns)


def _values(cells: Cells, counts: Floats) -> Floats:
    total = counts.sum()
    if total <= 0:
        return np.full(ROWS, np.nan)
    below = np.r_[0.0, np.cumsum(counts)] / total
    levels = (np.arange(ROWS) + 0.5) / ROWS
    if cells.codes:
        at = np.searchsorted(below[1:], levels).clip(max=len(cells) - 1)
        return np.asarray(np.array(cells.codes)[at])
    # an empty cell is a flat piece of the distribution, over which np.interp steps
    keep = np.r_[True, np.diff(below) > 0] | np.r_[np.diff(below) > 0, True]
    return np.asarray(np.interp(levels, below[keep], np.array(cells.edges)[keep]))
