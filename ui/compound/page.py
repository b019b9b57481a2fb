"""Everything below the banner: one compound, a file of them, or better ones than one. Needs RDKit."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from ui.compound import state
from ui.compound.answer import draw_answer
from ui.compound.file import draw_file
from ui.compound.one import draw_of_one
from ui.compound.optimise import draw_optimise
from ui.compound.state import View


def draw_page() -> None:
    """The choice of what is done, and that."""
    chosen = st.segmented_control(
        "What is screened",
        list(View),
        default=View.ONE,
        required=True,
        key=state.VIEW,
        label_visibility="collapsed",
        persist_state="session",
    )
    draw: dict[View, Callable[[], None]] = {
        View.ONE: partial(draw_of_one, draw_answer),
        View.FILE: draw_file,
        View.BETTER: partial(draw_of_one, draw_optimise),
    }
    draw[View(chosen)]()
