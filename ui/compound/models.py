"""The models of compounds, loaded once a process and shared: they are immutable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from riskmodels.molecules.learning.model import CompoundModels


@st.cache_resource(show_spinner="Loading the models of compounds", max_entries=1)
def compound_models() -> CompoundModels:
    """The shipped models.

    Raises:
        ModelFileError: when they are missing or damaged.
    """
    from riskmodels.molecules.screening.screen import load_models

    return load_models()
