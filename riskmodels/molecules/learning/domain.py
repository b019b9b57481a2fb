"""How far a number can be trusted: its 90 % interval, and the bound beyond which none is given, by likeness.

Both are read off estimates for compounds that were left out of the fit, many of them with their whole scaffold: the
less alike the nearest training compounds, the wider the interval, and where errors are about as large as the spread of
the measurements themselves, there is no estimate.

Source: Vovk et al., Algorithmic Learning in a Random World, 2005 (conformal quantiles within categories).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression

from riskmodels.errors import TrainingError
from riskmodels.model_files.card_values import number, numbers
from riskmodels.molecules.learning.descriptors import DESCRIPTORS

Floats = NDArray[np.float64]
#: training compounds whose mean likeness says how well known a compound's surroundings are
NEAREST = 3
#: of the intervals
COVERAGE = 0.9
#: bands of likeness, of equally many compounds left out each
BANDS = 10
#: root mean squared error, as a share of the standard deviation of the values, from which on no number is given
LARGEST_SHARE = 0.9
#: and in log units: a factor of ten
LARGEST_ERROR = 1.0
#: share of the compounds least alike those measured that the domain leaves out
RAREST = 0.005
#: descriptors whose range in the training data bounds the domain, and what they are called in a sentence
RANGED = {"log P": "Its log P", "heavy atoms": "The number of its heavy atoms"}
_RANGED = [DESCRIPTORS.index(name) for name in RANGED]


@dataclass(frozen=True)
class Domain:
    """Interval and bound of one endpoint.

    Args:
        edges: (bands − 1,) likeness between bands, ascending.
        halves: (bands,) half of the interval in each band, log units; falling.
        least: likeness below which no number is given.
        ranges: of each of :data:`RANGED` in the training data.
    """

    edges: tuple[float, ...]
    halves: tuple[float, ...]
    least: float
    ranges: tuple[tuple[float, float], ...]

    def half(self, likeness: Floats) -> Floats:
        """(n,) half of the interval at (n,) likeness."""
        found: Floats = np.array(self.halves)[np.searchsorted(self.edges, likeness, side="right")]
        return found

    def inside(self, likeness: Floats, descriptors: Floats) -> NDArray[np.bool_]:
        """(n,) whether a number is given at (n,) likeness and (n, descriptors)."""
        low, high = np.array(self.ranges).T
        ranged = descriptors[:, _RANGED]
        found: NDArray[np.bool_] = (likeness >= self.least) & ((ranged >= low) & (ranged <= high)).all(1)
        return found

    def reason(self, likeness: float, descriptors: Floats) -> str:
        """Why no number is given, in words; empty inside."""
        for name, place, (low, high) in zip(RANGED.values(), _RANGED, self.ranges, strict=True):
            if not low <= descriptors[place] <= high:
                return (
                    f"{name} is {descriptors[place]:.3g}; the measured compounds that the model "
                    f"learnt from lie between {low:.3g} and {high:.3g}."
                )
        if likeness < self.least:
            return (
                f"No measured compound is like it: the {NEAREST} nearest are {likeness:.2f} alike on average (1 is "
                f"the same). Below {self.least:.2f}, errors are as large as measurements' spread or a factor of 10."
            )
        return ""

    def plain(self) -> dict[str, Any]:
        """As the card holds it."""
        return {
            "edges": list(self.edges),
            "halves": list(self.halves),
            "least": self.least,
            "ranges": [list(ends) for ends in self.ranges],
        }

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> Domain:
        """From a card.

        Raises:
            LookupError: when an entry is missing.
            TypeError: when one is of another kind.
            ValueError: when one does not fit the others.
        """
        edges, halves = numbers(entry["edges"]), numbers(entry["halves"])
        ranges = tuple((number(low), number(high)) for low, high in entry["ranges"])
        if len(halves) != len(edges) + 1 or len(ranges) != len(RANGED) or list(edges) != sorted(edges):
            raise ValueError("bands and ranges do not fit")
        return cls(edges, halves, number(entry["least"]), ranges)


def likeness(similarity: NDArray[np.floating]) -> Floats:
    """(n,) mean of the :data:`NEAREST` largest of (n, m) similarities to training compounds."""
    nearest = min(NEAREST, similarity.shape[1])
    found: Floats = np.partition(similarity, -nearest, axis=1)[:, -nearest:].mean(1, dtype=np.float64)
    return found


def fit_domain(near: Floats, errors: Floats, spread: float, descriptors: Floats) -> Domain:
    """Interval and bound from compounds that were left out.

    Args:
        near: (n,) likeness of each to the compounds that it was estimated from.
        errors: (n,) estimate less measurement.
        spread: standard deviation of the measurements.
        descriptors: (m, descriptors) of the training compounds.

    Raises:
        TrainingError: when there are too few compounds for such intervals.
    """
    bands = min(BANDS, len(errors) // 20)
    if bands < 1:
        raise TrainingError(f"There are no intervals from {len(errors)} compounds.", hint="Give more compounds.")
    edges = np.quantile(near, np.arange(1, bands) / bands)
    band = np.searchsorted(edges, near, side="right")
    absolute = [np.sort(np.abs(errors[band == place])) for place in range(bands)]
    halves = np.array([one[min(len(one), int(np.ceil((len(one) + 1) * COVERAGE))) - 1] for one in absolute])
    halves = np.maximum.accumulate(halves[::-1])[::-1]
    ranged = descriptors[:, _RANGED]
    ranges = tuple(zip(ranged.min(0).tolist(), ranged.max(0).tolist(), strict=True))
    return Domain(tuple(edges.tolist()), tuple(halves.tolist()), _least(near, errors, spread), ranges)


def _least(near: Floats, errors: Floats, spread: float) -> float:
    """The likeness from which upwards errors stay below the largest share of the spread, and which was met at all.

    Errors are taken to fall with likeness (isotonic regression of their squares).
    """
    order = np.argsort(near, kind="stable")
    falling = IsotonicRegression(increasing=False).fit(near[order], errors[order] ** 2)
    small = falling.predict(near[order]) <= min(LARGEST_SHARE * spread, LARGEST_ERROR) ** 2
    first = int(small.argmax()) if small.any() else len(order) - 1
    return float(max(near[order][first], np.quantile(near, RAREST)))
