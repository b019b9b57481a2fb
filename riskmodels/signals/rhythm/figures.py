"""One figure of a report: its value with an interval, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: parts of a recording that an interval is drawn from, at least
MIN_PARTS = 4
FEW = "Its interval needs at least {least} {parts}; there are {count}."


@dataclass(frozen=True)
class Figure:
    """A number of a report.

    Args:
        value: None where it is not stated.
        low, high: 95 % interval; None where there is none.
        unit: e.g. ``bpm``.
        reason: why value or interval are not stated; "" when both are.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    reason: str = ""


def mean_of(parts: NDArray[np.float64], unit: str, words: str) -> Figure:
    """Mean of parts of a recording, with a bootstrap interval over them.

    Args:
        parts: one value a part.
        unit: of the values.
        words: what the parts are, for the reason, e.g. ``windows of 10 s``.
    """
    from riskmodels.evaluation.bootstrap import bootstrap_mean

    if not len(parts):
        return Figure(unit=unit, reason=FEW.format(least=1, parts=words, count=0))
    if len(parts) < MIN_PARTS:
        reason = FEW.format(least=MIN_PARTS, parts=words, count=len(parts))
        return Figure(float(parts.mean()), unit=unit, reason=reason)
    mean, low, high = bootstrap_mean(parts[:, None])
    return Figure(float(mean[0]), float(low[0]), float(high[0]), unit)
