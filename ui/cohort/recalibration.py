"""Recalibration on this cohort: judged on the part held out, saved as a version, put in force or taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from riskmodels.cohort_report import METHODS, REASONS, Group, Recalibration, recalibrate
from riskmodels.interop.columns.mapping import Role as FileRole
from riskmodels.records import Role
from riskmodels.revision.people import People
from ui.cohort import background, jobs
from ui.cohort.outcome import Label, file_column
from ui.cohort.scored import Result
from ui.cohort.sections import draw_section, patients, report_frame
from ui.tables import STYLE
from ui.text import count
from ui.versions.listing import draw_list
from ui.versions.prevalence import draw_prevalence
from ui.versions.saving import save

if TYPE_CHECKING:
    from riskmodels.tabular.model import RiskModel

SLOT = "cohort_recalibration"
REPLICATES = 200
#: no header of a file
EVERYBODY = ""
#: values that a column may have to be one of groups
MOST_GROUPS = 30
_COLUMN = "cohort_recalibration_group"
_WORDS = {
    "intercept": "Intercept: moves every estimate alike",
    "intercept and slope": "Intercept and slope: also stretches them",
    "isotonic": "Isotonic: bends them freely",
}


def draw_recalibration(scored: Result, outcome: str, model: RiskModel, label: Label) -> None:
    """Choose a method, see before and after on the held-out part, save; below it the versions there are.

    Args:
        scored: the cohort.
        outcome: that is shown.
        model: in force.
        label: what happened.
    """
    st.subheader("Recalibration", anchor=False)
    if label.happened is None:
        st.caption("Choose an outcome column to fit the estimates to these people.")
    else:
        _draw_fit(scored, outcome, model, label)
    st.html(STYLE)
    draw_list(model.name)
    draw_prevalence(model, "cohort", lambda _: _people(scored), [outcome])


def _draw_fit(scored: Result, outcome: str, model: RiskModel, label: Label) -> None:
    method = st.selectbox("Method", METHODS, format_func=lambda name: _WORDS[name], key="cohort_recalibration_method")
    group, named = _ask_group(scored)
    whom = (group.column, group.value) if group else ()
    key = (scored.key, outcome, model.version, label.column, label.rule, method, whom)
    busy = background.running(SLOT, key)
    found, wrong = background.outcome(SLOT, key)
    st.caption(f"Fitted on 70 % of the patients, judged on the rest. The reasons: {REASONS[method]}.")
    if st.button("Recalibrate", key="cohort_recalibrate", icon=":material/tune:", disabled=busy or not named):
        _begin(scored, outcome, model, label, method, group, key)
        st.rerun()
    if wrong:
        st.error(wrong)
    if busy:
        background.draw_waiting(SLOT, key, "Recalibrating")
    elif found is not None:
        draw_section(found.metrics, "recalibration")
        draw_section(found.curves, "recalibration")
        _draw_save(found)


def _begin(
    scored: Result,
    outcome: str,
    model: RiskModel,
    label: Label,
    method: str,
    group: Group | None,
    key: tuple[object, ...],
) -> None:
    assert label.happened is not None
    frame = report_frame(scored)
    values, patient = label.happened.reindex(frame.index), patients(scored, frame.index)
    by = jobs.owner()
    alone = None if group is None else replace(group, cells=group.cells.reindex(frame.index))

    def compute() -> Recalibration:
        return recalibrate(
            model,
            frame,
            values,
            outcome,
            method,  # type: ignore[arg-type]
            patient=patient,
            group=alone,
            by=by,
            replicates=REPLICATES,
        )

    background.start(SLOT, key, compute)


def _ask_group(scored: Result) -> tuple[Group | None, bool]:
    """For whom: everybody of the file (None), or those with one value of a column; and whether that can be done."""
    names = [column.header for column in scored.request.mapping.columns if column.role is not FileRole.PATIENT]
    if st.session_state.get(_COLUMN) not in (EVERYBODY, *names):
        st.session_state.pop(_COLUMN, None)
    column = st.selectbox("For whom", [EVERYBODY, *names], format_func=_whom, key=_COLUMN)
    if column == EVERYBODY:
        return None, True
    cells = file_column(scored, column).astype("str").where(lambda told: told.notna())
    sizes = cells.value_counts()
    if not 1 < len(sizes) <= MOST_GROUPS:
        st.error(f"This column has {len(sizes):,} different values: between 2 and {MOST_GROUPS} make groups.")
        return None, False
    value = st.selectbox(
        "Only rows where it is",
        list(sizes.index),
        format_func=lambda told: f"{told} ({count(int(sizes[told]), 'row')})",
        key=f"{_COLUMN}.{column}",
    )
    st.caption("The version will hold for this group alone, and every estimate of it will say so.")
    return Group(str(column), str(value), cells), True


def _whom(column: str) -> str:
    return f"those with one value of “{column}”" if column else "everybody in the file"


def _draw_save(found: Recalibration) -> None:
    if st.button("Save as a version", key="cohort_version_save", icon=":material/save:"):
        save(found.model, Role.ANALYST, Role.ADMIN)


def _people(scored: Result) -> People:
    frame = report_frame(scored)
    return People(frame, f"{count(len(frame), 'row')} of a file scored here")
