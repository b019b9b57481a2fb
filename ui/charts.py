"""Plotly figures: transparent, no mode bar but the download, labels instead of legends. Data in, figure out.

A figure is a plain dictionary as plotly.js reads it: a ``go.Figure`` checks and copies every property that is set on
it, which took 26 ms a waterfall; Streamlit has the whole checked once, when it is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil
from textwrap import wrap
from typing import Any

import numpy as np

from riskmodels.explain.steps import Step
from riskmodels.percent import percent_text
from riskmodels.tabular.model import Curve
from riskmodels.units import Unit, from_canonical
from riskmodels.vocabulary import Variable

#: ``data`` and ``layout`` of a figure
Figure = dict[str, Any]
#: direction of a contribution, safe for colour-blind readers, the same in light and dark
RAISES, LOWERS, NEUTRAL = "#D55E00", "#0072B2", "#8A949E"
CONFIG = {"displaylogo": False, "modeBarButtons": [["toImage"]], "scrollZoom": False}
_ROW_HEIGHT, _FRAME_HEIGHT, _LABEL_WIDTH, _CURVE_HEIGHT = 30, 44, 28, 260
#: pixels a line of a label takes
_LINE_HEIGHT = 17
#: of the thin bars under a waterfall's, in rows
_SPREAD_BELOW, _SPREAD_HEIGHT = 0.42, 0.07
#: text of a figure by theme; the framework's own is too faint
INK = {"light": "#1d252c", "dark": "#e6eaee"}
#: of a band, and of the lines behind everything
PALE = "rgba(138,148,158,0.25)"
#: what every figure of a page is
PLAIN = {
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "showlegend": False,
    "dragmode": False,
}


def font(theme: str) -> dict[str, Any]:
    """Size and colour of a figure's text by theme."""
    return {"size": 13, "color": INK[theme]}


def layout(height: int, theme: str, **axes: dict[str, Any]) -> dict[str, Any]:
    """What all figures share, with the axes of one.

    Args:
        height: pixels.
        theme: "light" or "dark".
        axes: by name, ``xaxis`` and so on.
    """
    ink = font(theme)
    shared = {"tickfont": ink, "gridcolor": PALE, "fixedrange": True}
    return {
        **PLAIN,
        "font": ink,
        "height": height,
        "margin": {"l": 0, "r": 8, "t": 4, "b": 4},
        "bargap": 0.3,
        "hoverlabel": {"align": "left"},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": NEUTRAL, "activecolor": NEUTRAL},
    } | {
        name: {"zerolinecolor": PALE if name.startswith("x") else NEUTRAL} | shared | axis
        for name, axis in axes.items()
    }


def number(value: float, decimals: int, signed: bool) -> str:
    """A printed step: ``+2.1``, ``−0.4``, ``3.4``."""
    text = f"{abs(value):.{decimals}f}"
    sign = "−" if value < 0 else "+" if signed else ""
    return f"{sign}{text}"


def level(value: float, in_points: bool, decimals: int) -> str:
    """The printed start or end of a waterfall: a risk in percent as it is written everywhere, or log-odds."""
    return percent_text(value / 100) if in_points else number(value, decimals, False)


def points(value: float, decimals: int) -> str:
    """A printed change of a risk: ``+2.1 points``, ``−1 point``."""
    shown = number(value, decimals, True)
    return f"{shown} point{'' if shown[1:] == '1' else 's'}"


def amounts(steps: Sequence[Step], in_points: bool, decimals: int) -> list[str]:
    """What stands beside each bar of a waterfall."""
    ends = [level(steps[place].amount, in_points, decimals) for place in (0, -1)]
    return [ends[0], *(number(step.amount, decimals, True) for step in steps[1:-1]), ends[1]]


