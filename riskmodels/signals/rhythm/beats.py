"""Where the beats are: sleepecg's detector on a levelled lead, what is too small beside its neighbours taken out.

The detector adapts its threshold to the beats before; beats of ectopic origin, several times larger or smaller, throw
it off. So the lead is levelled first by the height of the beats around, softly, and what is then found too much, T and
P waves, is told from beats by its height above 8 Hz. Chosen on the first half of MIT-BIH (DS1); figures in
docs/signals_card.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from riskmodels.signals.rhythm.ecg import CheckedEcg, Millivolts
from riskmodels.signals.rhythm.filtering import Floats, in_band, smoothed_size, windowed_quantiles

#: least usable seconds in one piece that beats are looked for in
MIN_STRETCH = 2.0
#: seconds around a detection in which the beat's energy is looked for, width of that energy, and seconds around it in
#: which the peak is looked for
_NEAR, _WIDTH, _AROUND = 0.1, 0.04, 0.05
#: of the levelling: seconds of the window, the share that is a beat's height in it, and beats' heights that stay linear
_LEVEL_WINDOW, _LEVEL_SHARE, _SOFT = 5.0, 0.9, 3.0
#: seconds in which the detector finds its threshold: without them a twentieth of the first beats is missed
_LEARNING = 10.0
#: least rate that the detector's own filter, up to 30 Hz, can work at, Hz
_DETECTOR_RATE = 70.0
#: where beats and T waves differ most, Hz
_SHARP_BAND = (8.0, 30.0)
#: of the median height of the beats around, and of the high beats of the whole stretch: less is none. The levelling
#: makes beats of the noise of a long pause, which is as high as all around it
_LEAST, _LEAST_EVER, _HIGH = 0.15, 0.06, 0.9
#: seconds after a beat, or before one, and share of its height: less is its T or P wave
_T_SECONDS, _P_SECONDS, _WAVE = 0.4, 0.3, 0.6
#: least height anywhere, mV in the beat band: the lead's own noise is no beat
_FLOOR = 0.001


@dataclass(frozen=True, eq=False)
class Beats:
    """Beats of the lead that is read.

    Args:
        samples: (m,) int64, strictly increasing, the peak of each at the recording's rate.
        stretch: (m,) int64, number of the usable stretch that each lies in: intervals across two of them mean nothing.
        upright: whether the peaks point up.
    """

    samples: NDArray[np.int64] = field(repr=False)
    stretch: NDArray[np.int64] = field(repr=False)
    upright: bool = True


def find_beats(checked: CheckedEcg) -> Beats:
    """Find the beats in the usable stretches of the lead that is read.

    Args:
        checked: as :func:`~riskmodels.signals.rhythm.quality.check_ecg` gives it.

    Returns:
        Peaks of the largest deflection of each beat, upward or downward as most of them point.
    """
    rate, trace = checked.ecg.rate, checked.cleaned
    parts = [(first, end) for first, end in checked.stretches() if end - first >= MIN_STRETCH * rate]
    found = [first + _detected(trace[first:end], rate) for first, end in parts]
    if not sum(map(len, found)):
        return Beats(np.zeros(0, np.int64), np.zeros(0, np.int64))
    samples = np.concatenate(found)
    stretch = np.repeat(np.arange(len(found)), [len(part) for part in found])
    upright = _upright(trace, samples, rate)
    peaks = _at_peaks(trace if upright else -trace, samples, rate, _AROUND)
    once = np.concatenate(([True], np.diff(peaks) > 0))
    return Beats(peaks[once], stretch[once], upright)


def _detected(trace: Millivolts, rate: float) -> NDArray[np.int64]:
    """Beats of one stretch, from its start."""
    levelled = _levelled(trace, rate)
    if not np.ptp(levelled):
        return np.zeros(0, np.int64)
    candidates = _candidates(levelled, rate)
    beats = _without_waves(candidates, _heights(trace, candidates, rate), rate)
    energy = smoothed_size(in_band(trace, rate), rate, _WIDTH).astype(np.float32)
    return np.unique(_at_peaks(energy, beats, rate, _NEAR))


def _candidates(levelled: Floats, rate: float) -> NDArray[np.int64]:
    """What the detector finds, learning its threshold on the first seconds, turned round, before it begins."""
    from sleepecg.heartbeats import detect_heartbeats

    before = min(len(levelled) - 1, round(_LEARNING * rate))
    whole = np.concatenate((levelled[before:0:-1], levelled))
    finer = max(1, int(-(-_DETECTOR_RATE // rate)))
    finely = np.interp(np.arange(len(whole) * finer) / finer, np.arange(len(whole)), whole)
    found = np.asarray(detect_heartbeats(finely, rate * finer) / finer, dtype=np.int64) - before
    return found[found >= 0]


def _levelled(trace: Millivolts, rate: float) -> Floats:
    """The beat band over the height of the beats around, large ones bent towards their neighbours."""
    band = in_band(trace, rate)
    (heights,) = windowed_quantiles(smoothed_size(band, rate), rate, _LEVEL_WINDOW, (_LEVEL_SHARE,))
    around = np.interp(np.arange(len(band)) / rate, np.arange(len(heights)) + 0.5, heights)
    levelled: Floats = np.tanh(band / np.maximum(around, _FLOOR) / _SOFT)
    return levelled


def _heights(trace: Millivolts, candidates: NDArray[np.int64], rate: float) -> Floats:
    """How high the sharp part of each candidate is."""
    size = smoothed_size(in_band(trace, rate, _SHARP_BAND), rate).astype(np.float32)
    return np.asarray(_windows(size, candidates, rate, _AROUND).max(axis=1), dtype=np.float64)


def _without_waves(candidates: NDArray[np.int64], heights: Floats, rate: float) -> NDArray[np.int64]:
    """Candidates that are no T or P wave of a neighbour, nor much smaller than all around."""
    if not len(candidates):
        return candidates
    from scipy.ndimage import median_filter

    steps = np.diff(candidates) / rate
    after, before = np.append(steps, np.inf), np.insert(steps, 0, np.inf)
    t_wave = (before < _T_SECONDS) & (heights < _WAVE * np.roll(heights, 1))
    p_wave = (after < _P_SECONDS) & (heights < _WAVE * np.roll(heights, -1))
    around = median_filter(heights, 17, mode="nearest")
    small = heights < np.maximum(_LEAST * around, _LEAST_EVER * np.quantile(heights, _HIGH))
    kept: NDArray[np.int64] = candidates[~(t_wave | p_wave | small)]
    return kept


def _windows(trace: Millivolts, samples: NDArray[np.int64], rate: float, seconds: float) -> Millivolts:
    """(m, window) what lies so many seconds around each sample."""
    reach = max(1, round(seconds * rate))
    return np.asarray(np.pad(trace, reach)[samples[:, None] + np.arange(2 * reach + 1)])


def _upright(trace: Millivolts, samples: NDArray[np.int64], rate: float) -> bool:
    """Whether the largest deflection of most beats points up."""
    around = _windows(trace, samples, rate, _AROUND)
    return bool(np.median(around.max(axis=1)) >= -np.median(around.min(axis=1)))


def _at_peaks(trace: Millivolts, samples: NDArray[np.int64], rate: float, seconds: float) -> NDArray[np.int64]:
    """Each detection moved to the highest point so many seconds around it."""
    around = _windows(trace, samples, rate, seconds)
    reach = around.shape[1] // 2
    peaks: NDArray[np.int64] = np.clip(samples + around.argmax(axis=1) - reach, 0, len(trace) - 1)
    return peaks
