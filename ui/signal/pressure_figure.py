"""A series of pressures → the trace of a day, or of the days at home, with thresholds, night and what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np

from riskmodels.signals.pressure.read import PressureRead
from riskmodels.signals.pressure.series import Flags, PressureSeries
from riskmodels.signals.pressure.thresholds import AT_HOME, DAY, ESC, NIGHT, hypertension
from ui.charts import INK, NEUTRAL, PALE, Figure, font, layout

_HEIGHT = 330
#: where a series without dates is put: its day is never shown
_NO_DAY = date(2001, 1, 1)
#: a line is broken where readings are further apart, seconds
_APART = 5400.0
#: days of a home series that are drawn, the last ones: four readings a day are below 2,000 marks
MOST_DAYS = 180
_NIGHT_SHADE = "rgba(138,148,158,0.16)"


def moments(series: PressureSeries, seconds: Sequence[float] | np.ndarray) -> list[str]:
    """Local wall-clock times as an axis takes them."""
    midnight = datetime.combine(series.start or _NO_DAY, time())
    return [(midnight + timedelta(seconds=float(s))).isoformat(sep=" ", timespec="seconds") for s in seconds]


def day_figure(read: PressureRead, theme: str) -> Figure:
    """Systolic and diastolic pressure over a day.

    Args:
        read: a 24-hour record.
        theme: "light" or "dark".

    Returns:
        Night shaded, the thresholds of hypertension by ESC 2024 dashed, readings that failed as hollow marks below.
    """
    series, periods = read.report.series, read.report.periods
    day, night = (periods.day, periods.night) if periods else (np.ones(len(series), bool), np.zeros(len(series), bool))
    hover = [_reading(series, i, _period_word(day[i], night[i])) for i in range(len(series))]
    traces = [*_pair(series, np.ones(len(series), bool), hover, theme), _left_out(read.series, theme)]
    spans = [(*span, DAY) for span in _spans(series, day)] + [(*span, NIGHT) for span in _spans(series, night)]
    shapes = [_shade(series, first, last) for first, last, period in spans if period == NIGHT]
    shapes += [line for first, last, period in spans for line in _limit_lines(series, first, last, period)]
    return _framed(traces, shapes, series, theme, "%H:%M", _words_at_night(series, spans, theme))


def home_figure(read: PressureRead, theme: str) -> Figure:
    """Readings at home, day by day.

    Args:
        read: a home series.
        theme: "light" or "dark".

    Returns:
        Each reading as a pair; those that do not count hollow; the threshold of ESC 2024 dashed.
    """
    whole, used = read.series, read.report.series
    series = whole.pick(whole.day > whole.day[-1] - MOST_DAYS)
    counted = np.isin(series.seconds, used.seconds) if read.report.means else np.zeros(len(series), bool)
    hover = [_reading(series, i, "" if counted[i] else "left out of the means") for i in range(len(series))]
    traces = _pair(series, counted, hover, theme, lines=False)
    shapes = _limit_lines(series, float(series.seconds[0]), float(series.seconds[-1]), AT_HOME)
    return _framed(traces, shapes, series, theme, "%d %b" if series.start else "%H:%M", [])


def _pair(
    series: PressureSeries, filled: Flags, hover: Sequence[str], theme: str, lines: bool = True
) -> list[dict[str, Any]]:
    """Systolic and diastolic marks, with a band between them or a bar from one to the other."""
    x, ink = _broken(moments(series, series.seconds), series), INK[theme]
    shared: dict[str, Any] = {"type": "scatter", "x": x, "hoverinfo": "text", "hovertext": _broken(hover, series)}
    symbols = _broken(["" if full else "-open" for full in filled], series)
    made = []
    for name, shape in (("diastolic", "square"), ("systolic", "circle")):
        marks = {
            "symbol": [f"{shape}{open_ or ''}" for open_ in symbols],
            "size": 6,
            "color": ink,
            "line": {"width": 1.4, "color": ink},
        }
        trace = shared | {"y": _broken(series.values(name).round(1).tolist(), series), "marker": marks}
        trace |= {"mode": "lines+markers" if lines else "markers", "line": {"color": NEUTRAL, "width": 1.2}}
        made.append(trace)
    made[1] |= {"fill": "tonexty", "fillcolor": PALE} if lines else _bars_between(series)
    return made


def _bars_between(series: PressureSeries) -> dict[str, Any]:
    down = _broken((series.systolic - series.diastolic).tolist(), series)
    return {
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [0] * len(down),
            "arrayminus": down,
            "width": 0,
            "thickness": 1,
            "color": NEUTRAL,
        }
    }


def _broken(values: Sequence[Any], series: PressureSeries) -> list[Any]:
    """Values with None where readings are too far apart for a line."""
    gaps = np.flatnonzero(np.diff(series.seconds) > _APART)
    kept = list(values)
    for place in gaps[::-1]:
        kept.insert(int(place) + 1, None)
    return kept


def _left_out(series: PressureSeries, theme: str) -> dict[str, Any]:
    """Readings that are not used, at the foot, hollow."""
    timed = [one for one in series.failed if one.seconds == one.seconds]
    foot = _range(series)[0] + 3
    at = moments(series, [one.seconds for one in timed])
    return {
        "type": "scatter",
        "mode": "markers",
        "x": at,
        "y": [foot] * len(timed),
        "marker": {"symbol": "circle-open", "size": 8, "color": INK[theme]},
        "hoverinfo": "text",
        "hovertext": [f"{when[11:16]}: left out, {one.reason}" for when, one in zip(at, timed, strict=True)],
    }


def _reading(series: PressureSeries, i: int, word: str) -> str:
    when = moments(series, [series.seconds[i]])[0]
    day = f"{when[:10]} " if series.start else ""
    pulse = f", pulse {series.pulse[i]:.0f}/min" if series.pulse[i] == series.pulse[i] else ""
    clock = when[11:16] if series.times_known else ""
    pressure = f"{series.systolic[i]:.0f}/{series.diastolic[i]:.0f} mmHg"
    return f"{day}{clock}".strip() + f": {pressure}{pulse}" + (f"; {word}" if word else "")


def _period_word(day: bool, night: bool) -> str:
    return "night" if night else "day" if day else "between day and night"


def _spans(series: PressureSeries, flags: Flags) -> list[tuple[float, float]]:
    """Stretches of readings of a period, each to half-way to its neighbours."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0])))).reshape(-1, 2)
    middles = np.concatenate(
        ([series.seconds[0]], (series.seconds[1:] + series.seconds[:-1]) / 2, [series.seconds[-1]])
    )
    return [(float(middles[first]), float(middles[end])) for first, end in edges]


