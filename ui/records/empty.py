"""What the pages of records show where there is nothing to list."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from ui.records import query


def draw_no_records() -> None:
    """Nothing was ever saved: how a record comes about, and the way there."""
    st.markdown("**There is no record yet.** Assess a patient, then save the visit; it is found again here.")
    st.page_link("pages/1_Patient.py", label="Assess a patient", icon=":material/person_search:", width="content")


def draw_nothing_found(filters: Sequence[str], searched: bool) -> None:
    """No record is of the kind asked for.

    Args:
        filters: that are on, in words.
        searched: whether a text was searched.
    """
    asked = ["this code or label"] if searched else []
    st.markdown(f"**No record matches.** Asked for: {', '.join([*asked, *filters])}.")
    if searched:
        st.caption("A code is found from its beginning, with or without “P-”. A deleted record stands under Deleted.")
    st.button("Show all records", icon=":material/close:", on_click=query.clear)


def draw_none_deleted() -> None:
    """Nothing can be brought back."""
    st.markdown("**No deleted record.** A deleted record stays here for 30 days and can be brought back until then.")


def draw_no_events() -> None:
    """The audit trail is empty."""
    st.markdown("**Nothing has happened yet.** Each look at a record, and each change of one, will be listed here.")


def draw_no_event_matches(clear: Callable[[], None]) -> None:
    """No event is of the kind asked for.

    Args:
        clear: callback that forgets the filters.
    """
    st.markdown("**No event matches.** A record is found by its whole id.")
    st.button("Show all events", icon=":material/close:", on_click=clear)
