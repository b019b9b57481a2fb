"""Figures of what a model does with its inputs: curves over the people it learnt from, and heat maps of pairs."""

from __future__ import annotations

from typing import Any

import numpy as np

from riskmodels.explain.surfaces import Surface
from riskmodels.signed import signed
from riskmodels.tabular.model import Curve
from riskmodels.vocabulary import VOCABULARY, Variable
from ui.charts import INK, LOWERS, NEUTRAL, PALE, RAISES, Figure, broken, font, layout
from ui.inspect.figures import Trace, axis, band, line, note

_SMALL, _LARGE, _SURFACE = 190, 340, 340
#: a curve that moves less than this is drawn as flat as it is, log-odds
_LEAST_SPAN = 1.0


def curve(drawn: Curve, variable: Variable, theme: str, large: bool = False) -> Figure:
    """One curve with its band over the people it was learnt from; the level of "unknown" is the line at 0.

    Args:
        drawn: from :meth:`riskmodels.tabular.model.RiskModel.curve`.
        variable: the input.
        theme: "light" or "dark".
        large: by itself, with titles; otherwise one of many.

    Returns:
        Curve with band (points with bars for choices) above the histogram.
    """
    levels = len(drawn.bins) == len(drawn.counts)
    shape = _points(drawn, theme) if levels else _shape(drawn, theme)
    ends = float(drawn.x[0]), float(drawn.x[-1])
    edge = (-0.5, 0.5) if levels else (0.0, 0.0)
    unknown = line([ends[0] + edge[0], ends[1] + edge[1]], [0, 0], NEUTRAL, "dot")
    traces = [_people(drawn, ends), unknown, *shape]
    frame = layout(_LARGE if large else _SMALL, theme, **_axes(drawn, variable, theme, large))
    return {"data": traces, "layout": frame | {"annotations": [_unknown_note(drawn, theme)]}}


def _unknown_note(drawn: Curve, theme: str) -> dict[str, Any]:
    """The name of the line at 0, at the end and on the side where the curve is not."""
    third = max(1, len(drawn.logit) // 3)
    first, last = float(drawn.logit[:third].mean()), float(drawn.logit[-third:].mean())
    left = abs(first) > abs(last)
    above = (first if left else last) < 0
    place = {"x": 0 if left else 1, "xref": "paper", "xanchor": "left" if left else "right"}
    place |= {"y": 0, "yref": "y", "yanchor": "bottom" if above else "top"}
    return note("unknown", theme, **place) | {"font": {"size": 11, "color": INK[theme]}}


def _shape(drawn: Curve, theme: str) -> list[Trace]:
    x = drawn.x.tolist()
    hover = [f"{value:.4g}: {signed(height)}" for value, height in zip(x, drawn.logit, strict=True)]
    return [*band(x, drawn.low.tolist(), drawn.high.tolist()), line(x, drawn.logit.tolist(), INK[theme], hover=hover)]


def _points(drawn: Curve, theme: str) -> list[Trace]:
    around = {"array": (drawn.high - drawn.logit).tolist(), "arrayminus": (drawn.logit - drawn.low).tolist()}
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": drawn.x.tolist(),
            "y": drawn.logit.tolist(),
            "marker": {"size": 8, "color": INK[theme]},
            "error_y": around | {"color": NEUTRAL, "thickness": 2, "width": 0},
            "hovertext": [signed(height) for height in drawn.logit],
            "hoverinfo": "text",
        }
    ]


def _people(drawn: Curve, ends: tuple[float, float]) -> Trace:
    """Histogram of the people the model learnt from."""
    edges = len(drawn.bins) > len(drawn.counts)
    x = (drawn.bins[1:] + drawn.bins[:-1]) / 2 if edges else drawn.bins
    inside = (x >= ends[0]) & (x <= ends[1])
    width = np.diff(drawn.bins) if edges else np.full(len(x), 0.5)
    return {
        "type": "bar",
        "x": x[inside].tolist(),
        "width": width[inside].tolist(),
        "y": drawn.counts[inside].tolist(),
        "yaxis": "y2",
        "marker": {"color": NEUTRAL, "opacity": 0.4, "line": {"width": 0}},
        "hovertemplate": "%{y:,} people<extra></extra>",
    }


def _axes(drawn: Curve, variable: Variable, theme: str, large: bool) -> dict[str, dict[str, Any]]:
    low, high = float(np.min([drawn.low.min(), 0])), float(np.max([drawn.high.max(), 0]))
    room = max(_LEAST_SPAN - (high - low), 0.1 * (high - low)) / 2
    up = axis("log-odds", theme) if large else {"zeroline": False, "automargin": True}
    up |= {"domain": [0.24, 1], "range": [low - room, high + room], "nticks": 4 + 2 * large}
    across: dict[str, Any] = axis(_unit_title(variable), theme) if large else {"zeroline": False, "automargin": True}
    across |= {"anchor": "y2", "nticks": 5, "tickangle": 0, "showgrid": False}
    if variable.choices:
        ticks = [choice for choice in variable.choices if choice.code in drawn.x]
        across |= {"tickvals": [c.code for c in ticks], "ticktext": [broken(c.label) for c in ticks]}
    people = {"domain": [0, 0.18], "showticklabels": False, "showgrid": False, "zeroline": False}
    return {"xaxis": across, "yaxis": up, "yaxis2": people}


def _unit_title(variable: Variable) -> str:
    return f"{variable.label}{', ' + variable.unit if variable.unit else ''}"


def surface(drawn: Surface, theme: str) -> Figure:
    """What two inputs do together: orange where it raises the risk, blue where it lowers it.

    Args:
        drawn: from :func:`riskmodels.explain.surfaces.pair_surface`.
        theme: "light" or "dark".
    """
    one, other = VOCABULARY[drawn.one], VOCABULARY[drawn.other]
    most = max(float(np.abs(drawn.logit).max()), 0.1)
    x, y = (_ticks(variable, values) for variable, values in ((one, drawn.x), (other, drawn.y)))
    hover = [
        [f"{one.format(float(a))}, {other.format(float(b))}: {signed(drawn.logit[j, i])} log-odds"
         for i, a in enumerate(drawn.x)]
        for j, b in enumerate(drawn.y)
    ]  # fmt: skip
    cells = {
        "type": "heatmap",
        "x": x,
        "y": y,
        "z": np.round(drawn.logit, 4).tolist(),
        "zmin": -most,
        "zmax": most,
        "colorscale": [[0, LOWERS], [0.5, PALE], [1, RAISES]],
        "colorbar": {"thickness": 10, "outlinewidth": 0, "tickfont": font(theme), "nticks": 5, "title": {"text": ""}},
        "text": hover,
        "hoverinfo": "text",
    }
    across = axis(_unit_title(one), theme, showgrid=False, nticks=6, tickangle=0)
    up = axis(_unit_title(other), theme, showgrid=False, nticks=6)
    return {"data": [cells], "layout": layout(_SURFACE, theme, xaxis=across, yaxis=up)}


def _ticks(variable: Variable, values: np.ndarray) -> list[Any]:
    """Numbers as they are; the labels of choices."""
    if not variable.choices:
        return [float(value) for value in values]
    return [broken(variable.format(float(value))) for value in values]
