"""The shipped models, loaded once a process and shared: they are immutable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from riskmodels.outcomes import OUTCOME

if TYPE_CHECKING:
    from riskmodels.tabular.model import RiskModel

#: what each shipped model is called on pages
MODEL_LABEL = {"population": "Population model", "chest_pain": "Chest-pain model"}


@st.cache_resource(show_spinner="Loading the models")
def shipped_models() -> dict[str, RiskModel]:
    """All shipped models by name.

    Raises:
        ModelFileError: when a model folder is missing, damaged or of another version.
    """
    from riskmodels.tabular.model import load_shipped

    return load_shipped()


def model_for(outcome: str) -> RiskModel:
    """The model that serves an outcome.

    Raises:
        ModelFileError: as :func:`shipped_models`.
        KeyError: when no shipped model has that name.
    """
    return shipped_models()[OUTCOME[outcome].model]
