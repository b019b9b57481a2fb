"""The models in use, loaded once a process and shared: they are immutable.

Which versions are in force stands in the folder of the versions, which all processes share: one that was put in force
by another process is used from the next look on.
"""

from __future__ import annotations

import gc

import streamlit as st

from riskmodels.tabular.model import RiskModel, load_shipped
from riskmodels.tabular.versions import VersionStore

#: what each shipped model is called on pages
MODEL_LABEL = {"population": "Population model", "chest_pain": "Chest-pain model"}


@st.cache_resource(show_spinner="Loading the models", validate=lambda models: VersionStore().holds(models))
def shipped_models() -> dict[str, RiskModel]:
    """All shipped models by name, the main one first, each in the version in force.

    Raises:
        ModelFileError: when a model folder is missing, damaged or of another version.
    """
    models = VersionStore().in_force(load_shipped())
    gc.freeze()  # what is loaded by now stays: no later collection need walk through it
    return {name: models[name] for name in sorted(models, key=_place)}


def _place(name: str) -> tuple[int, str]:
    """Models in the order of :data:`MODEL_LABEL`, unlabelled ones after them."""
    known = list(MODEL_LABEL)
    return (known.index(name) if name in known else len(known), name)


def version_text(model: RiskModel) -> str:
    """Version and date of training; the date once where the version begins with it."""
    version = model.version.removeprefix(f"{model.created[:10]}-")
    return f"version {version} of {model.created[:10]}"
