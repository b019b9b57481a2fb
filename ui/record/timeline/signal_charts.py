"""Signal studies over time: points with their intervals, hollow where one is doubtful. Data in, figure out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from riskmodels.timeline.signals import Point, SignalPanel, Track
from ui.charts import INK, NEUTRAL
from ui.record.timeline.charts import finish, numbers
from ui.tables import table

#: of the first and the second track
_SHAPES = ("circle", "square")
#: share of the span that is left free above and below
_ROOM = 0.2
#: a name beside the last point stands so far above or below it, pixels
_APART = 9


def signal_chart(panel: SignalPanel, theme: str = "light") -> go.Figure:
    """The points of a panel, each with the bar of its interval and its number.

    Args:
        panel: from :func:`riskmodels.timeline.signals.make_signal_panels`.
        theme: "light" or "dark".
    """
    figure, alone = go.Figure(), len(panel.tracks) == 1
    for shape, track in zip(_SHAPES, panel.tracks, strict=False):
        _add_track(figure, panel, track, shape, theme)
        if not alone:
            _name_track(figure, panel, track, theme)
    figure.update_yaxes(range=_axis(panel), nticks=4)
    days = sorted({point.day for track in panel.tracks for point in track.points})
    return finish(figure, days, theme, 8 if alone else 72)


def _add_track(figure: go.Figure, panel: SignalPanel, track: Track, shape: str, theme: str) -> None:
    days = [point.day for point in track.points]
    value, low, high = (np.array([getattr(p, part) for p in track.points]) for part in ("value", "low", "high"))
    symbols = [f"{shape}-open" if point.doubt else shape for point in track.points]
    figure.add_scatter(
        x=days,
        y=value,
        mode="lines+markers+text",
        line={"color": NEUTRAL, "width": 1},
        marker={"size": 8, "color": INK[theme], "symbol": symbols},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": np.nan_to_num(high - value),
            "arrayminus": np.nan_to_num(value - low),
            "color": NEUTRAL,
            "thickness": 2,
            "width": 0,
        },
        text=numbers([_number(point.value, panel) for point in track.points], value),
        textposition="top left" if _is_upper(panel, track) else "bottom left",  # beside the bar of the interval
        cliponaxis=False,
        hovertext=[point_words(point, track, panel) for point in track.points],
        hoverinfo="text",
    )


def _name_track(figure: go.Figure, panel: SignalPanel, track: Track, theme: str) -> None:
    last = track.points[-1]
    figure.add_annotation(
        x=last.day,
        y=last.value,
        text=track.label,
        showarrow=False,
        xanchor="left",
        xshift=9,
        yshift=_APART if _is_upper(panel, track) else -_APART,
        font={"size": 12, "color": INK[theme]},
    )


def _is_upper(panel: SignalPanel, track: Track) -> bool:
    """Whether a track is alone, or ends higher than the other."""
    return all(track.points[-1].value >= other.points[-1].value for other in panel.tracks)


def _axis(panel: SignalPanel) -> tuple[float, float]:
    """Ends that show all points and intervals, within the panel's bounds."""
    points = [point for track in panel.tracks for point in track.points]
    ends = np.array([(point.value, point.low, point.high) for point in points])
    low, high = float(np.nanmin(ends)), float(np.nanmax(ends))
    room = max(_ROOM * (high - low), (panel.span - (high - low)) / 2)
    return max(low - room, panel.bounds[0]), min(high + room, panel.bounds[1])


def point_words(point: Point, track: Track, panel: SignalPanel) -> str:
    """``2026-03-15: GMI 7.0 % (6.8–7.2). Worn for 4 days only.``"""
    doubt = f" {point.doubt}" if point.doubt else ""
    return f"{point.day.isoformat()}: {track.label} {figure_words(point, panel)}.{doubt}"


def figure_words(point: Point, panel: SignalPanel) -> str:
    """``7.0 % (6.8–7.2)``."""
    value, low, high = (_number(number, panel) for number in (point.value, point.low, point.high))
    return f"{value} {panel.unit}" if point.low != point.low else f"{value} {panel.unit} ({low}–{high})"


def _number(value: float, panel: SignalPanel) -> str:
    return f"{value:.{panel.decimals}f}"


def finding_text(panel: SignalPanel) -> str:
    """What a panel shows in words: each track's last figure, and since when another was told."""
    return f"{' '.join(_course(track, panel) for track in panel.tracks)} {panel.definition}"


def _course(track: Track, panel: SignalPanel) -> str:
    first, last = track.points[0], track.points[-1]
    told = f"{track.label} {figure_words(last, panel)} on {last.day.isoformat()}"
    if len(track.points) > 1:
        told += f", {figure_words(first, panel)} on {first.day.isoformat()}"
    doubtful = sum(bool(point.doubt) for point in track.points)
    return f"{told}{f'; hollow where doubtful ({doubtful})' if doubtful else ''}."


def figures(panels: Sequence[SignalPanel]) -> str:
    """All that is drawn, as a table."""
    rows = [
        [point.day.isoformat(), f"{track.label}, {panel.title}", figure_words(point, panel), point.doubt or "–"]
        for panel in panels
        for track in panel.tracks
        for point in track.points
    ]
    return table("Figures of signals", ["Last day", "Figure", "Value (95 % interval)", "Doubt"], rows)
