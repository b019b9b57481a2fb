"""Step 2: which columns are learnt, which are left out and why, and how many people are invented."""

from __future__ import annotations

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.generated.make import MOST_OUTCOMES
from riskmodels.generated.task import LIMITS, Asked, Look, look_task
from riskmodels.tasks import shared_room
from riskmodels.vocabulary import VOCABULARY
from ui import tasks
from ui.cohort.file import DONE, OPEN
from ui.generate import state
from ui.generate.state import People
from ui.tables import table
from ui.text import count, plain

#: people that can be invented at once on the page; more by the command
MOST_PEOPLE = 50_000


def label(name: str) -> str:
    """What a column is called."""
    return VOCABULARY[name].label if name in VOCABULARY else name


def draw_columns(people: People) -> Look | None:
    """Draw the step; None until the file was looked at."""
    try:
        look = tasks.awaited(
            state.LOOK,
            people.key,
            lambda: shared_room().start(look_task, people.table, people.mapping, limits=LIMITS),
            "Looking at the columns",
        )
    except CareRiskError as error:
        st.error(f"**Nothing can be learnt from this file.** {plain(str(error), 400)}", icon=":material/error:")
        return None
    if look is None:
        return None
    told = f"**Columns** · {count(look.people, 'person', 'people')}, {len(look.columns)} learnt, "
    told += f"{len(look.left_out)} left out"
    busy = state.asked() is not None
    with st.expander(told, expanded=not busy, icon=DONE if busy else OPEN, type="step"):
        _draw_asking(look)
    return look


def _draw_asking(look: Look) -> None:
    kept = st.multiselect(
        "Columns to learn",
        list(look.columns),
        list(look.columns),
        format_func=label,
        key="generate_columns",
        persist_state="session",
        help="Leave out what says much about few.",
    )
    tried = st.multiselect(
        "Outcomes whose prediction is tried",
        [name for name in look.yes_no if name in kept],
        [name for name in look.tried if name in kept],
        format_func=label,
        max_selections=MOST_OUTCOMES,
        key="generate_outcomes",
    )
    people, steps, seed = _ask_numbers()
    _draw_left_out(look)
    wanted = Asked(tuple(name for name in look.columns if name not in kept), tuple(tried), people, steps, seed)
    if st.button(
        "Learn and invent",
        type="primary",
        icon=":material/group_add:",
        disabled=len(kept) < 2,
        key="generate_start",
    ):
        state.ask(wanted)
        st.rerun()
    if len(kept) < 2:
        st.caption("At least two columns are needed.")


def _ask_numbers() -> tuple[int, int, int]:
    """How many people (0: as many as are learnt from), steps of learning at most, and the seed."""
    with st.container(horizontal=True):
        number = st.number_input(
            "Invented people",
            min_value=100,
            max_value=MOST_PEOPLE,
            value=None,
            step=100,
            placeholder="as many as are learnt from",
            key="generate_number",
        )
        steps = st.number_input("Steps of learning at most", 100, 50_000, Asked.steps, 100, key="generate_steps")
        seed = st.number_input("Seed of the draw", 0, 2**31 - 1, Asked.seed, key="generate_seed")
    return int(number or 0), int(steps or Asked.steps), int(seed if seed is not None else Asked.seed)


def _draw_left_out(look: Look) -> None:
    for remark in look.remarks:
        st.caption(plain(remark, 200))
    if look.left_out:
        rows = [(name, why) for name, why in look.left_out.items()]
        st.html(table("Columns that are left out", ("Left out", "Why"), rows))
