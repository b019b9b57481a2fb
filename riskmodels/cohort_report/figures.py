"""The figures of a report's sections: plain plotly figures, transparent, no legend, direct labels.

Colour means one thing, the direction of a contribution; everything else is ink and grey. Texts of the analyst's file
are escaped: plotly reads its labels as HTML.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from riskmodels.cohort_report.drawing import (
    FRAME,
    GREY,
    GRID,
    INK,
    INK_WORD,
    MOST_ROWS,
    ROW,
    add_band,
    as_rows,
    as_titled,
    dots,
    text_of,
    title_height,
)
from riskmodels.cohort_report.drift import SOME, STRONG
from riskmodels.cohort_report.left_out import NEGLIGIBLE
from riskmodels.cohort_report.tables import Section
from riskmodels.cohort_report.validation_figures import MAKERS as VALIDATION
from riskmodels.cohort_report.wording import count, percent, signed


def draw(section: Section, theme: str = "light") -> list[go.Figure]:
    """The figures of a section, in their order; none where the table says it all or there is nothing to draw.

    Args:
        section: of a report, or of a recalibration.
        theme: "light" or "dark".
    """
    make = _MAKERS.get(section.key)
    if make is None or section.table.empty:
        return []
    return [_finish(figure, theme) for figure in make(section, INK[theme])]


def _finish(figure: go.Figure, theme: str) -> go.Figure:
    font = {"size": 13, "color": INK[theme], "family": "system-ui, sans-serif"}
    plain = {"showline": False, "fixedrange": True, "automargin": True, "zeroline": False, "tickfont": font}
    figure.update_xaxes(**plain, gridcolor=GRID, title_font=font)
    figure.update_yaxes(**plain, gridcolor=GRID, title_font=font)
    figure.update_layout(
        template="none",
        font=font,
        margin={"l": 8, "r": 16, "t": 8 + title_height(figure.layout.title.text), "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        dragmode=False,
        hoverlabel={"align": "left"},
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": GREY, "activecolor": GREY},
    )
    return figure


def _flow(section: Section, ink: str) -> list[go.Figure]:
    table, figure = section.table, go.Figure()
    labels = [
        f"{text_of(step, 28)}<br><b>{count(n)}</b>{f' · {count(out)} left out' if out else ''}"
        for step, n, out in zip(table["step"], table["n"], table["left_out"], strict=True)
    ]
    figure.add_bar(
        orientation="h",
        x=table["n"],
        y=table.index,
        marker={"color": [GREY if aside else ink for aside in table["aside"]]},
        hovertext=[text_of(why, 60) for why in table["why"]],
        hoverinfo="text",
    )
    figure.update_layout(bargap=0.6)
    as_rows(figure, labels, "Rows")
    figure.update_xaxes(rangemode="tozero", nticks=4, tickformat=",")
    figure.update_yaxes(ticklabelstandoff=8)
    return [figure.update_layout(height=FRAME + 2 * ROW * len(table))]


def _left_out(section: Section, ink: str) -> list[go.Figure]:
    return [
        _one_left_out(part.dropna(subset=["smd"]).reset_index(drop=True), ink)
        for _, part in section.table.groupby("step", sort=False)
        if part["smd"].notna().any()
    ]


def _one_left_out(part: pd.DataFrame, ink: str) -> go.Figure:
    hover = [
        f"{text_of(r['trait'])}: {text_of(r['left'])} against {text_of(r['kept'])}, {signed(r['smd'])} "
        f"({signed(r['smd_low'])} to {signed(r['smd_high'])})."
        for _, r in part.iterrows()
    ]
    figure = dots(part, "smd", hover, ink)
    for limit in (-NEGLIGIBLE, NEGLIGIBLE):
        figure.add_vline(limit, line={"color": GREY, "width": 1, "dash": "dot"})
    as_rows(figure, [text_of(trait, 22) for trait in part["trait"]], f"SMD (dotted: ±{NEGLIGIBLE})")
    return as_titled(figure, text_of(part["step"].iloc[0], 44))


def _distribution(section: Section, ink: str) -> list[go.Figure]:
    table, figure = section.table, go.Figure()
    apart = "with" in table
    # the last bar holds everything above it: drawn as wide as the others
    step = float(table["to"].iloc[0] - table["from"].iloc[0])
    centre = 100 * (table["from"] + step / 2)
    for name, words, colour in (
        (("with", "with the outcome", ink), ("without", "without it", GREY)) if apart else (("n", "", GREY),)
    ):
        hover = [
            f"{count(n)} rows {words} have a risk of {percent(a)} to {percent(b)}."
            for n, a, b in zip(table[name], table["from"], table["to"], strict=True)
        ]
        figure.add_bar(
            x=centre, y=table[name], width=92 * step, marker={"color": colour}, hovertext=hover, hoverinfo="text"
        )
    figure.update_layout(barmode="stack", height=260)
    figure.update_xaxes(title="Estimated risk", ticksuffix=" %", showgrid=False)
    figure.update_yaxes(title="Rows", nticks=5)
    if apart:
        text = f"<b>{INK_WORD[ink]}</b>: {count(table['with'].sum())} with the outcome"
        figure.add_annotation(x=1, y=1, xref="paper", yref="paper", text=text, showarrow=False, xanchor="right")
    return [figure]


def _groups(section: Section, ink: str) -> list[go.Figure]:
    table = section.table[section.table["n"] > 0].reset_index(drop=True)
    if table.empty:
        return []
    figure = go.Figure()
    for i, row in table.iterrows():
        line = {"color": GREY, "width": 3}
        figure.add_scatter(x=[100 * row["p10"], 100 * row["p90"]], y=[i, i], mode="lines", line=line, hoverinfo="skip")
    hover = [
        f"{text_of(r['level'])}: {count(r['n'])} rows, mean {percent(r['mean'])}; "
        f"8 of 10 from {percent(r['p10'])} to {percent(r['p90'])}."
        for _, r in table.iterrows()
    ]
    marker = {"color": ink, "size": 9}
    figure.add_scatter(
        x=100 * table["mean"], y=table.index, mode="markers", marker=marker, hovertext=hover, hoverinfo="text"
    )
    labels = [text_of(level) for level in table["level"]]
    figure.update_xaxes(range=[0, min(101.0, 104 * float(table[["p90", "mean"]].to_numpy(float).max()))])
    return [as_rows(figure, labels, "Mean risk, and 8 of 10 people", " %")]


def _missing(section: Section, ink: str) -> list[go.Figure]:
    table, figure = section.table.head(MOST_ROWS), go.Figure()
    for name, words, marker in (
        ("training", "in training", {"color": GREY, "size": 9, "symbol": "circle-open", "line": {"width": 2}}),
        ("share", "here", {"color": ink, "size": 9}),
    ):
        hover = [
            f"{text_of(n)}: {percent(v)} unknown {words}." for n, v in zip(table["label"], table[name], strict=True)
        ]
        figure.add_scatter(
            x=100 * table[name], y=table.index, mode="markers", marker=marker, hovertext=hover, hoverinfo="text"
        )
    labels = [text_of(label, 26) for label in table["label"]]
    figure.update_xaxes(range=[-3, 104], tickvals=[0, 50, 100])
    return [as_rows(figure, labels, "Unknown (ring: in training)", " %")]


def _drift(section: Section, ink: str) -> list[go.Figure]:
    table = section.table[section.table["psi"].notna()].head(MOST_ROWS).reset_index(drop=True)
    if table.empty:
        return []
    hover = [
        f"{text_of(r['label'])}: PSI {r['psi']:.3f} ({r['psi_low']:.3f} to {r['psi_high']:.3f}), KS {r['ks']:.3f}."
        for _, r in table.iterrows()
    ]
    figure = dots(table, "psi", hover, ink)
    for limit in (SOME, STRONG):
        figure.add_vline(limit, line={"color": GREY, "width": 1, "dash": "dot"})
    top = max(0.28, float(np.nanmax(table[["psi", "psi_high"]].to_numpy(float))) * 1.05)
    figure.update_xaxes(range=[-0.005, top])
    labels = [text_of(label, 26) for label in table["label"]]
    return [as_rows(figure, labels, f"PSI (dotted: {SOME} and {STRONG})")]


def _importance(section: Section, ink: str) -> list[go.Figure]:
    table = section.table[section.table["importance"] > 0].head(20).reset_index(drop=True)
    if table.empty:
        return []
    spread = {"array": table["high"] - table["importance"], "arrayminus": table["importance"] - table["low"]}
    hover = [f"{text_of(r['label'])}: {r['importance']:.3f} log-odds on average." for _, r in table.iterrows()]
    figure = go.Figure(
        go.Bar(
            orientation="h",
            x=table["importance"],
            y=table.index,
            marker={"color": GREY},
            error_x=spread | {"color": ink, "thickness": 2, "width": 0},
            hovertext=hover,
            hoverinfo="text",
        )
    )
    figure.update_layout(bargap=0.35)
    return [as_rows(figure, [text_of(label, 26) for label in table["label"]], "Mean |SHAP|, log-odds")]


def _cloud(section: Section, ink: str) -> list[go.Figure]:
    points, figure = section.drawn, go.Figure()
    if points is None or points.empty:
        return []
    names = list(dict.fromkeys(points["label"]))
    # low values light, high values dark, in either theme
    scale = [[0.0, "#c8cfd6" if ink == INK["light"] else "#48515a"], [1.0, ink]]
    figure.add_scatter(
        x=points["shap"],
        y=points["label"].map(names.index) + _swarm(points),
        mode="markers",
        marker={"size": 4, "color": points["place"], "colorscale": scale, "cmin": 0, "cmax": 1, "opacity": 0.8},
        hoverinfo="skip",
    )
    figure.add_vline(0, line={"color": GREY, "width": 1})
    as_rows(figure, [text_of(name, 26) for name in names], "SHAP, log-odds")
    return [figure.update_layout(height=FRAME + 1.3 * ROW * len(names))]


def _swarm(points: pd.DataFrame) -> np.ndarray:
    """Moves points that would lie on each other apart, up and down in turn."""
    cell = (points["shap"] / max(float(points["shap"].abs().max()), 1e-9) * 60).round()
    turn = points.groupby(["label", cell]).cumcount().to_numpy(float)
    most = max(float(turn.max()), 1.0)
    return np.where(turn % 2, 1, -1) * np.ceil(turn / 2) * min(0.06, 0.8 / most)


def _dependence(section: Section, ink: str) -> list[go.Figure]:
    return [_one_dependence(part, ink) for _, part in section.table.groupby("input", sort=False)]


def _one_dependence(part: pd.DataFrame, ink: str) -> go.Figure:
    known, unknown = part[part["x"].notna()], part[part["x"].isna()]
    figure, levels = go.Figure(), len(known) <= 6
    place = pd.Series(np.arange(len(known)), index=known.index) if levels else known["x"]
    if not levels:
        add_band(figure, place, known["p10"], known["p90"])
    hover = [f"{text_of(r['value'])}, {count(r['n'])} rows: {signed(r['p50'])}." for _, r in known.iterrows()]
    spread = {"array": known["p90"] - known["p50"], "arrayminus": known["p50"] - known["p10"], "color": GREY}
    figure.add_scatter(
        x=place,
        y=known["p50"],
        mode="markers" if levels else "lines+markers",
        marker={"size": 6, "color": ink},
        line={"color": ink, "width": 2},
        error_y=spread if levels else None,
        hovertext=hover,
        hoverinfo="text",
    )
    width = float(place.max() - place.min()) or 1.0
    aside = float(place.max()) + (1 if levels else 0.3 * width)
    n = int(unknown["n"].iloc[0])
    figure.add_scatter(
        x=[aside],
        y=[0],
        mode="markers",
        marker={"size": 10, "color": ink if n else GREY, "symbol": "square" if n else "square-open"},
        hovertext=[f"Unknown in {count(n)} rows: 0."],
        hoverinfo="text",
    )
    ticks = list(place) if levels else [float(v) for v in np.quantile(place, [0, 0.5, 1])]
    words = [text_of(v, 14) for v in known["value"]] if levels else [f"{v:.3g}" for v in ticks]
    figure.update_xaxes(tickmode="array", tickvals=[*ticks, aside], ticktext=[*words, f"unknown<br>{count(n)}"])
    figure.update_xaxes(showgrid=False, tickangle=0)
    figure.update_yaxes(title="log-odds", nticks=5)
    figure.add_hline(0, line={"color": GREY, "width": 1})
    return as_titled(figure.update_layout(height=210), text_of(part["label"].iloc[0], 40))


_MAKERS: dict[str, Callable[[Section, str], list[go.Figure]]] = {
    "flow": _flow,
    "left_out": _left_out,
    "distribution": _distribution,
    "groups": _groups,
    "missing": _missing,
    "drift": _drift,
    "importance": _importance,
    "cloud": _cloud,
    "dependence": _dependence,
    **VALIDATION,
}
