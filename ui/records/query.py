"""What is asked of the list of records: search, filters, order. Kept for the session, never in the address."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from riskmodels.outcomes import OUTCOME, OUTCOMES
from riskmodels.records.listing import Query, Sort
from riskmodels.vocabulary import VOCABULARY

#: what stands in each field when nothing is asked
_TEXT, _SEX, _AGES = "records.text", "records.sex", "records.ages"
_OUTCOME, _RISK, _FROM, _TO = "records.outcome", "records.risk", "records.from", "records.to"
_ORDER, _VIEW = "records.order", "records.view"
_YOUNGEST, _OLDEST = (int(age) for age in VOCABULARY["age"].plausible)
_DEFAULTS: dict[str, Any] = {
    _TEXT: "",
    _SEX: None,
    _AGES: (_YOUNGEST, _OLDEST),
    _OUTCOME: "cvd_10y",
    _RISK: None,
    _FROM: None,
    _TO: None,
}
CURRENT, DELETED = "Records", "Deleted"
_RISK_ORDERS = ("Highest risk first", "Lowest risk first")
ORDERS: dict[str, tuple[Sort, bool]] = {
    "Last visit first": (Sort.LAST_VISIT, True),
    "Longest not seen first": (Sort.LAST_VISIT, False),
    "Label, A to Z": (Sort.LABEL, False),
    "Oldest patients first": (Sort.AGE, True),
    "Youngest patients first": (Sort.AGE, False),
    _RISK_ORDERS[0]: (Sort.RISK, True),
    _RISK_ORDERS[1]: (Sort.RISK, False),
    "Newest record first": (Sort.CREATED, True),
}
_SEXES = {0: "women", 1: "men"}


def draw_query() -> Query:
    """The search field, the filters, the order; what they ask for, without a page."""
    for name, value in _DEFAULTS.items():
        st.session_state.setdefault(name, value)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="records_tools"):
        st.text_input("Code or label", key=_TEXT, icon=":material/search:", max_chars=120, persist_state="session")
        with st.popover("Filter", icon=":material/filter_list:"):
            _draw_filters()
        order = st.selectbox("Order", list(ORDERS), key=_ORDER, width=210, persist_state="session")
        view = st.segmented_control(
            "Which records",
            (CURRENT, DELETED),
            default=CURRENT,
            required=True,
            key=_VIEW,
            label_visibility="collapsed",
            persist_state="session",
        )
    return _query(order, view == DELETED)


def _draw_filters() -> None:
    st.selectbox(
        "Sex",
        list(_SEXES),
        index=None,
        format_func=_SEXES.__getitem__,
        key=_SEX,
        placeholder="any",
        persist_state="session",
    )
    st.slider("Age, years", _YOUNGEST, _OLDEST, key=_AGES, persist_state="session")
    st.selectbox(
        "Risk of",
        [outcome.name for outcome in OUTCOMES],
        format_func=lambda name: OUTCOME[name].label,
        key=_OUTCOME,
        help="Also the risk that the list is ordered by.",
        persist_state="session",
    )
    st.number_input(
        "is at least, %", 0.0, 100.0, step=1.0, format="%g", key=_RISK, placeholder="any", persist_state="session"
    )
    with st.container(horizontal=True, gap="small"):
        for label, name in (("Last visit from", _FROM), ("to", _TO)):
            st.date_input(
                label,
                key=name,
                min_value=date(1900, 1, 1),
                max_value=date.today(),
                format="YYYY-MM-DD",
                persist_state="session",
            )


def _query(order: str, deleted: bool) -> Query:
    asked = {name: st.session_state[name] for name in _DEFAULTS}
    sort, descending = ORDERS[order]
    least = asked[_RISK]
    ages = tuple(float(age) for age in asked[_AGES])
    return Query(
        text=asked[_TEXT].strip(),
        sex=asked[_SEX],
        ages=None if ages == (_YOUNGEST, _OLDEST) else (ages[0], ages[1]),
        outcome=asked[_OUTCOME],
        risk_from=None if least is None else least / 100,
        seen_from=asked[_FROM],
        seen_to=asked[_TO],
        deleted=deleted,
        sort=sort,
        descending=descending,
    )


def clear() -> None:
    """Callback: forget search and filters; order and view stay."""
    for name, value in _DEFAULTS.items():
        st.session_state[name] = value


def asks_anything(query: Query) -> bool:
    """Whether search or filters leave something out."""
    nothing = Query()
    plain = replace(nothing, outcome=query.outcome, deleted=query.deleted, sort=query.sort)
    return replace(query, descending=nothing.descending, page=0, size=nothing.size) != plain


def filter_words(query: Query) -> list[str]:
    """The filters that are on, in words; the searched text is not repeated."""
    words = [_SEXES[query.sex]] if query.sex is not None else []
    if query.ages:
        words.append(f"{query.ages[0]:.0f}–{query.ages[1]:.0f} years")
    if query.risk_from is not None:
        words.append(f"{OUTCOME[query.outcome].short.lower()} {100 * query.risk_from:g} % or more")
    if query.seen_from:
        words.append(f"last visit from {query.seen_from.isoformat()}")
    if query.seen_to:
        words.append(f"{'' if query.seen_from else 'last visit '}to {query.seen_to.isoformat()}")
    return words


def backwards(query: Query) -> bool:
    """Whether the last visit is asked for after the end of its time."""
    return bool(query.seen_from and query.seen_to and query.seen_from > query.seen_to)
