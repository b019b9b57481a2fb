"""A stretch of a lead as it would lie on paper: 25 mm a second, 10 mm a millivolt, as numbers for whoever draws it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from riskmodels.signals.rhythm.ecg import Ecg

#: of the paper: mm a second, mm a millivolt, mm between thin and between thick lines
MM_A_SECOND, MM_A_MILLIVOLT, THIN, THICK = 25.0, 10.0, 1.0, 5.0
#: least span that is shown, mV below and above zero
_LEAST = (-1.0, 1.5)
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Strip:
    """What to draw.

    Args:
        seconds: (k,) time of each point from the start of the recording.
        millivolts: (k,) the lead; NaN breaks the line.
        first, last: seconds at the left and right edge.
        low, high: millivolts at the lower and upper edge, whole thick squares.
        exact: whether every value is drawn; otherwise the lowest and highest of each of many short spans.
    """

    seconds: Floats = field(repr=False)
    millivolts: Floats = field(repr=False)
    first: float
    last: float
    low: float
    high: float
    exact: bool

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height on paper."""
        return (self.last - self.first) * MM_A_SECOND, (self.high - self.low) * MM_A_MILLIVOLT

    def lines(self, apart: float = THICK) -> tuple[Floats, Floats]:
        """Seconds of the upright and millivolts of the level grid lines.

        Args:
            apart: :data:`THIN` or :data:`THICK`, mm.
        """
        step, height = apart / MM_A_SECOND, apart / MM_A_MILLIVOLT
        columns = np.arange(np.ceil(self.first / step - 1e-9), np.floor(self.last / step + 1e-9) + 1) * step
        rows = np.arange(np.round(self.low / height), np.round(self.high / height) + 1) * height
        return columns, rows


def strip(ecg: Ecg, lead: int, first: float, seconds: float, points: int = 2_000) -> Strip:
    """A stretch of a lead.

    Args:
        ecg: the recording.
        lead: number of the lead.
        first: seconds from its start; kept within the recording.
        seconds: length of the stretch; less where the recording ends.
        points: at most so many are drawn, two or more.
    """
    first = min(max(first, 0.0), max(0.0, ecg.seconds - seconds))
    start, end = round(first * ecg.rate), round(min(first + seconds, ecg.seconds) * ecg.rate)
    trace = ecg.millivolts[lead, start:end].astype(np.float64)
    exact = len(trace) <= points
    places, values = (np.arange(len(trace)), trace) if exact else _extremes(trace, points // 2)
    low, high = _span(values)
    return Strip((places + start) / ecg.rate, values, start / ecg.rate, end / ecg.rate, low, high, exact)


def _extremes(trace: Floats, spans: int) -> tuple[NDArray[np.int64], Floats]:
    """Places and values of the lowest and highest of each of many spans, in their order; NaN where a span has none."""
    edges = np.linspace(0, len(trace), spans + 1).astype(np.int64)
    places = []
    for first, end in pairwise(edges.tolist()):
        part = trace[first:end]
        known = np.isfinite(part).any()
        found = (int(np.nanargmin(part)), int(np.nanargmax(part))) if known else (0, len(part) - 1)
        places += [first + place for place in sorted(found)]
    chosen = np.array(places, dtype=np.int64)
    return chosen, trace[chosen]


def _span(values: Floats) -> tuple[float, float]:
    """Millivolts of the edges: the values and the least span, in whole thick squares."""
    square = THICK / MM_A_MILLIVOLT
    known = values[np.isfinite(values)]
    low, high = (known.min(), known.max()) if len(known) else (0.0, 0.0)
    return (
        float(np.floor(min(low, _LEAST[0]) / square) * square),
        float(np.ceil(max(high, _LEAST[1]) / square) * square),
    )
