"""Step 1: a file, or the demo cohort, or a scoring of before; how the file is written, and another way to read it."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.interop.columns.template import template
from riskmodels.records import State
from ui.cohort import jobs, state
from ui.cohort.format import draw_format
from ui.cohort.jobs import Job, ScoreRequest
from ui.cohort.state import LIMITS, Refusal, Upload
from ui.text import count, plain

DONE, OPEN, WAITING = ":material/check_circle:", ":material/radio_button_unchecked:", ":material/more_horiz:"
_STATES = {
    State.QUEUED: "waits",
    State.RUNNING: "is being scored",
    State.DONE: "scored",
    State.FAILED: "failed",
    State.CANCELLED: "stopped",
}
_MOST_EARLIER = 5

#: the browser refuses a file above the cap before it is sent, and says so to screen readers only: show it to all
_STYLE = """<style>
.st-key-cohort_upload [data-testid="stFileChips"], .st-key-cohort_upload [data-testid="stFileChips"] * {
  max-width: none; }
.st-key-cohort_upload [data-testid="stFileChip"][aria-invalid="true"] { width: auto; gap: 0.75rem; flex-wrap: wrap;
  height: auto; }
.st-key-cohort_upload [data-testid="stFileChip"] [role="alert"] { position: static; width: auto; height: auto;
  margin: 0 1rem 0 0; font-size: 0.875rem; clip: auto; clip-path: none; overflow: visible; white-space: normal; }
.st-key-cohort_upload [data-testid="stFileChip"] [role="alert"]::after {
  content: " Pack it with gzip, or keep only the columns that are needed."; }
</style>"""


def draw_file_step(upload: Upload | None, job: Job | None, request: ScoreRequest | None) -> None:
    """Draw the step; a file that is new is read at once, and the page starts again with it.

    Args:
        upload: the session's file.
        job: the scoring that is shown.
        request: what was asked of it.
    """
    name = upload.name if upload else request.name if request else ""
    label = f"**File** · {plain(name)} · {_shape(upload, job)}" if name else "**File**"
    guessed = upload is not None and job is None and upload.format.guessed
    with st.expander(label, expanded=not name or guessed, icon=DONE if name else OPEN, type="step"):
        _draw_uploader()
        _draw_buttons(bool(name), job)
        if upload is not None:
            draw_format(upload)
        _draw_earlier(job)


def _shape(upload: Upload | None, job: Job | None) -> str:
    if upload is not None:
        return f"{count(upload.rows, 'row')}, {count(len(upload.source.headers), 'column')}"
    return count(job.total, "row") if job else ""


def draw_refusal(refusal: Refusal | None, upload: Upload | None) -> None:
    """Say why the last file was not read, what to do, and what still stands."""
    if refusal is None:
        return
    stands = f" The cohort below is still {plain(upload.name)}." if upload else ""
    message = (
        f"**{plain(refusal.name)} was not read.** {plain(refusal.message, 300)} {plain(refusal.hint, 300)}{stands}"
    )
    st.error(message, icon=":material/error:")


def _draw_uploader() -> None:
    st.html(_STYLE)
    uploaded = st.file_uploader(
        f"CSV, TSV, Excel or Parquet, also packed with gzip; any column names and units. "
        f"Up to {LIMITS.bytes // 2**20} MB and {LIMITS.rows:,} rows.",
        key="cohort_upload",
        max_upload_size=LIMITS.bytes // 2**20,
    )
    if uploaded is not None:
        with st.spinner("Reading the file and looking at its columns"):
            new = state.take_file(uploaded)
        if new:
            st.rerun()
    elif state.forget_refusal():
        st.rerun()


def _draw_buttons(there: bool, job: Job | None) -> None:
    with st.container(horizontal=True):
        kind: Literal["primary", "secondary"] = "secondary" if there else "primary"
        if st.button("Use the demo cohort", type=kind, icon=":material/science:", key="cohort_demo"):
            with st.spinner("Reading the demo cohort"):
                state.take_demo()
            st.rerun()
        if st.button(
            "Use 10,000 invented patients",
            icon=":material/group:",
            help="Adults that do not exist, drawn from what the people of a survey have in common.",
            key="cohort_invented",
        ):
            with st.spinner("Reading the invented patients"):
                state.take_demo(state.INVENTED_NAME)
            st.rerun()
        st.download_button(
            "Download the template",
            template,
            file_name="carerisk_template.csv",
            mime="text/csv",
            icon=":material/table:",
            on_click="ignore",
            key="cohort_template",
        )
        if there and st.button("Discard this cohort", icon=":material/delete:", key="cohort_discard"):
            if job is not None:
                jobs.delete(job.id)
            state.discard()
            st.rerun()
    st.caption(
        "The file is kept in memory for this session. Scoring copies it, and writes its results, to this computer's "
        "data folder, where only your account can read them; both are removed after a day, or when you discard them."
    )


def _draw_earlier(shown: Job | None) -> None:
    """Scorings of the last day, which a restart of browser or app does not lose."""
    others = [job for job in jobs.mine() if shown is None or job.id != shown.id][:_MOST_EARLIER]
    if not others:
        return
    st.caption("Your scorings of the last 24 hours")
    with st.container(horizontal=True):
        for job in others:
            if st.button(_told(job), type="tertiary", icon=":material/history:", key=f"cohort_job_{job.id}"):
                state.discard()
                state.show_job(job.id)
                st.rerun()


def _told(job: Job) -> str:
    try:
        name = plain(jobs.request_of(job).name, 40)
    except CareRiskError:
        name = "A cohort"
    return f"{name} · {count(job.total, 'row')} · {_STATES[job.state]} · {job.created:%H:%M} UTC"
