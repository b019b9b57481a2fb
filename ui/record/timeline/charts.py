"""Small figures over visits: a risk with its interval, measurements of one unit. Data in, figure out; no legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go

from riskmodels.explain.steps import label_text
from riskmodels.timeline.course import Estimated
from riskmodels.timeline.like import Like
from ui.charts import INK, NEUTRAL, PALE, PLAIN
from ui.record.timeline.panels import Panel, value_text
from ui.text import interval
from ui.text import risk as risk_text

_HEIGHT = 170
#: up to this many points each gets its number; of more, the first, the last and the extreme ones do
_MOST_NUMBERED = 6
#: share of the whole time within which two numbers would stand on one another
_NEAR = 0.09
#: shapes tell the lines of a chart apart beside their names; colour is kept for the direction of a contribution
_SHAPES = ("circle", "square", "diamond", "triangle-up", "cross")
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")


def risk_chart(
    points: Sequence[Estimated], theme: str = "light", breaks: Mapping[int, Like] | None = None
) -> go.Figure:
    """One outcome over the visits: a line with its 90 % interval as a band, a gap with a cross where it is refused.

    Where two neighbouring estimates rest on different known inputs the line has a gap too, with its reason; open
    circles, dotted together, then show both on the inputs known at both.

    Args:
        points: a point a visit, oldest first.
        theme: "light" or "dark".
        breaks: from :func:`riskmodels.timeline.like.breaks`.
    """
    days = [point.day for point in points]
    risk, low, high = (np.array([100 * getattr(point, part) for point in points]) for part in ("risk", "low", "high"))
    figure = go.Figure()
    for run in _runs(risk, breaks or {}):
        _add_band(figure, days[run], low[run], high[run])
        if run.stop - run.start > 1:
            _add_line(figure, days[run], risk[run])
    for place, like in (breaks or {}).items():
        _add_break(figure, days[place : place + 2], like, theme)
    figure.add_scatter(
        x=days,
        y=risk,
        mode="markers+text",
        marker={"size": 8, "color": INK[theme]},
        text=numbers([risk_text(point.risk, point.bound) for point in points], risk),
        textposition=places(days, risk),
        cliponaxis=False,
        hovertext=[_risk_sentence(point) for point in points],
        hoverinfo="text",
    )
    _add_refusals(figure, points)
    top = float(np.nanmax(high)) * 1.25
    figure.update_yaxes(range=[0, min(max(top, 0.5), 112)], ticksuffix=" %", nticks=4)
    return finish(figure, days, theme)


def _add_line(figure: go.Figure, days: Sequence[date], risk: np.ndarray) -> None:
    figure.add_scatter(x=days, y=risk, mode="lines", line={"color": NEUTRAL, "width": 2}, hoverinfo="skip")


def _runs(risk: np.ndarray, breaks: Mapping[int, Like]) -> list[slice]:
    """Stretches of neighbouring visits that one line may join."""
    runs: list[slice] = []
    for i in np.flatnonzero(~np.isnan(risk)).tolist():
        if runs and runs[-1].stop == i and i - 1 not in breaks:
            runs[-1] = slice(runs[-1].start, i + 1)
        else:
            runs.append(slice(i, i + 1))
    return runs


def _add_break(figure: go.Figure, days: Sequence[date], like: Like, theme: str) -> None:
    """The gap between two visits: both on the facts known at both, and why they are not joined."""
    figure.add_scatter(
        x=list(days),
        y=[100 * point.risk for point in (like.first, like.last)],
        mode="lines+markers",
        line={"color": NEUTRAL, "width": 1, "dash": "dot"},
        marker={"size": 7, "symbol": "circle-open", "color": INK[theme]},
        hovertext=[f"{_risk_sentence(point)} Apart from it: {like.reason}." for point in (like.first, like.last)],
        hoverinfo="text",
    )
    figure.add_annotation(
        x=days[0] + (days[1] - days[0]) / 2,
        y=0,
        text=_counted(like),
        showarrow=False,
        yanchor="bottom",
        font={"size": 11, "color": INK[theme]},
    )


def _counted(like: Like) -> str:
    """How many facts keep two visits apart, in two lines that fit into the gap."""
    told = [(like.lost, "unknown"), (like.gained, "now known")]
    return "<br>".join(f"{len(names)} {words}" for names, words in told if names)


def _add_band(figure: go.Figure, days: Sequence[date], low: np.ndarray, high: np.ndarray) -> None:
    if len(days) == 1:
        figure.add_scatter(
            x=[days[0], days[0]],
            y=[low[0], high[0]],
            mode="lines",
            line={"color": PALE, "width": 7},
            hoverinfo="skip",
        )
        return
    figure.add_scatter(
        x=[*days, *reversed(days)],
        y=[*low, *reversed(high)],
        mode="lines",
        fill="toself",
        fillcolor=PALE,
        line={"width": 0},
        hoverinfo="skip",
    )


def _add_refusals(figure: go.Figure, points: Sequence[Estimated]) -> None:
    refused = [point for point in points if not point.given]
    if refused:
        figure.add_scatter(
            x=[point.day for point in refused],
            y=[0] * len(refused),
            mode="markers",
            marker={"size": 9, "symbol": "x-thin", "line": {"width": 2, "color": NEUTRAL}},
            cliponaxis=False,
            hovertext=[_risk_sentence(point) for point in refused],
            hoverinfo="text",
        )


def _risk_sentence(point: Estimated) -> str:
    if not point.given:
        return (
            f"{point.when}: {point.measured}"
            if point.by_measurement
            else f"{point.when}: no estimate, {point.refused}."
        )
    return f"{point.when}: {risk_text(point.risk, point.bound)}, 90 % interval {interval(point.low, point.high)}."


def numbers(texts: Sequence[str], values: np.ndarray) -> list[str]:
    """Text beside each point; of many only those of the ends and the extremes."""
    known = np.flatnonzero(~np.isnan(values))
    kept = set(known.tolist())
    if len(known) > _MOST_NUMBERED:
        kept = {int(known[0]), int(known[-1]), int(np.nanargmax(values)), int(np.nanargmin(values))}
    return [text if i in kept else "" for i, text in enumerate(texts)]


def places(days: Sequence[date], values: np.ndarray) -> list[str]:
    """Where each number stands: above its point; of two points close to one another the lower one's below."""
    places, known = ["top center"] * len(days), np.flatnonzero(~np.isnan(values)).tolist()
    near = max((days[-1] - days[0]) * _NEAR, timedelta(days=1))
    for before, after in pairwise(known):
        if days[after] - days[before] < near and places[before] == "top center":
            places[before if values[before] < values[after] else after] = "bottom center"
    return places


