"""One compound: written as SMILES or taken from a list; its standard form, and the answer to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from riskmodels.errors import CareRiskError, ModelFileError
from riskmodels.molecules.structures.examples import EXAMPLES
from riskmodels.molecules.structures.structure import LONGEST, Structure, standardise
from riskmodels.tasks import Limits, shared_room
from ui import tasks
from ui.checks import refusal_html
from ui.compound import state
from ui.compound.models import compound_models
from ui.text import plain

if TYPE_CHECKING:
    from riskmodels.molecules.learning.model import CompoundModels

#: of reading one structure
_LIMITS = Limits(seconds=60, memory=4 * 2**30)
_ABOUT = {example.name: f"{example.name}: {example.about}" for example in EXAMPLES}


def draw_of_one(draw: Callable[[Structure, CompoundModels], None]) -> None:
    """The field, and what is drawn of the compound that stands in it.

    Args:
        draw: told the structure and the models that estimate it; not called while there is none.
    """
    draw_field()
    structure = given_structure()
    if structure is None:
        return
    try:
        models = compound_models()
    except ModelFileError as error:
        st.error(plain(str(error), 400), icon=":material/error:")
        return
    draw(structure, models)


def draw_field() -> None:
    """Where a structure is written or chosen."""
    left, right = st.columns([5, 3], vertical_alignment="bottom")
    left.text_input(
        "SMILES of a compound",
        key=state.SMILES,
        max_chars=LONGEST,
        placeholder="CC(=O)Oc1ccccc1C(=O)O",
        on_change=state.typed,
        persist_state="session",
        help="Any structure editor copies a drawing as SMILES. A MOL or SDF file can be opened under “A file”.",
    )
    right.selectbox(
        "Or take a medicine",
        list(_ABOUT),
        index=None,
        key=state.EXAMPLE,
        format_func=_ABOUT.__getitem__,
        on_change=state.take_example,
        placeholder="Choose",
        persist_state="session",
    )


def given_structure() -> Structure | None:
    """The compound in its standard form; None while there is none, and what is wrong with it is said."""
    text = state.smiles()
    if not text:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Try terfenadine", icon=":material/science:", on_click=state.try_example, key="compound_try")
            st.caption(
                "Draw a compound in any structure editor, copy it as SMILES and paste it here; "
                "MOL and SDF files are opened under “A file”.",
                width="content",
            )
        return None
    try:
        return tasks.awaited(
            state.STRUCTURE, text, lambda: shared_room().start(standardise, text, limits=_LIMITS), "Reading it"
        )
    except CareRiskError as error:
        st.html(refusal_html("No answer for this structure", str(error)))
        return None
