"""The smallest plan: an outcome and a threshold are chosen, and the path under it is shown step by step."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st

from riskmodels.assessment import Answer
from riskmodels.changes.bounds import DEFAULT_BOUNDS
from riskmodels.changes.plan import Estimate, Plan, smallest_plan
from riskmodels.outcomes import OUTCOME
from riskmodels.percent import percent_text
from riskmodels.vocabulary import VOCABULARY
from ui import text
from ui.memo import row_key
from ui.patient import scale
from ui.patient.case import Case

#: what is there or not on the day of angiography: no plan lowers it
FINDINGS = frozenset({"coronary_disease"})
_OUTCOME, _THRESHOLD, _FOUND = "plan.outcome", "plan.threshold", "plan.found"
#: percent, the least and the most that can be asked for
_LIMITS = (0.1, 99.0)
_ASK = (
    "Enter the risk to come under: which is low enough is for you and the patient to say, none is suggested. At most "
    "three inputs are changed, within stated bounds."
)


def draw_plan(case: Case) -> None:
    """Outcome, threshold, and the plan once it is asked for."""
    given = {name: answer for name, answer in case.given.items() if name not in FINDINGS}
    if not given:
        st.caption("There is no estimate that a plan could lower.")
        return
    outcome, threshold = _draw_question(given)
    symbols = tuple(sorted((name, unit.symbol) for name, unit in case.units.items()))
    key = (row_key(case.patient), outcome, threshold, symbols)
    if st.button("Find the smallest change", disabled=threshold is None, key="plan.ask") and threshold is not None:
        model = case.assessment.model(outcome)
        plan = smallest_plan(model, case.patient, outcome, threshold / 100, units=case.units, old=case.assessment.old)
        st.session_state[_FOUND] = (key, plan)
    found = st.session_state.get(_FOUND)
    if found is not None and found[0] == key:
        _draw_found(found[1], given[outcome])
    elif threshold is None:
        st.caption(_ASK)
    st.html(bounds_text())


def _draw_question(given: Mapping[str, Answer]) -> tuple[str, float | None]:
    """The outcome chosen and the threshold in percent."""
    if st.session_state.get(_OUTCOME) not in given:
        st.session_state[_OUTCOME] = next(iter(given))
    left, right = st.columns(2, gap="medium")
    with left:
        name = st.selectbox(
            "Estimate to lower",
            list(given),
            format_func=lambda n: f"{OUTCOME[n].short}, now {text.risk(given[n].risk, given[n].bound)}",
            key=_OUTCOME,
            persist_state="page",
        )
    with right:
        threshold = st.number_input(
            "To come under, %",
            *_LIMITS,
            value=None,
            step=0.5,
            format="%g",
            key=_THRESHOLD,
            persist_state="page",
            placeholder="percent",
        )
    return name, threshold


def _draw_found(plan: Plan, answer: Answer) -> None:
    st.html(f'<section class="cr-answers cr-plan" aria-label="Smallest plan">{path(plan, answer)}</section>')
    st.caption(f"{plan.label[0].upper()}{plan.label[1:]}.")


def path(plan: Plan, answer: Answer) -> str:
    """The plan as HTML: its sentence, then a row a step with the estimate before and after."""
    first = f"<p><b>{escape(plan.text or plan.why_not)}</b></p>"
    first += f"<p>{escape(plan.follows)}</p>" if plan.follows else ""
    if not plan.reached and plan.steps:
        first += "<p>The path to that lowest estimate:</p>"
    befores = [plan.start, *(step.estimate for step in plan.steps)]
    rows = "".join(
        _step(f"{i}. {step.text}", before, step.estimate, plan.threshold)
        for i, (before, step) in enumerate(zip(befores, plan.steps, strict=False), 1)
    )
    ticks = f'<div class="cr-answer cr-legend"><span class="cr-scale-cell">{scale.draw_ticks()}</span></div>'
    return f"<h3>{escape(answer.outcome.label)}</h3>{first}{rows}{ticks if rows else ''}"


def _step(title: str, before: Estimate, after: Estimate, threshold: float) -> str:
    first, then = (f"{e.bound} {percent_text(e.risk, (threshold,))}".lstrip() for e in (before, after))
    drawn = scale.draw_scale(
        after.risk, after.low, after.high, f"{first} before, {then} after this step", before=before.risk
    )
    numbers = f'<span class="cr-numbers">{first} → <b>{then}</b></span>'
    return f'<div class="cr-answer"><h3>{escape(title)}</h3>{numbers}<span class="cr-scale-cell">{drawn}</span></div>'


def bounds_text() -> str:
    """How far each input may be moved and why, on demand (HTML)."""
    lines = "".join(f"<p><b>{escape(bound.text)}.</b> {escape(bound.why)}</p>" for bound in DEFAULT_BOUNDS)
    fixed = text.sentence_list([v.label for v in VOCABULARY.values() if v.name in ("age", "sex")])
    return (
        '<details class="cr-bounds"><summary>How far a plan may go</summary>'
        f"<p>Never moved: {fixed}, diagnoses and medicines. Linked values move along.</p>{lines}</details>"
    )