def waterfall(steps: Sequence[Step], in_points: bool, decimals: int, theme: str = "light") -> Figure:
    """From everybody to this patient, one bar a fact; a bar can be selected.

    Args:
        steps: from :func:`riskmodels.explain.steps.make_steps`.
        in_points: amounts are percentage points of risk; otherwise log-odds.
        decimals: decimals printed.
        theme: "light" or "dark".

    Returns:
        Horizontal bars; ``customdata`` of each is the variable's name, empty for start, others and end.
    """
    low, high = _extent(steps)
    room = 0.18 * (high - low)
    labels = ["<br>".join(wrap(_kept_together(step.label), _LABEL_WIDTH)) for step in steps]
    rows = {"tickmode": "array", "tickvals": list(range(len(steps))), "ticktext": labels, "autorange": "reversed"}
    across = {
        "range": [low - (room if low < 0 or not in_points else 0), high + room],
        "ticksuffix": " %" if in_points else "",
        "nticks": 6,
        "zeroline": not in_points,
    }
    frame = layout(
        _FRAME_HEIGHT + _row_height(labels) * len(steps),
        theme,
        xaxis=across,
        yaxis=rows | {"showgrid": False, "zeroline": False, "automargin": True},
    )
    return {
        "data": [_bars(steps, in_points, decimals, theme), _spreads(steps)],
        "layout": frame | {"barmode": "overlay"},
    }


def _spreads(steps: Sequence[Step]) -> dict[str, Any]:
    """A thin bar under each fact's: the model's own 90 % interval of its end."""
    rows = [(place, step) for place, step in enumerate(steps) if step.spread > 0]
    return {
        "type": "bar",
        "orientation": "h",
        "y": [place + _SPREAD_BELOW for place, _ in rows],
        "base": [step.end - step.spread for _, step in rows],
        "x": [2 * step.spread for _, step in rows],
        "width": _SPREAD_HEIGHT,
        "marker": {"color": NEUTRAL, "line": {"width": 0}},
        "hoverinfo": "skip",
    }


def _bars(steps: Sequence[Step], in_points: bool, decimals: int, theme: str) -> dict[str, Any]:
    with_ends = [(step, step is steps[0] or step is steps[-1]) for step in steps]
    as_it_is = {"marker": {"opacity": 1}, "textfont": {"color": INK[theme]}}
    return {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(steps))),
        "base": [step.start for step in steps],
        "x": [step.amount for step in steps],
        "marker": {"color": [_colour(step, end) for step, end in with_ends], "line": {"width": 0}},
        "text": amounts(steps, in_points, decimals),
        "textposition": "outside",
        "textfont": font(theme),
        "cliponaxis": False,
        "customdata": [step.name for step in steps],
        "hovertext": [_sentence(step, end, in_points, decimals) for step, end in with_ends],
        "hoverinfo": "text",
        "selected": as_it_is,
        "unselected": as_it_is,
    }


def _row_height(labels: Sequence[str]) -> int:
    """Pixels a row, so that no two labels touch, however many lines they have."""
    lines = [1 + label.count("<br>") for label in labels]
    return max(_ROW_HEIGHT, *(ceil(_LINE_HEIGHT * sum(pair) / 2) + 2 for pair in pairwise(lines)))


def _kept_together(label: str) -> str:
    """A label whose last word is never left alone on a line."""
    return "\u00a0".join(label.rsplit(" ", 1))


def _extent(steps: Sequence[Step]) -> tuple[float, float]:
    marks = [
        0.0,
        *(step.start for step in steps),
        *(step.end + side * step.spread for step in steps for side in (-1, 1)),
    ]
    return min(marks), max(marks)


def _colour(step: Step, end: bool) -> str:
    if end:
        return NEUTRAL
    return RAISES if step.amount > 0 else LOWERS


def _sentence(step: Step, end: bool, in_points: bool, decimals: int) -> str:
    if end:
        return f"{step.label}: {level(step.amount, in_points, decimals)}{'' if in_points else ' log-odds'}"
    amount = number(abs(step.amount), decimals, signed=False)
    verb = "raises" if step.amount > 0 else "lowers"
    what = f"the risk by {amount} percentage points" if in_points else f"the log-odds by {amount}"
    return f"{step.label} {verb} {what}."


def curve(drawn: Curve, variable: Variable, value: float, unit: Unit | None, theme: str = "light") -> Figure:
    """How one input by itself moves the log-odds: curve, ensemble band, training people, the patient as a dot.

    Args:
        drawn: the curve, canonical unit.
        variable: the input.
        value: the patient's value, canonical unit.
        unit: unit of the axis; None for choices.
        theme: "light" or "dark".

    Returns:
        Curve with band (points with bars for choices) above a histogram of the training people.
    """
    x = _in_unit(drawn.x, unit)
    levels = len(drawn.bins) == len(drawn.counts)
    shape = _levels(x, drawn) if levels else _line(x, drawn)
    traces = [people_bars(drawn, unit), *shape, _patient(drawn, variable, value, unit, theme)]
    return {"data": traces, "layout": _curve_layout(drawn, variable, unit, theme)}


