"""Means of readings with 95 % intervals that know that readings which follow each other are alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from riskmodels.columns import Floats

LEVEL = 0.95
#: a gap of so many usual intervals parts readings: they are not neighbours
_GAP = 2.0
#: the highest correlation of neighbours that is believed
_MOST_ALIKE = 0.9


@dataclass(frozen=True)
class Estimate:
    """A mean with the 95 % interval of a mean of many more such readings.

    Args:
        value: the mean.
        low, high: ends of the interval; NaN where it cannot be told.
        n: readings.
        error: standard error; NaN where it cannot be told.
        freedom: degrees of freedom of the interval.
    """

    value: float
    low: float
    high: float
    n: int
    error: float
    freedom: float

    @classmethod
    def of(cls, value: float, error: float, freedom: float, n: int) -> Estimate:
        """With Student's interval."""
        half = error * float(stdtrit(freedom, 0.5 + LEVEL / 2)) if freedom > 0 else float("nan")
        return cls(value, value - half, value + half, n, error, freedom)

    @property
    def text(self) -> str:
        """``134 (131–137)``."""
        interval = f" ({self.low:.0f}–{self.high:.0f})" if self.low == self.low else ""
        return f"{self.value:.0f}{interval}"


def mean_in_time(values: Floats, seconds: Floats) -> Estimate:
    """Mean of readings one after the other; as many count as would be independent.

    The correlation r of neighbours is estimated and corrected for its bias in short series (r + (1 + 3 r) / n, Kendall
    1954, Biometrika 41:403); n readings then count as n (1 − r) / (1 + r). A negative r counts as 0.

    Args:
        values: (n,) without NaN.
        seconds: (n,) rising.
    """
    n = len(values)
    if n < 2:
        return Estimate.of(float(values.mean()) if n else float("nan"), float("nan"), 0.0, n)
    alike = _neighbours(values, seconds)
    counting = max(2.0, n * (1 - alike) / (1 + alike))
    error = float(values.std(ddof=1) / np.sqrt(counting))
    return Estimate.of(float(values.mean()), error, counting - 1, n)


def _neighbours(values: Floats, seconds: Floats) -> float:
    """Correlation of readings that follow each other without a gap, 0 to :data:`_MOST_ALIKE`."""
    steps = np.diff(seconds)
    near = steps <= _GAP * np.median(steps)
    away = values - values.mean()
    spread = float((away**2).mean())
    if spread == 0 or near.sum() < 3:
        return 0.0
    correlation = float((away[1:] * away[:-1])[near].mean()) / spread
    corrected = correlation + (1 + 3 * correlation) / len(values)
    return float(np.clip(corrected, 0.0, _MOST_ALIKE))


def mean_over_days(values: Floats, days: npt.NDArray[np.int64]) -> Estimate:
    """Mean of readings of several days; those of a day are alike, so that days are what is drawn.

    Args:
        values: (n,) without NaN.
        days: (n,) which day.
    """
    n, own = len(values), np.unique(days)
    mean = float(values.mean()) if n else float("nan")
    if len(own) < 2:
        return Estimate.of(mean, float("nan"), 0.0, n)
    sums = np.array([(values[days == day] - mean).sum() for day in own])
    error = float(np.sqrt(len(own) / (len(own) - 1) * (sums**2).sum()) / n)
    return Estimate.of(mean, error, len(own) - 1, n)


def together(parts: Sequence[Estimate]) -> Estimate:
    """The mean of all readings of parts of a day, each with its own level; degrees of freedom by Welch–Satterthwaite.

    Args:
        parts: one a part, with at least one reading.
    """
    n = sum(part.n for part in parts)
    weights = [part.n / n for part in parts]
    value = sum(w * part.value for w, part in zip(weights, parts, strict=True))
    terms = [(w * part.error) ** 2 for w, part in zip(weights, parts, strict=True)]
    total = sum(terms)
    if not total > 0:
        return Estimate.of(value, 0.0 if total == 0 else float("nan"), max(0.0, n - 1.0), n)
    freedom = total**2 / sum(term**2 / part.freedom for term, part in zip(terms, parts, strict=True) if term)
    return Estimate.of(value, float(np.sqrt(total)), freedom, n)
