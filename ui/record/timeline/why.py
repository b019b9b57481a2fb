"""The timeline's reasons: what changed one outcome's estimate between a visit and the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from riskmodels.explain.steps import Step
from riskmodels.timeline.change import change_steps
from riskmodels.timeline.course import Course
from riskmodels.timeline.like import compare
from riskmodels.units import Unit
from ui import charts
from ui.page import theme
from ui.record.timeline.change_words import apart_text, finding_text
from ui.tables import table, unbroken

_OUTCOME = "timeline.why.outcome"


def draw_why(course: Course, units: Mapping[str, Unit]) -> None:
    """Bars from the risk at one visit to that at the next, for the outcome chosen.

    Args:
        course: two visits at least, as the models in force see them.
        units: unit each number is shown in.
    """
    outcomes = {outcome.name: outcome for outcome in course.outcomes}
    if not outcomes:
        st.caption("No visit has an estimate, so there is no change to explain.")
        return
    if st.session_state.get(_OUTCOME) not in outcomes:
        st.session_state[_OUTCOME] = _first_choice(course)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom", gap="small"):
        chosen = st.segmented_control(
            "Why this estimate changed",
            list(outcomes),
            format_func=lambda name: outcomes[name].short,
            key=_OUTCOME,
            required=True,
            wrap=True,
            label_visibility="collapsed",
        )
        after = _draw_choice(course)
    outcome = outcomes[chosen or next(iter(outcomes))]
    points = course.estimates(outcome)
    refused = [points[i] for i in (after - 1, after) if not points[i].given]
    if refused:
        where = "; ".join(f"on {point.when}: {point.told.rstrip('.')}" for point in refused)
        st.caption(unbroken(f"{outcome.label}: a change needs an estimate at both visits. There is none {where}."))
        return
    like = compare(course, outcome, after - 1, after)
    apart = apart_text(like, points[after - 1], points[after])
    if not like.given:
        st.caption(unbroken(f"{outcome.label}: no estimate on the facts known at both visits. {apart}"))
        return
    steps, decimals = change_steps(like.reasons, like.points, like.before, like.after, units)
    _draw_steps(steps, decimals, apart)


def _first_choice(course: Course) -> str:
    """The first outcome that has an estimate at the last two visits; the first of all where none has."""
    latest = (o for o in course.outcomes if all(point.given for point in course.estimates(o)[-2:]))
    return next(latest, course.outcomes[0]).name


def _draw_choice(course: Course) -> int:
    """Which visit is compared with the one before it; the last one at first."""
    if len(course.visits) == 2:
        return 1
    return st.selectbox(
        "Visit to explain",
        range(len(course.visits) - 1, 0, -1),
        format_func=lambda i: f"{course.whens[i]}, since {course.whens[i - 1]}",
        key=f"timeline.why.{course.visits[-1]}",
        width=290,
        label_visibility="collapsed",
    )


def _draw_steps(steps: Sequence[Step], decimals: int, apart: str) -> None:
    finding = " ".join(filter(None, (finding_text(steps, decimals), apart)))
    if len(steps) > 2:
        st.plotly_chart(
            charts.waterfall(steps, True, decimals, theme()),
            key="timeline.why.bars",
            config=charts.CONFIG,
            alt=finding,
        )
    st.caption(unbroken(finding))
    with st.expander("Figures behind the bars"):
        st.html(figures(steps, decimals))
        st.caption(
            "By the model in force, on what is known at both visits: how much more or less each fact weighs than at "
            "the visit before. A fact that stayed the same can weigh differently when it is seen together with one "
            "that changed."
        )


def figures(steps: Sequence[Step], decimals: int) -> str:
    """The bars as a table that adds up."""
    shown = charts.amounts(steps, True, decimals)
    rows = [[step.label, amount] for step, amount in zip(steps, shown, strict=True)]
    return table("Why it changed", ["Visit or fact", "Percentage points"], rows)
