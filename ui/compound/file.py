"""A file of compounds: uploaded or the examples, screened in the background, and what came of it."""

from __future__ import annotations

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.molecules.screening.screen import LIMITS as TASK
from riskmodels.molecules.screening.screen import Screened, screen_task
from riskmodels.molecules.structures.reading import LIMITS, ColumnError
from riskmodels.tasks import shared_room
from ui import tasks
from ui.checks import refusal_html
from ui.compound import state
from ui.compound.result import draw_result
from ui.compound.state import GivenFile
from ui.text import plain


def draw_file() -> None:
    """The upload, its progress and its result."""
    given = state.file()
    _draw_upload(given)
    given = state.file()
    if given is None:
        return
    found = _screened(given)
    if found is not None:
        draw_result(found, given.name)


def _draw_upload(given: GivenFile | None) -> None:
    uploaded = st.file_uploader(
        f"SMILES, CSV, Excel, SDF or MOL, up to {LIMITS.rows:,} compounds and {LIMITS.bytes // 2**20} MB",
        key="compound_upload",
        max_upload_size=LIMITS.bytes // 2**20,
    )
    if uploaded is not None and state.take_file(uploaded):
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        if given is None:
            st.button(
                "Try six medicines", icon=":material/science:", on_click=state.take_examples, key="compound_tries"
            )
        else:
            st.button("Discard", icon=":material/delete:", on_click=state.leave, key="compound_leave")
        told = f"Works on {plain(given.name)}. " if given else ""
        st.caption(
            f"{told}A column of SMILES is found by its name or by what it holds. The file stays in memory for this "
            "session and is read in a process of its own.",
            width="content",
        )


def _screened(given: GivenFile) -> Screened | None:
    try:
        return tasks.awaited(
            state.SCREEN,
            (given.key, state.column()),
            lambda: shared_room().start(screen_task, given.data, state.column(), limits=TASK),
            "Screening",
        )
    except ColumnError as error:
        st.html(refusal_html("Which column holds the structures?", error.message))
        chosen = st.selectbox("Column with SMILES", error.columns, index=None, key="compound_column")
        if chosen is not None:
            state.say_column(chosen)
            st.rerun()
    except CareRiskError as error:
        st.html(refusal_html("The file was not screened", str(error)))
    return None
