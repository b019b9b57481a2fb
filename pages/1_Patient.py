"""Assess a patient: known facts at the left, the answer beside them, updated with every value; kept as a record."""

import streamlit as st

from riskmodels.checks import Checked
from riskmodels.errors import CareRiskError
from riskmodels.records import Role
from ui import (
    benefit,
    draft,
    form,
    plan,
    prompts,
    reasons,
    record_bar,
    record_case,
    record_download,
    record_draft,
    record_state,
    report,
    result,
    scores,
    validity,
    whatif,
)
from ui.examples import EXAMPLES
from ui.models import shipped_models
from ui.page import start_page
from ui.timeline import draw_timeline
from ui.turns import TURNS

start_page("Assess a patient", roles=(Role.CARE,))


def draw_nothing_yet(checked: Checked) -> None:
    """What is missing before anything can be estimated."""
    missing = " and ".join(problem.field for problem in form.row_problems(checked))
    st.markdown(f"**Enter {missing} to see the estimates.** Every other fact helps and may stay unknown.")
    if draft.is_empty() and record_state.opened() is None:
        example = EXAMPLES[0]
        st.button(
            "Show an invented patient",
            type="primary",
            on_click=draft.load,
            args=(example.values, "Loaded an example"),
            help=example.title,
        )


def draw_result(case: report.Case) -> None:
    """Criteria, estimates, reasons, published scores, prompts, what would change it, validity."""
    result.draw_findings(case.findings)
    result.draw_answers(case.answers, case.patient)
    if any(answer.given for answer in case.answers):
        st.subheader("Why", anchor=False)
        reasons.draw_why(case.answers, case.frame, case.models, case.units)
    st.subheader("Published scores", anchor=False)
    scores.draw_scores(case.published, case.answers, case.models, case.units)
    prompts.draw_notes(case.notes)
    st.subheader("What would change it", anchor=False)
    draw_changes(case)
    st.subheader("What it holds for", anchor=False)
    validity.draw_validity(case.answers, case.patient, case.models)


def draw_changes(case: report.Case) -> None:
    """Other values by the model, benefit by trials, the smallest plan."""
    by_model, by_trials, smallest = st.tabs(["What if", "By trials", "Smallest plan"])
    with by_model:
        whatif.draw_whatif(case.answers, case.frame, case.models, case.units)
    with by_trials:
        benefit.draw_benefits(benefit.patient_benefits(case.published, case.units))
    with smallest:
        plan.draw_plan(case.answers, case.frame, case.models, case.units)


def draw_visit(bar: record_bar.Bar) -> None:
    """The visit in the form, and what the models say of it."""
    checked = draft.check_draft()
    left, right = st.columns([2, 3], gap="large")
    with left, st.container(key="form"):
        form.draw_toolbar()
        form.draw_form(checked)
    with right, st.container(key="result"):
        if form.row_problems(checked):
            draw_nothing_yet(checked)
            return
        case = record_case.make_case(checked)
        draw_result(case)
    with bar.buttons:
        record_download.draw_download(case)


@st.fragment
def assess_patient() -> None:
    """The whole page below its title; reruns by itself whenever a value changes."""
    with TURNS.turn():
        bar, record = record_bar.draw_bar(), record_state.opened()
        if bar.view == record_bar.TIMELINE and record is not None:
            draw_timeline(record.patient, list(record.visits), shipped_models(), draft.chosen_units())
        else:
            draw_visit(bar)
        record_draft.keep()


try:
    record_draft.arrive()
    record_state.arrive()
    assess_patient()
except CareRiskError as error:
    st.error(f"{error} The facts entered are kept.")
