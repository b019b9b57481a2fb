"""Filters of an electrocardiogram, run both ways so that nothing is shifted: wander, mains hum, the beats' energy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from riskmodels.signals.rhythm.ecg import Millivolts

#: below lies the wander of the baseline with breathing and movement, Hz
WANDER = 0.5
#: where most of a beat's energy lies and little of P and T waves, Hz
BEAT_BAND = (5.0, 30.0)
#: values a second of an envelope that is looked at in windows
ENVELOPE_RATE = 25.0
#: width of the mains filter: 50 Hz over its width at −3 dB
_NOTCH_QUALITY = 30.0
Floats = NDArray[np.float64]


def filtered(trace: Millivolts, rate: float, mains: float = 0.0) -> Millivolts:
    """A lead without baseline wander and mains hum.

    Args:
        trace: (n,) mV; NaN where there is no value, bridged by a line meanwhile.
        rate: Hz.
        mains: 50 or 60 Hz to take out; 0 for none.

    Returns:
        (n,) float32, 0 where the lead has no value.
    """
    from scipy import signal

    known = np.isfinite(trace)
    if known.sum() < 2:
        return np.zeros(len(trace), np.float32)
    whole = bridged(trace)
    sections = signal.butter(2, WANDER, "highpass", fs=rate, output="sos")
    if mains:
        sections = np.concatenate([sections, signal.tf2sos(*signal.iirnotch(mains, _NOTCH_QUALITY, fs=rate))])
    padding = min(len(whole) - 1, round(rate))
    clean = signal.sosfiltfilt(sections, whole, padtype="even", padlen=padding).astype(np.float32)
    clean[~known] = 0
    return np.asarray(clean, dtype=np.float32)


def bridged(trace: Millivolts) -> Floats:
    """A lead with straight lines across what is missing; 0 where all is."""
    known = np.isfinite(trace)
    if known.all() or not known.any():
        return np.nan_to_num(trace.astype(np.float64))
    places = np.arange(len(trace))
    return np.interp(places, places[known], trace[known])


def in_band(trace: NDArray[np.floating], rate: float, band: tuple[float, float] = BEAT_BAND) -> Floats:
    """(n,) the part of a trace between two frequencies; the upper one gives way to what the rate can hold."""
    from scipy import signal

    high = min(band[1], 0.45 * rate)
    sections = signal.butter(2, (band[0], high), "bandpass", fs=rate, output="sos")
    return np.asarray(signal.sosfiltfilt(sections, trace, padlen=min(len(trace) - 1, round(rate))), dtype=np.float64)


def smoothed_size(trace: Floats, rate: float, seconds: float = 0.1) -> Floats:
    """(n,) mean absolute value in a window as long as a beat of the chambers."""
    from scipy.ndimage import uniform_filter1d

    return np.asarray(uniform_filter1d(np.abs(trace), max(1, round(seconds * rate)), mode="nearest"), dtype=np.float64)


def windowed_quantiles(size: Floats, rate: float, seconds: float, shares: tuple[float, ...]) -> Floats:
    """Quantiles of an envelope in a window around the middle of every second.

    Args:
        size: (n,) as :func:`smoothed_size` gives it.
        rate: Hz.
        seconds: length of the window.
        shares: which quantiles.

    Returns:
        (shares, whole seconds begun).
    """
    count = int(np.ceil(len(size) / rate))
    offsets = (np.arange(round(seconds * ENVELOPE_RATE)) / ENVELOPE_RATE - seconds / 2) * rate
    middles = (np.arange(count) + 0.5) * rate
    quantiles = np.empty((len(shares), count))
    for start in range(0, count, 3600):  # an hour at a time: a day's windows would take a gigabyte
        places = middles[start : start + 3600, None] + offsets
        windows = size[np.clip(np.rint(places), 0, len(size) - 1).astype(np.int64)]
        quantiles[:, start : start + 3600] = np.quantile(windows, shares, axis=1)
    return quantiles
