"""The records, opened once a process."""

from __future__ import annotations

import streamlit as st

from riskmodels.records import Database, open_database


@st.cache_resource(show_spinner=False, on_release=lambda opened: opened.close())
def database() -> Database:
    """The database, brought up to date.

    Raises:
        RecordsError: when it cannot be reached, or is newer than the app; message and hint say what to do.
    """
    return open_database()
