"""What is invented on the page: people, or photos of the retina."""

from __future__ import annotations

from enum import StrEnum

import streamlit as st


class Kind(StrEnum):
    """The two parts of the page."""

    PEOPLE = "People"
    PHOTOS = "Retina photos"


def choose_kind() -> Kind:
    """Ask for the part."""
    chosen = st.segmented_control(
        "What is invented",
        list(Kind),
        default=Kind.PEOPLE,
        key="generate_kind",
        required=True,
        persist_state="session",
        label_visibility="collapsed",
    )
    return Kind(chosen or Kind.PEOPLE)