def _shade(series: PressureSeries, first: float, last: float) -> dict[str, Any]:
    x0, x1 = moments(series, [first, last])
    area = {"type": "rect", "xref": "x", "yref": "paper", "x0": x0, "x1": x1, "y0": 0, "y1": 1}
    return area | {"fillcolor": _NIGHT_SHADE, "line": {"width": 0}, "layer": "below"}


def _limit_lines(series: PressureSeries, first: float, last: float, period: str) -> list[dict[str, Any]]:
    limit, (x0, x1) = hypertension(ESC, period), moments(series, [first, last])
    dashed = {"color": NEUTRAL, "width": 1.4, "dash": "dash"}
    return [
        {"type": "line", "x0": x0, "x1": x1, "y0": level, "y1": level, "line": dashed}
        for level in (limit.systolic, limit.diastolic)
    ]


def _words_at_night(
    series: PressureSeries, spans: Sequence[tuple[float, float, str]], theme: str
) -> list[dict[str, Any]]:
    """The word night at the top of the longest one."""
    nights = [(last - first, first, last) for first, last, period in spans if period == NIGHT]
    if not nights:
        return []
    _, first, last = max(nights)
    middle = moments(series, [(first + last) / 2])[0]
    place = {"x": middle, "y": 1, "yref": "paper", "yanchor": "top", "showarrow": False}
    return [place | {"text": "night", "font": font(theme)}]


def _range(series: PressureSeries) -> tuple[float, float]:
    low = 10 * np.floor((float(series.diastolic.min()) - 12) / 10)
    return float(low), float(10 * np.ceil((float(series.systolic.max()) + 8) / 10))


def _framed(
    traces: list[dict[str, Any]],
    shapes: list[dict[str, Any]],
    series: PressureSeries,
    theme: str,
    ticks: str,
    words: list[dict[str, Any]],
) -> Figure:
    ink = font(theme)
    x = moments(series, [series.seconds[-1]])[0]
    names = [
        {"x": x, "y": float(values[-1]), "text": name, "xanchor": "left", "xshift": 8, "showarrow": False, "font": ink}
        for name, values in (("systolic", series.systolic), ("diastolic", series.diastolic))
    ]
    across = {"type": "date", "tickformat": ticks, "nticks": 9, "showgrid": False, "zeroline": False}
    up = {"range": list(_range(series)), "zeroline": False, "title": {"text": "mmHg", "font": ink}, "dtick": 20}
    frame = layout(_HEIGHT, theme, xaxis=across, yaxis=up)
    margin = {"l": 0, "r": 70, "t": 6, "b": 4}
    return {
        "data": traces,
        "layout": frame | {"shapes": shapes, "annotations": [*names, *words], "margin": margin, "hovermode": "closest"},
    }
