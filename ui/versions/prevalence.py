"""Stating the clinic's own prevalence: a number and where it is known from in, the shift and a version out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.outcomes import OUTCOME
from riskmodels.records import LOCAL, Role
from riskmodels.revision.curve_edit import LONGEST
from riskmodels.revision.people import People, reference_people
from riskmodels.revision.prevalence import HIGHEST, LOWEST, state_prevalence
from riskmodels.signed import signed
from riskmodels.tabular.model import RiskModel
from ui import text
from ui.sign_in.account import current_actor
from ui.versions.saving import save


def draw_prevalence(
    model: RiskModel,
    key: str,
    people: Callable[[str], People] = reference_people,
    outcomes: Sequence[str] | None = None,
) -> None:
    """Ask for outcome, prevalence and source; show the shift; save it as a version. For an administrator only.

    Args:
        model: in force.
        key: of the elements.
        people: of an outcome: those whose mean estimate shall be the prevalence.
        outcomes: to choose from; all of the model when None.
    """
    if not current_actor().may(Role.ADMIN):
        return
    with st.expander(
        "State the local prevalence", icon=":material/percent:", key=f"{key}.open", on_change="rerun"
    ) as box:
        if box.open:
            _draw_question(model, key, people, tuple(outcomes or model.outcomes))


def _draw_question(model: RiskModel, key: str, people: Callable[[str], People], outcomes: tuple[str, ...]) -> None:
    outcome = str(st.selectbox("Outcome", outcomes, format_func=lambda o: OUTCOME[o].label, key=f"{key}.prevalence_of"))
    rate = "event rate" if OUTCOME[outcome].years else "prevalence"
    stated = st.number_input(
        f"Known {rate} among people like those scored here, %",
        100 * LOWEST,
        100 * HIGHEST,
        None,
        format="%g",
        key=f"{key}.prevalence.{outcome}",
        placeholder="e.g. 6",
    )
    reason = st.text_input(
        "Where it is known from",
        key=f"{key}.prevalence_why",
        max_chars=LONGEST,
        placeholder="register, audit, year",
    )
    try:
        _draw_found(model, outcome, stated, people(outcome), reason, key)
    except CareRiskError as error:
        st.error(str(error))


def _draw_found(model: RiskModel, outcome: str, stated: float | None, people: People, reason: str, key: str) -> None:
    whose = f"The mean estimate that shall meet it is that of {people.told}."
    if stated is None or not reason.strip():
        st.caption(f"{whose} State the number and its source.")
        return
    actor = current_actor()
    name = "" if actor.id == LOCAL.id else actor.name
    found = state_prevalence(model, outcome, stated / 100, people, reason, actor.id, name)
    st.markdown(
        f"Shift: **{signed(found.shift)}** log-odds. Mean estimate {text.risk(found.mean_before)} to "
        f"{text.risk(stated / 100)} of {found.n:,} people. The order of people and their reasons stay."
    )
    st.caption(whose)
    if st.button("Save as a version", key=f"{key}.prevalence_save", icon=":material/save:"):
        save(found.model, Role.ADMIN)
