"""Better compounds than one: what better is, the search in the background, what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from riskmodels.errors import CareRiskError, InputError
from riskmodels.molecules.better.profile import TOLERANCE, Goal, Profile, Wish, default_profile
from riskmodels.molecules.better.propose import LIMITS, Proposals, propose_task
from riskmodels.molecules.endpoints import BY_NAME, ENDPOINTS
from riskmodels.molecules.learning.answers import Estimate
from riskmodels.molecules.structures.structure import Structure
from riskmodels.tasks import shared_room
from ui import tasks
from ui.checks import refusal_html
from ui.compound.proposals import draw_proposals
from ui.memo import remembered
from ui.text import plain

if TYPE_CHECKING:
    from riskmodels.molecules.learning.model import CompoundModels

#: slot of the search
SEARCH = "compound_optimise"
#: in the session: for which compound the wishes stand, and what was asked for
_FOR, _ASKED = "compound.optimise_for", "compound.optimise_asked"
_LEAVE = "leave"
_WORDS = {_LEAVE: "Leave", **{str(wish): wish.capitalize() for wish in (Wish.KEEP, Wish.LOWER, Wish.RAISE)}}
_NUMBERS = (10, 20, 30, 50)
_COLUMNS = 3

Asked = tuple[str, Profile, int]


def draw_optimise(structure: Structure, models: CompoundModels) -> None:
    """Draw the search for better compounds.

    Args:
        structure: the start.
        models: that estimate it; the search loads its own, in a process apart.
    """
    start = remembered("compound_estimates", structure.smiles, lambda: models.estimate([structure])[0])
    if not any(each.inside for each in start):
        words = "The start is outside every domain: the models have no number that a variant could be held against."
        st.html(refusal_html("Nothing to begin from", f"{words} Try a compound nearer to the medicines they learnt."))
        return
    _begin_anew(structure, start)
    asked = _draw_asking(structure, start)
    if asked is None:
        st.caption(
            "Variants are made by changes that measured pairs of compounds have shown, and drawn by a generator around "
            "the start. All are estimates: none was made or measured."
        )
        return
    found = _searched(asked)
    if found is not None:
        draw_proposals(found)


def _begin_anew(structure: Structure, start: list[Estimate]) -> None:
    """For another compound the wishes are the default ones again."""
    if st.session_state.get(_FOR) == structure.smiles:
        return
    tasks.forget(SEARCH)
    wishes = {goal.endpoint.name: str(goal.wish) for goal in default_profile(start).goals}
    for each in start:
        st.session_state[_key(each.endpoint.name)] = wishes.get(each.endpoint.name, _LEAVE) if each.inside else _LEAVE
    st.session_state[_FOR] = structure.smiles
    st.session_state.pop(_ASKED, None)


def _draw_asking(structure: Structure, start: list[Estimate]) -> Asked | None:
    """The wishes and the button; what was asked for last."""
    st.markdown("**What is better**")
    columns = st.columns(_COLUMNS)
    for place, each in enumerate(start):
        with columns[place % _COLUMNS]:
            _draw_wish(each)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        tolerance = st.number_input(
            "Loss allowed of what is kept, log units", 0.0, 2.0, TOLERANCE, 0.1, key="compound_tolerance", width=260
        )
        number = st.selectbox("Proposals", _NUMBERS, index=1, key="compound_number", width=120)
        pressed = st.button("Search", type="primary", icon=":material/search:", key="compound_search")
    try:
        profile = Profile(tuple(_goals(float(tolerance))))
    except InputError as error:
        st.caption(plain(str(error), 200))
        return None
    if pressed:
        tasks.forget(SEARCH)
        st.session_state[_ASKED] = (structure.smiles, profile, int(number))
    asked: Asked | None = st.session_state.get(_ASKED)
    if asked is not None and asked[1:] != (profile, int(number)):
        st.caption("The profile was changed: search again to see what it finds.")
    return asked


def _draw_wish(estimate: Estimate) -> None:
    title = estimate.endpoint.label
    st.segmented_control(
        title if estimate.inside else f"{title}: outside the domain",
        list(_WORDS),
        format_func=_WORDS.__getitem__,
        required=True,
        disabled=not estimate.inside,
        key=_key(estimate.endpoint.name),
        persist_state="session",
    )


def _goals(tolerance: float) -> list[Goal]:
    chosen = {each.name: str(st.session_state.get(_key(each.name)) or _LEAVE) for each in ENDPOINTS}
    return [Goal(BY_NAME[name], Wish(wish), tolerance=tolerance) for name, wish in chosen.items() if wish != _LEAVE]


def _searched(asked: Asked) -> Proposals | None:
    smiles, profile, number = asked
    try:
        return tasks.awaited(
            SEARCH,
            asked,
            lambda: shared_room().start(propose_task, smiles, profile, number, 0, limits=LIMITS),
            "Searching",
        )
    except CareRiskError as error:
        st.html(refusal_html("The search did not end", str(error)))
        return None


def _key(name: str) -> str:
    return f"compound_wish_{name}"