def panel_chart(panel: Panel, days: Sequence[date], whens: Sequence[str], theme: str = "light") -> go.Figure:
    """Measurements of one unit over the visits, each named at its last point; a gap where one is unknown.

    Args:
        panel: from :func:`ui.record.timeline.panels.make_panels`.
        days, whens: of the visits.
        theme: "light" or "dark".
    """
    figure, alone = go.Figure(), len(panel.names) == 1
    for i, (name, row) in enumerate(zip(panel.names, panel.values, strict=True)):
        texts = [value_text(value, panel.unit) for value in row]
        label = label_text(name)
        figure.add_scatter(
            x=list(days),
            y=row,
            mode="lines+markers+text",
            line={"color": NEUTRAL, "width": 2, "dash": _DASHES[i % len(_DASHES)]},
            marker={"size": 7, "color": INK[theme], "symbol": _SHAPES[i % len(_SHAPES)]},
            text=numbers(texts, row),
            textposition=places(days, row),
            cliponaxis=False,
            hovertext=[f"{when}: {label} {text} {panel.unit.symbol}" for when, text in zip(whens, texts, strict=True)],
            hoverinfo="text",
        )
        if not alone:
            _name_line(figure, label, days, row, theme)
    figure.update_yaxes(range=[panel.low, panel.high], nticks=4)
    return finish(figure, days, theme, 8 if alone else 96)


def _name_line(figure: go.Figure, label: str, days: Sequence[date], row: np.ndarray, theme: str) -> None:
    last = int(np.flatnonzero(~np.isnan(row))[-1])
    figure.add_annotation(
        x=days[last],
        y=float(row[last]),
        text=label.replace(" cholesterol", "").replace(" pressure", ""),
        showarrow=False,
        xanchor="left",
        xshift=9,
        font={"size": 12, "color": INK[theme]},
    )


def finish(figure: go.Figure, days: Sequence[date], theme: str, right: int = 8) -> go.Figure:
    """Axes, margins and colours that all small figures share."""
    font = {"size": 12, "color": INK[theme]}
    figure.update_traces(textfont=font)
    figure.update_xaxes(**_time_axis(days), tickfont=font, showgrid=False, zeroline=False, fixedrange=True)
    figure.update_yaxes(tickfont=font, gridcolor=PALE, zeroline=False, fixedrange=True, automargin=True)
    figure.update_layout(
        font=font,
        height=_HEIGHT,
        margin={"l": 0, "r": right, "t": 14, "b": 4},
        **PLAIN,
        hoverlabel={"align": "left"},
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": NEUTRAL, "activecolor": NEUTRAL},
    )
    return figure


def _time_axis(days: Sequence[date]) -> dict[str, object]:
    """Ends with some room for the numbers beside the outermost points; at most three dates named, as ISO."""
    room = max(timedelta(days=3), (days[-1] - days[0]) * 0.12)
    named = list(dict.fromkeys([days[0], days[len(days) // 2], days[-1]]))
    if len(named) == 3 and min(named[1] - named[0], named[2] - named[1]) < (days[-1] - days[0]) * 0.3:
        del named[1]
    return {
        "range": [days[0] - room, days[-1] + room],
        "tickvals": named,
        "ticktext": [day.isoformat() for day in named],
    }
