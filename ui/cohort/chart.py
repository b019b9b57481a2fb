"""How the risks of a cohort are spread: a histogram with the flagged part darker, its finding, and its figures."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from riskmodels.cohort_report.description import risk_edges
from ui.charts import NEUTRAL, PLAIN
from ui.text import risk as risk_text

_HEIGHT = 250


@dataclass(frozen=True)
class Bins:
    """Counts by risk.

    Args:
        edges: k + 1 probabilities; the last bin holds everything from its lower edge on.
        rows: k counts.
        flagged: k counts of those that are flagged.
    """

    edges: np.ndarray
    rows: np.ndarray
    flagged: np.ndarray

    @property
    def labels(self) -> list[str]:
        """“2–3 %”, and “40 % or more” for the last bin when the highest risks were gathered there."""
        percent = [f"{100 * edge:.4g}" for edge in self.edges]
        labels = [f"{low}–{high} %" for low, high in pairwise(percent)]
        if np.isinf(self.edges[-1]):
            labels[-1] = f"{percent[-2]} % or more"
        return labels

    def table(self) -> pd.DataFrame:
        """The figures behind the plot."""
        return pd.DataFrame({"Risk": self.labels, "Rows": self.rows, "Flagged": self.flagged})


def make_bins(risk: pd.Series, flagged: pd.Series) -> Bins:
    """Count risks in bins of a round width; the last 0.5 % share the last bin.

    Args:
        risk: probabilities, NaN = not estimated.
        flagged: bool, same index.
    """
    known = risk.dropna()
    edges = risk_edges(known)
    if len(known) and float(known.max()) >= edges[-1]:
        edges[-1] = np.inf
    rows = np.histogram(known, edges)[0]
    return Bins(edges, rows, np.histogram(risk[flagged & risk.notna()], edges)[0])


def draw_bins(bins: Bins, ink: str | None = None) -> go.Figure:
    """Bars of the flagged (full colour) under those of the others (pale).

    Args:
        bins: from :func:`make_bins`.
        ink: colour of the words; the theme's own when None.
    """
    step = float(bins.edges[1])
    centres = 100 * (np.arange(len(bins.rows)) + 0.5) * step
    hover = [
        f"{rows:,} rows have a risk of {label}; {dark:,} of them are flagged."
        for label, rows, dark in zip(bins.labels, bins.rows, bins.flagged, strict=True)
    ]
    figure = go.Figure()
    for counts, opacity in ((bins.flagged, 1.0), (bins.rows - bins.flagged, 0.45)):
        figure.add_bar(
            x=centres,
            y=counts,
            width=100 * step * 0.9,
            marker={"color": NEUTRAL, "opacity": opacity, "line": {"width": 0}},
            hovertext=hover,
            hoverinfo="text",
        )
    figure.update_layout(
        barmode="stack",
        height=_HEIGHT,
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        **PLAIN,
    )
    words = {"title_font_color": ink, "tickfont_color": ink} if ink else {}
    figure.update_xaxes(title="Estimated risk", ticksuffix=" %", **words)
    figure.update_yaxes(title="Rows", nticks=5, **words)
    figure.update_xaxes(showgrid=False, fixedrange=True, automargin=True)
    figure.update_yaxes(showgrid=False, fixedrange=True, automargin=True)
    _name_flagged(figure, bins, centres, ink)
    return figure


def _name_flagged(figure: go.Figure, bins: Bins, centres: np.ndarray, ink: str | None) -> None:
    """Write “flagged” over the first dark bar: a direct label instead of a legend."""
    dark = np.flatnonzero(bins.flagged)
    if not len(dark):
        return
    first = int(dark[0])
    figure.add_annotation(
        x=centres[first],
        y=int(bins.rows[first]),
        text=f"{int(bins.flagged.sum()):,} flagged",
        showarrow=True,
        arrowhead=0,
        arrowwidth=1,
        arrowcolor=NEUTRAL,
        font={"size": 13, "color": ink},
        ax=30,
        ay=-34,
        xanchor="left",
    )


def finding(risk: pd.Series) -> str:
    """What the histogram shows, in a sentence."""
    known = risk.dropna()
    if known.empty:
        return "Nobody has an estimate."
    half, tenth = float(known.median()), float(known.quantile(0.9))
    last = " The highest 0.5 % share the last bar." if len(known) > 200 else ""
    return (
        f"Half of the {len(known):,} have a risk below {risk_text(half)}, one in ten {risk_text(tenth)} or more.{last}"
    )
