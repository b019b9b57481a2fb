"""Rows whose age is only known to lie in a band: their interval holds those at both ends of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.checks.columns import Problem

if TYPE_CHECKING:
    from riskmodels.assessment import Assessment
    from riskmodels.tabular.estimates import OutcomeEstimates


@dataclass(frozen=True)
class Bands:
    """What is answered at the ends of the bands. Made by :func:`answer_bands`.

    Args:
        rows: places of the rows with a band.
        ends: their answers at the youngest and at the oldest age of it.
    """

    rows: npt.NDArray[np.int64] = field(repr=False)
    ends: tuple[Assessment, ...]

    def widened(self, outcome: str, found: OutcomeEstimates) -> OutcomeEstimates:
        """The estimates of all rows, with the interval of those with a band from the lowest end to the highest.

        An end at which the outcome is not estimated (an age beyond those it is valid for) adds nothing.
        """
        if not len(self.rows):
            return found
        at_ends = [end[outcome] for end in self.ends]
        low, high = found.low.copy(), found.high.copy()
        given = ~np.isnan(found.risk[self.rows])
        lowest = np.fmin.reduce([low[self.rows], *(end.low for end in at_ends)])
        highest = np.fmax.reduce([high[self.rows], *(end.high for end in at_ends)])
        low[self.rows], high[self.rows] = np.where(given, lowest, np.nan), np.where(given, highest, np.nan)
        return replace(found, low=low, high=high)


def answer_bands(frame: pd.DataFrame, problems: Iterable[Problem], ask: Callable[[pd.DataFrame], Assessment]) -> Bands:
    """Ask again for the rows whose age is a band.

    Args:
        frame: PatientFrame; the age of such a row is the middle of its band.
        problems: of its rows; those of age tell how wide the band is.
        ask: answers a PatientFrame.
    """
    half = {p.row: p.half_width for p in problems if p.field == "age" and p.half_width}
    if not half:
        return Bands(np.empty(0, np.int64), ())
    rows = np.sort(frame.index.get_indexer(pd.Index(list(half), tupleize_cols=False)))
    widths = np.array([half[row] for row in frame.index[rows]])
    age = frame["age"].to_numpy(dtype=float)[rows]
    return Bands(rows, tuple(ask(frame.iloc[rows].assign(age=age + side * widths)) for side in (-1.0, 1.0)))
