"""The figures of a report's sections: plain plotly figures, transparent, no legend, direct labels.

Colour means one thing, the direction of a contribution; everything else is ink and grey. Texts of the analyst's file
are escaped: plotly reads its labels as HTML.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from textwrap import wrap

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from riskmodels.cohort_report.drift import SOME, STRONG
from riskmodels.cohort_report.tables import Section
from riskmodels.cohort_report.wording import count, percent, signed

INK = {"light": "#1d252c", "dark": "#e6eaee"}
GREY, GRID, BAND = "#8A949E", "rgba(138,148,158,0.25)", "rgba(138,148,158,0.25)"
RAISES, LOWERS = "#D55E00", "#0072B2"
CONFIG = {"displaylogo": False, "modeBarButtons": [["toImage"]], "scrollZoom": False, "responsive": True}
_ROW, _FRAME, _SQUARE, _MOST_ROWS = 26, 60, 360, 30


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
        margin={"l": 8, "r": 16, "t": 28 if figure.layout.title.text else 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        dragmode=False,
        hoverlabel={"align": "left"},
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": GREY, "activecolor": GREY},
    )
    return figure


def _text(value: object, width: int = 30) -> str:
    """A label: short lines, nothing of it read as HTML."""
    return "<br>".join(escape(line, quote=False) for line in wrap(str(value), width)[:3])


def _band(figure: go.Figure, x: pd.Series, low: pd.Series, high: pd.Series) -> None:
    known = low.notna() & high.notna()
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    figure.add_scatter(x=x[known], y=low[known], **edge)
    figure.add_scatter(x=x[known], y=high[known], fill="tonexty", fillcolor=BAND, **edge)


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
        text = f"<b>dark</b>: {count(table['with'].sum())} with the outcome"
        figure.add_annotation(x=1, y=1, xref="paper", yref="paper", text=text, showarrow=False, xanchor="right")
    return [figure]


def _rows(figure: go.Figure, labels: list[str], title: str, suffix: str = "") -> go.Figure:
    """One line a row, the first at the top."""
    figure.update_yaxes(
        tickmode="array", tickvals=list(range(len(labels))), ticktext=labels, autorange="reversed", showgrid=False
    )
    figure.update_xaxes(title=title, ticksuffix=suffix, nticks=7)
    figure.update_layout(height=_FRAME + _ROW * max(len(labels), 2))
    return figure


def _groups(section: Section, ink: str) -> list[go.Figure]:
    table = section.table[section.table["n"] > 0].reset_index(drop=True)
    figure = go.Figure()
    for i, row in table.iterrows():
        line = {"color": GREY, "width": 3}
        figure.add_scatter(x=[100 * row["p10"], 100 * row["p90"]], y=[i, i], mode="lines", line=line, hoverinfo="skip")
    hover = [
        f"{_text(r['level'])}: {count(r['n'])} rows, mean {percent(r['mean'])}; "
        f"8 of 10 from {percent(r['p10'])} to {percent(r['p90'])}."
        for _, r in table.iterrows()
    ]
    marker = {"color": ink, "size": 9}
    figure.add_scatter(
        x=100 * table["mean"], y=table.index, mode="markers", marker=marker, hovertext=hover, hoverinfo="text"
    )
    labels = [_text(level) for level in table["level"]]
    return [_rows(figure, labels, "Risk: dot, mean; line, 8 of 10 people", " %")]


def _missing(section: Section, ink: str) -> list[go.Figure]:
    table, figure = section.table.head(_MOST_ROWS), go.Figure()
    for name, words, marker in (
        ("training", "in training", {"color": GREY, "size": 9, "symbol": "circle-open", "line": {"width": 2}}),
        ("share", "here", {"color": ink, "size": 9}),
    ):
        hover = [f"{_text(n)}: {percent(v)} unknown {words}." for n, v in zip(table["label"], table[name], strict=True)]
        figure.add_scatter(
            x=100 * table[name], y=table.index, mode="markers", marker=marker, hovertext=hover, hoverinfo="text"
        )
    labels = [_text(label, 34) for label in table["label"]]
    figure.update_xaxes(range=[-2, 103])
    return [_rows(figure, labels, "Unknown: dot, here; ring, in training", " %")]


def _drift(section: Section, ink: str) -> list[go.Figure]:
    table = section.table[section.table["psi"].notna()].head(_MOST_ROWS).reset_index(drop=True)
    if table.empty:
        return []
    hover = [
        f"{_text(r['label'])}: PSI {r['psi']:.3f} ({r['psi_low']:.3f} to {r['psi_high']:.3f}), KS {r['ks']:.3f}."
        for _, r in table.iterrows()
    ]
    figure = _dots(table, "psi", hover, ink)
    for limit in (SOME, STRONG):
        figure.add_vline(limit, line={"color": GREY, "width": 1, "dash": "dot"})
    top = max(0.28, float(np.nanmax(table[["psi", "psi_high"]].to_numpy(float))) * 1.05)
    figure.update_xaxes(range=[-0.005, top])
    labels = [_text(label, 34) for label in table["label"]]
    return [_rows(figure, labels, f"PSI; dotted: some from {SOME}, strong from {STRONG}")]


def _dots(table: pd.DataFrame, name: str, hover: list[str], ink: str) -> go.Figure:
    spread = {
        "array": table[f"{name}_high"] - table[name],
        "arrayminus": table[name] - table[f"{name}_low"],
        "color": GREY,
        "thickness": 2,
        "width": 0,
    }
    return go.Figure(
        go.Scatter(
            x=table[name],
            y=table.index,
            mode="markers",
            marker={"color": ink, "size": 9},
            error_x=spread,
            hovertext=hover,
            hoverinfo="text",
        )
    )


def _importance(section: Section, ink: str) -> list[go.Figure]:
    table = section.table[section.table["importance"] > 0].head(20).reset_index(drop=True)
    if table.empty:
        return []
    spread = {"array": table["high"] - table["importance"], "arrayminus": table["importance"] - table["low"]}
    hover = [f"{_text(r['label'])}: {r['importance']:.3f} log-odds on average." for _, r in table.iterrows()]
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
    return [_rows(figure, [_text(label, 34) for label in table["label"]], "Mean |SHAP|, log-odds")]


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
    _rows(figure, [_text(name, 34) for name in names], "SHAP, log-odds: left lowers, right raises the estimate")
    return [figure.update_layout(height=_FRAME + 1.3 * _ROW * len(names))]


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
        _band(figure, place, known["p10"], known["p90"])
    hover = [f"{_text(r['value'])}, {count(r['n'])} rows: {signed(r['p50'])}." for _, r in known.iterrows()]
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
    aside = float(place.max()) + (1 if levels else 0.15 * width)
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
    words = [_text(v, 14) for v in known["value"]] if levels else [f"{v:.4g}" for v in ticks]
    figure.update_xaxes(tickmode="array", tickvals=[*ticks, aside], ticktext=[*words, f"unknown<br>{count(n)}"])
    figure.update_xaxes(showgrid=False)
    figure.update_yaxes(title="log-odds", nticks=5)
    figure.add_hline(0, line={"color": GREY, "width": 1})
    title = {"text": _text(part["label"].iloc[0], 40), "x": 0, "xref": "container", "font": {"size": 14}}
    return figure.update_layout(height=230, title=title)


def _roc(section: Section, ink: str) -> list[go.Figure]:
    table = section.table.dropna(subset=["sensitivity", "specificity"])
    if table.empty:
        return []
    figure, x = go.Figure(), 100 * (1 - table["specificity"])
    _band(figure, x, 100 * table["sensitivity_low"], 100 * table["sensitivity_high"])
    hover = [
        f"At {percent(t)}: finds {percent(a)} of those with the event, flags {percent(1 - b)} of those without."
        for t, a, b in zip(table["threshold"], table["sensitivity"], table["specificity"], strict=True)
    ]
    _line(figure, x, 100 * table["sensitivity"], hover, ink)
    figure.add_scatter(x=[0, 100], y=[0, 100], mode="lines", line={"color": GREY, "dash": "dot"}, hoverinfo="skip")
    return [_square(figure, "Flagged of those without the event", "Flagged of those with it", 100, 100)]


def _precision(section: Section, ink: str) -> list[go.Figure]:
    table = section.table.dropna(subset=["sensitivity", "ppv"])
    if table.empty or table["specificity"].isna().all():
        return []
    figure, x = go.Figure(), 100 * table["sensitivity"]
    _band(figure, x, 100 * table["ppv_low"], 100 * table["ppv_high"])
    hover = [
        f"At {percent(t)}: finds {percent(a)} of those with the event; {percent(b)} of the flagged have it."
        for t, a, b in zip(table["threshold"], table["sensitivity"], table["ppv"], strict=True)
    ]
    _line(figure, x, 100 * table["ppv"], hover, ink)
    # at the lowest threshold everybody is flagged
    figure.add_hline(100 * float(table["ppv"].iloc[0]), line={"color": GREY, "dash": "dot", "width": 2})
    return [_square(figure, "Found of those with the event", "With the event among the flagged", 100, 100)]


def _line(figure: go.Figure, x: pd.Series, y: pd.Series, hover: list[str] | None, ink: str, dash: str = "solid") -> None:
    more = {"hovertext": hover, "hoverinfo": "text"} if hover else {"hoverinfo": "skip"}
    figure.add_scatter(x=x, y=y, mode="lines", line={"color": ink, "width": 2, "dash": dash}, **more)


def _square(figure: go.Figure, x: str, y: str, right: float, top: float) -> go.Figure:
    figure.update_xaxes(title=x, ticksuffix=" %", range=[0, right], nticks=6)
    figure.update_yaxes(title=y, ticksuffix=" %", range=[0, top], nticks=6)
    return figure.update_layout(height=_SQUARE)


def _calibration(section: Section, ink: str) -> list[go.Figure]:
    deciles, curve, figure = section.table, section.drawn, go.Figure()
    top = float(np.nanmax(100 * deciles[["highest", "observed", "high"]].to_numpy(float)))
    top = min(100.0, 1.03 * top)
    figure.add_scatter(x=[0, top], y=[0, top], mode="lines", line={"color": GREY, "dash": "dot"}, hoverinfo="skip")
    if curve is not None and len(curve):
        _band(figure, 100 * curve["predicted"], 100 * curve["low"], 100 * curve["high"])
        _line(figure, 100 * curve["predicted"], 100 * curve["observed"], None, ink)
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
    return [_square(figure, "Estimated", "Observed", top, top)]


def _two_curves(section: Section, ink: str) -> list[go.Figure]:
    table, figure = section.table, go.Figure()
    top = min(100.0, 105 * float(np.nanmax(table[["predicted", "observed"]].to_numpy(float))))
    figure.add_scatter(x=[0, top], y=[0, top], mode="lines", line={"color": GREY, "dash": "dot"}, hoverinfo="skip")
    for version, colour, dash in (("before", GREY, "dash"), ("after", ink, "solid")):
        part = table[table["version"] == version]
        if version == "after":
            _band(figure, 100 * part["predicted"], 100 * part["low"], 100 * part["high"])
        _line(figure, 100 * part["predicted"], 100 * part["observed"], None, colour, dash)
        _name_end(figure, 100 * part["predicted"], 100 * part["observed"], version)
    return [_square(figure, "Estimated", "Observed", top, top)]


def _name_end(figure: go.Figure, x: pd.Series, y: pd.Series, text: str) -> None:
    if len(x):
        figure.add_annotation(
            x=x.iloc[-1], y=y.iloc[-1], text=_text(text, 24), showarrow=False, xanchor="right", yanchor="bottom"
        )


def _decision(section: Section, ink: str) -> list[go.Figure]:
    table, figure = section.table, go.Figure()
    if table["net_benefit"].isna().all():
        return []
    model = table[table["strategy"] == "Model"]
    x = 100 * model["threshold"]
    _band(figure, x, model["low"], model["high"])
    _line(figure, x, model["treat_all"], None, GREY)
    figure.add_hline(0, line={"color": GREY, "width": 2})
    dashes = ("dash", "dot", "dashdot", "longdash")
    for (title, part), dash in zip(table[table["strategy"] != "Model"].groupby("strategy", sort=False), dashes * 3, strict=False):  # fmt: skip  # noqa: E501
        _line(figure, 100 * part["threshold"], part["net_benefit"], [f"{_text(title)}."] * len(part), GREY, dash)
    hover = [
        f"At {percent(t)}: net benefit {n:.4f}, {signed(g)} over the better of all and none."
        for t, n, g in zip(model["threshold"], model["net_benefit"], model["gain"], strict=True)
    ]
    _line(figure, x, model["net_benefit"], hover, ink)
    top = float(np.nanmax(table[["net_benefit", "treat_all"]].to_numpy(float)))
    _label_decision(figure, table, top, ink)
    figure.update_xaxes(title="Threshold: risk from which one acts", ticksuffix=" %", nticks=7)
    figure.update_yaxes(title="Net benefit", range=[-0.15 * top, 1.1 * top], nticks=6)
    return [figure.update_layout(height=300)]


def _label_decision(figure: go.Figure, table: pd.DataFrame, top: float, ink: str) -> None:
    others = [str(s) for s in dict.fromkeys(table["strategy"]) if s != "Model"]
    parts = ["<b>dark</b>: model", "grey: treating everybody, nobody"]
    parts += [f"{name}: {_text(s, 40)}" for name, s in zip(("dashed", "dotted", "dash-dotted"), others, strict=False)]
    figure.add_annotation(
        x=1,
        y=1,
        xref="paper",
        yref="paper",
        text="<br>".join(parts),
        align="right",
        showarrow=False,
        xanchor="right",
        yanchor="top",
        font={"color": ink},
    )


def _subgroups(section: Section, ink: str) -> list[go.Figure]:
    table = section.table
    table = table[table["auroc"].notna()].head(_MOST_ROWS).reset_index(drop=True)
    if table.empty:
        return []
    hover = [
        f"{_text(r['level'])}: AUROC {r['auroc']:.3f} ({r['auroc_low']:.3f} to {r['auroc_high']:.3f}), "
        f"{count(r['events'])} of {count(r['n'])} with the event."
        for _, r in table.iterrows()
    ]
    figure = _dots(table, "auroc", hover, ink)
    figure.add_vline(0.5, line={"color": GREY, "width": 1, "dash": "dot"})
    labels = [f"{_text(r['level'], 24)} ({count(r['n'])})" for _, r in table.iterrows()]
    return [_rows(figure, labels, "AUROC; dotted: no better than chance")]


_MAKERS: dict[str, Callable[[Section, str], list[go.Figure]]] = {
    "distribution": _distribution,
    "groups": _groups,
    "missing": _missing,
    "drift": _drift,
    "importance": _importance,
    "cloud": _cloud,
    "dependence": _dependence,
    "roc": _roc,
    "precision_recall": _precision,
    "calibration": _calibration,
    "recalibration_curve": _two_curves,
    "decision": _decision,
    "subgroups": _subgroups,
}
