"""Keeping a version and putting one in force: the role is asked at that moment, and the trail tells who did it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.records import Role, audit
from riskmodels.records.access import require
from riskmodels.records.audit import Action
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.versions import Choice, Version, VersionStore
from ui.database import database
from ui.sign_in.account import current_actor

#: kind of record in the trail
KIND = "model"


def save(model: RiskModel, *roles: Role) -> Version | None:
    """Keep a model as a version, and say so; what goes wrong is said on the page.

    Args:
        model: its card holds ``derived``.
        roles: one of which the person must have.
    """
    actor = current_actor()
    try:
        require(actor, *roles)
        version = VersionStore().save(model)
        said = {name: str(version.derived[name]) for name in ("method", "outcome", "input") if name in version.derived}
        audit.record(database(), actor, Action.SAVE, KIND, model.name, {"version": version.version} | said)
    except (CareRiskError, OSError) as error:
        st.error(f"The version was not saved. {error}")
        return None
    st.toast(f"Saved as version {version.version}. It is not in force until you put it in force.")
    return version


def put_in_force(action: Action, model: str, choose: Callable[[str], Choice]) -> None:
    """Put another version in force, which every page then uses.

    Args:
        action: how the trail calls it.
        model: name.
        choose: does it, for an account's id.
    """
    actor = current_actor()
    try:
        require(actor, Role.ADMIN)
        audit.record(database(), actor, action, KIND, model, {"version": choose(actor.id).version})
    except CareRiskError as error:
        st.error(str(error))
        return
    st.rerun()
