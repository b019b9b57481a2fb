"""What is put right on validation people: the width of the intervals and the probability of a low."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from riskmodels.signals.forecast.windows import LOW, STEPS, Floats, Windows

#: the share of readings that shall lie within the interval
COVERAGE = 0.9


@dataclass(frozen=True)
class Calibration:
    """For one interval of the sensor.

    Args:
        width: (12,) factors of the interval's width, by step.
        slope, shift: of the log-odds of a low.
    """

    width: tuple[float, ...] = (1.0,) * STEPS
    slope: float = 1.0
    shift: float = 0.0


def calibrate(raw: Mapping[str, Floats], windows: Windows) -> Calibration:
    """Conformal factors of the width (Romano 2019, arXiv 1905.03222, here as a factor) and a line of the log-odds.

    Every person counts alike, however many windows there are of each.

    Args:
        raw: answers before calibration, see :meth:`~riskmodels.signals.forecast.model.ForecastModel.raw`.
        windows: of validation people, judged.
    """
    _, codes, counts = np.unique(windows.person, return_inverse=True, return_counts=True)
    weight = 1 / counts[codes]
    error = windows.future - windows.now[:, None] - raw["mean"]
    reach = np.where(error < 0, -error / raw["below"], error / raw["above"])
    width = [_quantile(reach[:, step], weight) for step in range(STEPS)]
    asked = windows.now >= LOW
    line = LogisticRegression(C=1e6).fit(raw["low"][asked, None], windows.low_ahead[asked], weight[asked])
    return Calibration(tuple(width), float(line.coef_[0, 0]), float(line.intercept_[0]))


def _quantile(reach: Floats, weight: Floats) -> float:
    """The 90 % quantile of known values; 1 where none is known (between the readings of a 15-minute sensor)."""
    known = ~np.isnan(reach)
    if not known.any():
        return 1.0
    order = np.argsort(reach[known])
    share = np.cumsum(weight[known][order])
    return float(reach[known][order][np.searchsorted(share, COVERAGE * share[-1])])
