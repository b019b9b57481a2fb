"""Beats → intervals between them, never across a stretch that was left out, and which of them are normal to normal."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from riskmodels.signals.rhythm.beats import Beats
from riskmodels.signals.rhythm.ecg import Mask

Floats = NDArray[np.float64]
#: an interval that differs more from the median of those around it is taken for ectopic or missed (Task Force 1996)
ODD = 0.2
#: intervals on either side that the median is taken over
_AROUND = 5


@dataclass(frozen=True, eq=False)
class Intervals:
    """Intervals from beat to beat.

    Args:
        seconds: (k,) length of each.
        ends: (k,) seconds from the start of the recording to the beat that ends each.
        joined: (k,) bool, whether the interval before it is the one just before in time.
        ectopic: (k,) bool, whether one of its two beats is ectopic.
        odd: (k,) bool, whether it differs by more than :data:`ODD` from those around it.
    """

    seconds: Floats = field(repr=False)
    ends: Floats = field(repr=False)
    joined: Mask = field(repr=False)
    ectopic: Mask = field(repr=False)
    odd: Mask = field(repr=False)

    @property
    def normal(self) -> Mask:
        """(k,) bool: from one normal beat to the next."""
        mask: Mask = ~self.ectopic & ~self.odd
        return mask


def intervals_of(beats: Beats, rate: float, ectopic: Mask | None = None) -> Intervals:
    """Intervals within usable stretches.

    Args:
        beats: as they were found.
        rate: of the recording, Hz.
        ectopic: (m,) bool, beats that do not come from the sinus node; None where nobody has looked.
    """
    seconds = np.diff(beats.samples) / rate
    within = np.diff(beats.stretch) == 0
    marked = np.zeros(len(beats.samples), bool) if ectopic is None else np.asarray(ectopic, dtype=bool)
    beside = marked[:-1] | marked[1:]
    joined = np.zeros(len(seconds), bool)
    joined[1:] = within[1:] & within[:-1]
    kept = seconds[within]
    odd = np.abs(kept - _median_around(kept)) > ODD * _median_around(kept)
    return Intervals(kept, beats.samples[1:][within] / rate, joined[within], beside[within], odd)


def _median_around(seconds: Floats) -> Floats:
    from scipy.ndimage import median_filter

    if not len(seconds):
        return seconds
    return np.asarray(median_filter(seconds, 2 * _AROUND + 1, mode="nearest"), dtype=np.float64)
