"""Figures of estimates: six endpoints of one compound, and a file's compounds between two endpoints."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import pandas as pd

from riskmodels.molecules.endpoints import Endpoint
from riskmodels.molecules.learning.answers import Estimate
from riskmodels.molecules.learning.words import HERG_BORDER, concentration, estimate_words, herg_verdict, level
from riskmodels.molecules.screening.screen import column
from ui.charts import INK, NEUTRAL, PALE, Figure, layout
from ui.inspect.figures import axis, note

#: points of a figure
MOST_POINTS = 2_000
_ROW, _FRAME = 58, 64
#: the axis, wider where an interval leaves it
_LOW, _HIGH = 3.5, 9.5
_NOISE_WIDTH, _INTERVAL_WIDTH = 16, 3
_TICKS = {3: "1,000", 4: "100", 5: "10", 6: "1", 7: "0.1", 8: "0.01", 9: "0.001", 10: "0.0001", 11: "0.00001"}
_SCATTER = 380
#: plotly draws no axes without a trace
_NOTHING: dict[str, Any] = {"type": "scatter", "x": [], "y": []}


def estimates(found: Sequence[Estimate], theme: str) -> Figure:
    """The endpoints of one compound: value, 90 % interval, and how far two laboratories are apart.

    Args:
        found: in the order of ``ENDPOINTS``.
        theme: "light" or "dark".
    """
    known = [(place, each) for place, each in enumerate(found) if each.value is not None]
    ends = [end for _, each in known for end in (each.low, each.high) if end is not None]
    span = [min([_LOW, *(end - 0.2 for end in ends)]), max([_HIGH, *(end + 0.2 for end in ends)])]
    across = axis("−log10 mol/L, and the same in µmol/L", theme, range=span, tickangle=0, showgrid=True)
    across |= {"tickvals": list(_TICKS), "ticktext": [f"{tick}<br>{amount}" for tick, amount in _TICKS.items()]}
    labels = [_label(each.endpoint) for each in found]
    up = {"tickvals": list(range(len(found))), "ticktext": labels, "autorange": False, "automargin": True}
    up |= {"range": [len(found) - 0.45, -0.75], "showgrid": False, "zeroline": False}
    drawn = layout(_FRAME + _ROW * len(found), theme, xaxis=across, yaxis=up)
    drawn["shapes"] = [_border(place) for place, each in known if each.endpoint.unwanted]
    drawn["annotations"] = [_words(place, each, span, theme) for place, each in enumerate(found)]
    rows = [trace for place, each in known for trace in _row(place, each, theme)]
    return {"data": rows or [_NOTHING], "layout": drawn}


def finding(found: Sequence[Estimate]) -> str:
    """What the figure shows, in sentences; hERG first."""
    first = found[0]
    told = f"{first.endpoint.title} (unwanted): {estimate_words(first)}"
    if first.value is not None:
        told += f", {herg_verdict(first.value, first.low, first.high)}; border of {concentration(HERG_BORDER)} dotted"
    told += "."
    inside = [each for each in found[1:] if each.value is not None]
    if inside:
        strongest = max(inside, key=lambda each: each.value or 0.0)
        told += f" Strongest of the others: {strongest.endpoint.title}, {estimate_words(strongest)}."
    return f"{told} Line: 90 % interval; grey band: what two laboratories differ by (one standard deviation)."


def scatter(table: pd.DataFrame, names: pd.Series, across: Endpoint, up: Endpoint, theme: str) -> Figure:
    """Compounds of a file between two endpoints; those with a number for both, at most :data:`MOST_POINTS`.

    Args:
        table: results, as :class:`riskmodels.molecules.screening.screen.Screened` holds them.
        names: of the compounds, the same index or a larger one.
        across, up: endpoints of the two axes.
        theme: "light" or "dark".
    """
    both = drawn_points(table, across, up)
    x, y = both[column(across)], both[column(up)]
    hover = [
        f"Row {row} {escape(str(names.get(row, ''))[:40])}: {across.title} {level(a)}, {up.title} {level(b)}."
        for row, a, b in zip(both.index, x, y, strict=True)
    ]
    points: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "x": x.round(2).tolist(),
        "y": y.round(2).tolist(),
        "marker": {"size": 7, "color": INK[theme], "opacity": 0.55, "line": {"width": 0}},
        "hovertext": hover,
        "hoverinfo": "text",
    }
    frame = layout(
        _SCATTER,
        theme,
        xaxis=axis(axis_title(across), theme, nticks=7, tickangle=0, showgrid=True),
        yaxis=axis(axis_title(up), theme, nticks=7),
    )
    return {"data": [points], "layout": frame}


def drawn_points(table: pd.DataFrame, across: Endpoint, up: Endpoint) -> pd.DataFrame:
    """Rows with a number for both endpoints; where there are too many, as many spread over the whole file."""
    both = table[table[column(across)].notna() & table[column(up)].notna()]
    step = -(-len(both) // MOST_POINTS) or 1
    return both.iloc[::step]


def axis_title(endpoint: Endpoint) -> str:
    """What an axis of an endpoint's values is called: ``hERG, pIC50 (unwanted)``."""
    return f"{endpoint.title}, {endpoint.quantity}{' (unwanted)' if endpoint.unwanted else ''}"


def _label(endpoint: Endpoint) -> str:
    return f"<b>{endpoint.title}</b><br>{'unwanted' if endpoint.unwanted else endpoint.quantity}"


def _words(place: int, estimate: Estimate, span: Sequence[float], theme: str) -> dict[str, Any]:
    """What stands over a row's line; of a refusal, instead of it."""
    if estimate.value is None:
        at = {"x": span[0], "xanchor": "left", "y": place, "yanchor": "middle"}
        return note("no number: outside the domain", theme, **at)
    high = estimate.high if estimate.high is not None else estimate.value
    low = estimate.low if estimate.low is not None else estimate.value
    middle = (span[0] + span[1]) / 2
    at = {"x": low, "xanchor": "left"} if (low + high) / 2 < middle else {"x": high, "xanchor": "right"}
    words = f"<b>{level(estimate.value)}</b> ({level(low)}–{level(high)}) · {concentration(estimate.value)}"
    return note(words, theme, **at, y=place - 0.2, yanchor="bottom")


def _border(place: int) -> dict[str, Any]:
    """From where on hERG is flagged."""
    line = {"color": NEUTRAL, "width": 2, "dash": "dot"}
    return {"type": "line", "x0": HERG_BORDER, "x1": HERG_BORDER, "y0": place - 0.35, "y1": place + 0.35, "line": line}


def _row(place: int, estimate: Estimate, theme: str) -> list[dict[str, Any]]:
    value, noise = estimate.value or 0.0, estimate.endpoint.noise
    line = {"type": "scatter", "mode": "lines", "y": [place, place], "hoverinfo": "skip"}
    hover = (
        f"{estimate.endpoint.title}: {estimate_words(estimate)}. Similarity to the nearest measured compound "
        f"{estimate.similarity:.2f}."
    )
    return [
        line | {"x": [value - noise, value + noise], "line": {"width": _NOISE_WIDTH, "color": PALE}},
        line | {"x": [estimate.low, estimate.high], "line": {"width": _INTERVAL_WIDTH, "color": NEUTRAL}},
        {
            "type": "scatter",
            "mode": "markers",
            "x": [value],
            "y": [place],
            "marker": {"size": 11, "color": INK[theme]},
            "hovertext": [hover],
            "hoverinfo": "text",
        },
    ]
