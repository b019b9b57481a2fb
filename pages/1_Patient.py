"""Assess a patient: known facts at the left, the answer beside them, updated with every value."""

from datetime import date

import streamlit as st

from riskmodels.checks import Checked
from riskmodels.criteria import find_criteria
from riskmodels.errors import CareRiskError
from ui import draft, form, reasons, report, result, validity, whatif
from ui.assessment import assess
from ui.examples import EXAMPLES
from ui.models import shipped_models
from ui.page import start_page

start_page("Assess a patient")


def draw_nothing_yet(checked: Checked) -> None:
    """What is missing before anything can be estimated."""
    missing = " and ".join(problem.field for problem in form.row_problems(checked))
    st.markdown(f"**Enter {missing} to see the estimates.** Every other fact helps and may stay unknown.")
    if draft.is_empty():
        example = EXAMPLES[0]
        st.button(
            "Show an invented patient",
            type="primary",
            on_click=draft.load,
            args=(example.values, "Loaded an example"),
            help=example.title,
        )


def draw_result(case: report.Case) -> None:
    """Criteria, estimates, reasons, what if, validity."""
    result.draw_findings(case.findings)
    result.draw_answers(case.answers, case.patient)
    if any(answer.given for answer in case.answers):
        st.subheader("Why", anchor=False)
        reasons.draw_why(case.answers, case.frame, case.models, case.units)
    st.subheader("What if", anchor=False)
    whatif.draw_whatif(case.answers, case.frame, case.models, case.units)
    st.subheader("What it holds for", anchor=False)
    validity.draw_validity(case.answers, case.patient, case.models)


def draw_download(case: report.Case) -> None:
    """The printable report."""
    today = date.today()
    st.download_button(
        "Report",
        lambda: report.build_report(case, today),
        file_name=f"risk-report-{today.isoformat()}.html",
        mime="text/html",
        icon=":material/print:",
        type="primary",
        on_click="ignore",
        key="report",
    )


@st.fragment
def assess_patient() -> None:
    """The whole page below its title; reruns by itself whenever a value changes."""
    checked = draft.check_draft()
    left, right = st.columns([2, 3], gap="large")
    with left, st.container(key="form"):
        toolbar = form.draw_toolbar()
        form.draw_form(checked)
    with right, st.container(key="result"):
        if form.row_problems(checked):
            draw_nothing_yet(checked)
            return
        units, models = draft.chosen_units(), shipped_models()
        answers = assess(checked.frame, models)
        findings = find_criteria(checked.frame.iloc[0], units)
        case = report.Case(checked.frame, units, answers, findings, models)
        draw_result(case)
    with toolbar:
        draw_download(case)


try:
    assess_patient()
except CareRiskError as error:
    st.error(f"{error} The facts entered are kept.")
