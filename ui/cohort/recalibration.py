"""Recalibration on this cohort: judged on the part held out, saved as a version, put in force or taken back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from riskmodels.cohort_report import METHODS, REASONS, Recalibration, recalibrate
from riskmodels.errors import CareRiskError
from riskmodels.records import Role, audit
from riskmodels.records.access import require
from riskmodels.records.audit import Action
from riskmodels.tabular.versions import SHIPPED_VERSION, Choice, VersionStore
from ui.cohort import background, jobs
from ui.cohort.outcome import Label
from ui.cohort.scored import Result
from ui.cohort.sections import draw_section, patients, report_frame
from ui.database import database
from ui.sign_in.account import current_actor

if TYPE_CHECKING:
    from riskmodels.tabular.model import RiskModel

SLOT = "cohort_recalibration"
REPLICATES = 200
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
    _draw_versions(model)


def _draw_fit(scored: Result, outcome: str, model: RiskModel, label: Label) -> None:
    method = st.selectbox("Method", METHODS, format_func=lambda name: _WORDS[name], key="cohort_recalibration_method")
    key = (scored.key, outcome, model.version, label.column, label.least, method)
    busy = background.running(SLOT, key)
    found, wrong = background.outcome(SLOT, key)
    st.caption(f"Fitted on 70 % of the patients, judged on the rest. The reasons: {REASONS[method]}.")
    if st.button("Recalibrate", key="cohort_recalibrate", icon=":material/tune:", disabled=busy):
        _begin(scored, outcome, model, label, method, key)
        st.rerun()
    if wrong:
        st.error(wrong)
    if busy:
        background.draw_waiting(SLOT, key, "Recalibrating")
    elif found is not None:
        draw_section(found.metrics, "recalibration")
        draw_section(found.curves, "recalibration")
        _draw_save(found)


def _begin(scored: Result, outcome: str, model: RiskModel, label: Label, method: str, key: tuple[object, ...]) -> None:
    assert label.happened is not None
    frame = report_frame(scored)
    values, patient = label.happened.reindex(frame.index), patients(scored, frame.index)
    by = jobs.owner()

    def compute() -> Recalibration:
        return recalibrate(
            model,
            frame,
            values,
            outcome,
            method,  # type: ignore[arg-type]
            patient=patient,
            by=by,
            replicates=REPLICATES,
        )

    background.start(SLOT, key, compute)


def _draw_save(found: Recalibration) -> None:
    if st.button("Save as a version", key="cohort_version_save", icon=":material/save:"):
        try:
            version = VersionStore().save(found.model)
        except (CareRiskError, OSError) as error:
            st.error(str(error))
            return
        st.toast(f"Saved as version {version.version}. It is not in force until you put it in force.")


def _draw_versions(model: RiskModel) -> None:
    """The versions of this model and which one is in force."""
    store = VersionStore()
    versions = store.versions(model.name)
    if not versions:
        st.caption("There is one version of this model: the shipped one.")
        return
    now = store.chosen(model.name)
    st.markdown(f"In force: **{now}**")
    may_change = current_actor().may(Role.ADMIN)
    for name, told in [(SHIPPED_VERSION, "as shipped"), *((v.version, _told(v.derived)) for v in versions)]:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{name} · {told}", width="stretch")
            if may_change and name != now and st.button("Put in force", type="tertiary", key=f"cohort_version_{name}"):
                _change(Action.IN_FORCE, model.name, partial(store.choose, model.name, name))
    may_go_back = may_change and store.choices(model.name)
    if may_go_back and st.button("Roll back", icon=":material/undo:", key="cohort_version_back"):
        _change(Action.ROLL_BACK, model.name, partial(store.roll_back, model.name))
    st.caption(
        "A version in force is used by every page from then on. What was scored before stays as it was scored."
        + ("" if may_change else " An administrator puts a version in force.")
    )


def _told(derived: dict[str, object]) -> str:
    return f"{derived.get('method', '')} of {derived.get('outcome', '')}, {str(derived.get('date', ''))[:10]}"


def _change(action: Action, model: str, choose: Callable[[str], Choice]) -> None:
    """Put another version in force, which every page then uses; the role is asked again at this moment."""
    actor = current_actor()
    try:
        require(actor, Role.ADMIN)
        audit.record(database(), actor, action, "model", model, {"version": choose(actor.id).version})
    except CareRiskError as error:
        st.error(str(error))
        return
    st.rerun()
