"""Windows around beats: leads of any rate in; the same window of every beat at one rate, centred on its QRS, out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, resample_poly, sosfiltfilt

Floats = NDArray[np.float64]

#: Hz of everything that is computed here
RATE = 125.0
#: samples of a window before and from its middle on, 0.6 s each
BEFORE, AFTER = 75, 75
WINDOW = BEFORE + AFTER
#: Hz that pass: no drift of the baseline, no mains
_BAND = (0.5, 40.0)
#: samples on each side in which a QRS is centred
_REACH = 12


@dataclass(frozen=True, eq=False)
class LeadFrame:
    """All beats of one lead.

    Args:
        windows: (m, WINDOW) mV at 125 Hz, the middle of the QRS at sample ``BEFORE``.
        good: (m,) bool, whether all of the window that lies in the file may be used.
        seconds: (m,) where the beats were found.
        middle: (m,) seconds, where the middle of the QRS is.
        stretch: (m,) number of the usable stretch that each lies in.
    """

    windows: Floats
    good: NDArray[np.bool_]
    seconds: Floats
    middle: Floats
    stretch: NDArray[np.int64]


def lead_frames(
    millivolts: NDArray[np.float32],
    rate: float,
    usable: NDArray[np.bool_],
    beats: NDArray[np.int64],
    stretch: NDArray[np.int64],
) -> Iterator[LeadFrame]:
    """Every lead's windows.

    Args:
        millivolts: (leads, n).
        rate: Hz.
        usable: (leads, n).
        beats: (m,) samples, ascending.
        stretch: (m,) number of the usable stretch of each.

    Yields:
        :class:`LeadFrame`, one a lead, in the order of the leads.
    """
    for lead, fits in zip(millivolts, usable, strict=True):
        yield _lead_frame(filtered(bridged(lead, fits), rate), fits, rate, beats, stretch)


def bridged(lead: NDArray[np.float32], fits: NDArray[np.bool_]) -> Floats:
    """A lead with straight lines over what may not be used, so that the filter meets no step there."""
    places = np.flatnonzero(fits)
    if not len(places):
        return np.zeros(len(lead))
    return np.asarray(np.interp(np.arange(len(lead)), places, lead[places].astype(np.float64)))


def filtered(lead: Floats, rate: float) -> Floats:
    """A lead at 125 Hz, 0.5–40 Hz.

    Args:
        lead: (n,) mV.
        rate: Hz.
    """
    ratio = Fraction(RATE / rate).limit_denominator(1000)
    same = resample_poly(lead.astype(np.float64), ratio.numerator, ratio.denominator, padtype="line")
    sections = butter(2, _BAND, "band", fs=RATE, output="sos")
    return np.asarray(sosfiltfilt(sections, same, padlen=min(len(same) - 1, 250)))


def _lead_frame(
    signal: Floats, fits: NDArray[np.bool_], rate: float, beats: NDArray[np.int64], stretch: NDArray[np.int64]
) -> LeadFrame:
    seconds = beats / rate
    middle = _centred(signal, np.round(seconds * RATE).astype(np.int64))
    broken = np.concatenate([[0], np.cumsum(~fits)])
    first = np.round((middle - BEFORE) / RATE * rate).astype(np.int64)
    last = np.round((middle + AFTER) / RATE * rate).astype(np.int64)
    first, last = np.clip(first, 0, len(fits)), np.clip(last, 0, len(fits))
    good = broken[first] == broken[last]
    return LeadFrame(_cut(signal, middle, BEFORE, AFTER), good, seconds, middle / RATE, stretch)


def _cut(signal: Floats, middle: NDArray[np.int64], before: int, after: int) -> Floats:
    padded = np.pad(signal, (before, after), mode="edge")
    return np.asarray(padded[np.clip(middle, 0, len(signal) - 1)[:, None] + np.arange(before + after)])


def _centred(signal: Floats, at: NDArray[np.int64]) -> NDArray[np.int64]:
    """The centre of gravity of the squared slope: it does not ask which way the beat points, nor who marked it."""
    steps = np.arange(-_REACH, _REACH + 1)
    for _ in range(2):
        energy = np.diff(_cut(signal, at, _REACH + 1, _REACH + 1)) ** 2
        shift = (energy @ steps) / np.maximum(energy.sum(1), 1e-12)
        at = at + np.round(shift).astype(np.int64)
    return at
