"""The report on a scored cohort: made on demand in a process of its own, shown section by section, one HTML file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from riskmodels.cohort_report import CohortReport
from riskmodels.cohort_report.report_task import LIMITS, ReportOrder, make_report
from riskmodels.errors import CareRiskError
from riskmodels.outcomes import OUTCOME
from riskmodels.tabular.versions import VersionStore
from riskmodels.tasks import Task, shared_room
from ui import tasks
from ui.cohort.outcome import Label, draw_label
from ui.cohort.recalibration import draw_recalibration
from ui.cohort.scored import Result
from ui.cohort.sections import draw_section, patients, report_frame
from ui.cohort.triage import Triage
from ui.text import count

if TYPE_CHECKING:
    from riskmodels.tabular.model import RiskModel

SLOT = "cohort_report"
_ASKED = "cohort_report.asked"
REPLICATES = 200


def draw_report(scored: Result, outcome: str, triage: Triage, models: Mapping[str, RiskModel]) -> None:
    """Ask for the outcome column, make the report, and show it.

    Args:
        scored: the cohort.
        outcome: that is shown.
        triage: whom to flag.
        models: by name.
    """
    model = next((model for model in models.values() if outcome in model.outcomes), None)
    if model is None:
        st.caption("The model of this outcome is not in use any more: score the file again.")
        return
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    with left:
        label = draw_label(scored)
    key = (scored.key, outcome, model.version, label.column, label.rule, triage.rule)
    asked = st.session_state.get(_ASKED) == key
    with right:
        words = "Make the report again" if asked and not tasks.running(SLOT, key) else "Make the report"
        busy = asked and tasks.running(SLOT, key)
        if st.button(words, key="cohort_report", icon=":material/summarize:", disabled=busy or not label.ready):
            tasks.forget(SLOT)
            st.session_state[_ASKED], asked = key, True
    if asked:
        _draw_asked(scored, outcome, triage, model, label, key)
    else:
        st.caption(
            "Spread of the risks, unknown values, drift against the training people, what moves the estimates; with an "
            "outcome column also discrimination, calibration, net benefit and subgroups, all with intervals."
        )
    draw_recalibration(scored, outcome, model, label)


def _draw_asked(
    scored: Result, outcome: str, triage: Triage, model: RiskModel, label: Label, key: tuple[object, ...]
) -> None:
    """The report that was asked for, its progress, or why there is none."""
    try:
        report = tasks.awaited(SLOT, key, lambda: _begin(scored, outcome, triage, model, label), "Making the report")
    except CareRiskError as error:
        st.error(str(error))
        return
    if report is not None:
        _draw(scored, report)


def _begin(scored: Result, outcome: str, triage: Triage, model: RiskModel, label: Label) -> Task[CohortReport]:
    frame = report_frame(scored)
    whole = len(frame) == len(scored.index)
    order = ReportOrder(
        frame,
        outcome,
        f"{model.name}@{model.version}",
        VersionStore().folder,
        label=None if label.happened is None else label.happened.reindex(frame.index),
        patient=patients(scored, frame.index),
        rule=triage.as_rule,
        problems=int(scored.counts["with_problems"]) if whole else None,
        file=scored.name if whole else f"{count(len(frame), 'row')} drawn at random from {scored.name}",
        replicates=REPLICATES,
    )
    return shared_room().start(make_report, order, limits=LIMITS)


def _draw(scored: Result, report: CohortReport) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download the report",
            lambda: _html(report),
            file_name=f"carerisk_{scored.key[:8]}_{report.outcome}_report.html",
            mime="text/html",
            icon=":material/download:",
            on_click="ignore",
            key="cohort_report_html",
        )
        st.caption(
            f"{OUTCOME[report.outcome].label}: {count(report.estimated, 'row')} with an estimate, "
            f"{report.replicates} bootstrap replicates. One file that needs no network; it holds no patient's row."
        )
    for section in report:
        draw_section(section)


def _html(report: CohortReport) -> bytes:
    from riskmodels.cohort_report import html  # it reads plotly's program: only when it is needed

    return html.write(report).encode()
