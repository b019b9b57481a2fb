"""Curves: how each input moves an outcome by itself, and which inputs act together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from riskmodels.columns import Floats
from riskmodels.directions import direction_of
from riskmodels.explain.shapes import against, spread
from riskmodels.explain.steps import label_text
from riskmodels.explain.surfaces import Pair, pair_surface, strongest_pairs
from riskmodels.signed import signed
from riskmodels.tabular.model import Curve, RiskModel
from riskmodels.vocabulary import VOCABULARY
from ui import text
from ui.inspect import curve_figures, figures
from ui.inspect.edit_curve import draw_edit
from ui.inspect.show import draw_figure
from ui.memo import remembered
from ui.page import theme

_INPUT, _PAIR, _ALL = "inspect.input", "inspect.pair", "inspect.all"
_MANY, _COLUMNS = 9, 3
#: people the strength of pairs is taken over; values of a number on a heat map
_PEOPLE, _GRID = 400, 31
#: log-odds from which on something is more than nothing: a curve against its direction, two inputs together
_SEEN = 0.05


def draw_curves(model: RiskModel, outcome: str) -> None:
    """Every curve of an outcome, one of them large, and the strongest pairs.

    Args:
        model: in force.
        outcome: one of its outcomes.
    """
    key = (model.version, outcome)
    curves: dict[str, Curve] = remembered("inspect.curves", key, lambda: _by_weight(model, outcome))
    names = list(curves)
    if st.session_state.get(_INPUT) not in names:
        st.session_state[_INPUT] = names[0]
    st.caption(
        "What each input adds to the log-odds when nothing else is known. Band: 90 % of the ensemble. Bars: the people "
        "it was learnt from. An unknown input adds 0, the dotted line."
    )
    name = st.selectbox("Input", names, format_func=lambda n: VOCABULARY[n].label, key=_INPUT) or names[0]
    _draw_one(model, outcome, name, curves[name])
    draw_edit(model, outcome, name)
    st.subheader("All inputs", anchor=False)
    _draw_many(curves)
    st.subheader("What acts together", anchor=False)
    _draw_pairs(model, outcome, curves)


def _by_weight(model: RiskModel, outcome: str) -> dict[str, Curve]:
    """The curves, those that weigh most among people first."""
    curves = {name: model.curve(outcome, name) for name in model.inputs_of(outcome)}
    return dict(sorted(curves.items(), key=lambda item: -spread(item[1])))


def _draw_one(model: RiskModel, outcome: str, name: str, drawn: Curve) -> None:
    variable = VOCABULARY[name]
    finding = " ".join(
        part for part in (curve_finding(name, drawn), _unknown(model, name), settled(outcome, name, drawn)) if part
    )
    step = 1 if variable.choices else max(1, len(drawn.x) // 12)
    rows = [
        [variable.format(float(x)), signed(y), f"{signed(low)} to {signed(high)}"]
        for x, y, low, high in list(zip(drawn.x, drawn.logit, drawn.low, drawn.high, strict=True))[::step]
    ]
    head = [variable.label, "log-odds", "90 % band"]
    figure = curve_figures.curve(drawn, variable, theme(), large=True)
    draw_figure(figure, finding, f"Curve of {text.inside(variable.label)}", head, rows, "inspect.curve")


def curve_finding(name: str, drawn: Curve) -> str:
    """Where the curve is lowest and highest."""
    variable, (low, high) = VOCABULARY[name], (int(drawn.logit.argmin()), int(drawn.logit.argmax()))
    if drawn.logit[high] - drawn.logit[low] < 0.005:
        return f"{label_text(name)} by itself adds nothing."
    return (
        f"{label_text(name)}: lowest at {variable.format(float(drawn.x[low]))} ({signed(drawn.logit[low])}), "
        f"highest at {variable.format(float(drawn.x[high]))} ({signed(drawn.logit[high])})."
    )


def settled(outcome: str, name: str, drawn: Curve) -> str:
    """Whether the curve keeps the direction that is settled, and who settled it; empty where none is."""
    direction = direction_of(outcome, name)
    if direction is None:
        return ""
    way, unit = ("fall" if direction.sign > 0 else "rise"), VOCABULARY[name].unit
    ends = [f"from {direction.low:g} {unit}".strip() if np.isfinite(direction.low) else ""]
    ends += [f"up to {direction.high:g} {unit}".strip() if np.isfinite(direction.high) else ""]
    where = " ".join(["", *(end for end in ends if end)])
    goes = against(drawn, direction)
    kept = f"here it does, by {goes:.2f}" if goes > _SEEN else "here it does not"
    return f"Settled: the risk may not {way} as the value rises{where}; {kept} ({direction.source})."


def _unknown(model: RiskModel, name: str) -> str:
    told = model.card["histograms"][name].get("unknown")
    total = sum(model.card["histograms"][name]["counts"]) + (told or 0)
    return f"Unknown of {told:,} of {total:,} people." if told is not None else ""


def _draw_many(curves: dict[str, Curve]) -> None:
    every = len(curves) <= _MANY or st.toggle(f"All {len(curves)}, not only the {_MANY} that weigh most", key=_ALL)
    shown = list(curves.items())[: None if every else _MANY]
    for start in range(0, len(shown), _COLUMNS):
        row = shown[start : start + _COLUMNS]
        for column, (name, drawn) in zip(st.columns(_COLUMNS), row, strict=False):
            variable = VOCABULARY[name]
            with column:
                unit = f", {variable.unit}" if variable.unit else ""
                st.markdown(f"**{variable.label}**{unit}")
                figure, rows = curve_figures.curve(drawn, variable, theme()), _extremes(name, drawn)
                finding = f"Moves the log-odds by {drawn.logit.max() - drawn.logit.min():.2f}."
                label = f"Curve of {text.inside(variable.label)}"
                draw_figure(figure, finding, label, [variable.label, "log-odds"], rows, f"inspect.curve.{name}")


def _extremes(name: str, drawn: Curve) -> list[list[str]]:
    """First, lowest, highest and last point."""
    places = sorted({0, int(drawn.logit.argmin()), int(drawn.logit.argmax()), len(drawn.x) - 1})
    return [[VOCABULARY[name].format(float(drawn.x[k])), signed(drawn.logit[k])] for k in places]


def _draw_pairs(model: RiskModel, outcome: str, curves: dict[str, Curve]) -> None:
    reference = model.reference
    if reference is None:
        st.caption("The model has no reference population, over which the strength of pairs could be taken.")
        return
    key = (model.version, outcome)
    pairs = remembered("inspect.pairs", key, lambda: strongest_pairs(model, outcome, reference.people(_PEOPLE)))
    if not pairs:
        st.caption("No two inputs act together: the estimate is the sum of the curves.")
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        _draw_strengths(pairs)
    with right:
        _draw_surface(model, outcome, curves, pairs)


def _pair_words(pair: Pair) -> str:
    return f"{VOCABULARY[pair.one].label} × {text.inside(VOCABULARY[pair.other].label)}"


def _draw_strengths(pairs: Sequence[Pair]) -> None:
    dots = [
        figures.Dot(_pair_words(pair), (pair.spread, None, None), f"{_pair_words(pair)}: {pair.spread:.2g} log-odds.")
        for pair in pairs
    ]
    finding = (
        f"{_pair_words(pairs[0])} act together most: by {pairs[0].spread:.2g} log-odds, as standard deviation over "
    )
    finding += f"{_PEOPLE} invented people like the reference population."
    rows = [[_pair_words(pair), f"{pair.spread:.2g}"] for pair in pairs]
    drawn = figures.dots(dots, "log-odds", theme(), mark=0.0)
    draw_figure(drawn, finding, "Strongest pairs", ["pair", "log-odds"], rows, "inspect.pairs_chart")


def _draw_surface(model: RiskModel, outcome: str, curves: dict[str, Curve], pairs: Sequence[Pair]) -> None:
    words = {_pair_words(pair): pair for pair in pairs}
    if st.session_state.get(_PAIR) not in words:
        st.session_state[_PAIR] = next(iter(words))
    pair = words[st.selectbox("Pair", list(words), key=_PAIR) or next(iter(words))]
    x, y = (_grid(curves[name]) for name in (pair.one, pair.other))
    key = (model.version, outcome, pair.one, pair.other)
    drawn = remembered("inspect.surface", key, lambda: pair_surface(model, outcome, pair.one, pair.other, x, y))
    one, other = VOCABULARY[pair.one], VOCABULARY[pair.other]
    j, i = np.unravel_index(int(np.abs(drawn.logit).argmax()), drawn.logit.shape)
    finding = (
        "What the two add together beyond their own curves: most at "
        f"{one.format(float(drawn.x[i]))} and {other.format(float(drawn.y[j]))} ({signed(float(drawn.logit[j, i]))})."
    )
    picked = [np.unique(np.linspace(0, len(values) - 1, 5).astype(int)) for values in (drawn.x, drawn.y)]
    head = [other.label, *(one.format(float(drawn.x[k])) for k in picked[0])]
    rows = [
        [other.format(float(drawn.y[j])), *(signed(float(drawn.logit[j, i])) for i in picked[0])] for j in picked[1]
    ]
    draw_figure(curve_figures.surface(drawn, theme()), finding, words_of(pair), head, rows, "inspect.surface_chart")


def words_of(pair: Pair) -> str:
    """``Age and eGFR together``."""
    return f"{VOCABULARY[pair.one].label} and {text.inside(VOCABULARY[pair.other].label)} together"


def _grid(drawn: Curve) -> Floats:
    if len(drawn.bins) == len(drawn.counts):
        return drawn.x
    return np.linspace(drawn.x[0], drawn.x[-1], _GRID)
