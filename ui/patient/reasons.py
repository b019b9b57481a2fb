"""Why: the waterfall of one outcome, the curve of a clicked fact, and which unknown test would narrow it most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from riskmodels.assessment import Answer, Assessment
from riskmodels.case_report.case import outcome_steps as steps_of
from riskmodels.explain.steps import Step, fact_text, label_text
from riskmodels.outcomes import OUTCOME
from riskmodels.vocabulary import VOCABULARY
from ui import charts, text
from ui.page import theme
from ui.patient.case import Case

_OUTCOME, _SCALE, _CURVE, _CHART = "why.outcome", "why.scale", "why.curve", "why.waterfall"
POINTS, LOG_ODDS = "percentage points", "log-odds"
_TESTS_NAMED = 3


def outcome_steps(case: Case, outcome: str, in_points: bool) -> tuple[list[Step], int]:
    """The steps from everybody to this patient, and the decimals they are printed with.

    Args:
        case: the patient.
        outcome: its name.
        in_points: percentage points of risk; otherwise log-odds.
    """
    return steps_of(case.assessment, outcome, case.units, in_points=in_points)


def draw_why(case: Case) -> None:
    """Waterfall, curve and narrowing tests of the outcome chosen.

    Args:
        case: the patient, with at least one estimate.
    """
    answer, in_points = _draw_choice(case.given)
    steps, decimals = outcome_steps(case, answer.outcome.name, in_points)
    st.plotly_chart(
        charts.waterfall(steps, in_points, decimals, theme()),
        key=_CHART,
        on_select=_select_bar,
        selection_mode="points",
        config=charts.CONFIG,
        alt=finding_text(steps, in_points, decimals),
    )
    st.html(_table(steps, in_points, decimals))
    st.caption(f"{finding_text(steps, in_points, decimals)} Thin bars: the model's own 90 % interval.")
    _draw_narrowing(answer, case.assessment)
    _draw_curve(answer, case)


def _draw_choice(given: Mapping[str, Answer]) -> tuple[Answer, bool]:
    """The outcome and the scale chosen; the first outcome where the chosen one has no estimate."""
    first = next(iter(given))
    if st.session_state.get(_OUTCOME) not in given:
        st.session_state[_OUTCOME] = first
    with st.container(horizontal=True, horizontal_alignment="distribute", gap="small"):
        name = st.segmented_control(
            "Why this estimate",
            list(given),
            format_func=lambda n: OUTCOME[n].short,
            key=_OUTCOME,
            required=True,
            wrap=True,
            label_visibility="collapsed",
        )
        scale = st.segmented_control(
            "Bars in", [POINTS, LOG_ODDS], default=POINTS, key=_SCALE, required=True, label_visibility="collapsed"
        )
    return given[name or first], scale != LOG_ODDS


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
    ends = [charts.level(step.amount, in_points, decimals) for step in (first, last)]
    parts = [f"{ends[0]} for everybody"]
    for amount, doing in ((up, "raises"), (down, "lowers")):
        if amount:
            worded = charts.points(amount, decimals) if in_points else charts.number(amount, decimals, True)
            parts.append(f"{worded} by what {doing} it")
    what = "" if in_points else " in log-odds"
    made = f"{', '.join(parts)}: {ends[1]}{what} for this patient."
    facts = [step for step in between if step.name]
    most = f" {max(facts, key=lambda step: abs(step.amount)).label} weighs most." if facts else ""
    return made + most


def _table(steps: Sequence[Step], in_points: bool, decimals: int) -> str:
    shown = charts.amounts(steps, in_points, decimals)
    rows = "".join(
        f"<tr><th>{escape(step.label)}</th><td>{amount}</td></tr>" for step, amount in zip(steps, shown, strict=True)
    )
    unit = POINTS if in_points else LOG_ODDS
    return f'<table class="sr-only"><caption>Contributions in {unit}</caption>{rows}</table>'


def narrowing_text(answer: Answer, assessment: Assessment) -> str:
    """Which unknown facts would move the estimate most, with where it would go; empty where none.

    ``HbA1c, which answers it; glucose (then about 3–18 %), waist (then about 5–9 %)``
    """
    settled, known = answer.outcome.settled_by, answer.settled(assessment.row())
    first = f"{label_text(settled)}, which answers it; " if settled and not known else ""
    table = assessment.narrowing(answer.outcome.name)
    most = table.sort_values("sd", ascending=False, kind="stable").head(_TESTS_NAMED)
    return first + ", ".join(
        f"{text.inside(label_text(name))} (then about {text.interval(low, high)})"
        for name, low, high in zip(most["name"], most["low"], most["high"], strict=True)
    )


def _draw_narrowing(answer: Answer, assessment: Assessment) -> None:
    worded = narrowing_text(answer, assessment)
    if worded:
        st.html(f'<p class="cr-narrowing"><b>Not known; would narrow it most:</b> {escape(worded)}</p>')


def _draw_curve(answer: Answer, case: Case) -> None:
    """The curve of one known fact: chosen here, or by a click on its bar."""
    model, patient, units = case.assessment.model(answer.outcome.name), case.patient, case.units
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
