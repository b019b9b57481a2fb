"""The list of records: search and filters → one page of rows, or why there is none."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.records import listing
from riskmodels.records.listing import Listing, Query
from ui.database import database
from ui.records import empty
from ui.records import query as records_query
from ui.records.rows import TOLD, draw_deleted, draw_rows
from ui.sign_in.account import current_actor
from ui.tables import STYLE
from ui.text import count


def draw_list() -> None:
    """Everything below the title."""
    st.html(STYLE)
    query = records_query.draw_query()
    told = st.session_state.pop(TOLD, "")
    if told:
        st.markdown(f":material/info: {told}")
    if records_query.backwards(query):
        st.caption("The last visit is asked for from a day after its end. Change one of the two dates.")
        return
    try:
        found = _search(query)
    except CareRiskError as error:
        st.error(f"The records cannot be listed. {error}")
        st.button("Try again", icon=":material/refresh:")
        return
    if found.rows:
        _draw_found(found, query)
    else:
        _draw_none(query)


def page_key(query: Query) -> str:
    """The key of the page chosen: another question begins at its first page."""
    return f"records.page.{sha256(repr(replace(query, page=0)).encode()).hexdigest()[:12]}"


def _search(query: Query) -> Listing:
    """The page asked for; the last one there is when records went meanwhile."""
    page = int(st.session_state.get(page_key(query), 1)) - 1
    return listing.search(database(), current_actor(), replace(query, page=page))


def _draw_found(found: Listing, query: Query) -> None:
    _draw_words(found.total, query)
    draw_deleted(found.rows) if query.deleted else draw_rows(found.rows)
    first = found.page * query.size + 1
    if found.pages > 1:
        st.pagination(found.pages, key=page_key(query), persist_state="session")
        st.caption(f"{first:,}–{first + len(found.rows) - 1:,} of {count(found.total, 'record')}")


def _draw_words(total: int, query: Query) -> None:
    """How many were found, by which filters, and the way back to all."""
    words = records_query.filter_words(query)
    which = "deleted record" if query.deleted else "record"
    filtered = f": {', '.join(words)}" if words else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"{count(total, which)}{filtered}", width="content")
        if records_query.asks_anything(query):
            st.button("Show all", type="tertiary", icon=":material/close:", on_click=records_query.clear)


def _draw_none(query: Query) -> None:
    if records_query.asks_anything(query):
        empty.draw_nothing_found(records_query.filter_words(query), bool(query.text))
    elif query.deleted:
        empty.draw_none_deleted()
    else:
        empty.draw_no_records()
