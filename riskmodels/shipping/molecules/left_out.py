"""Estimates of compounds that a process did not learn from, fold by fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from riskmodels.molecules.learning.domain import likeness
from riskmodels.molecules.learning.gaussian_process import Kernel, fit_process
from riskmodels.molecules.learning.library import Library

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pool:
    """Measured compounds of one endpoint, with the likeness among them.

    Args:
        rows: (n,) numbers in the library.
        measured: (n,) values.
        similarities: (n, n), a matrix a kind of fingerprint.
        descriptors: (n, descriptors).
    """

    rows: Numbers
    measured: Floats
    similarities: Sequence[NDArray[np.floating]]
    descriptors: Floats

    @classmethod
    def of(cls, library: Library, rows: Numbers, values: Floats) -> Pool:
        """Of compounds of a library."""
        return cls(rows, values, library.among(rows, rows), library.descriptors[rows])

    def part(self, rows: Numbers) -> Pool:
        """Some of them."""
        similarities = [one[np.ix_(rows, rows)] for one in self.similarities]
        return Pool(self.rows[rows], self.measured[rows], similarities, self.descriptors[rows])


@dataclass(frozen=True, eq=False)
class LeftOut:
    """Estimates of compounds that were left out.

    Args:
        measured: (n,) values.
        estimates: (n,).
        near: (n,) likeness to the compounds that each was estimated from.
        fold: (n,) that it was left out in.
    """

    measured: Floats
    estimates: Floats
    near: Floats
    fold: Numbers

    @property
    def errors(self) -> Floats:
        """(n,) estimate less measurement."""
        return self.estimates - self.measured

    def mixed(self, other: Floats, share: float) -> LeftOut:
        """With a share of another model's estimates, (n,), that left the same compounds out."""
        return LeftOut(self.measured, self.estimates + share * (other - self.estimates), self.near, self.fold)

    def and_also(self, other: LeftOut) -> LeftOut:
        """Both, one after the other."""
        names = ("measured", "estimates", "near", "fold")
        return LeftOut(*(np.concatenate([getattr(self, name), getattr(other, name)]) for name in names))


def leave_out(pool: Pool, kernels: Kernel | Sequence[Kernel], folds: Numbers) -> LeftOut:
    """Estimate every compound from those of the other folds.

    Args:
        pool: the compounds.
        kernels: one for all folds, or one a fold.
        folds: (n,) fold of each.
    """
    estimates, near = np.empty(len(folds)), np.empty(len(folds))
    for fold in range(int(folds.max()) + 1):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if not len(outside):
            continue
        kernel = kernels if isinstance(kernels, Kernel) else kernels[fold]
        known = pool.part(inside)
        process = fit_process(kernel, known.similarities, known.descriptors, known.measured)
        across = [one[np.ix_(outside, inside)] for one in pool.similarities]
        estimates[outside] = process.estimate(across, pool.descriptors[outside], known.descriptors)
        near[outside] = likeness(across[0])
    return LeftOut(pool.measured, estimates, near, folds)
