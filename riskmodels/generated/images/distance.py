"""How far one set of pictures is from another: Fréchet and kernel distance of their features.

Source: Heusel et al. 2017, arXiv:1706.08500 (FID); Bińkowski et al. 2018, arXiv:1801.01401 (KID: unbiased, so that sets
of unequal and of small size can be compared).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.columns import Floats
from riskmodels.errors import InputError

#: of KID: random subsets, and the largest that is taken
_SUBSETS, _SUBSET = 100, 100


@dataclass(frozen=True)
class Distance:
    """Of two sets.

    Args:
        fid: Fréchet distance; depends on how many pictures the sets have.
        kid: squared kernel distance × 1,000, mean over subsets.
        kid_sd: its standard deviation over the subsets.
        sizes: pictures of either set.
    """

    fid: float
    kid: float
    kid_sd: float
    sizes: tuple[int, int]


def distance(one: Floats, other: Floats, seed: int = 0) -> Distance:
    """Both distances.

    Args:
        one: (n, d) features.
        other: (m, d).
        seed: of the subsets.

    Raises:
        InputError: when a set has fewer than two pictures.
    """
    if min(len(one), len(other)) < 2:
        raise InputError("A set of one picture has no distance.", hint="Take more pictures.")
    kid, spread = kernel_distance(one, other, seed)
    return Distance(frechet_distance(one, other), kid, spread, (len(one), len(other)))


def frechet_distance(one: Floats, other: Floats) -> float:
    """Squared distance of the means + trace of the covariances less twice that of their geometric mean, (n, d) each.

    The trace of the root of a product is the sum of the singular values of the product of both centred sets (or of
    their triangular factors), which is exact also where there are fewer pictures than features.
    """
    parts = [np.asarray(np.linalg.qr((x - x.mean(0)) / np.sqrt(len(x) - 1), mode="r")) for x in (one, other)]
    shared = np.linalg.svd(parts[0] @ parts[1].T, compute_uv=False).sum()
    apart = np.square(one.mean(0) - other.mean(0)).sum()
    return float(apart + np.square(parts[0]).sum() + np.square(parts[1]).sum() - 2 * shared)


def kernel_distance(one: Floats, other: Floats, seed: int = 0) -> tuple[float, float]:
    """Mean and standard deviation over subsets of the unbiased squared distance × 1,000, cubic kernel."""
    rng = np.random.default_rng(seed)
    size = min(_SUBSET, len(one), len(other))
    found = [
        _unbiased(one[rng.choice(len(one), size, False)], other[rng.choice(len(other), size, False)])
        for _ in range(_SUBSETS)
    ]
    return 1_000 * float(np.mean(found)), 1_000 * float(np.std(found))


def _unbiased(one: Floats, other: Floats) -> float:
    n, width = len(one), one.shape[1]
    within, beside, across = ((a @ b.T / width + 1) ** 3 for a, b in ((one, one), (other, other), (one, other)))
    own = sum((k.sum() - np.trace(k)) / (n * (n - 1)) for k in (within, beside))
    return float(own - 2 * across.mean())
