"""How probabilities meet what was found, before and after a site's calibration, as a figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ui.charts import INK, NEUTRAL, Figure, font, layout

_HEIGHT = 300


def reliability(told: Mapping[str, Any], theme: str) -> Figure:
    """Groups of photos by their probability: mean probability against the share with the finding.

    Args:
        told: one question's entry of a calibration's ``report``.
        theme: "light" or "dark".
    """
    perfect = {
        "type": "scatter",
        "mode": "lines",
        "x": [0, 100],
        "y": [0, 100],
        "hoverinfo": "skip",
        "showlegend": False,
        "line": {"color": NEUTRAL, "width": 1, "dash": "dot"},
    }
    before = _line(told["before"]["reliability"], "as shipped", NEUTRAL, "circle-open", "dash")
    after = _line(told["after"]["reliability"], "calibrated", INK[theme], "circle", "solid")
    axis = {"range": [-4, 104], "ticksuffix": " %", "nticks": 6}
    across = axis | {"title": {"text": "probability", "font": font(theme)}}
    up = axis | {"title": {"text": "share with the finding", "font": font(theme)}}
    frame = layout(_HEIGHT, theme, xaxis=across, yaxis=up)
    legend = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": font(theme)}
    return {"data": [perfect, before, after], "layout": frame | {"showlegend": True, "legend": legend}}


def _line(groups: list[list[float]], word: str, colour: str, symbol: str, dash: str) -> dict[str, Any]:
    told = [f"{word}: {100 * p:.0f} % told, {100 * share:.0f} % of {n} photos had it" for p, share, n in groups]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": word,
        "x": [100 * p for p, _, _ in groups],
        "y": [100 * share for _, share, _ in groups],
        "hovertext": told,
        "hoverinfo": "text",
        "line": {"color": colour, "width": 2, "dash": dash},
        "marker": {"size": 8, "color": colour, "symbol": symbol},
    }
