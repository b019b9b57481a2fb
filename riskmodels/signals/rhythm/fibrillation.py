"""Irregular rhythm by the coefficient of sample entropy of the intervals. It does not claim atrial fibrillation.

The published cut-off finds the windows of atrial fibrillation of MIT-BIH but is also passed by sinus arrhythmia and
frequent ectopic beats; one chosen on the first half does not hold on the second. Both, with how few people there are,
are in docs/signals_card.md. So a window above it is called irregular, and a physician looks at it.

Source: Lake & Moorman 2011, doi 10.1152/ajpheart.00561.2010 (COSEn, m = 1, at least 5 matches, cut-off −1.4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.signals.rhythm.intervals import Floats, Intervals

#: intervals of a window
WINDOW = 30
CUT_OFF = -1.4
#: least intervals that are not beside ectopic beats in a window
_MIN_INTERVALS = 15
#: seconds within which two intervals match at first, how much wider it grows, and matches that are enough
_TOLERANCE, _WIDER, _MATCHES = 0.03, 1.1, 5
#: share of the windows above which the rhythm as a whole counts as irregular
MUCH = 0.25
LIMIT = (
    "Irregular is not atrial fibrillation: breathing in young people, ectopic beats and pauses do it too. "
    "Atrial fibrillation is diagnosed from a 12-lead ECG or a strip of 30 s or more, by a physician."
)


@dataclass(frozen=True)
class Window:
    """Some intervals in a row.

    Args:
        start, end: seconds from the start of the recording.
        entropy: coefficient of sample entropy, natural logarithm.
    """

    start: float
    end: float
    entropy: float

    @property
    def irregular(self) -> bool:
        """Whether it lies above the cut-off."""
        return self.entropy >= CUT_OFF


@dataclass(frozen=True)
class Irregularity:
    """Windows of a recording.

    Args:
        windows: in their order; none when there are not :data:`WINDOW` intervals in a row.
        reason: why there is none; "" otherwise.
    """

    windows: tuple[Window, ...]
    reason: str = ""

    @property
    def share(self) -> float:
        """Of the windows that are irregular; 0 when there is none."""
        return sum(window.irregular for window in self.windows) / max(1, len(self.windows))

    @property
    def much(self) -> bool:
        """Whether the rhythm as a whole counts as irregular."""
        return self.share >= MUCH


def irregularity(intervals: Intervals) -> Irregularity:
    """Look at windows of intervals that follow one another; those beside ectopic beats are left out of the entropy."""
    breaks = np.flatnonzero(~intervals.joined)
    windows = []
    for first, end in zip(breaks, [*breaks[1:], len(intervals.seconds)], strict=True):
        for start in range(first, end - WINDOW + 1, WINDOW):
            window = _window(intervals, slice(start, start + WINDOW))
            windows += [window] if window else []
    if windows:
        return Irregularity(tuple(windows))
    return Irregularity((), f"It needs {WINDOW + 1} beats in a row, half of them not ectopic.")


def _window(intervals: Intervals, part: slice) -> Window | None:
    kept = intervals.seconds[part][~intervals.ectopic[part]]
    if len(kept) < _MIN_INTERVALS:
        return None
    start = float(intervals.ends[part][0] - intervals.seconds[part][0])
    return Window(start, float(intervals.ends[part][-1]), coefficient_of_sample_entropy(kept))


def coefficient_of_sample_entropy(seconds: Floats) -> float:
    """COSEn of intervals, m = 1.

    Args:
        seconds: (k,) lengths, three or more.

    Returns:
        −ln(A / B) + ln(2 r) − ln(mean), A and B the matches of length 2 and 1 within r; r grows from 30 ms until A is 5
        or the widest difference is reached.
    """
    apart = np.abs(seconds[:, None] - seconds[None, :])
    first, second = apart[:-1, :-1], apart[1:, 1:]
    pairs = np.triu(np.ones(first.shape, bool), 1)
    tolerance, widest = _TOLERANCE, float(apart.max())
    while int((pairs & (first <= tolerance) & (second <= tolerance)).sum()) < _MATCHES and tolerance < widest:
        tolerance *= _WIDER
    short = pairs & (first <= tolerance)
    long = int((short & (second <= tolerance)).sum())
    return float(-np.log(max(long, 1) / max(int(short.sum()), 1)) + np.log(2 * tolerance) - np.log(seconds.mean()))
