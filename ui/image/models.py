"""The image models found on disk: which one is used, loaded once a process when a picture is first read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

import streamlit as st

from riskmodels.errors import ModelFileError
from riskmodels.imaging.model import HEART_SIZE
from riskmodels.imaging.reading import Loaded
from riskmodels.imaging.registry import Found, find_models
from riskmodels.imaging.site.store import sites_key, with_sites
from riskmodels.tabular.device import choose_device
from ui.text import plain

#: style sheet of the page
STYLE = Path(__file__).parent / "image.css"
#: session-state key: the name of the model chosen
_CHOSEN = "image.model"
#: of an own model that does not say it: the class that is the finding, with the model's key
_POSITIVE = "image.positive"
_MOST_BUTTONS = 3
#: characters of a sentence of a card
_LONGEST = 1_000


def model_key(found: Found) -> str:
    """What tells one model's answers from another's: name, version, calibrations in force, finding."""
    name, version = str(found.card["name"]), str(found.card.get("version", ""))
    try:
        sites = sites_key(name, version)
    except ModelFileError:
        sites = "unreadable"  # loading it says so
    return "+".join(part for part in (f"{name}@{version}", sites, found.positive) if part)


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
    """One copy a process for each folder, version, calibrations and finding; loading needs these alone."""
    return Loaded(with_sites(_found.load(), _found), replace(_found, folder=Path(folder)), Lock())


def choose_model(models: Mapping[str, Found]) -> Found:
    """The choice between the models found; of an own one that does not say it, also of the class that is the finding.

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
    return _with_finding(models[st.session_state[_CHOSEN] or names[0]])


def _with_finding(found: Found) -> Found:
    """Asks which class is the finding where the model does not say it; the answer holds for the session."""
    if not found.open_classes:
        return found
    positive = st.selectbox(
        "Which class is the finding?",
        found.open_classes,
        index=None,
        placeholder="Not chosen",
        help="The model was trained without a word on it. The choice holds for this session.",
        key=f"{_POSITIVE}.{model_key(found)}",
        persist_state="session",
    )
    if positive is None:
        st.caption("Until you choose, each class is read against the rest, and none counts as the finding.")
    return replace(found, positive=positive or "")


def in_order(models: Mapping[str, Found]) -> list[str]:
    """Names as people see them: models that bring a sample first, otherwise as they were found."""
    return sorted(models, key=lambda name: not models[name].card.get("sample"))


def draw_about(found: Found) -> None:
    """What the model reads, and for which pictures it holds."""
    st.caption(plain(str(found.card.get("about", "")), _LONGEST))
    for caution in found.card.get("cautions", ()):
        st.caption(f":material/warning: {plain(str(caution), _LONGEST)}")
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
