"""Picture of a forecast: three hours of readings, the hour ahead with its band, and each reading's part in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from riskmodels.signals.glucose.targets import Target
from riskmodels.signed import signed
from ui.charts import LOWERS, NEUTRAL, PALE, RAISES, Figure, font, layout
from ui.signal.glucose_charts import in_range_shape, listed, scaled

if TYPE_CHECKING:
    from riskmodels.signals.forecast.model import Forecast
    from riskmodels.signals.forecast.reasons import Reasons

_HEIGHT, _REASONS = 360, 0.22
_PAST, _AHEAD = -180, 60


def hour_figure(
    forecast: Forecast, reasons: Reasons, came: Sequence[tuple[float, float]], target: Target, unit: str, theme: str
) -> Figure:
    """Readings, forecast and reasons on one axis of time.

    Args:
        forecast: of one moment, not refused.
        reasons: of the same, for glucose in 60 minutes.
        came: minutes after it and mg/dL of the readings that followed, as far as the file has them.
        target: whose range.
        unit: shown.
        theme: "light" or "dark".
    """
    ticks = list(range(_PAST, _AHEAD + 1, 30))
    across = {
        "range": [_PAST - 4, _AHEAD + 4],
        "tickvals": ticks,
        "ticktext": ["now" if tick == 0 else f"{tick:+d}".replace("-", "−") for tick in ticks],
        "title": {"text": "minutes", "font": font(theme)},
        "anchor": "y2",
        "zeroline": False,
    }
    known = [*reasons.mg_dl, *(value for _, value in came)]
    most = max(220.0, 1.05 * float(max(forecast.high.max(), *known)))
    least = min(40.0, float(min(forecast.low.min(), *known)))
    up = {
        "domain": [_REASONS + 0.07, 1],
        "range": [float(value) for value in scaled(np.array([least - 5, most]), unit)],
        "title": {"text": unit, "font": font(theme)},
        "zeroline": False,
        "nticks": 6,
    }
    parts = {"domain": [0, _REASONS], "nticks": 3, "zeroline": True, "title": {"text": "effect", "font": font(theme)}}
    frame = layout(_HEIGHT, theme, xaxis=across, yaxis=up, yaxis2=parts)
    now = {"x0": 0, "x1": 0, "y0": 0, "y1": 1, "xref": "x", "yref": "paper", "type": "line", "layer": "below"}
    return {
        "data": [
            *_ahead(forecast, unit),
            _past(reasons, unit, theme),
            _came(came, unit, theme),
            _parts(reasons, unit),
        ],
        "layout": frame | {"shapes": [in_range_shape(target, unit), now | {"line": {"color": NEUTRAL, "width": 1}}]},
    }


def _past(reasons: Reasons, unit: str, theme: str) -> dict[str, Any]:
    values = listed(scaled(reasons.mg_dl, unit))
    ink = font(theme)["color"]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": reasons.minutes.tolist(),
        "y": values,
        "line": {"color": ink, "width": 1.5},
        "marker": {"color": ink, "size": 4},
        "hovertext": [f"{-m:.0f} minutes before: {v:g} {unit}" for m, v in zip(reasons.minutes, values, strict=True)],
        "hoverinfo": "text",
    }


def _came(came: Sequence[tuple[float, float]], unit: str, theme: str) -> dict[str, Any]:
    """Rings for the readings that followed."""
    values = listed(scaled(np.array([value for _, value in came], dtype=np.float64), unit))
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [minutes for minutes, _ in came],
        "y": values,
        "marker": {"symbol": "circle-open", "color": font(theme)["color"], "size": 7},
        "hovertext": [f"{m:.0f} minutes after: {v:g} {unit}" for (m, _), v in zip(came, values, strict=True)],
        "hoverinfo": "text",
    }


def _ahead(forecast: Forecast, unit: str) -> list[dict[str, Any]]:
    """Band and mean from the last reading on."""
    x = [0, *forecast.minutes.tolist()]
    mean, low, high = (
        listed(scaled(np.array([forecast.now, *values]), unit))
        for values in (forecast.mean, forecast.low, forecast.high)
    )
    edge = {"type": "scatter", "mode": "lines", "x": x, "line": {"width": 0}, "hoverinfo": "skip"}
    told = [
        f"In {minutes} minutes {m:g} {unit}, 90 of 100 times between {a:g} and {b:g}."
        for minutes, m, a, b in zip(x, mean, low, high, strict=True)
    ]
    middle = {"type": "scatter", "mode": "lines", "x": x, "y": mean, "line": {"color": NEUTRAL, "width": 3}}
    return [
        edge | {"y": low},
        edge | {"y": high, "fill": "tonexty", "fillcolor": PALE},
        middle | {"hovertext": told, "hoverinfo": "text"},
    ]


def _parts(reasons: Reasons, unit: str) -> dict[str, Any]:
    values = scaled(reasons.contribution, unit)
    return {
        "type": "bar",
        "x": reasons.minutes.tolist(),
        "y": listed(values, 2),
        "yaxis": "y2",
        "marker": {"color": [RAISES if value > 0 else LOWERS for value in values], "line": {"width": 0}},
        "hovertext": [
            f"The reading {-m:.0f} minutes before moves it by {signed(v, 1)} {unit}."
            for m, v in zip(reasons.minutes, values, strict=True)
        ],
        "hoverinfo": "text",
    }
