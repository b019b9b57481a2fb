"""Figures of a change: a curve before and after, and how far each person's risk moves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from riskmodels.signed import signed
from riskmodels.tabular.model import Curve
from riskmodels.vocabulary import Variable
from ui.charts import INK, LOWERS, NEUTRAL, PALE, RAISES, Figure, broken, font, layout, people_bars

_CURVE, _MOVES = 320, 300
#: people drawn at most
MOST = 2_000
_SEED = 20_261_129


def curve_change(before: Curve, after: Curve, variable: Variable, part: tuple[float, float], theme: str) -> Figure:
    """A curve before and after an edit, over the people it was learnt from.

    Args:
        before, after: of one input.
        variable: the input.
        part: that is edited, canonical unit.
        theme: "light" or "dark".
    """
    levels = len(before.bins) == len(before.counts)
    mode = "markers" if levels else "lines"
    old = {"mode": mode, "marker": {"size": 9, "color": NEUTRAL, "symbol": "circle-open"}}
    new = {"mode": mode, "marker": {"size": 9, "color": INK[theme]}}
    lines = [
        _line(before, old | {"line": {"color": NEUTRAL, "width": 2, "dash": "dash"}}, "before"),
        _line(after, new | {"line": {"color": INK[theme], "width": 2.5}}, "after"),
    ]
    name = f"{variable.label}{', ' + variable.unit if variable.unit else ''}"
    across: dict[str, Any] = {"title": {"text": name, "font": font(theme)}, "anchor": "y2"}
    if variable.choices:
        ticks = [choice for choice in variable.choices if choice.code in before.x]
        across |= {"tickvals": [c.code for c in ticks], "ticktext": [broken(c.label) for c in ticks]}
    up = {"title": {"text": "log-odds", "font": font(theme)}, "domain": [0.24, 1], "zeroline": True, "nticks": 5}
    people = {"domain": [0, 0.18], "showticklabels": False, "showgrid": False}
    frame = layout(_CURVE, theme, xaxis=across, yaxis=up, yaxis2=people)
    return {"data": [people_bars(before, None), *lines], "layout": frame | {"shapes": [_shade(part, levels)]}}


def _line(drawn: Curve, style: dict[str, Any], word: str) -> dict[str, Any]:
    told = [f"{word}: {signed(height)} at {x:.4g}" for x, height in zip(drawn.x, drawn.logit, strict=True)]
    return {
        "type": "scatter",
        "x": drawn.x.tolist(),
        "y": drawn.logit.tolist(),
        "hovertext": told,
        "hoverinfo": "text",
    } | style


def _shade(part: tuple[float, float], levels: bool) -> dict[str, Any]:
    low, high = (part[0] - 0.3, part[1] + 0.3) if levels else part
    line = {"width": 1 if low == high else 0, "color": NEUTRAL}
    box = {"type": "rect", "x0": low, "x1": high, "yref": "paper", "y0": 0.24, "y1": 1}
    return box | {"fillcolor": PALE, "line": line, "layer": "below"}


def moves(risks: pd.DataFrame, one: str, other: str, theme: str) -> Figure:
    """How far each person's risk moves, by the risk before; at most :data:`MOST`, those who move most among them.

    Args:
        risks: ``before``, ``after``, ``change``, probability.
        one, other: what the two versions are called.
        theme: "light" or "dark".
    """
    shown = thinned(risks)
    change = 100 * shown["change"]
    colours = np.where(change > 0, RAISES, np.where(change < 0, LOWERS, NEUTRAL))
    told = [
        f"{100 * a:.3g} % by {one}, {100 * b:.3g} % by {other}."
        for a, b in zip(shown["before"], shown["after"], strict=True)
    ]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": (100 * shown["before"]).tolist(),
        "y": change.tolist(),
        "marker": {"size": 5, "opacity": 0.55, "color": colours.tolist()},
        "hovertext": told,
        "hoverinfo": "text",
    }
    across = {"title": {"text": f"risk, {one}", "font": font(theme)}, "ticksuffix": " %", "rangemode": "tozero"}
    up = {"title": {"text": "moves by, points", "font": font(theme)}, "zeroline": True, "nticks": 6}
    return {"data": [dots], "layout": layout(_MOVES, theme, xaxis=across, yaxis=up)}


def thinned(risks: pd.DataFrame) -> pd.DataFrame:
    """At most :data:`MOST` rows: the half that moves most, and others drawn at random."""
    if len(risks) <= MOST:
        return risks
    order = risks["change"].abs().sort_values(ascending=False, kind="stable").index
    rest = risks.loc[order[MOST // 2 :]].sample(MOST - MOST // 2, random_state=_SEED)
    return pd.concat([risks.loc[order[: MOST // 2]], rest])
