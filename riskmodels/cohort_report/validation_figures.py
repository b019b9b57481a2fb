"""Figures of the sections that need an outcome column."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from riskmodels.cohort_report.decision import MODEL
from riskmodels.cohort_report.drawing import (
    GREY,
    INK_WORD,
    MOST_ROWS,
    SQUARE,
    add_band,
    add_line,
    as_rows,
    as_square,
    as_titled,
    dots,
    text_of,
)
from riskmodels.cohort_report.tables import Section
from riskmodels.cohort_report.wording import count, percent, signed

#: how the lines beside the model's are drawn, and the words for it
_DASHES = {"dash": "dashed", "dot": "dotted", "dashdot": "dash-dotted", "longdash": "long-dashed"}


def _roc(section: Section, ink: str) -> list[go.Figure]:
    table = section.table.dropna(subset=["sensitivity", "specificity"])
    if table.empty:
        return []
    figure, x = go.Figure(), 100 * (1 - table["specificity"])
    add_band(figure, x, 100 * table["sensitivity_low"], 100 * table["sensitivity_high"])
    hover = [
        f"At {percent(t)}: finds {percent(a)} of those with the event, flags {percent(1 - b)} of those without."
        for t, a, b in zip(table["threshold"], table["sensitivity"], table["specificity"], strict=True)
    ]
    add_line(figure, x, 100 * table["sensitivity"], hover, ink)
    figure.add_scatter(x=[0, 100], y=[0, 100], mode="lines", line={"color": GREY, "dash": "dot"}, hoverinfo="skip")
    return [as_square(figure, "Flagged of those without the event", "Flagged of those with it", 100, 100)]


def _precision(section: Section, ink: str) -> list[go.Figure]:
    table = section.table.dropna(subset=["sensitivity", "ppv"])
    if table.empty or table["specificity"].isna().all():
        return []
    figure, x = go.Figure(), 100 * table["sensitivity"]
    add_band(figure, x, 100 * table["ppv_low"], 100 * table["ppv_high"])
    hover = [
        f"At {percent(t)}: finds {percent(a)} of those with the event; {percent(b)} of the flagged have it."
        for t, a, b in zip(table["threshold"], table["sensitivity"], table["ppv"], strict=True)
    ]
    add_line(figure, x, 100 * table["ppv"], hover, ink)
    # at the lowest threshold everybody is flagged
    figure.add_hline(100 * float(table["ppv"].iloc[0]), line={"color": GREY, "dash": "dot", "width": 2})
    return [as_square(figure, "Found of those with the event", "With the event among the flagged", 100, 100)]


def _calibration(section: Section, ink: str) -> list[go.Figure]:
    deciles, curve, figure = section.table, section.drawn, go.Figure()
    top = float(np.nanmax(100 * deciles[["highest", "observed", "high"]].to_numpy(float)))
    top = min(100.0, 1.03 * top)
    figure.add_scatter(x=[0, top], y=[0, top], mode="lines", line={"color": GREY, "dash": "dot"}, hoverinfo="skip")
    if curve is not None and len(curve):
        add_band(figure, 100 * curve["predicted"], 100 * curve["low"], 100 * curve["high"])
        add_line(figure, 100 * curve["predicted"], 100 * curve["observed"], None, ink)
    hover = [
        f"{count(r['n'])} rows with {percent(r['predicted'])} on average: {percent(r['observed'])} observed "
        f"({percent(r['low'])} to {percent(r['high'])})."
        for _, r in deciles.iterrows()
    ]
    spread = {
        "array": 100 * (deciles["high"] - deciles["observed"]),
        "arrayminus": 100 * (deciles["observed"] - deciles["low"]),
    }
    figure.add_scatter(
        x=100 * deciles["predicted"],
        y=100 * deciles["observed"],
        mode="markers",
        marker={"size": 7, "color": ink},
        error_y=spread | {"color": GREY, "thickness": 1.5, "width": 0},
        hovertext=hover,
        hoverinfo="text",
    )
    return [as_square(figure, "Estimated", "Observed", top, top)]


def _compared_curves(section: Section, ink: str) -> list[go.Figure]:
    curves, figure = section.drawn, go.Figure()
    if curves is None or curves.empty:
        return []
    top = min(100.0, 105 * float(np.nanmax(curves[["predicted", "observed"]].to_numpy(float))))
    figure.add_scatter(x=[0, top], y=[0, top], mode="lines", line={"color": GREY, "dash": "dot"}, hoverinfo="skip")
    names = [str(name) for name in dict.fromkeys(curves["strategy"])]
    for name, dash in zip(names, ("solid", *_DASHES), strict=False):
        part = curves[curves["strategy"] == name]
        if name == MODEL:
            add_band(figure, 100 * part["predicted"], 100 * part["low"], 100 * part["high"])
        hover = [f"{text_of(name)}."] * len(part)
        add_line(figure, 100 * part["predicted"], 100 * part["observed"], hover, ink if name == MODEL else GREY, dash)
    as_square(figure, "Estimated", "Observed", top, top)
    return [_name_lines(figure, f"<b>{INK_WORD[ink]}</b>: model", names[1:])]


def _two_curves(section: Section, ink: str) -> list[go.Figure]:
    table, figure = section.table, go.Figure()
    top = min(100.0, 105 * float(np.nanmax(table[["predicted", "observed"]].to_numpy(float))))
    figure.add_scatter(x=[0, top], y=[0, top], mode="lines", line={"color": GREY, "dash": "dot"}, hoverinfo="skip")
    for version, colour, dash in (("before", GREY, "dash"), ("after", ink, "solid")):
        part = table[table["version"] == version]
        if version == "after":
            add_band(figure, 100 * part["predicted"], 100 * part["low"], 100 * part["high"])
        add_line(figure, 100 * part["predicted"], 100 * part["observed"], None, colour, dash)
        _name_end(figure, 100 * part["predicted"], 100 * part["observed"], version)
    return [as_square(figure, "Estimated", "Observed", top, top)]


def _name_end(figure: go.Figure, x: pd.Series, y: pd.Series, text: str) -> None:
    if len(x):
        figure.add_annotation(
            x=x.iloc[-1], y=y.iloc[-1], text=text_of(text, 24), showarrow=False, xanchor="right", yanchor="bottom"
        )


def _decision(section: Section, ink: str) -> list[go.Figure]:
    table, figure = section.table, go.Figure()
    if table["net_benefit"].isna().all():
        return []
    model = table[table["strategy"] == MODEL]
    x = 100 * model["threshold"]
    add_band(figure, x, model["low"], model["high"])
    add_line(figure, x, model["treat_all"], None, GREY)
    figure.add_hline(0, line={"color": GREY, "width": 2})
    others = table[table["strategy"] != MODEL].groupby("strategy", sort=False)
    for (title, part), dash in zip(others, _DASHES, strict=False):
        add_line(figure, 100 * part["threshold"], part["net_benefit"], [f"{text_of(title)}."] * len(part), GREY, dash)
    hover = [
        f"At {percent(t)}: net benefit {n:.4f}, {signed(g)} over the better of all and none."
        for t, n, g in zip(model["threshold"], model["net_benefit"], model["gain"], strict=True)
    ]
    add_line(figure, x, model["net_benefit"], hover, ink)
    top = float(np.nanmax(table[["net_benefit", "treat_all"]].to_numpy(float)))
    figure.update_xaxes(title="Threshold: risk from which one acts", ticksuffix=" %", nticks=7)
    figure.update_yaxes(title="Net benefit", range=[-0.15 * top, 1.1 * top], nticks=6)
    figure.update_layout(height=SQUARE)
    titles = [str(title) for title, _ in others]
    return [_name_lines(figure, f"<b>{INK_WORD[ink]}</b>: model; grey: treating everybody, nobody", titles)]


def _name_lines(figure: go.Figure, first: str, others: list[str]) -> go.Figure:
    """What the lines are, above the figure: inside it long names would lie on the lines."""
    named = [f"{word}: {text_of(title, 36)}" for word, title in zip(_DASHES.values(), others, strict=False)]
    return as_titled(figure, "<br>".join([first, *named]))


def _subgroups(section: Section, ink: str) -> list[go.Figure]:
    table = section.table
    table = table[table["auroc"].notna()].head(MOST_ROWS).reset_index(drop=True)
    if table.empty:
        return []
    hover = [
        f"{text_of(r['level'])}: AUROC {r['auroc']:.3f} ({r['auroc_low']:.3f} to {r['auroc_high']:.3f}), "
        f"{count(r['events'])} of {count(r['n'])} with the event."
        for _, r in table.iterrows()
    ]
    figure = dots(table, "auroc", hover, ink)
    figure.add_vline(0.5, line={"color": GREY, "width": 1, "dash": "dot"})
    labels = [f"{text_of(r['level'], 24)} ({count(r['n'])})" for _, r in table.iterrows()]
    return [as_rows(figure, labels, "AUROC (dotted: chance)")]


MAKERS: dict[str, Callable[[Section, str], list[go.Figure]]] = {
    "roc": _roc,
    "precision_recall": _precision,
    "calibration": _calibration,
    "recalibration_curve": _two_curves,
    "decision": _decision,
    "comparison": _compared_curves,
    "comparison_decision": _decision,
    "subgroups": _subgroups,
}
