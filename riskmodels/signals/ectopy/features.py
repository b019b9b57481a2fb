"""Features of beats: the windows of one lead in; numbers that compare each beat with its record and its neighbours out.

All are relative to the record: amplitudes to its median beat's, its polarity to that beat's, intervals to the beats
around. So gain and polarity of a lead change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from riskmodels.signals.ectopy.frame import BEFORE, RATE, Floats, LeadFrame

#: samples of the window: the QRS, what lies before it (P wave), what follows (T wave)
QRS = slice(BEFORE - 14, BEFORE + 18)
P = slice(BEFORE - 35, BEFORE - 12)
T = slice(BEFORE + 18, BEFORE + 60)
#: a beat is compared with at most so many others of its record
_MOST = 2000
_NEAREST = 10


@dataclass(frozen=True, eq=False)
class Record:
    """What the beats of one lead are compared with.

    Args:
        template: (WINDOW,) the record's own beat, mV.
        scale: mV, its range within the QRS; with the sign that makes its largest deflection point up.
    """

    template: Floats
    scale: float


def own_beat(frame: LeadFrame) -> Record:
    """The record's own beat: the median of its beats, then of those that look like it."""
    windows = frame.windows[frame.good]
    template = np.median(windows, axis=0)
    alike = correlation(windows[:, QRS], template[QRS]) > 0.9
    if alike.sum() >= max(10, 0.2 * len(windows)):
        template = np.median(windows[alike], axis=0)
    part = template[QRS] - np.median(template)
    sign = np.sign(part[np.argmax(np.abs(part))]) or 1.0
    return Record(template, float(sign * max(np.ptp(part), 1e-3)))


def correlation(windows: Floats, other: Floats) -> Floats:
    """Pearson's r of each row with a row, or with the row of the same number; 0 where a row is flat."""
    a = windows - windows.mean(-1, keepdims=True)
    b = other - other.mean(-1, keepdims=True)
    norm = np.sqrt((a * a).sum(-1) * (b * b).sum(-1))
    return np.asarray((a * b).sum(-1) / np.maximum(norm, 1e-9))


def rhythm_features(seconds: Floats, stretch: NDArray[np.int64]) -> dict[str, Floats]:
    """Intervals around each beat, as logarithms of ratios to the local median interval.

    Args:
        seconds: (m,) ascending.
        stretch: (m,) number of the usable stretch of each; an interval across two is taken for the record's median.
    """
    rr = np.clip(np.diff(seconds), 0.1, 5.0)
    across = np.diff(stretch) != 0
    rr[across] = np.median(rr[~across]) if not across.all() else 1.0
    before = np.concatenate([rr[:1], rr])
    after = np.concatenate([rr, rr[-1:]])
    around = np.lib.stride_tricks.sliding_window_view(np.pad(before, 15, mode="reflect"), 31)
    local = np.median(around, axis=1)
    spread = np.log(np.quantile(around, 0.8, axis=1) / np.quantile(around, 0.2, axis=1))
    log_before, log_after = np.log(before / local), np.log(after / local)
    found = {"rr local": local, "rr spread": spread, "rr before, s": before, "rr after, s": after}
    found |= {"rr before": log_before, "rr after": log_after, "rr after/before": log_after - log_before}
    found["rr both"] = np.log((before + after) / (2 * local))
    for k in (1, 2, 3):
        found[f"rr before, {k} earlier"] = shifted(log_before, -k)
        found[f"rr after, {k} later"] = shifted(log_after, k)
    found["rr to before"] = log_before - shifted(log_before, -1)
    return found


def shifted(values: Floats, k: int) -> Floats:
    """The value of the beat k later (earlier when negative); the first or last where there is none."""
    index = np.clip(np.arange(len(values)) + k, 0, len(values) - 1)
    return np.asarray(values[index])


def shape_features(windows: Floats, record: Record) -> dict[str, Floats]:
    """Shape of each beat beside the record's own; each value comes from its own beat alone.

    Args:
        windows: (m, WINDOW) mV.
        record: :func:`own_beat`.
    """
    beats = levelled(windows) / record.scale
    own = levelled(record.template) / record.scale
    found = {f"wave {i:02d}": part for i, part in enumerate(_thinned(beats).T)}
    found |= {f"difference {i:02d}": part for i, part in enumerate(_thinned(beats - own).T)}
    for name, where in (("QRS", QRS), ("P", P), ("T", T), ("all", slice(None))):
        found[f"r {name}"] = correlation(beats[:, where], own[where])
        found[f"distance {name}"] = np.abs(beats[:, where] - own[where]).mean(1)
    own_numbers = _qrs_numbers(own[None])
    for name, values in _qrs_numbers(beats).items():
        found |= {name: values, f"{name} beside own": values - own_numbers[name]}
    return found


