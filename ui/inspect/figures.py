"""Figures of how good a model is: what was measured in, a figure in the manner of :mod:`ui.charts` out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import log10
from typing import Any

from riskmodels.evaluation.evidence import CurvePoint, Decile, Decision, Validation
from ui import text
from ui.charts import INK, NEUTRAL, PALE, Figure, font, layout

_SQUARE, _ROW, _FRAME = 330, 30, 62
_HALF = 50
#: what the line of the model looks like in each theme
_INK_WORD = {"light": "black", "dark": "white"}
#: how published scores are told apart, in their order
DASHES = ("dash", "dot", "dashdot", "longdash")
_DASH_WORDS = {"dash": "dashed", "dot": "dotted", "dashdot": "dash-dotted", "longdash": "long-dashed"}
Trace = dict[str, Any]
Optional = Sequence[float | None]


@dataclass(frozen=True)
class Dot:
    """One line of a dot plot.

    Args:
        label: what stands beside it.
        values: the estimate and its interval, each None where there is none.
        hover: a full sentence.
        hollow: the model has seen these people.
    """

    label: str
    values: Optional
    hover: str
    hollow: bool = False


def line(x: Optional, y: Optional, colour: str, dash: str = "solid", hover: Sequence[str] | None = None) -> Trace:
    """A line without markers."""
    told = {"hovertext": list(hover), "hoverinfo": "text"} if hover else {"hoverinfo": "skip"}
    style = {"color": colour, "width": 2, "dash": dash}
    return {"type": "scatter", "mode": "lines", "x": list(x), "y": list(y), "line": style} | told


def band(x: Optional, low: Optional, high: Optional) -> list[Trace]:
    """A grey band, left out where an end is not known."""
    known = [(a, b, c) for a, b, c in zip(x, low, high, strict=True) if b is not None and c is not None]
    edge = {
        "type": "scatter",
        "mode": "lines",
        "line": {"width": 0},
        "hoverinfo": "skip",
        "x": [a for a, _, _ in known],
    }
    return [
        edge | {"y": [b for _, b, _ in known]},
        edge | {"y": [c for _, _, c in known], "fill": "tonexty", "fillcolor": PALE},
    ]


def note(words: str, theme: str, **place: Any) -> dict[str, Any]:
    """Words inside a figure: a direct label instead of a legend."""
    return {"text": words, "showarrow": False, "font": font(theme), "align": "left"} | place


def in_corner(words: str, theme: str, right: bool, top: bool) -> dict[str, Any]:
    """Words in a corner of a figure."""
    across, up = ("right" if right else "left"), ("top" if top else "bottom")
    place = {"x": 0.98 if right else 0.03, "y": 0.98 if top else 0.04, "xref": "paper", "yref": "paper"}
    return note(words, theme, xanchor=across, yanchor=up, **place) | {"align": across}


def axis(title: str, theme: str, **more: Any) -> dict[str, Any]:
    """An axis with its title."""
    return {"title": {"text": title, "font": font(theme), "standoff": 14}, "zeroline": False, "automargin": True} | more


def _percents(title: str, top: float, theme: str) -> dict[str, Any]:
    return axis(title, theme, range=[0, 1.02 * top], ticksuffix=" %", nticks=6, tickangle=0)


def _square(traces: list[Trace], across: dict[str, Any], up: dict[str, Any], notes: list[Any], theme: str) -> Figure:
    drawn = layout(_SQUARE, theme, xaxis=across, yaxis=up)
    return {"data": traces, "layout": drawn | {"annotations": notes}}


def roc(judged: Validation, theme: str) -> Figure:
    """Found among those with the outcome against flagged among those without, at every threshold."""
    flagged, found = ([100 * point[k] for point in judged["roc"]] for k in (0, 1))
    hover = [
        f"Finding {b:.0f} % of those with it flags {a:.0f} % of those without."
        for a, b in zip(flagged, found, strict=True)
    ]
    chance = line([0, 100], [0, 100], NEUTRAL, "dot")
    across, up = _percents("Flagged of those without it", 100, theme), _percents("Found of those with it", 100, theme)
    notes = [in_corner("dotted: chance", theme, True, False)]
    return _square([chance, line(flagged, found, INK[theme], hover=hover)], across, up, notes, theme)


def precision_recall(judged: Validation, theme: str) -> Figure:
    """With the outcome among the flagged against found among those with it."""
    found, right = ([100 * point[k] for point in judged["pr"]] for k in (0, 1))
    share = 100 * judged["events"] / judged["n"]
    hover = [
        f"Finding {a:.0f} % of those with it, {b:.0f} % of the flagged have it."
        for a, b in zip(found, right, strict=True)
    ]
    everybody = line([0, 100], [share, share], NEUTRAL, "dot")
    across, up = _percents("Found of those with it", 100, theme), _percents("With it among the flagged", 100, theme)
    place = {"x": 2, "y": share, "xanchor": "left", "yanchor": "bottom" if share < _HALF else "top"}
    notes = [note(f"everybody flagged: {text.risk(share / 100)}", theme, **place)]
    return _square([everybody, line(found, right, INK[theme], hover=hover)], across, up, notes, theme)


def calibration(deciles: Sequence[Decile], curve: Sequence[CurvePoint], theme: str) -> Figure:
    """Observed against estimated: groups with their intervals, the smooth curve with its band."""
    ends = [d[k] for d in deciles for k in ("predicted", "high")] + [
        p[k] for p in curve for k in ("predicted", "observed")
    ]
    top = min(100.0, 103 * max(ends, default=1.0))
    estimated = [100 * point["predicted"] for point in curve]
    observed = [100 * point["observed"] for point in curve]
    low, high = ([None if point[k] is None else 100 * point[k] for point in curve] for k in ("low", "high"))  # type: ignore[operator]
    traces = [
        line([0, top], [0, top], NEUTRAL, "dot"),
        *band(estimated, low, high),
        line(estimated, observed, INK[theme]),
        _groups(deciles, theme),
    ]
    across, up = _percents("Estimated", top, theme), _percents("Observed", top, theme)
    return _square(traces, across, up, [in_corner("dotted: as estimated", theme, True, False)], theme)


def _groups(deciles: Sequence[Decile], theme: str) -> Trace:
    hover = [
        f"{d['n']:,} people with {text.risk(d['predicted'])} on average: {text.risk(d['observed'])} observed "
        f"({text.interval(d['low'], d['high'])})."
        for d in deciles
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [100 * d["predicted"] for d in deciles],
        "y": [100 * d["observed"] for d in deciles],
        "marker": {"size": 7, "color": INK[theme]},
        "error_y": {
            "array": [100 * (d["high"] - d["observed"]) for d in deciles],
            "arrayminus": [100 * (d["observed"] - d["low"]) for d in deciles],
            "color": NEUTRAL,
            "thickness": 1.5,
            "width": 0,
        },
        "hovertext": hover,
        "hoverinfo": "text",
    }


def decision(decided: Decision, theme: str) -> Figure:
    """Net benefit at each threshold: the model, published scores, acting on everybody, on nobody."""
    x = [100 * threshold for threshold in decided["thresholds"]]
    (model, ours), *published = decided["scores"].items()
    values = {name: [row[0] for row in rows] for name, rows in decided["scores"].items()}
    traces = [*band(x, [row[1] for row in ours], [row[2] for row in ours])]
    traces += [line(x, decided["treat_all"], NEUTRAL), line([x[0], x[-1]], [0, 0], NEUTRAL)]
    words = [f"<b>{_INK_WORD[theme]}</b>: this model", "grey: everybody, nobody"]
    for (name, _), dash in zip(published, DASHES, strict=False):
        traces.append(line(x, values[name], NEUTRAL, dash))
        words.append(f"{_DASH_WORDS[dash]}: {name}")
    hover = [
        f"At {a:.3g} %: net benefit {b:.4f}." if b is not None else "" for a, b in zip(x, values[model], strict=True)
    ]
    traces.append(line(x, values[model], INK[theme], hover=hover))
    top = max((v for v in [*decided["treat_all"], *values[model]] if v is not None), default=1.0)
    across = axis("Acting from this risk on", theme, ticksuffix=" %", nticks=7, tickangle=0)
    up = axis("Net benefit", theme, range=[-0.15 * top, 1.15 * top], nticks=6)
    return _square(traces, across, up, [in_corner("<br>".join(words), theme, True, True)], theme)


def dots(
    rows: Sequence[Dot],
    title: str,
    theme: str,
    mark: float | None = None,
    logarithmic: bool = False,
    suffix: str = "",
    span: tuple[float, float] | None = None,
) -> Figure:
    """A dot with its interval a row, the first at the top.

    Args:
        rows: one a line.
        title: of the axis.
        theme: "light" or "dark".
        mark: value with a dotted line, e.g. what would be ideal.
        logarithmic: whether halves and doubles are as far apart.
        suffix: of the axis' numbers.
        span: first and last value of the axis; as wide as needed when None.
    """
    shown = [(place, row) for place, row in enumerate(rows) if row.values[0] is not None]
    traces = [_dot(place, row, theme) for place, row in shown]
    across = axis(title, theme, ticksuffix=suffix, nticks=6, tickangle=0)
    if span:
        across["range"] = list(span)
    if logarithmic:
        across |= _ratios([end for _, row in shown for end in row.values if end])
    up = {"tickvals": list(range(len(rows))), "ticktext": [row.label for row in rows], "autorange": False}
    up |= {"range": [len(rows) - 0.4, -0.6], "showgrid": False, "zeroline": False, "automargin": True}
    lines = max((row.label.count("<br>") for row in rows), default=0)
    drawn = layout(_FRAME + (_ROW + 16 * lines) * len(rows), theme, xaxis=across, yaxis=up)
    if mark is not None:
        edge = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
        drawn["shapes"] = [edge | {"x0": mark, "x1": mark, "line": {"color": NEUTRAL, "width": 1, "dash": "dot"}}]
    return {"data": traces, "layout": drawn}


def _dot(place: int, row: Dot, theme: str) -> Trace:
    value, low, high = row.values
    around = value is not None and low is not None and high is not None
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [value],
        "y": [place],
        "marker": {
            "size": 9,
            "color": INK[theme],
            "symbol": "circle-open" if row.hollow else "circle",
            "line": {"width": 2},
        },
        "error_x": {
            "array": [high - value if around else 0],  # type: ignore[operator]
            "arrayminus": [value - low if around else 0],  # type: ignore[operator]
            "color": NEUTRAL,
            "thickness": 2,
            "width": 0,
        },
        "hovertext": [row.hover],
        "hoverinfo": "text",
    }


def _ratios(ends: Sequence[float]) -> dict[str, Any]:
    """A logarithmic axis with ticks at ratios that people read: ½, 1, 2."""
    ticks = [0.1, 0.2, 0.33, 0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0]
    low, high = min([*ends, 0.8]) * 0.95, max([*ends, 1.25]) * 1.05
    shown = [tick for tick in ticks if low <= tick <= high]
    shown = shown if len(shown) <= 6 else [tick for tick in shown if tick in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)]
    texts = [f"{tick:g}" for tick in shown]
    return {"type": "log", "tickvals": shown, "ticktext": texts, "range": [log10(low), log10(high)]}


def steps(labels: Sequence[str], starts: Sequence[int], amounts: Sequence[int], theme: str) -> Figure:
    """The flow of people: what is left after each reason, and where they go. Losses are negative."""
    colours = [NEUTRAL if amount < 0 else INK[theme] for amount in amounts]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(labels))),
        "base": list(starts),
        "x": list(amounts),
        "marker": {"color": colours, "line": {"width": 0}},
        "text": [f"{amount:,}".replace("-", "−") for amount in amounts],
        "textposition": "outside",
        "textfont": font(theme),
        "cliponaxis": False,
        "hovertext": [f"{label}: {abs(amount):,} people." for label, amount in zip(labels, amounts, strict=True)],
        "hoverinfo": "text",
    }
    most = max((max(s, s + a) for s, a in zip(starts, amounts, strict=True)), default=1)
    across = {"range": [-0.05 * most, 1.35 * most], "showticklabels": False, "showgrid": False, "zeroline": False}
    up = {"tickvals": list(range(len(labels))), "ticktext": list(labels), "autorange": "reversed"}
    up |= {"showgrid": False, "zeroline": False, "automargin": True}
    return {"data": [bars], "layout": layout(24 + _ROW * len(labels), theme, xaxis=across, yaxis=up)}


def squares(names: Sequence[str], counts: Sequence[Sequence[int]], theme: str) -> Figure:
    """What pictures are (rows) against what they are called (columns), darker where there are more."""
    numbers = [f"{i + 1}" for i in range(len(names))]
    cells = {
        "type": "heatmap",
        "x": numbers,
        "y": [f"{number} {escape(name)}" for number, name in zip(numbers, names, strict=True)],
        "z": [list(row) for row in counts],
        "text": [[str(n) for n in row] for row in counts],
        "texttemplate": "%{text}",
        "colorscale": [[0, "rgba(138,148,158,0)"], [1, "rgba(138,148,158,0.85)"]],
        "showscale": False,
        "hovertemplate": "%{z} pictures of %{y}, called %{x}<extra></extra>",
    }
    across = axis("Called", theme, showgrid=False, type="category")
    up = {"autorange": "reversed", "showgrid": False, "automargin": True, "zeroline": False}
    return {"data": [cells], "layout": layout(_FRAME + 40 * len(names), theme, xaxis=across, yaxis=up)}
