"""A reading on a scale: estimate as a dot, interval as a bar, thresholds as labelled marks, no colours of level.

Made of placed elements like :mod:`ui.patient.scale`, whose classes it uses; this scale is linear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import isnan


@dataclass(frozen=True)
class Axis:
    """The ends of a scale and the labels below it.

    Args:
        start, end: values at the left and at the right end.
        ticks: value and label of each tick.
    """

    start: float
    end: float
    ticks: Sequence[tuple[float, str]]

    def position(self, value: float) -> float:
        """Where a value lies, in percent of the width."""
        share = (value - self.start) / (self.end - self.start)
        return round(100 * min(max(share, 0.0), 1.0), 2)


PROBABILITY = Axis(0, 1, ((0, "0"), (0.25, "25"), (0.5, "50"), (0.75, "75"), (1, "100 %")))
RANK = Axis(0, 1, ((0.06, "lowest"), (0.5, "middle"), (0.94, "highest")))
RATIO = Axis(0.3, 0.8, tuple((round(0.1 * i, 1), f"{0.1 * i:.1f}") for i in range(3, 9)))


#: two labels nearer than this (percent of the width) stand one above the other
_LABEL = 55


def draw_gauge(
    axis: Axis, value: float, low: float, high: float, marks: Sequence[tuple[float, str]], words: str
) -> str:
    """One value with its interval and thresholds, as HTML that fills the width it is given.

    Args:
        axis: the scale.
        value, low, high: in its unit; without an interval where its ends are NaN.
        marks: thresholds, ascending, each with its label, e.g. ``threshold 43 %``.
        words: the same in words, for screen readers.
    """
    places = [axis.position(at) for at, _ in marks]
    lines = "".join(f'<i class="cr-threshold" style="left:{place:g}%"></i>' for place in places)
    ticks = "".join(f'<i class="cr-tick" style="left:{axis.position(at):g}%"></i>' for at, _ in axis.ticks)
    names = "".join(f'<i style="left:{axis.position(at):g}%">{escape(name)}</i>' for at, name in axis.ticks)
    return (
        f'<span class="cr-gauge" role="img" aria-label="{escape(words)}">{_labels(places, [m[1] for m in marks])}'
        f'<span class="cr-scale"><i class="cr-axis"></i>{ticks}{_interval(axis, low, high)}{lines}'
        f'<i class="cr-dot" style="left:{axis.position(value):g}%"></i></span>'
        f'<span class="cr-scale cr-ticks">{names}</span></span>'
    )


def _interval(axis: Axis, low: float, high: float) -> str:
    if isnan(low) or isnan(high):
        return ""
    left, right = axis.position(low), axis.position(high)
    return f'<i class="cr-interval" style="left:{left:g}%;width:{right - left:.2f}%"></i>'


def _labels(places: Sequence[float], names: Sequence[str]) -> str:
    """Labels above the scale: in one row, or in one each where they would meet."""
    drawn = [
        f'<i class="{_leaning(place)}" style="left:{place:g}%">{escape(name)}</i>'
        for place, name in zip(places, names, strict=True)
    ]
    rows = [drawn] if len(places) < 2 or places[-1] - places[0] >= _LABEL else [[label] for label in drawn]
    return "".join(f'<span class="cr-scale cr-ticks cr-above">{"".join(row)}</span>' for row in rows)


def _leaning(place: float) -> str:
    """The label of a mark near an end leans inwards."""
    return "cr-from-left" if place < 20 else "cr-from-right" if place > 80 else ""
