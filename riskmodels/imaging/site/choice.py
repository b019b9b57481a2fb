"""Which way to calibrate for a site: the numbers as shipped, a slope and an intercept, or a new head.

Cross-validation decides. From simple to rich, the simpler way stands unless the next one's log loss is lower by more
than the standard error of the difference, paired over photos: a network that already fits a camera is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from riskmodels.imaging.calibration import AS_SHIPPED
from riskmodels.imaging.site.crossval import SEED, Fit, Held, Known, Progress, gain, hold_out
from riskmodels.imaging.site.fit import Fitted

SLOPE, HEAD = "slope and intercept", "slope, intercept and a new head"
#: photos from which on a new head is tried
LEAST_FOR_HEAD = 100
#: share of the work that is over before the new head, which is slow
_BEFORE_HEAD = 0.15


@dataclass(frozen=True, eq=False)
class Choice:
    """The way that was chosen.

    Args:
        method: its name.
        fitted: on all photos.
        held: what it says of photos that it was not fitted on.
        losses: cross-validated log loss by the name of every way that was tried.
        why: in words.
    """

    method: str
    fitted: Fitted
    held: Held
    losses: dict[str, float]
    why: str


def choose(known: Known, progress: Progress | None = None) -> Choice:
    """Try each way, and take the simplest that no other beats clearly.

    Args:
        known: the photos.
        progress: told the share done.
    """
    ways = _ways(known)
    parts = zip(ways, _shares(len(ways)), strict=True)
    held = {name: hold_out(known, ways[name], _part(progress, *share)) for name, share in parts}
    method, *richer = ways
    reasons = []
    for name in richer:
        lower, error = gain(held[name], held[method], known)
        reasons.append(_reason(name, method, lower, error))
        method = name if lower > error else method
    if HEAD not in ways:
        reasons.append(f"A new head is tried from {LEAST_FOR_HEAD} photos on.")
    losses = {name: float(told.loss(known).mean()) for name, told in held.items()}
    return Choice(method, ways[method](np.arange(len(known)), SEED), held[method], losses, " ".join(reasons))


def _ways(known: Known) -> dict[str, Fit]:
    """From simple to rich."""
    ways: dict[str, Fit] = {AS_SHIPPED: known.as_shipped, SLOPE: known.fit_map}
    return ways | ({HEAD: known.fit_head} if len(known) >= LEAST_FOR_HEAD else {})


def _shares(ways: int) -> Sequence[tuple[float, float]]:
    """Where in the work each way begins and ends."""
    edges = (0.0, _BEFORE_HEAD / 3, _BEFORE_HEAD, 1.0) if ways > 2 else (0.0, 0.5, 1.0)
    return list(pairwise(edges))


def _part(progress: Progress | None, start: float, end: float) -> Progress | None:
    return None if progress is None else lambda done: progress(start + (end - start) * done)


def _reason(name: str, than: str, lower: float, error: float) -> str:
    """``Slope and intercept: … lower than as shipped by 0.12 (standard error 0.03), so used.``"""
    found = f"{name.capitalize()}: cross-validated log loss"
    against = than if than == AS_SHIPPED else f"with {than}"
    if lower <= 0:
        return f"{found} not lower than {against}, so not used."
    used = "so used" if lower > error else "no more than that, so not used"
    return f"{found} lower than {against} by {lower:.2g} (standard error {error:.2g}), {used}."
