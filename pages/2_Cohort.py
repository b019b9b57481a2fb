"""Score a cohort: a file → its columns → estimates with reasons, row by row."""

from __future__ import annotations

import streamlit as st

from riskmodels.errors import CareRiskError
from ui import cohort_job, cohort_state
from ui.cohort_columns import draw_columns_step
from ui.cohort_file import WAITING, draw_file_step, draw_refusal
from ui.cohort_result import draw_progress, draw_result
from ui.models import shipped_models
from ui.page import ANALYST, start_page


def draw_waiting(*steps: str) -> None:
    """The steps still to come, as one line each."""
    for step in steps:
        st.expander(f":gray[{step}]", icon=WAITING, type="step")


start_page("Score a cohort", roles=(ANALYST,))
upload = cohort_state.current()
draw_refusal(cohort_state.refusal(), upload)
draw_file_step(upload)
if upload is None:
    draw_waiting("Columns and units", "Result")
    st.stop()

try:
    models = shipped_models()
except CareRiskError as error:
    st.error(f"The models are not available, so nothing can be scored. {error}")
    st.stop()

job = cohort_job.find(cohort_job.key_of(upload, models))
draw_columns_step(upload, models, job)
if job is not None and job.running:
    draw_progress(job)
elif job is not None and job.result is not None:
    draw_result(upload, job.result)
else:
    draw_waiting("Result")
