"""The last result of a computation, kept within the session: a page reruns at every keystroke."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

import pandas as pd
import streamlit as st

Result = TypeVar("Result")
#: slot of the cohort with scores, forgotten with the cohort
COHORT_SCORES = "cohort_scores"


def row_key(patient: pd.Series) -> bytes:
    """What tells one patient's numbers from another's; unknown equals unknown.

    Args:
        patient: one row of a PatientFrame.
    """
    return patient.to_numpy(float).tobytes()


def remembered(slot: str, key: Hashable, compute: Callable[[], Result]) -> Result:
    """The result for a key: the one computed last where the key is the same, else computed now.

    Args:
        slot: name of the computation; each holds one result.
        key: everything the result depends on.
        compute: computes it.
    """
    name = f"memo.{slot}"
    kept: tuple[Hashable, Result] | None = st.session_state.get(name)
    if kept is None or kept[0] != key:
        kept = (key, compute())
        st.session_state[name] = kept
    return kept[1]


def forget(slot: str) -> None:
    """Forget the result of a computation."""
    st.session_state.pop(f"memo.{slot}", None)
