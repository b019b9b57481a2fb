"""Why: the waterfall of one outcome, the curve of a clicked fact, and which unknown test would narrow it most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd
import streamlit as st

from riskmodels.explain.steps import Step, fact_text, label_text, make_steps
from riskmodels.tabular.model import RiskModel
from riskmodels.units import Unit
from riskmodels.vocabulary import VOCABULARY
from ui import charts, text
from ui.assessment import SHORT_LABEL, Answer
from ui.page import theme

_OUTCOME, _SCALE, _CURVE, _CHART = "why.outcome", "why.scale", "why.curve", "why.waterfall"
POINTS, LOG_ODDS = "percentage points", "log-odds"
_TESTS_NAMED = 3


def outcome_steps(
    frame: pd.DataFrame, outcome: str, model: RiskModel, units: Mapping[str, Unit], in_points: bool
) -> tuple[list[Step], int]:
    """The steps from everybody to this patient, and the decimals they are printed with.

    Args:
        frame: PatientFrame of one row.
        outcome: its name.
        model: the model that serves it.
        units: unit each number is shown in.
        in_points: percentage points of risk; otherwise log-odds.
    """
    reasons, patient = model.explain(frame, outcome), frame.iloc[0]
    log_odds: pd.DataFrame = reasons.values  # noqa: PD011, not a frame's values
    if not in_points:
        return make_steps(float(reasons.base), log_odds.iloc[0], patient, units, 2), 2
    base, points = reasons.points()
    total = 100 * (base + float(points.iloc[0].sum()))
    decimals = 1 if total >= 2 else 2
    return make_steps(100 * base, 100 * points.iloc[0], patient, units, decimals), decimals


def draw_why(
    answers: Sequence[Answer], frame: pd.DataFrame, models: Mapping[str, RiskModel], units: Mapping[str, Unit]
) -> None:
    """Waterfall, curve and narrowing tests of the outcome chosen.

    Args:
        answers: the present answers.
        frame: PatientFrame of one row.
        models: shipped models by name.
        units: unit each number is shown in.
    """
    given = [answer for answer in answers if answer.given]
    answer, in_points = _draw_choice(given)
    model = models[answer.outcome.model]
    steps, decimals = outcome_steps(frame, answer.outcome.name, model, units, in_points)
    st.plotly_chart(
        charts.waterfall(steps, in_points, decimals, theme()),
        key=_CHART,
        on_select=_select_bar,
        selection_mode="points",
        config=charts.CONFIG,
        alt=finding_text(steps, in_points, decimals),
    )
    st.html(_table(steps, in_points, decimals))
    st.caption(finding_text(steps, in_points, decimals))
    _draw_narrowing(answer, frame, model)
    _draw_curve(answer, frame.iloc[0], model, units)


def _draw_choice(given: Sequence[Answer]) -> tuple[Answer, bool]:
    """The outcome and the scale chosen; the first outcome where the chosen one has no estimate."""
    by_name = {answer.outcome.name: answer for answer in given}
    if st.session_state.get(_OUTCOME) not in by_name:
        st.session_state[_OUTCOME] = given[0].outcome.name
    with st.container(horizontal=True, horizontal_alignment="distribute", gap="small"):
        name = st.segmented_control(
            "Why this estimate",
            list(by_name),
            format_func=lambda n: SHORT_LABEL[n],
            key=_OUTCOME,
            required=True,
            label_visibility="collapsed",
        )
        scale = st.segmented_control(
            "Bars in", [POINTS, LOG_ODDS], default=POINTS, key=_SCALE, required=True, label_visibility="collapsed"
        )
    return by_name[name or given[0].outcome.name], scale != LOG_ODDS


def _select_bar() -> None:
    """Callback: a clicked bar chooses the fact whose curve is shown."""
    points = st.session_state[_CHART]["selection"]["points"]
    name = points[0].get("customdata") if points else None
    if isinstance(name, list):
        name = name[0] if name else None
    if name:
        st.session_state[_CURVE] = name


def finding_text(steps: Sequence[Step], in_points: bool, decimals: int) -> str:
    """What the waterfall shows, in one sentence that adds up.

    ``3.4 % for everybody, +8.9 points by what raises it, −0.3 points by what lowers it: 12.0 % for this patient.
    Glucose 109 mg/dL weighs most.``
    """
    first, last, between = steps[0], steps[-1], steps[1:-1]
    up = sum(step.amount for step in between if step.amount > 0)
    down = sum(step.amount for step in between if step.amount < 0)
    unit, word = (" %", "points ") if in_points else ("", "")
    parts = [f"{charts.number(first.amount, decimals, False)}{unit} for everybody"]
    if up:
        parts.append(f"{charts.number(up, decimals, True)} {word}by what raises it")
    if down:
        parts.append(f"{charts.number(down, decimals, True)} {word}by what lowers it")
    what = "" if in_points else " in log-odds"
    made = f"{', '.join(parts)}: {charts.number(last.amount, decimals, False)}{unit}{what} for this patient."
    facts = [step for step in between if step.name]
    most = f" {max(facts, key=lambda step: abs(step.amount)).label} weighs most." if facts else ""
    return made + most


def _table(steps: Sequence[Step], in_points: bool, decimals: int) -> str:
    rows = "".join(
        f"<tr><th>{escape(s.label)}</th><td>{charts.number(s.amount, decimals, 0 < i < len(steps) - 1)}</td></tr>"
        for i, s in enumerate(steps)
    )
    unit = POINTS if in_points else LOG_ODDS
    return f'<table class="sr-only"><caption>Contributions in {unit}</caption>{rows}</table>'


def narrowing_text(answer: Answer, frame: pd.DataFrame, model: RiskModel) -> str:
    """Which unknown facts would move the estimate most, with where it would go; empty where none.

    ``HbA1c, which answers it; glucose (then about 3–18 %), waist (then about 5–9 %)``
    """
    settled = answer.outcome.settled_by
    first = f"{label_text(settled)}, which answers it; " if settled and pd.isna(frame[settled].iloc[0]) else ""
    table = model.narrowing(frame, answer.outcome.name)
    most = table.sort_values("sd", ascending=False, kind="stable").head(_TESTS_NAMED)
    return first + ", ".join(
        f"{text.inside(label_text(name))} (then about {text.interval(low, high)})"
        for name, low, high in zip(most["name"], most["low"], most["high"], strict=True)
    )


def _draw_narrowing(answer: Answer, frame: pd.DataFrame, model: RiskModel) -> None:
    worded = narrowing_text(answer, frame, model)
    if worded:
        st.html(f'<p class="cr-narrowing"><b>Not known; would narrow it most:</b> {escape(worded)}</p>')


def _draw_curve(answer: Answer, patient: pd.Series, model: RiskModel, units: Mapping[str, Unit]) -> None:
    """The curve of one known fact: chosen here, or by a click on its bar."""
    known = [n for n in model.inputs_of(answer.outcome.name) if patient[n] == patient[n]]
    if st.session_state.get(_CURVE) not in known:
        st.session_state[_CURVE] = None
    name = st.selectbox(
        "Curve of a fact (or click its bar)",
        known,
        index=None,
        format_func=lambda n: fact_text(n, float(patient[n]), units.get(n)),
        key=_CURVE,
        placeholder="choose a fact, or click its bar",
        label_visibility="collapsed",
    )
    if name is None:
        return
    curve, unit = model.curve(answer.outcome.name, name), units.get(name)
    st.plotly_chart(
        charts.curve(curve, VOCABULARY[name], float(patient[name]), unit, theme()),
        key="why.curve_chart",
        config=charts.CONFIG,
        alt=f"Curve of {VOCABULARY[name].label}",
    )
    st.caption(
        f"{label_text(name)}: how it moves the log-odds by itself; band: 90 % of the ensemble; "
        "bars below: the people the model learnt from; the dot: this patient."
    )
