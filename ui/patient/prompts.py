"""Safety notes that laboratory values decide: prompts to check, drawn only when one applies."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from riskmodels.care.safety import Note


def draw_notes(notes: Sequence[Note]) -> None:
    """Every note with the values that call for it and its source; nothing where none applies.

    Args:
        notes: from :func:`riskmodels.care.safety.notes`.
    """
    if not notes:
        return
    st.subheader("To check", anchor=False)
    lines = "".join(
        f"<p>{escape(note.text)} <small>{escape(note.why)}</small></p>"
        f"<details><summary>Source</summary><p>{escape(note.citation)}.</p></details>"
        for note in notes
    )
    st.html(f'<section class="cr-prompts" aria-label="To check">{lines}</section>')
