"""One lead → where it cannot be used and why: no value, lead off, saturated, or no distinct beats."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from riskmodels.signals.rhythm.ecg import Mask, Millivolts, runs
from riskmodels.signals.rhythm.filtering import (
    Floats,
    bridged,
    filtered,
    in_band,
    smoothed_size,
    windowed_quantiles,
)

#: a lead that moves less than this in a second is off, mV; where its steps are coarser, one step
FLAT_MILLIVOLTS, FLAT_SECONDS = 0.005, 1.0
#: at the end of the range for so long: the amplifier is overloaded, not one beat clipped
RAIL_SECONDS = 0.2
#: seconds of a window in which beats must stand out
WINDOW = 4.0
#: 95th percentile of the beat band's size over its median in a window. Chosen on the first half of MIT-BIH: below, a
#: fifth of what the detector finds and more is no beat
DISTINCT = 3.0
#: of a usual beat's height: a window that is all below it is a pause, not noise
QUIET = 0.15
#: times a usual beat's height: no beat, but a knock on the electrode
KNOCK = 12.0
#: wander within a window that only a loose electrode makes while no beat is seen, mV
DRIFT_MILLIVOLTS = 2.0
#: left out before and after a stretch that is, and least length of a stretch that is kept, seconds
MARGIN, MIN_KEPT = 0.2, 3.0

MISSING, OFF, SATURATED, NOISE = "no value", "lead off", "saturated", "noise"


@dataclass(frozen=True, eq=False)
class LeadState:
    """What of a lead can be used.

    Args:
        usable: (n,) bool.
        causes: (n,) bool by cause, True where it holds.
        clipped: beats or other peaks that are cut off at an end of the range.
        distinct: how far beats stand out, median over its usable seconds; 0 where none is.
        downward: whether its largest deflections point down.
    """

    usable: Mask = field(repr=False)
    causes: dict[str, Mask] = field(repr=False)
    clipped: int
    distinct: float
    downward: bool


def lead_state(trace: Millivolts, rate: float) -> LeadState:
    """Look at a lead.

    Args:
        trace: (n,) mV, NaN where there is no value.
        rate: Hz.
    """
    missing = ~np.isfinite(trace)
    rails, clipped = _rails(trace, rate)
    causes = {MISSING: missing, SATURATED: rails, OFF: _flat(trace, rate) & ~missing & ~rails}
    bad = np.logical_or.reduce(list(causes.values()))
    if bad.all():
        return LeadState(~bad, causes, clipped, 0.0, False)
    held = np.where(bad, np.float32(np.nan), trace)
    band = in_band(filtered(held, rate), rate)
    median, high, top = windowed_quantiles(smoothed_size(band, rate), rate, WINDOW, (0.5, 0.95, 1.0))
    usual = _usual(high, bad, rate)
    distinct = high / np.maximum(median, 1e-9)
    noise = (distinct < DISTINCT) & (median > QUIET * usual) | (high > KNOCK * usual)
    drifting = (top < 2 * QUIET * usual) & (_wander(trace, rate, len(top)) > DRIFT_MILLIVOLTS)
    causes[OFF] |= _samples(drifting, rate, len(trace)) & ~bad
    causes[NOISE] = _samples(noise, rate, len(trace)) & ~bad & ~causes[OFF]
    usable = _kept(np.logical_or.reduce(list(causes.values())), rate)
    seconds = distinct[_seconds(usable, rate)]
    low, up = np.quantile(band[usable], (0.005, 0.995)) if usable.any() else (0.0, 0.0)
    return LeadState(usable, causes, clipped, float(np.median(seconds)) if len(seconds) else 0.0, bool(-low > up))


def _flat(trace: Millivolts, rate: float) -> Mask:
    """Where the lead hardly moves for a second."""
    from scipy.ndimage import maximum_filter1d, minimum_filter1d

    window = max(2, round(FLAT_SECONDS * rate))
    whole = bridged(trace)
    if len(whole) < window:
        return np.full(len(whole), bool(np.ptp(whole) <= FLAT_MILLIVOLTS))
    span = maximum_filter1d(whole, window) - minimum_filter1d(whole, window)
    middle = (span <= max(FLAT_MILLIVOLTS, 1.01 * _step(trace))).astype(np.int8)
    reached: Mask = maximum_filter1d(middle, window) > 0
    return reached


def _step(trace: Millivolts) -> float:
    """Smallest step between two values of the lead: one unit of its converter."""
    known = trace[np.isfinite(trace)][:200_000]
    steps = np.abs(np.diff(np.unique(np.round(known.astype(np.float64), 6))))
    return float(steps.min()) if len(steps) else 0.0


def _rails(trace: Millivolts, rate: float) -> tuple[Mask, int]:
    """Where the lead stays at an end of its range, and how many peaks are cut off there."""
    mask, clipped = np.zeros(len(trace), bool), 0
    for end in (np.nanmin(trace), np.nanmax(trace)) if np.isfinite(trace).any() else ():
        if abs(float(end - np.nanmedian(trace))) < 0.5:
            continue
        lengths = [(first, last) for first, last in runs(trace == end) if last - first >= max(3, 0.02 * rate)]
        for first, last in lengths:
            if last - first >= RAIL_SECONDS * rate:
                mask[first:last] = True
            else:
                clipped += 1
    return mask, clipped if clipped >= 3 else 0


def _usual(high: Floats, bad: Mask, rate: float) -> float:
    """Height of a usual beat: median over the seconds that are not bad."""
    good = high[_seconds(~bad, rate)]
    return float(np.median(good)) if len(good) else float(np.median(high))


def _wander(trace: Millivolts, rate: float, seconds: int) -> Floats:
    """Span of the baseline in a window around every second, mV."""
    means = [part.mean() if len(part) else 0.0 for part in np.array_split(bridged(trace), seconds)]
    padded = np.pad(np.array(means), int(WINDOW) // 2, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, int(WINDOW) + 1)
    return np.asarray(np.ptp(windows, axis=1)[:seconds], dtype=np.float64)


def _samples(seconds: Mask, rate: float, count: int) -> Mask:
    """A mask of seconds as one of samples."""
    places = np.minimum((np.arange(count) / rate).astype(np.int64), len(seconds) - 1)
    mask: Mask = seconds[places]
    return mask


def _seconds(mask: Mask, rate: float) -> Mask:
    """Seconds in whose middle a mask of samples is True."""
    middles = np.rint((np.arange(int(np.ceil(len(mask) / rate))) + 0.5) * rate).astype(np.int64)
    found: Mask = mask[np.minimum(middles, len(mask) - 1)]
    return found


def _kept(bad: Mask, rate: float) -> Mask:
    """What can be used: neither bad, nor beside it, nor a short piece between two bad ones."""
    usable = np.ones(len(bad), bool)
    margin = round(MARGIN * rate)
    for first, end in runs(bad):
        usable[max(0, first - margin) : end + margin] = False
    for first, end in runs(usable):
        if end - first < MIN_KEPT * rate:
            usable[first:end] = False
    return usable
