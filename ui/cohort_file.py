"""Step 1: a file, or the demo cohort."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from riskmodels.interop.table import LIMITS
from riskmodels.interop.template import template
from ui import cohort_job, cohort_state
from ui.cohort_state import Refusal, Upload
from ui.cohort_text import count, plain

DONE, OPEN, WAITING = ":material/check_circle:", ":material/radio_button_unchecked:", ":material/more_horiz:"

#: the browser refuses a file above the cap before it is sent, and says so to screen readers only: show it to all
_STYLE = """<style>
.st-key-cohort_upload [data-testid="stFileChips"], .st-key-cohort_upload [data-testid="stFileChips"] * {
  max-width: none; }
.st-key-cohort_upload [data-testid="stFileChip"][aria-invalid="true"] { width: auto; gap: 0.75rem; flex-wrap: wrap;
  height: auto; }
.st-key-cohort_upload [data-testid="stFileChip"] [role="alert"] { position: static; width: auto; height: auto;
  margin: 0 1rem 0 0; font-size: 0.875rem; clip: auto; clip-path: none; overflow: visible; white-space: normal; }
.st-key-cohort_upload [data-testid="stFileChip"] [role="alert"]::after {
  content: " Split it into parts, or keep only the columns of the template."; }
</style>"""


def draw_file_step(upload: Upload | None) -> None:
    """Draw the step; a file that is new is read at once, and the page starts again with it."""
    if upload is None:
        label = "**File**"
    else:
        shape = f"{count(upload.rows, 'row')}, {count(len(upload.table.columns), 'column')}"
        label = f"**File** · {plain(upload.name)} · {shape}"
    with st.expander(label, expanded=upload is None, icon=OPEN if upload is None else DONE, type="step"):
        _draw_uploader()
        _draw_buttons(upload)


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
        f"CSV file, one row a patient. Columns named as in the template, other columns are kept. "
        f"Up to {LIMITS.bytes // 2**20} MB and {LIMITS.rows:,} rows.",
        key="cohort_upload",
        max_upload_size=LIMITS.bytes // 2**20,
    )
    if uploaded is not None:
        with st.spinner("Reading and checking the file"):
            new = cohort_state.take_file(uploaded)
        if new:
            st.rerun()
    elif cohort_state.forget_refusal():
        st.rerun()


def _draw_buttons(upload: Upload | None) -> None:
    with st.container(horizontal=True):
        kind: Literal["primary", "secondary"] = "primary" if upload is None else "secondary"
        if st.button("Use the demo cohort", type=kind, icon=":material/science:", key="cohort_demo"):
            with st.spinner("Reading and checking the demo cohort"):
                cohort_state.take_demo()
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
        if upload is not None and st.button("Discard this cohort", icon=":material/delete:", key="cohort_discard"):
            cohort_job.discard()
            cohort_state.discard()
            st.rerun()
    st.caption("The file is read in memory for this session only. Nothing of it is stored or logged.")
