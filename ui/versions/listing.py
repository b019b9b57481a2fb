"""The versions of a model: which there are, which is in force, and for an administrator the way to change it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.records import Role, users
from riskmodels.records.audit import Action
from riskmodels.tabular.versions import SHIPPED_VERSION, Version, VersionStore
from ui.database import database
from ui.sign_in.account import current_actor
from ui.tables import table, unbroken
from ui.text import plain
from ui.versions.saving import put_in_force
from ui.versions.words import done_text, figures_text

_HEAD = ("Version", "Made", "By", "What was done", "Why", "Figures")
_ID = 12


def draw_list(name: str) -> None:
    """A table of all versions, the newest first; below it what an administrator may do.

    Args:
        name: of the model.
    """
    store = VersionStore()
    try:
        versions, now = store.versions(name), store.chosen(name)
    except CareRiskError as error:
        st.error(str(error))
        return
    if not versions:
        st.caption("There is one version of this model: the shipped one, which is in force.")
        return
    st.html(table("Versions", _HEAD, _rows(versions, now), kind="cr-whole"))
    if current_actor().may(Role.ADMIN):
        _draw_change(store, name, versions, now)
    else:
        st.caption("An administrator puts a version in force.")
    st.caption("A version in force is used by every page from then on. What was scored before stays as it was scored.")


def title(version: str, now: str) -> str:
    """A version as it is listed."""
    return f"{version} (in force)" if version == now else version


def _rows(versions: tuple[Version, ...], now: str) -> list[list[str]]:
    ids = {str(v.derived.get("by", "")) for v in versions} - {""}
    names = users.names(database(), ids)
    rows = []
    for version in versions:
        told, by = version.derived, str(version.derived.get("by", ""))
        who = names.get(by, f"account {by[:_ID]}" if by else "not told")
        made, why = str(told.get("date", ""))[:10], str(told.get("reason", "")) or "not told"
        cells = [title(version.version, now), made, who, done_text(told), why, figures_text(told)]
        rows.append([unbroken(cell) for cell in cells])
    return [*rows, [title(SHIPPED_VERSION, now), "", "", "as trained", "", ""]]


def _draw_change(store: VersionStore, name: str, versions: tuple[Version, ...], now: str) -> None:
    others = [v for v in (*(v.version for v in versions), SHIPPED_VERSION) if v != now]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = str(st.selectbox("Version", others, key=f"version_choice.{name}", width=320))
        group = next((v.group for v in versions if v.version == chosen), "")
        ready = not group or st.checkbox(
            f"Use it for everybody, although it is only for people whose {plain(group, 200)}",
            key=f"version_group.{name}.{chosen}",
        )
        if st.button("Put in force", key=f"version_force.{name}", disabled=not ready, icon=":material/task_alt:"):
            put_in_force(Action.IN_FORCE, name, partial(store.choose, name, chosen, for_all_although=group))
        if store.choices(name):
            words = f"Take back: {store.before(name)} again"
            if st.button(words, key=f"version_back.{name}", icon=":material/undo:"):
                put_in_force(Action.ROLL_BACK, name, partial(store.roll_back, name))
