"""What a change does to people, drawn: how many move, who they are, who moves most, and how good both versions are."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from riskmodels.evaluation.report import NOT_ESTIMABLE
from riskmodels.explain.steps import fact_text
from riskmodels.outcomes import OUTCOME
from riskmodels.revision.effect import Effect
from ui import text
from ui.charts import CONFIG
from ui.page import theme
from ui.tables import table
from ui.versions import figures


def draw_effect(effect: Effect, names: tuple[str, str], key: str, inputs: tuple[str, ...] = ()) -> None:
    """Draw the effect of a change.

    Args:
        effect: of it.
        names: what the two versions are called.
        key: of the elements.
        inputs: that were changed; they describe the people first.
    """
    st.caption(f"On {effect.people}.")
    st.markdown(moved_text(effect))
    if effect.risks["change"].abs().max() > 0:
        figure = figures.moves(effect.risks, *names, theme())
        st.plotly_chart(figure, config=CONFIG, key=f"{key}.moves", alt=f"How far risks move. {moved_text(effect)}")
        left, right = st.columns(2, gap="large")
        with left:
            st.caption("Who move by more than a point or a tenth")
            st.html(
                table(
                    "Who moves", ("", "Who move", "All"), effect.described(inputs).to_numpy().tolist(), kind="cr-whole"
                )
            )
        with right:
            st.caption("Largest moves")
            st.html(table("Largest moves", ("Person", *names, "Points"), largest_rows(effect, inputs), kind="cr-whole"))
    _draw_metrics(effect, names)


def moved_text(effect: Effect) -> str:
    """``Of 4,343 people 92 move by more than a point, 117 by more than a tenth of their risk.``"""
    n, mean = len(effect.risks), effect.risks[["before", "after"]].mean()
    point, tenth = int(effect.by_point.sum()), int(effect.by_tenth.sum())
    raised = int((effect.by_point & (effect.risks["change"] > 0)).sum())
    ways = f" ({raised:,} up, {point - raised:,} down)" if point else ""
    means = " to ".join(f"{100 * value:.2f} %" for value in mean)
    lost = effect.estimated[0] - effect.estimated[1]
    also = f" {abs(lost):,} {'fewer' if lost > 0 else 'more'} are estimated." if lost else ""
    return (
        f"Of {n:,} people with an estimate **{point:,}** move by more than one point{ways}, **{tenth:,}** by more than "
        f"a tenth of their risk. Mean estimate {means}.{also}"
    )


def largest_rows(effect: Effect, inputs: tuple[str, ...] = ()) -> list[list[str]]:
    """Those who move most: who, risk by each version, points."""
    largest = effect.largest()
    numbers = zip(largest["before"], largest["after"], largest["change"], strict=True)
    people = [facts for _, facts in effect.frame.loc[largest.index].iterrows()]
    return [
        [_who(facts, inputs), text.risk(before), text.risk(after), text.points(change)]
        for facts, (before, after, change) in zip(people, numbers, strict=True)
    ]


def _who(facts: pd.Series, inputs: tuple[str, ...]) -> str:
    """``Woman of 52, body mass index 50.4 kg/m²``."""
    shown = dict.fromkeys((*inputs, "bmi", "systolic_bp"))
    known = [n for n in shown if n in facts and facts[n] == facts[n] and n not in ("sex", "age")]
    words = [text.inside(fact_text(name, float(facts[name]))) for name in known[:2]]
    return ", ".join([f"{'Man' if facts['sex'] == 1 else 'Woman'} of {facts['age']:.0f}", *words])


def _draw_metrics(effect: Effect, names: tuple[str, str]) -> None:
    if effect.metrics.empty:
        st.caption(
            f"Nobody's {text.inside(OUTCOME[effect.outcome].label)} is known among them, so discrimination and "
            "calibration cannot be told here."
            if not effect.events[1]
            else "Too few of them had the event for discrimination and calibration to be told."
        )
        return
    rows = [
        [r["label"], *(_number(r[part]) for part in ("before", "after")), _number(r["change"], "+"), f"{r['ideal']:g}"]
        for _, r in effect.metrics.iterrows()
    ]
    events, known = effect.events
    told = f"Discrimination and calibration: {known:,} people whose outcome is known, {events:,} with the event"
    st.caption(told)
    st.html(table("Discrimination and calibration", ("Measure", *names, "Change", "Perfect"), rows, kind="cr-whole"))


def _number(value: float, sign: str = "") -> str:
    if value != value:
        return NOT_ESTIMABLE
    return f"{value:{sign}.4f}".replace("-", "−") if abs(value) >= 0.00005 else "0"
