"""What was checked before any number, and a refusal that looks like one."""

from __future__ import annotations

import streamlit as st

from riskmodels.imaging.reading import Item
from ui.checks import checks_html, refusal_html

#: checks that may pass with a warning, whose words must be in view
WARNING = ("Writing in the picture", "Pictures in the file", "View")
_LABEL = "Checks of the picture"


def draw_checks(item: Item) -> None:
    """The checks of a picture that was read."""
    st.html(checks_html(item.reading.checks, _LABEL, WARNING))


def draw_refusal(item: Item) -> None:
    """Why there is no reading and what to do, beside the picture and its checks."""
    said = item.reading.refused
    checks = checks_html(item.reading.checks, _LABEL, reason=said)
    words = refusal_html("No reading of this picture", said, checks)
    if not item.thumbnail:
        st.html(words)
        return
    left, right = st.columns([1, 5], gap="medium")
    with left:
        st.image(item.thumbnail, alt=f"The refused picture, small: {item.facts}")
    with right:
        st.html(words)