def _in_unit(values: np.ndarray, unit: Unit | None) -> np.ndarray:
    return from_canonical(np.asarray(values, dtype=float), unit) if unit else np.asarray(values, dtype=float)


def people_bars(drawn: Curve, unit: Unit | None) -> dict[str, Any]:
    """Histogram of the people the model learnt from; bins are edges, or the codes of a choice."""
    bins = _in_unit(drawn.bins, unit)
    edges = len(bins) > len(drawn.counts)
    return {
        "type": "bar",
        "x": ((bins[1:] + bins[:-1]) / 2 if edges else bins).tolist(),
        "width": np.diff(bins).tolist() if edges else 0.5,
        "y": np.asarray(drawn.counts).tolist(),
        "yaxis": "y2",
        "marker": {"color": NEUTRAL, "opacity": 0.4},
        "hovertemplate": "%{y:,} people<extra></extra>",
    }


def _line(x: np.ndarray, drawn: Curve) -> list[dict[str, Any]]:
    """The curve over its band."""
    low, high, middle = ({"type": "scatter", "mode": "lines", "x": x.tolist()} for _ in range(3))
    edge = {"line": {"width": 0}, "hoverinfo": "skip"}
    return [
        low | edge | {"y": drawn.low.tolist()},
        high | edge | {"y": drawn.high.tolist(), "fill": "tonexty", "fillcolor": PALE},
        middle
        | {"y": drawn.logit.tolist(), "line": {"color": NEUTRAL, "width": 2}}
        | {"hovertemplate": "%{x:.4g}: %{y:+.2f}<extra></extra>"},
    ]


def _levels(x: np.ndarray, drawn: Curve) -> list[dict[str, Any]]:
    """A point a choice, with its interval."""
    above, below = drawn.high - drawn.logit, drawn.logit - drawn.low
    return [
        {
            "type": "scatter",
            "x": x.tolist(),
            "y": drawn.logit.tolist(),
            "mode": "markers",
            "marker": {"size": 8, "color": NEUTRAL},
            "error_y": {"array": above.tolist(), "arrayminus": below.tolist(), "color": NEUTRAL},
            "hoverinfo": "y",
        }
    ]


def _patient(drawn: Curve, variable: Variable, value: float, unit: Unit | None, theme: str) -> dict[str, Any]:
    height = float(np.interp(value, drawn.x, drawn.logit))
    worded = variable.format(value, unit)
    return {
        "type": "scatter",
        "x": _in_unit(np.array([value]), unit).tolist(),
        "y": [height],
        "mode": "markers+text",
        "marker": {"size": 12, "color": RAISES if height > 0 else LOWERS},
        "text": [worded],
        "textposition": "top center",
        "textfont": font(theme),
        "hovertext": [f"This patient, {worded}: {number(height, 2, True)} log-odds."],
        "hoverinfo": "text",
    }


def broken(label: str) -> str:
    """A choice's label, a word a line."""
    return label.replace(" ", "<br>", 3)


def _curve_layout(drawn: Curve, variable: Variable, unit: Unit | None, theme: str) -> dict[str, Any]:
    ink, name = font(theme), f"{variable.label}{', ' + unit.symbol if unit else ''}"
    across: dict[str, Any] = {"title": {"text": name, "font": ink}, "anchor": "y2"}
    if variable.choices:
        ticks = [choice for choice in variable.choices if choice.code in drawn.x]
        across |= {"tickvals": [c.code for c in ticks], "ticktext": [broken(c.label) for c in ticks]}
    up = {"title": {"text": "log-odds", "font": ink}, "domain": [0.24, 1], "zeroline": True, "nticks": 5}
    people = {"domain": [0, 0.18], "showticklabels": False, "showgrid": False}
    return layout(_CURVE_HEIGHT, theme, xaxis=across, yaxis=up, yaxis2=people)
