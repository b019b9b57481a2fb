"""The image models found on disk: which one is used, loaded once a process when a picture is first read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

import streamlit as st

from riskmodels.imaging.model import HEART_SIZE
from riskmodels.imaging.reading import Loaded
from riskmodels.imaging.registry import Found, find_models
from riskmodels.tabular.device import choose_device

#: style sheet of the page
STYLE = Path(__file__).parent / "image.css"
#: session-state key: the name of the model chosen
_CHOSEN = "image.model"
_MOST_BUTTONS = 3


def model_key(found: Found) -> str:
    """What tells one model's answers from another's."""
    return f"{found.card['name']}@{found.card.get('version', '')}"


def version_text(card: Mapping[str, Any]) -> str:
    """Version of a model with its date, the date once: ``1a2b3c4d · 2026-11-24``."""
    created = str(card.get("created", ""))[:10]
    version = str(card.get("version", "")).removeprefix(f"{created}-")
    return " · ".join(part for part in (version, created) if part)


def load(found: Found) -> Loaded:
    """The model, read from disk at its first use.

    Raises:
        ModelFileError: when its weights are missing, damaged or not those on the card.
    """
    return _load(str(found.folder), model_key(found), found)


@st.cache_resource(show_spinner="Loading the model", max_entries=4)
def _load(folder: str, key: str, _found: Found) -> Loaded:
    """One copy a process for each folder and version; loading needs the folder's content only."""
    return Loaded(_found.load(), Found(Path(folder), _found.card), Lock())


def choose_model(models: Mapping[str, Found]) -> Found:
    """The choice between the models found, what the chosen one reads, and its limits.

    Args:
        models: from :func:`riskmodels.imaging.registry.find_models`; at least one.
    """
    names = in_order(models)
    if st.session_state.get(_CHOSEN) not in models:
        st.session_state[_CHOSEN] = names[0]
    if len(names) > _MOST_BUTTONS:
        st.selectbox("Model", names, format_func=lambda n: models[n].title, key=_CHOSEN, persist_state="session")
    else:
        st.segmented_control(
            "Model",
            names,
            format_func=lambda n: models[n].title,
            key=_CHOSEN,
            required=True,
            wrap=True,
            persist_state="session",
        )
    return models[st.session_state[_CHOSEN] or names[0]]


def in_order(models: Mapping[str, Found]) -> list[str]:
    """Names as people see them: models that bring a sample first, otherwise as they were found."""
    return sorted(models, key=lambda name: not models[name].card.get("sample"))


def draw_about(found: Found) -> None:
    """What the model reads, and for which pictures it holds."""
    st.caption(str(found.card.get("about", "")))
    if found.kind == HEART_SIZE and not found.card.get("sample"):
        st.caption(
            "There is no sample: no chest film may be passed on with the program. "
            "Upload a PA film of an adult, as DICOM where you can, since it says how it was taken."
        )


def draw_in_sidebar() -> None:
    """Names and versions of the image models; reads their cards only."""
    models = find_models()
    for found in map(models.__getitem__, in_order(models)):
        st.caption(f"{found.title}  \n{version_text(found.card)}")
    if models:
        st.caption(f"Computes on {str(choose_device()).upper()}")
    else:
        st.caption("No image model")
