"""The question of age beside the upload of chest films: nobody is presumed to be an adult.

The answer holds for the films it was given for: other files make it open again.
"""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from riskmodels.imaging.heart_checks import ADULT
from riskmodels.imaging.model import HEART_SIZE
from riskmodels.imaging.registry import Found

_ANSWER, _FILES, _UNDO = "image.age", "image.age_files", "image.age_undo"
_OLDER, _YOUNGER = f"{ADULT} or older", f"Under {ADULT}"


def asks_age(found: Found) -> bool:
    """Whether the model measures adults only."""
    return found.kind == HEART_SIZE


def draw_age(found: Found) -> None:
    """The question, for a model that asks it."""
    if not asks_age(found):
        return
    st.selectbox(
        "Age of the person on the film (of everyone, for several films)",
        [_OLDER, _YOUNGER],
        index=None,
        placeholder="Choose",
        key=_ANSWER,
        persist_state="session",
        width=420,
        help="Only adults are measured. A DICOM file that says the age is taken at its word and needs no answer.",
    )


def is_adult(found: Found) -> bool | None:
    """The answer; None when there is none, or the model does not ask."""
    answer = st.session_state.get(_ANSWER)
    return None if answer is None or not asks_age(found) else bool(answer == _OLDER)


def reopen(files: Collection[str]) -> None:
    """Callback: forget the answer when there are files beside those that it was given for.

    Args:
        files: ids of those in the uploader now.
    """
    before = st.session_state.get(_FILES, frozenset())
    if before and not before.issuperset(files):
        st.session_state[_ANSWER] = None
    if files:
        st.session_state[_FILES] = frozenset(files)


def clear() -> None:
    """Callback: forget the answer; :func:`undo` brings it back."""
    st.session_state[_UNDO] = st.session_state.get(_ANSWER)
    st.session_state[_ANSWER] = None
    st.session_state.pop(_FILES, None)


def undo() -> None:
    """Callback: the answer as it was before :func:`clear`."""
    st.session_state[_ANSWER] = st.session_state.pop(_UNDO, None)
