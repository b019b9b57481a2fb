"""A risk drawn on a scale from 0 to 100 %: interval as a bar, estimate as a dot, without colours of level.

The scale is a square root, so that 1 % and 4 % lie apart and 0 % is still at its end. Drawn with placed elements, not
SVG, since ``st.html`` removes SVG; the classes are in style.css and scale.css.
"""

from __future__ import annotations

from math import sqrt

TICKS = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0)


def position(probability: float) -> float:
    """Where a probability (0–1) lies, in percent of the scale's width."""
    return round(100 * sqrt(min(max(probability, 0.0), 1.0)), 2)


def _mark(kind: str, probability: float) -> str:
    return f'<i class="{kind}" style="left:{position(probability):g}%"></i>'


def _bar(low: float, high: float) -> str:
    left, right = position(low), position(high)
    return f'<i class="cr-interval" style="left:{left:g}%;width:{right - left:.2f}%"></i>'


def draw_scale(risk: float, low: float, high: float, words: str, before: float | None = None) -> str:
    """The scale of one risk as HTML that fills the width it is given.

    Args:
        risk, low, high: probabilities 0–1.
        words: the same in words, for screen readers.
        before: an earlier estimate, shown as a hollow dot.
    """
    ticks = "".join(_mark("cr-tick", tick) for tick in TICKS)
    hollow = "" if before is None else _mark("cr-dot cr-hollow", before)
    dots = f"{_bar(low, high)}{hollow}{_mark('cr-dot', risk)}"
    return f'<span class="cr-scale" role="img" aria-label="{words}"><i class="cr-axis"></i>{ticks}{dots}</span>'


def draw_ticks() -> str:
    """The labels of the scale, to stand once under a column of scales."""
    labels = "".join(
        f'<i style="left:{position(tick):g}%">{100 * tick:g}{" %" if tick == 1 else ""}</i>' for tick in TICKS
    )
    return f'<span class="cr-scale cr-ticks" aria-hidden="true">{labels}</span>'
