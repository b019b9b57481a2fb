"""Pictures of glucose: the profile over the day, and the days with their gaps, lows and highs. Data in, figure out."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import numpy as np

from riskmodels.columns import Floats
from riskmodels.signals.glucose.consensus import GlucoseReport
from riskmodels.signals.glucose.profile import Profile, Strip
from riskmodels.signals.glucose.series import DAY, FACTOR, MMOL
from riskmodels.signals.glucose.targets import Target, edge, in_tenths
from ui.charts import LOWERS, NEUTRAL, PALE, RAISES, Figure, font, layout

#: points of a figure at most, days of a row and days drawn at most
MOST_POINTS, WEEK, MOST_DAYS = 2_000, 7, 28
_PROFILE_HEIGHT, _ROW_HEIGHT, _AXIS_HEIGHT = 330, 128, 34
_QUARTERS = "rgba(138,148,158,0.38)"
_TOP = 300.0


def scaled(mg_dl: Floats, unit: str) -> Floats:
    """Glucose in the unit shown."""
    return mg_dl / FACTOR if unit == MMOL else mg_dl


def listed(values: Iterable[float], decimals: int = 1) -> list[float | None]:
    """Numbers as a figure takes them: unknown is none, which breaks a line."""
    return [None if math.isnan(value) else round(float(value), decimals) for value in values]


def clock(minutes: float) -> str:
    """``06:15``."""
    return f"{int(minutes // 60) % 24:02d}:{int(minutes % 60):02d}"


def in_range_shape(target: Target, unit: str, axes: str = "") -> dict[str, Any]:
    """The range as a band behind everything.

    Args:
        target: whose range.
        unit: shown.
        axes: number of the y axis, empty for the first.
    """
    low, high = scaled(np.array([target.low, target.high], dtype=np.float64), unit)
    return {
        "type": "rect",
        "xref": "paper",
        "yref": f"y{axes}",
        "x0": 0,
        "x1": 1,
        "y0": float(low),
        "y1": float(high),
        "fillcolor": "rgba(0,158,115,0.13)",
        "line": {"width": 0},
        "layer": "below",
    }


def profile_figure(profile: Profile, target: Target, unit: str, theme: str) -> Figure:
    """Glucose over the day: median, quarters and 5–95 %, on the range.

    Args:
        profile: of the report.
        target: whose range.
        unit: shown.
        theme: "light" or "dark".
    """
    times = [*profile.minutes, 24 * 60.0]
    rows = [listed([*row, row[0]]) for row in scaled(profile.percentiles, unit)]  # midnight stands at both ends
    p5, p25, p50, p75, p95 = rows
    hours = list(range(0, 25, 3))
    spots = {"tickvals": [60 * hour for hour in hours], "ticktext": [f"{hour}" for hour in hours]}
    across = spots | {"range": [0, 24 * 60], "showgrid": True, "title": {"text": "o'clock", "font": font(theme)}}
    most = np.nanmax(profile.percentiles) if np.isfinite(profile.percentiles).any() else _TOP
    up = {"range": [0, float(scaled(np.array([max(_TOP, 1.05 * most)]), unit)[0])], "nticks": 7, "zeroline": False}
    frame = layout(_PROFILE_HEIGHT, theme, xaxis=across, yaxis=up | {"title": {"text": unit, "font": font(theme)}})
    told = [_profile_words(place, minutes, rows, unit) for place, minutes in enumerate(times)]
    traces = [
        *_band(times, p5, p95, PALE),
        *_band(times, p25, p75, _QUARTERS),
        _line(times, p50, theme) | {"hovertext": told, "hoverinfo": "text"},
    ]
    names = (("95 %", p95), ("75 %", p75), ("median", p50), ("25 %", p25), ("5 %", p5))
    return {
        "data": traces,
        "layout": frame
        | {
            "shapes": [in_range_shape(target, unit)],
            "annotations": _labels(names, scaled(np.array([14.0]), unit)[0], theme),
            "margin": {"l": 0, "r": 56, "t": 8, "b": 4},
        },
    }


def _labels(names: Iterable[tuple[str, list[float | None]]], apart: float, theme: str) -> list[dict[str, Any]]:
    """A label at the right end of each line, moved where two would lie on each other."""
    ends = [(name, row[-1]) for name, row in names if row[-1] is not None]
    places: list[float] = []
    for _, end in reversed(ends):
        places.append(max(float(end or 0), places[-1] + apart) if places else float(end or 0))
    return [
        {
            "x": 1,
            "xref": "paper",
            "xanchor": "left",
            "xshift": 4,
            "y": place,
            "text": name,
            "showarrow": False,
            "font": font(theme) | {"size": 12},
        }
        for (name, _), place in zip(ends, reversed(places), strict=True)
    ]


def _profile_words(place: int, minutes: float, rows: list[list[float | None]], unit: str) -> str:
    p5, p25, p50, p75, p95 = (row[place] for row in rows)
    if p50 is None:
        return ""
    said = f"At {clock(minutes)} the median is {p50:g} {unit}"
    if p25 is not None:
        said += f"; half of the days lie between {p25:g} and {p75:g}"
    return f"{said}, 90 % between {p5:g} and {p95:g}." if p5 is not None else f"{said}."


def _band(x: list[float], low: list[float | None], high: list[float | None], colour: str) -> list[dict[str, Any]]:
    edge = {"type": "scatter", "mode": "lines", "x": x, "line": {"width": 0}, "hoverinfo": "skip"}
    return [edge | {"y": low}, edge | {"y": high, "fill": "tonexty", "fillcolor": colour}]


def _line(x: list[float], y: list[float | None], theme: str) -> dict[str, Any]:
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": {"color": font(theme)["color"], "width": 2.5}}


def thinned(strip: Strip, target: Target, minutes: int) -> tuple[Floats, Floats]:
    """Of each so many minutes of a day the reading that lies farthest from the range's middle, with breaks at gaps.

    Returns:
        Seconds since midnight and mg/dL; NaN where readings are missing.
    """
    middle = math.sqrt(target.low * target.high)
    far = np.abs(np.log(strip.mg_dl / middle))
    slot = (strip.seconds // (60 * minutes)).astype(np.int64)
    order = np.lexsort((-far, slot))
    kept = np.sort(order[np.concatenate([[True], np.diff(slot[order]) > 0])])
    seconds, value = strip.seconds[kept], strip.mg_dl[kept].astype(np.float64)
    broken = np.diff(np.cumsum(strip.gap_before)[kept], prepend=0) > 0
    places = np.flatnonzero(broken)
    return np.insert(seconds, places, seconds[places]), np.insert(value, places, np.nan)


def days_figure(report: GlucoseReport, unit: str, theme: str) -> Figure:
    """The last days in rows of a week: the trace with lows and highs coloured, and gaps as gaps.

    Args:
        report: what is drawn.
        unit: shown.
        theme: "light" or "dark".
    """
    strips = report.strips
    first = max(strips[0].number, strips[-1].number - MOST_DAYS + 1)
    shown = [strip for strip in strips if strip.number >= first]
    days = shown[-1].number - first + 1
    weeks = math.ceil(days / WEEK)
    minutes = drawn_minutes(days)
    data: list[dict[str, Any]] = []
    axes: dict[str, dict[str, Any]] = {}
    shapes: list[dict[str, Any]] = []
    for week in range(weeks):
        number = "" if week == 0 else str(week + 1)
        start = first + WEEK * week
        own = [strip for strip in shown if start <= strip.number < start + WEEK]
        data += _week_traces(own, start, number, minutes, report, unit)
        axes |= _week_axes(week, weeks, start, min(WEEK, days), report, unit)
        shapes.append(in_range_shape(report.target, unit, number))
        shapes += [_midnight(day, number) for day in range(min(WEEK, days) + 1)]
    frame = layout(_ROW_HEIGHT * weeks + _AXIS_HEIGHT, theme, **axes)
    return {"data": data, "layout": frame | {"shapes": shapes}}


def _midnight(day: int, number: str) -> dict[str, Any]:
    ends = {"x0": day, "x1": day, "y0": 0, "y1": 1, "xref": f"x{number}", "yref": f"y{number} domain"}
    return ends | {"type": "line", "layer": "below", "line": {"color": PALE, "width": 1}}


def drawn_minutes(days: int) -> int:
    """Of how many minutes one reading is drawn, so that a figure stays small."""
    return next(minutes for minutes in (5, 15, 30) if days * 1440 / minutes <= MOST_POINTS)


def _week_traces(
    strips: list[Strip], start: int, number: str, minutes: int, report: GlucoseReport, unit: str
) -> list[dict[str, Any]]:
    parts = [(strip, *thinned(strip, report.target, minutes)) for strip in strips]
    if not parts:
        return []
    x = np.concatenate([(strip.number - start) + seconds / DAY for strip, seconds, _ in parts])
    y = np.concatenate([value for *_, value in parts])
    words = [text for strip, seconds, value in parts for text in _told(strip, seconds, value, unit)]
    axes = {"type": "scatter", "mode": "lines", "x": listed(x, 4), "xaxis": f"x{number}", "yaxis": f"y{number}"}
    traces = [
        axes
        | {"y": listed(scaled(y, unit)), "line": {"color": NEUTRAL, "width": 1.3}}
        | {"hovertext": words, "hoverinfo": "text"}
    ]
    tenths = in_tenths(report.series.mg_dl)
    low, high = edge(report.target.low, tenths) - 1e-6, edge(report.target.high, tenths) + 1e-6
    for part, colour in ((np.where(y < low, y, np.nan), LOWERS), (np.where(y > high, y, np.nan), RAISES)):
        if np.isfinite(part).any():
            traces.append(
                axes
                | {"mode": "lines+markers", "y": listed(scaled(part, unit)), "hoverinfo": "skip"}
                | {"line": {"color": colour, "width": 2}, "marker": {"color": colour, "size": 3}}
            )
    return traces


def _told(strip: Strip, seconds: Floats, value: Floats, unit: str) -> list[str]:
    day = day_name(strip)
    shown = scaled(value, unit)
    return [
        ""
        if math.isnan(one)
        else f"{day}, {clock(at / 60)}: {one:.1f} {unit}"
        if unit == MMOL
        else f"{day}, {clock(at / 60)}: {one:.0f} {unit}"
        for at, one in zip(seconds, shown, strict=True)
    ]


def day_name(strip: Strip, short: bool = False) -> str:
    """A day as people call it: ``Mon 2 Mar``, or its number where the date is not known."""
    if strip.day is None:
        return f"Day {strip.number + 1}"
    return f"{strip.day:%a} {strip.day.day}" if short else f"{strip.day:%a} {strip.day.day} {strip.day:%b}"


def _week_axes(
    week: int, weeks: int, start: int, days: int, report: GlucoseReport, unit: str
) -> dict[str, dict[str, Any]]:
    number = "" if week == 0 else str(week + 1)
    total = _ROW_HEIGHT * weeks
    top = 1 - week * _ROW_HEIGHT / total
    most = max(_TOP, 1.03 * float(report.series.mg_dl.max()))
    across = {
        "anchor": f"y{number}",
        "range": [0, days],
        "tickvals": [day + 0.5 for day in range(days)],
        "ticktext": _week_names(start, days, report),
        "showgrid": False,
        "zeroline": False,
        "ticks": "",
    }
    up = {
        "anchor": f"x{number}",
        "domain": [top - (_ROW_HEIGHT - 26) / total, top],
        "range": [float(value) for value in scaled(np.array([30.0, most]), unit)],
        "tickvals": [float(v) for v in scaled(np.array([report.target.low, report.target.high]), unit).round(1)],
        "zeroline": False,
    }
    return {f"xaxis{number}": across, f"yaxis{number}": up}


def _week_names(start: int, days: int, report: GlucoseReport) -> list[str]:
    series = report.series
    if series.start is None:
        return [f"{start + day + 1}" for day in range(days)]
    return [
        f"{moment:%a} {moment.day}" for day in range(days) for moment in [series.start + timedelta(days=start + day)]
    ]
