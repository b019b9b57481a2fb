"""Nearest people: two sets of points in; distances, who is nearest and counts within a radius out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.neighbors import NearestNeighbors

from riskmodels.evaluation.arrays import FloatArray
from riskmodels.generated.privacy.space import IntArray

#: distances held at once: 40 MB
_CELLS = 5_000_000


def nearest(points: FloatArray, among: FloatArray, count: int = 1) -> tuple[FloatArray, IntArray]:
    """Distances to the nearest, and which they are.

    Args:
        points: (n, d) whose neighbours are sought.
        among: (m, d) where; at least one.
        count: neighbours a point; as many as there are when fewer.

    Returns:
        Distances and rows of ``among``, (n, min(count, m)) each, nearest first.
    """
    search = NearestNeighbors(n_neighbors=min(count, len(among)), algorithm="brute").fit(among)
    distances, rows = search.kneighbors(points)
    return np.asarray(distances, dtype=np.float64), np.asarray(rows, dtype=np.int64)


def within(points: FloatArray, among: FloatArray, radius: float) -> IntArray:
    """How many lie within a radius: (n,)."""
    # |p − a|² ≤ r² where p·a − |a|²/2 ≥ (|p|² − r²)/2: the left side is one product of matrices
    theirs = np.column_stack([among, -(among**2).sum(axis=1) / 2]).T
    mine = np.column_stack([points, np.ones(len(points))])
    least = ((points**2).sum(axis=1) - radius**2) / 2
    blocks = max(1, len(points) * len(among) // _CELLS)
    counts = [
        np.count_nonzero(some @ theirs >= limit[:, None], axis=1)
        for some, limit in zip(np.array_split(mine, blocks), np.array_split(least, blocks), strict=True)
    ]
    return np.concatenate(counts).astype(np.int64)


def some(rows: int, most: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """At most so many row numbers, drawn without replacement, in order."""
    if rows <= most:
        return np.arange(rows, dtype=np.int64)
    return np.sort(rng.choice(rows, most, replace=False)).astype(np.int64)
