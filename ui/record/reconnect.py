"""A page that comes back to another process: its own died, and the browser still shows what was typed last.

The browser sends the state of all its fields with the first message of the new session. What the database has of them,
the draft, was written with the last answer; a value typed after that is known to the browser alone. Such a value is
taken where nothing can be mistaken: the field was unknown before, and stands beside the unit it is read in. It is read
from the pinned Streamlit's own objects (tests/processes fail when they change).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.record import draft, talk

_SETTLE = "record.return"
_CAME_BACK = "This page moved to another server process. What you typed is here; check the value you typed last."


def shown_in_browser() -> Mapping[str, str]:
    """Fields of the form that the browser brought, with the unit that stands beside each there (empty: no choice).

    Empty but in the first run of a session whose page had been open before.
    """
    states = _states()
    names = {
        v.name for v in draft.FIELDS if draft.value_key(v.name) in states and _is_known(states[draft.value_key(v.name)])
    }
    return {name: _text(states.get(draft.unit_key(name))) for name in names}


def take(shown: Mapping[str, str]) -> None:
    """Decide between draft and browser for each field, once the draft is in the form.

    Args:
        shown: as :func:`shown_in_browser` told before anything was put into the form.
    """
    draft.show_units()
    if not shown:
        return
    unknown = {name for name, value in draft.content().fields.items() if value is None}
    for name in unknown.intersection(shown):
        if shown[name] == draft.unit_beside(name):
            st.session_state.pop(draft.value_key(name), None)  # the field then takes what the browser shows
        else:
            st.session_state[draft.value_key(name)] = None
    draft.read_again()
    st.session_state[_SETTLE] = True
    talk.tell(_CAME_BACK)


def settle() -> None:
    """Run the page again where its fields took values from the browser: they were known only when they were drawn."""
    if st.session_state.pop(_SETTLE, False):
        st.rerun()


def _states() -> dict[str, Any]:
    """What the browser sent of its widgets, by their keys."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return {}
    sent = context.session_state._state._new_widget_state
    protos = {widget_id: sent.get_serialized(widget_id) for widget_id in sent.states}
    return {widget_id.split("-", 2)[-1]: proto for widget_id, proto in protos.items() if proto is not None}


def _is_known(proto: Any) -> bool:
    if proto.WhichOneof("value") == "string_array_value":  # answers side by side, of which one may be chosen
        return bool(proto.string_array_value.data)
    return proto.WhichOneof("value") is not None


def _text(proto: Any) -> str:
    return str(proto.string_value) if proto is not None else ""
