"""Plotly figures: transparent, no mode bar but the download, labels instead of legends. Data in, figure out."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

import numpy as np
import plotly.graph_objects as go

from riskmodels.tabular.model import Curve
from riskmodels.units import Unit, from_canonical
from riskmodels.vocabulary import Variable
from ui.steps import Step

#: direction of a contribution, safe for colour-blind readers, the same in light and dark
RAISES, LOWERS, NEUTRAL = "#D55E00", "#0072B2", "#8A949E"
CONFIG = {"displaylogo": False, "modeBarButtons": [["toImage"]], "scrollZoom": False}
_ROW_HEIGHT, _FRAME_HEIGHT, _LABEL_WIDTH, _CURVE_HEIGHT = 30, 44, 28, 260
_BAND = "rgba(138,148,158,0.25)"


#: text of a figure by theme; the framework's own is too faint
_TEXT = {"light": "#1d252c", "dark": "#e6eaee"}
_GRID = "rgba(138,148,158,0.25)"


def _layout(figure: go.Figure, height: int, theme: str) -> go.Figure:
    font = {"size": 13, "color": _TEXT[theme]}
    figure.update_xaxes(tickfont=font, title_font=font, gridcolor=_GRID, zerolinecolor=_GRID)
    figure.update_yaxes(tickfont=font, title_font=font, gridcolor=_GRID, zerolinecolor=NEUTRAL)
    figure.update_traces(textfont=font, selector={"type": "bar"})
    figure.update_traces(textfont=font, selector={"type": "scatter"})
    figure.update_layout(
        font=font,
        height=height,
        margin={"l": 0, "r": 8, "t": 4, "b": 4},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        bargap=0.3,
        dragmode=False,
        hoverlabel={"align": "left"},
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": NEUTRAL, "activecolor": NEUTRAL},
    )
    return figure


def number(value: float, decimals: int, signed: bool) -> str:
    """A printed step: ``+2.1``, ``−0.4``, ``3.4``."""
    text = f"{abs(value):.{decimals}f}"
    sign = "−" if value < 0 else "+" if signed else ""
    return f"{sign}{text}"


def waterfall(steps: Sequence[Step], in_points: bool, decimals: int, theme: str = "light") -> go.Figure:
    """From everybody to this patient, one bar a fact; a bar can be selected.

    Args:
        steps: from :func:`ui.steps.make_steps`.
        in_points: amounts are percentage points of risk; otherwise log-odds.
        decimals: decimals printed.
        theme: "light" or "dark".

    Returns:
        Horizontal bars; ``customdata`` of each is the variable's name, empty for start, others and end.
    """
    unit = " %" if in_points else ""
    ends = [step is steps[0] or step is steps[-1] for step in steps]
    figure = go.Figure(
        go.Bar(
            orientation="h",
            y=list(range(len(steps))),
            base=[step.start for step in steps],
            x=[step.amount for step in steps],
            marker={"color": [_colour(step, end) for step, end in zip(steps, ends, strict=True)], "line": {"width": 0}},
            text=[
                number(step.amount, decimals, signed=not end) + (unit if end else "")
                for step, end in zip(steps, ends, strict=True)
            ],
            textposition="outside",
            cliponaxis=False,
            customdata=[step.name for step in steps],
            hovertext=[_sentence(step, end, in_points, decimals) for step, end in zip(steps, ends, strict=True)],
            hoverinfo="text",
            selected={"marker": {"opacity": 1}, "textfont": {"color": _TEXT[theme]}},
            unselected={"marker": {"opacity": 1}, "textfont": {"color": _TEXT[theme]}},
        )
    )
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(steps))),
        ticktext=["<br>".join(wrap(_kept_together(step.label), _LABEL_WIDTH)) for step in steps],
        autorange="reversed",
        showgrid=False,
        zeroline=False,
        automargin=True,
        fixedrange=True,
    )
    low, high = _extent(steps)
    room = 0.18 * (high - low)
    figure.update_xaxes(
        range=[low - (room if low < 0 or not in_points else 0), high + room],
        ticksuffix=unit,
        nticks=6,
        zeroline=not in_points,
        fixedrange=True,
    )
    return _layout(figure, _FRAME_HEIGHT + _ROW_HEIGHT * len(steps), theme)


def _kept_together(label: str) -> str:
    """A label whose last word is never left alone on a line."""
    return "\u00a0".join(label.rsplit(" ", 1))


def _extent(steps: Sequence[Step]) -> tuple[float, float]:
    marks = [0.0, *(step.start for step in steps), *(step.end for step in steps)]
    return min(marks), max(marks)


def _colour(step: Step, end: bool) -> str:
    if end:
        return NEUTRAL
    return RAISES if step.amount > 0 else LOWERS


def _sentence(step: Step, end: bool, in_points: bool, decimals: int) -> str:
    amount = number(step.amount if end else abs(step.amount), decimals, signed=False)
    if end:
        return f"{step.label}: {amount}{' %' if in_points else ' log-odds'}"
    verb = "raises" if step.amount > 0 else "lowers"
    what = f"the risk by {amount} percentage points" if in_points else f"the log-odds by {amount}"
    return f"{step.label} {verb} {what}."


def curve(drawn: Curve, variable: Variable, value: float, unit: Unit | None, theme: str = "light") -> go.Figure:
    """How one input by itself moves the log-odds: curve, ensemble band, training people, the patient as a dot.

    Args:
        drawn: the curve, canonical unit.
        variable: the input.
        value: the patient's value, canonical unit.
        unit: unit of the axis; None for choices.
        theme: "light" or "dark".

    Returns:
        Curve with band (points with bars for choices) above a histogram of the training people.
    """
    x = _in_unit(drawn.x, unit)
    figure = go.Figure()
    _add_people(figure, drawn, unit)
    levels = len(drawn.bins) == len(drawn.counts)
    if levels:
        _add_levels(figure, x, drawn)
    else:
        _add_line(figure, x, drawn)
    _add_patient(figure, drawn, variable, value, unit)
    _label_curve(figure, variable, unit)
    return _layout(figure, _CURVE_HEIGHT, theme)


def _in_unit(values: np.ndarray, unit: Unit | None) -> np.ndarray:
    return from_canonical(np.asarray(values, dtype=float), unit) if unit else np.asarray(values, dtype=float)


def _add_people(figure: go.Figure, drawn: Curve, unit: Unit | None) -> None:
    """Histogram of the people the model learnt from; bins are edges, or the codes of a choice."""
    bins = _in_unit(drawn.bins, unit)
    edges = len(bins) > len(drawn.counts)
    figure.add_bar(
        x=(bins[1:] + bins[:-1]) / 2 if edges else bins,
        width=np.diff(bins) if edges else 0.5,
        y=drawn.counts,
        yaxis="y2",
        marker={"color": NEUTRAL, "opacity": 0.4},
        hovertemplate="%{y:,} people<extra></extra>",
    )


def _add_line(figure: go.Figure, x: np.ndarray, drawn: Curve) -> None:
    line = {"color": NEUTRAL, "width": 2}
    figure.add_scatter(x=x, y=drawn.low, mode="lines", line={"width": 0}, hoverinfo="skip")
    figure.add_scatter(
        x=x, y=drawn.high, mode="lines", line={"width": 0}, fill="tonexty", fillcolor=_BAND, hoverinfo="skip"
    )
    figure.add_scatter(x=x, y=drawn.logit, mode="lines", line=line, hovertemplate="%{x:.4g}: %{y:+.2f}<extra></extra>")


def _add_levels(figure: go.Figure, x: np.ndarray, drawn: Curve) -> None:
    spread = {"array": drawn.high - drawn.logit, "arrayminus": drawn.logit - drawn.low, "color": NEUTRAL}
    figure.add_scatter(
        x=x, y=drawn.logit, mode="markers", marker={"size": 8, "color": NEUTRAL}, error_y=spread, hoverinfo="y"
    )


def _add_patient(figure: go.Figure, drawn: Curve, variable: Variable, value: float, unit: Unit | None) -> None:
    height = float(np.interp(value, drawn.x, drawn.logit))
    worded = variable.format(value, unit)
    figure.add_scatter(
        x=_in_unit(np.array([value]), unit),
        y=[height],
        mode="markers+text",
        marker={"size": 12, "color": RAISES if height > 0 else LOWERS},
        text=[worded],
        textposition="top center",
        hovertext=[f"This patient, {worded}: {number(height, 2, True)} log-odds."],
        hoverinfo="text",
    )


def _label_curve(figure: go.Figure, variable: Variable, unit: Unit | None) -> None:
    figure.update_layout(
        yaxis={"title": "log-odds", "domain": [0.24, 1], "zeroline": True, "nticks": 5, "fixedrange": True},
        yaxis2={"domain": [0, 0.18], "showticklabels": False, "showgrid": False, "fixedrange": True},
        xaxis={"title": f"{variable.label}{', ' + unit.symbol if unit else ''}", "anchor": "y2", "fixedrange": True},
    )
    if variable.choices:
        figure.update_xaxes(tickvals=[c.code for c in variable.choices], ticktext=[c.label for c in variable.choices])
