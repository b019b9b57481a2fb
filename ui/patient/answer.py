"""The answer beside the form, in parts: estimates, why, published scores, prompts, what would change it, validity."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import streamlit as st

from ui.page import theme
from ui.patient import benefit, care_plan, parts, plan, prompts, reasons, result, scores, strip, validity, whatif
from ui.patient.current import current_case, of_case
from ui.patient.fields import value_changed
from ui.record import draft

WHAT_IF, PLAN_OF_CARE, BY_TRIALS, SMALLEST_PLAN = "What if", "Plan of care", "By trials", "Smallest plan"
TAB = "changes.tab"


def draw_answer() -> None:
    """Every part, each drawn anew when it says something else of the patient in the form."""
    parts.draw("answers", lambda: of_case("says.answers", _estimates), _draw_pieces)
    parts.draw("strip", _strip, _draw_pieces)
    parts.draw("earlier", lambda: of_case("says.earlier", _earlier), _draw_pieces)
    parts.draw("why", _why, _draw_why)
    st.subheader("Published scores", anchor=False)
    parts.draw("scores", lambda: of_case("says.scores", _scores), _draw_pieces)
    parts.draw("questions", scores.questions_say, scores.draw_questions)
    parts.draw("notes", lambda: current_case().care.checks, prompts.draw_checks)
    st.subheader("What would change it", anchor=False)
    parts.draw("changes", _changes, _draw_changes)
    st.subheader("What it holds for", anchor=False)
    parts.draw("validity", lambda: of_case("says.validity", _validity), _draw_pieces)


def _draw_pieces(pieces: tuple[str, ...]) -> None:
    for piece in pieces:
        if piece:
            st.html(piece)


def _estimates() -> tuple[str, ...]:
    case = current_case()
    return result.findings_html(case.findings), result.answers_html(case.answers, case.patient, case.units)


def _earlier() -> tuple[str, ...]:
    words = validity.earlier_count(current_case())
    return (f'<p class="cr-earlier">{escape(words)}</p>',) if words else ()


def _strip() -> tuple[str, ...]:
    """The numbers that stay in view; what the sliders make of them while they are open."""
    case = current_case()
    tried = whatif.find_tried(case) if st.session_state.get(TAB, WHAT_IF) == WHAT_IF else None
    return (strip.strip_html(case.answers, case.patient, tried.answers if tried else None),)


def _why() -> tuple[Any, ...]:
    return draft.content(), theme()


def _draw_why(_: Any) -> None:
    case = current_case()
    if case.given:
        st.subheader("Why", anchor=False)
        reasons.draw_why(case)


def _scores() -> tuple[str, ...]:
    case = current_case()
    return scores.table(case.published.rows), scores.differences(scores.find_differences(case))


def _validity() -> tuple[str, ...]:
    return (validity.validity_html(current_case()),)


def _changes() -> tuple[Any, ...]:
    """What the open tab shows; of the sliders only where they stand, as long as none is moved."""
    case, tab = current_case(), st.session_state.get(TAB, WHAT_IF)
    if tab == WHAT_IF:
        return tab, whatif.says(case)
    return tab, draft.content(), scores.chosen_region()


def _draw_changes(_: Any) -> None:
    """Other values by the model, plan of care, benefit by trials, the smallest plan: only the open tab is drawn."""
    case = current_case()
    tabs = st.tabs([WHAT_IF, PLAN_OF_CARE, BY_TRIALS, SMALLEST_PLAN], key=TAB, on_change=value_changed)
    drawings: tuple[Callable[[], None], ...] = (
        lambda: whatif.draw_whatif(case),
        lambda: care_plan.draw_care(case),
        lambda: benefit.draw_benefits(benefit.patient_benefits(case.published, case.units)),
        lambda: plan.draw_plan(case),
    )
    for tab, drawing in zip(tabs, drawings, strict=True):
        if tab.open:
            with tab:
                drawing()
