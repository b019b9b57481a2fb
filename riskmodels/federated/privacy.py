"""How much noise keeps how much privacy: (ε, δ) of many noisy sums that a patient may have been part of or not.

Every release is a Gaussian mechanism on a sum that one patient changes by at most the clipping length; no patients are
drawn at random, so T releases with noise σ are together exactly one of μ = √(Σ 1/σ²) (Gaussian differential privacy),
and δ follows from ε in closed form. Neighbouring data sets differ by the presence of one patient in one hospital.

Source: Dong, Roth, Su, J R Stat Soc B 2022;84:3-37, Corollaries 2 and 4 (doi 10.1111/rssb.12454); the formula for δ is
that of Balle, Wang, ICML 2018 (arXiv 1805.06530), Theorem 8.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from scipy.optimize import brentq
from scipy.stats import norm


def mu_of(noises: Iterable[float]) -> float:
    """μ of releases together.

    Args:
        noises: standard deviation of each release's noise, as a multiple of what one patient changes.
    """
    return math.sqrt(sum(1.0 / noise**2 for noise in noises))


def delta_of(epsilon: float, mu: float) -> float:
    """δ at which μ keeps ε."""
    tail = norm.logcdf(-epsilon / mu - mu / 2)
    return float(norm.cdf(-epsilon / mu + mu / 2) - math.exp(epsilon + tail))


def epsilon_of(mu: float, delta: float) -> float:
    """The least ε that μ keeps at δ; 0 where it keeps any."""
    if delta_of(0.0, mu) <= delta:
        return 0.0
    high = 1.0
    while delta_of(high, mu) > delta:
        high *= 2
    return float(brentq(lambda epsilon: delta_of(epsilon, mu) - delta, 0.0, high))


def noise_for(epsilon: float, delta: float, releases: int) -> float:
    """Standard deviation of the noise on each of so many alike releases that together keep (ε, δ)."""
    mu = float(brentq(lambda m: delta_of(epsilon, m) - delta, 1e-6, 100.0))
    return math.sqrt(releases) / mu
