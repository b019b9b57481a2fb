"""A Gaussian process on compounds: what is estimated is a weighted sum of the likeness to measured compounds.

With S the mean, by shares, of the min–max similarities in every kind of fingerprint, and C how close two compounds are
as wholes (a Gaussian of the differences of their descriptors), the covariance of two compounds is
C · (linear·S + square·S²); two measurements of one compound differ by the noise. Shares, rates, amplitudes and noise
are those under which the training values are likeliest (marginal likelihood).

Source: Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, ch. 2 and 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from riskmodels.errors import TrainingError
from riskmodels.molecules.learning.similarity import Floats

#: compounds that the marginal likelihood is computed of; drawn where there are more
LIKELIHOOD_ROWS = 1500
#: least variance of a measurement: a laboratory repeats itself within about 0.17 log units at best
LEAST_NOISE = 0.03
_STEPS = 30
#: logarithms of amplitudes and rates (a standard deviation of each descriptor) are sought within these
_SOUGHT = (-10.0, 4.0)


@dataclass(frozen=True)
class Kernel:
    """Covariance of two compounds.

    Args:
        shares: of the kinds of fingerprints in S; they sum to 1.
        rates: of the descriptors in C: one over the difference that counts, per unit of each.
        linear: variance, of S.
        square: variance, of S².
        noise: variance of a measurement.
    """

    shares: tuple[float, ...]
    rates: tuple[float, ...]
    linear: float
    square: float
    noise: float

    def mixed(self, similarities: Sequence[NDArray[np.floating]]) -> Floats:
        """S of (n, m) similarities, a matrix a kind."""
        mixed: Floats = np.multiply(similarities[0], self.shares[0], dtype=np.float64)
        for share, similarity in zip(self.shares[1:], similarities[1:], strict=True):
            mixed += share * similarity
        return mixed

    def closeness(self, asked: Floats, known: Floats) -> Floats:
        """C of (n, descriptors) and (m, descriptors): (n, m), 0–1."""
        rates = np.array(self.rates)
        a, b = asked * rates, known * rates
        squares = (a * a).sum(1)[:, None] + (b * b).sum(1)[None] - 2 * a @ b.T
        found: Floats = np.exp(-0.5 * np.maximum(squares, 0.0))
        return found

    def slope(self, mixed: Floats, closeness: Floats) -> Floats:
        """Covariance a unit of S, so that covariance is S times it."""
        found: Floats = closeness * (self.linear + self.square * mixed)
        return found


@dataclass(frozen=True, eq=False)
class Process:
    """A fitted process: ``mean + covariance · weights``.

    Args:
        kernel: covariance.
        mean: of the training values.
        weights: (m,) of the training compounds.
    """

    kernel: Kernel
    mean: float
    weights: Floats

    def estimate(self, similarities: Sequence[NDArray[np.floating]], asked: Floats, known: Floats) -> Floats:
        """(n,) estimates.

        Args:
            similarities: (n, m) to the training compounds, a matrix a kind.
            asked: (n, descriptors).
            known: (m, descriptors) of the training compounds.
        """
        mixed = self.kernel.mixed(similarities)
        return self.mean + (mixed * self.kernel.slope(mixed, self.kernel.closeness(asked, known))) @ self.weights


def fit_process(
    kernel: Kernel, similarities: Sequence[NDArray[np.floating]], descriptors: Floats, values: Floats
) -> Process:
    """Condition on measured compounds.

    Args:
        kernel: see :func:`fit_kernel`.
        similarities: (m, m) among them, a matrix a kind.
        descriptors: (m, descriptors) of them.
        values: (m,) measured.

    Raises:
        TrainingError: when the covariance cannot be solved.
    """
    mixed = kernel.mixed(similarities)
    covariance = torch.from_numpy(mixed * kernel.slope(mixed, kernel.closeness(descriptors, descriptors)))
    covariance.diagonal().add_(kernel.noise)
    factor, failed = torch.linalg.cholesky_ex(covariance)
    if int(failed):
        raise TrainingError("The covariance of the compounds is not positive.", hint="Look for rows that are doubled.")
    mean = float(values.mean())
    weights = torch.cholesky_solve(torch.from_numpy(values - mean)[:, None], factor)[:, 0]
    return Process(kernel, mean, weights.numpy())


def fit_kernel(
    similarities: Sequence[NDArray[np.floating]], descriptors: Floats, values: Floats, seed: int = 0
) -> Kernel:
    """The kernel under which the values are likeliest.

    Args:
        similarities: (m, m) among the training compounds, a matrix a kind.
        descriptors: (m, descriptors) of them.
        values: (m,) measured.
        seed: of the draw of :data:`LIKELIHOOD_ROWS` compounds, where there are more: it takes their number cubed.

    Raises:
        TrainingError: when no kernel fits.
    """
    rows = np.sort(np.random.default_rng(seed).permutation(len(values))[:LIKELIHOOD_ROWS])
    matrices = torch.stack([torch.from_numpy(one[np.ix_(rows, rows)].astype(np.float64)) for one in similarities])
    spread = torch.from_numpy(descriptors.std(0) + 1e-3)
    wholes = torch.from_numpy(descriptors[rows]) / spread
    centred = torch.from_numpy(values[rows] - values[rows].mean())
    variance = float(centred.square().mean())
    kinds, wide = len(matrices), wholes.shape[1]
    start = [0.0] * kinds + [-2.0] * wide + [np.log(variance), np.log(variance), np.log(0.2 * variance)]
    free = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([free], lr=0.5, max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        found = _surprise(free, matrices, wholes, centred)
        found.backward()  # type: ignore[no-untyped-call]
        return found

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    if not bool(free.isfinite().all()):
        raise TrainingError("No kernel fits the compounds.", hint="Look for values that are none.")
    free = free.detach().clamp(*_SOUGHT)
    shares, (linear, square, noise) = free[:kinds].softmax(0).tolist(), free[-3:].exp().tolist()
    rates = (free[kinds:-3].exp() / spread).tolist()
    return Kernel(tuple(shares), tuple(rates), linear, square, noise + LEAST_NOISE)


def _surprise(free: torch.Tensor, matrices: torch.Tensor, wholes: torch.Tensor, centred: torch.Tensor) -> torch.Tensor:
    """Negative log marginal likelihood a compound, without its constant (Rasmussen and Williams, eq. 2.30)."""
    kinds, free = len(matrices), free.clamp(*_SOUGHT)
    mixed = torch.einsum("k,knm->nm", free[:kinds].softmax(0), matrices)
    scaled = wholes * free[kinds:-3].exp()
    lengths = scaled.square().sum(1)
    closeness = (-0.5 * (lengths[:, None] + lengths[None] - 2 * scaled @ scaled.T)).exp()
    linear, square, noise = free[-3:].exp()
    covariance = closeness * mixed * (linear + square * mixed)
    factor = torch.linalg.cholesky(covariance + (noise + LEAST_NOISE) * torch.eye(len(centred), dtype=torch.float64))
    solved = torch.cholesky_solve(centred[:, None], factor)[:, 0]
    found: torch.Tensor = (0.5 * centred @ solved + factor.diagonal().log().sum()) / len(centred)
    return found
