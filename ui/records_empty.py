"""What the pages of records show where there is nothing to list."""

from __future__ import annotations

import streamlit as st


def draw_no_records() -> None:
    """Nothing was ever saved: how a record comes about, and the way there."""
    st.markdown("**There is no record yet.** Assess a patient, then save the visit; it is found again here.")
    st.page_link("pages/1_Patient.py", label="Assess a patient", icon=":material/person_search:", width="content")


def draw_no_events() -> None:
    """The audit trail is empty."""
    st.markdown("**Nothing has happened yet.** Each look at a record, and each change of one, will be listed here.")
