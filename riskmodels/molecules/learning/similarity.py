"""How alike compounds are: the min–max similarity of counts, Σ min / Σ max, of many against many by matrix products.

A count c is written as c ones (at least 1, at least 2, …), so that Σ min of two counts is the product of their ones;
Σ max is what both have less that. Features that many compounds have are multiplied as a dense matrix, the many rare
ones as a sparse one. The products are of whole numbers and exact.

Source: Ralaivola et al., Neural Networks 2005;18:1093 (min–max kernel of molecules; positive definite).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from riskmodels.molecules.learning.fingerprint import Counts

Floats = NDArray[np.float64]
#: share of the known compounds from which on a feature is multiplied as dense
_COMMON = 0.1


class MinMax:
    """Similarity of any compounds to known ones, in one kind of fingerprint.

    Args:
        known: of m compounds.
    """

    def __init__(self, known: Counts) -> None:
        self.known = known
        highest = np.zeros(known.matrix.shape[1], np.int64)
        np.maximum.at(highest, known.matrix.indices, known.matrix.data)
        self._highest = highest
        self._first = np.concatenate([[0], np.cumsum(highest)])
        ones = self._ones(known)
        share = np.bincount(ones.indices, minlength=ones.shape[1]) / max(1, len(known))
        self._common = np.flatnonzero(share >= _COMMON)
        self._rare = np.flatnonzero(share < _COMMON)
        self._dense = np.ascontiguousarray(ones[:, self._common].toarray().T)
        self._sparse = ones[:, self._rare].T.tocsr()

    def _ones(self, counts: Counts) -> csr_matrix:
        """(n, ones of the known compounds): 1 where a compound has a feature at least so often."""
        matrix = counts.matrix
        times = np.minimum(matrix.data, self._highest[matrix.indices])
        ends = np.cumsum(times)
        places = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - times, times)
        columns = np.repeat(self._first[matrix.indices], times) + places
        rows = np.concatenate([[0], ends])[matrix.indptr]
        shape = (len(counts), int(self._first[-1]))
        return csr_matrix((np.ones(len(columns), np.float32), columns, rows), shape=shape)

    def shared(self, asked: Counts) -> Floats:
        """(n, m) Σ min of the counts of each asked compound and each known one."""
        ones = self._ones(asked)
        found: Floats = (ones[:, self._common].toarray() @ self._dense).astype(np.float64)
        found += (ones[:, self._rare] @ self._sparse).toarray()
        return found

    def to(self, asked: Counts) -> Floats:
        """(n, m) similarity, 0–1, of each asked compound to each known one."""
        shared = self.shared(asked)
        # compounds of one atom have no pairs: nothing is alike then
        largest = np.maximum(asked.totals[:, None] + self.known.totals[None] - shared, 1.0)
        return np.divide(shared, largest, out=shared)
