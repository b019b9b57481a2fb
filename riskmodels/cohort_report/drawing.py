"""Pieces that every figure of a report is made of: ink and grey, direct labels, texts that are not read as HTML."""

from __future__ import annotations

from html import escape
from textwrap import wrap

import pandas as pd
import plotly.graph_objects as go

INK = {"light": "#1d252c", "dark": "#e6eaee"}
#: what ink looks like on the paper of a theme
INK_WORD = {INK["light"]: "dark", INK["dark"]: "light"}
GREY, GRID, BAND = "#8A949E", "rgba(138,148,158,0.25)", "rgba(138,148,158,0.25)"
CONFIG = {
    "displayModeBar": "hover",
    "displaylogo": False,
    "modeBarButtons": [["toImage"]],
    "scrollZoom": False,
    "responsive": True,
}
ROW, FRAME, SQUARE, MOST_ROWS, LINE = 26, 60, 360, 30, 20


def text_of(value: object, width: int = 30) -> str:
    """A label: short lines, nothing of it read as HTML."""
    return "<br>".join(escape(line, quote=False) for line in wrap(str(value), width)[:3])


def add_band(figure: go.Figure, x: pd.Series, low: pd.Series, high: pd.Series) -> None:
    """A grey band; left out where an end is not known."""
    known = low.notna() & high.notna()
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    figure.add_scatter(x=x[known], y=low[known], **edge)
    figure.add_scatter(x=x[known], y=high[known], fill="tonexty", fillcolor=BAND, **edge)


def as_rows(figure: go.Figure, labels: list[str], title: str, suffix: str = "") -> go.Figure:
    """One line a row, the first at the top."""
    figure.update_yaxes(
        tickmode="array", tickvals=list(range(len(labels))), ticktext=labels, autorange="reversed", showgrid=False
    )
    figure.update_xaxes(title=title, ticksuffix=suffix, nticks=6, tickangle=0)
    figure.update_layout(height=FRAME + ROW * max(len(labels), 2))
    return figure


def dots(table: pd.DataFrame, name: str, hover: list[str], ink: str) -> go.Figure:
    """A dot with its interval a row."""
    spread = {
        "array": table[f"{name}_high"] - table[name],
        "arrayminus": table[name] - table[f"{name}_low"],
        "color": GREY,
        "thickness": 2,
        "width": 0,
    }
    return go.Figure(
        go.Scatter(
            x=table[name],
            y=table.index,
            mode="markers",
            marker={"color": ink, "size": 9},
            error_x=spread,
            hovertext=hover,
            hoverinfo="text",
        )
    )


def add_line(
    figure: go.Figure, x: pd.Series, y: pd.Series, hover: list[str] | None, ink: str, dash: str = "solid"
) -> None:
    """A line without markers."""
    more = {"hovertext": hover, "hoverinfo": "text"} if hover else {"hoverinfo": "skip"}
    figure.add_scatter(x=x, y=y, mode="lines", line={"color": ink, "width": 2, "dash": dash}, **more)


def as_square(figure: go.Figure, x: str, y: str, right: float, top: float) -> go.Figure:
    """Both axes from 0 in percent."""
    figure.update_xaxes(title=x, ticksuffix=" %", range=[0, right], nticks=6)
    figure.update_yaxes(title=y, ticksuffix=" %", range=[0, top], nticks=6)
    return figure.update_layout(height=SQUARE)


def as_titled(figure: go.Figure, text: str) -> go.Figure:
    """With a title of one or several lines above it, for which it grows taller."""
    pad = 4 if "<br>" not in text else 18  # plotly hangs several lines higher than one
    place = {"x": 0, "xref": "container", "y": 1, "yref": "container", "yanchor": "top", "pad": {"t": pad}}
    title = {"text": text, "font": {"size": 14}, **place}
    return figure.update_layout(title=title, height=figure.layout.height + title_height(text))


def title_height(text: str | None) -> int:
    """What a title needs, in pixels."""
    return LINE * len(text.split("<br>")) if text else 0
