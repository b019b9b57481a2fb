"""Step 1: whose people. The demo cohort, the file of the Cohort page, or an upload."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from ui.cohort.file import DONE, OPEN
from ui.cohort.state import LIMITS
from ui.generate import state
from ui.generate.state import People
from ui.text import plain


def draw_people(people: People | None) -> None:
    """Draw the step; a choice draws the page anew."""
    label = f"**Real people** · {plain(people.name)}" if people else "**Real people**"
    with st.expander(label, expanded=people is None, icon=DONE if people else OPEN, type="step"):
        with st.container(horizontal=True):
            _draw_demo(people)
            _draw_cohort()
            if people is not None and st.button("Discard", icon=":material/delete:", key="generate_leave"):
                state.leave()
                st.rerun()
        _draw_upload()
        st.caption(
            "One row a person. The file stays in memory for this session and is read in a process of its own; "
            "what is learnt of it is gone with the session."
        )
    error = state.refusal()
    if error is not None:
        st.error(f"**The file was not read.** {plain(str(error), 300)}", icon=":material/error:")


def _draw_demo(people: People | None) -> None:
    kind: Literal["primary", "secondary"] = "secondary" if people else "primary"
    if st.button("Use the demo cohort", icon=":material/science:", type=kind, key="generate_demo"):
        with st.spinner("Reading the demo cohort"):
            state.take_demo()
        st.rerun()


def _draw_cohort() -> None:
    held = state.cohort()
    if held is not None and st.button(
        f"Use the file of “Score a cohort”: {plain(held.name, 40)}", icon=":material/groups:", key="generate_cohort"
    ):
        state.take_cohort()
        st.rerun()


def _draw_upload() -> None:
    uploaded = st.file_uploader(
        f"CSV, TSV, Excel or Parquet, up to {LIMITS.bytes // 2**20} MB",
        key="generate_upload",
        max_upload_size=LIMITS.bytes // 2**20,
    )
    if uploaded is not None:
        with st.spinner("Reading the file"):
            new = state.take_file(uploaded)
        if new:
            st.rerun()
