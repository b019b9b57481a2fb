"""Beats that were found against beats that were marked: which of them belong together, within a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from riskmodels.signals.rhythm.ecg import Mask
from riskmodels.signals.rhythm.filtering import Floats

#: seconds by which a found beat may lie beside the marked one (ANSI/AAMI EC57)
TOLERANCE = 0.15


def partners(found: Floats, marked: Floats) -> NDArray[np.int64]:
    """(m,) number of the found beat that each marked one meets, −1 where none; the nearer ones are matched first."""
    partner = np.full(len(marked), -1)
    if not len(found) or not len(marked):
        return partner
    after = np.clip(np.searchsorted(found, marked), 1, max(1, len(found) - 1))
    candidates = np.stack([after - 1, np.minimum(after, len(found) - 1)])
    distance = np.abs(found[candidates] - marked)
    taken: set[int] = set()
    for place in np.argsort(distance, axis=None, kind="stable"):
        side, beat = divmod(int(place), len(marked))
        other = int(candidates[side, beat])
        if distance[side, beat] <= TOLERANCE and partner[beat] < 0 and other not in taken:
            partner[beat] = other
            taken.add(other)
    return partner


def match_beats(marked: Floats, found: Floats) -> tuple[Mask, Mask]:
    """Pair beats, each with one at most.

    Args:
        marked: (m,) seconds, ascending.
        found: (k,) seconds, ascending.

    Returns:
        (m,) and (k,) bool: which of either have a partner within :data:`TOLERANCE`.
    """
    partner = partners(found, marked)
    hit, used = partner >= 0, np.zeros(len(found), bool)
    used[partner[hit]] = True
    return hit, used
