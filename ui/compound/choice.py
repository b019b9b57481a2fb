"""The choice of one endpoint among several, in the same control wherever it stands."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from riskmodels.molecules.endpoints import BY_NAME, Endpoint


def choose_endpoint(label: str, endpoints: Sequence[Endpoint], key: str) -> Endpoint:
    """Ask for an endpoint; the first until another is chosen.

    Args:
        label: over the control.
        endpoints: that there are to choose from.
        key: of the widget.
    """
    name = st.segmented_control(
        label,
        [endpoint.name for endpoint in endpoints],
        default=endpoints[0].name,
        required=True,
        format_func=lambda name: BY_NAME[name].title,
        key=key,
        wrap=True,
        persist_state="session",
    )
    return BY_NAME[name]