def levelled(windows: Floats) -> Floats:
    """Windows about their own median."""
    return np.asarray(windows - np.median(windows, axis=-1, keepdims=True))


def neighbour_features(windows: Floats, r_qrs: Floats) -> dict[str, Floats]:
    """How the beats before and after look, and whether like this one.

    Args:
        windows: (m, WINDOW) mV.
        r_qrs: (m,) correlation of each QRS with the record's own.
    """
    found = {f"r QRS, {k:+d}": shifted(r_qrs, k) for k in (-2, -1, 1, 2)}
    step = correlation(windows[1:, QRS], windows[:-1, QRS])
    found["r to the one before"] = np.concatenate([step[:1], step])
    found["r to the one after"] = np.concatenate([step, step[-1:]])
    return found


def _thinned(beats: Floats) -> Floats:
    return np.asarray(beats[:, 15:135].reshape(len(beats), 40, 3).mean(2))


def _qrs_numbers(beats: Floats) -> dict[str, Floats]:
    wide = beats[:, BEFORE - 25 : BEFORE + 30]
    qrs = beats[:, QRS]
    slope = np.abs(np.diff(wide, axis=1))
    share = np.cumsum(slope, axis=1) / np.maximum(slope.sum(1, keepdims=True), 1e-9)
    low, middle, high = ((share < level).sum(1) / RATE for level in (0.1, 0.5, 0.9))
    share2 = np.cumsum(slope**2, axis=1) / np.maximum((slope**2).sum(1, keepdims=True), 1e-12)
    low2, high2 = ((share2 < level).sum(1) / RATE for level in (0.05, 0.95))
    size = np.abs(wide)
    highest = size.max(1, keepdims=True)
    return {
        "width": high - low,
        "lean": high + low - 2 * middle,
        "steep width": high2 - low2,
        "width at 30 %": (size > 0.3 * highest).sum(1) / RATE,
        "width at 50 %": (size > 0.5 * highest).sum(1) / RATE,
        "highest": qrs.max(1),
        "lowest": qrs.min(1),
        "range": np.log(np.ptp(qrs, axis=1) + 0.02),
        "area": qrs.mean(1),
        "absolute area": np.log(np.abs(wide).mean(1) + 0.01),
        "steepest": np.log(slope.max(1) + 0.005),
        "steepness": slope.max(1) / np.maximum(np.ptp(wide, axis=1), 1e-6),
        "T area": beats[:, T].mean(1),
        "P energy": np.log(beats[:, P].std(1) + 0.01),
        "before": np.log(np.abs(np.diff(beats[:, : BEFORE - 30], axis=1)).mean(1) + 0.003),
    }


@dataclass(frozen=True, eq=False)
class Likeness:
    """How alike the beats of a record are.

    Args:
        to: (k,) numbers of the beats that all are compared with.
        nearest: (m, 10) the most alike of them, as their place in ``to``; never the beat itself.
        distance: (m, 10) mean distance to each, in the record's scale.
    """

    to: NDArray[np.int64]
    nearest: NDArray[np.int64]
    distance: Floats


def likeness(windows: Floats, good: NDArray[np.bool_], record: Record) -> Likeness:
    """Compare the QRS of each beat with those of at most 2,000 good others, spread over the record.

    Args:
        windows: (m, WINDOW) mV.
        good: (m,) bool, two or more of them true.
        record: :func:`own_beat`.
    """
    rows = (levelled(windows)[:, QRS] / abs(record.scale)).astype(np.float32)
    places = np.flatnonzero(good)
    to = places[np.unique(np.linspace(0, len(places) - 1, min(len(places), _MOST)).astype(np.int64))]
    parts = [_nearest(rows, to, start) for start in range(0, len(rows), 1000)]
    nearest, distance = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Likeness(to, nearest, distance)


def _nearest(rows: NDArray[np.float32], to: NDArray[np.int64], start: int) -> tuple[NDArray[np.int64], Floats]:
    """The most alike of ``rows[to]`` to a thousand rows, and how far they are."""
    part, others = rows[start : start + 1000], rows[to]
    squared = (others**2).sum(1) - 2 * part @ others.T + (part**2).sum(1, keepdims=True)
    squared[to[None, :] == np.arange(start, start + len(part))[:, None]] = np.inf
    count = min(_NEAREST, len(to) - 1)
    chosen = np.argpartition(squared, count - 1, axis=1)[:, :count]
    order = np.argsort(np.take_along_axis(squared, chosen, axis=1), axis=1, kind="stable")
    chosen = np.take_along_axis(chosen, order, axis=1)
    found = np.take_along_axis(squared, chosen, axis=1)
    return chosen, np.sqrt(np.maximum(found, 0) / rows.shape[1])


def of_alike(values: Floats, alike: Likeness) -> Floats:
    """Mean of something over the beats that look most like each."""
    return np.asarray(values[alike.to][alike.nearest].mean(1))
