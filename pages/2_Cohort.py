"""Score a cohort: a file → its columns → estimates with reasons, row by row."""

from __future__ import annotations

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.records import Role, State
from ui.cohort import jobs as cohort_jobs
from ui.cohort import state as cohort_state
from ui.cohort.columns import draw_columns_line, draw_columns_step
from ui.cohort.file import WAITING, draw_file_step, draw_refusal
from ui.cohort.jobs import Job, ScoreRequest
from ui.cohort.own_models import draw_own_models
from ui.cohort.result import draw_progress, draw_result
from ui.cohort.scored import result_of
from ui.database import database
from ui.models import shipped_models
from ui.page import start_page


def draw_waiting(*steps: str) -> None:
    """The steps still to come, as one line each."""
    for step in steps:
        st.expander(f":gray[{step}]", icon=WAITING, type="step")


def find_job() -> tuple[Job | None, ScoreRequest | None]:
    """The scoring that the address or the session names; one that is gone is forgotten."""
    job_id = cohort_state.job_id() or cohort_state.first_look(cohort_jobs.just_begun)
    found = cohort_jobs.find(job_id) if job_id else None
    if found is None:
        if job_id:
            cohort_state.leave_job()
            st.caption("The scoring in the address is no longer kept. Upload the file again.")
        return None, None
    try:
        return found, cohort_jobs.request_of(found)
    except CareRiskError:
        cohort_state.leave_job()
        return None, None


start_page("Score a cohort", roles=(Role.ANALYST,))
try:
    models = shipped_models()
    database()
except CareRiskError as error:
    st.error(f"Nothing can be scored now. {error}")
    st.stop()

job, request = find_job()
upload = cohort_state.current()
draw_refusal(cohort_state.refusal(), upload)
draw_file_step(upload, job, request)
if upload is not None:
    draw_columns_step(upload, models, job)
elif job is not None and request is not None:
    draw_columns_line(request, job)
else:
    draw_waiting("Columns and units", "Result")
    st.stop()

files = cohort_jobs.results_of(job) if job is not None else None
if job is not None and job.active:
    draw_progress(job.id)
elif job is not None and request is not None and files is not None:
    served = tuple(name for model in models.values() for name in model.outcomes)
    draw_result(result_of(job, files, request, served), models, cohort_jobs.outdated(job, models))
else:
    if upload is None and job is not None and job.state is State.FAILED:
        st.error(f"Scoring ended with an error. {job.message}")
    draw_waiting("Result")

if upload is not None:
    draw_own_models(upload)
