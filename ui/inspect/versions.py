"""The tab Versions: which there are, who made them and why; two compared; the local prevalence."""

from __future__ import annotations

import streamlit as st

from riskmodels.errors import CareRiskError
from ui.models import shipped_models
from ui.tables import STYLE
from ui.text import plain
from ui.versions.comparison import draw_comparison
from ui.versions.listing import draw_list
from ui.versions.prevalence import draw_prevalence

_KEY = "inspect.versions"


def draw_versions(model_name: str) -> None:
    """Draw the tab: everybody reads, an administrator changes.

    Args:
        model_name: of a risk model.
    """
    try:
        model = shipped_models().get(model_name)
    except CareRiskError as error:
        st.error(f"The model in force cannot be loaded. {error}")
        model = None
    st.html(STYLE)
    draw_list(model_name)
    draw_comparison(model_name)
    if model is not None:
        draw_prevalence(model, f"{_KEY}.{model_name}")
    elif model_name:
        st.caption(f"No model {plain(model_name)} is in force.")
