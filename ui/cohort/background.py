"""Computations that take longer than a page may: one thread a process, a handle a session."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import streamlit as st

from riskmodels.errors import CareRiskError

_LOG = logging.getLogger(__name__)
WRONG = "It could not be computed. Try again; the log names the kind of error."


@st.cache_resource(show_spinner=False)
def _executor() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="cohort-report")


def start(slot: str, key: Hashable, compute: Callable[[], Any]) -> None:
    """Begin a computation; one of the same slot that still waits is given up.

    Args:
        slot: name; each holds one computation of the session.
        key: everything it depends on.
        compute: does it, without touching Streamlit.
    """
    before = _kept(slot)
    if before is not None:
        before[1].cancel()
    st.session_state[f"background.{slot}"] = (key, _executor().submit(compute))


def _kept(slot: str) -> tuple[Hashable, Future[Any]] | None:
    kept: tuple[Hashable, Future[Any]] | None = st.session_state.get(f"background.{slot}")
    return kept


def running(slot: str, key: Hashable) -> bool:
    """Whether the computation of that key waits or runs."""
    kept = _kept(slot)
    return kept is not None and kept[0] == key and not kept[1].done()


def outcome(slot: str, key: Hashable) -> tuple[Any, str]:
    """What the computation of that key gave, and what went wrong in words; (None, "") while there is none."""
    kept = _kept(slot)
    if kept is None or kept[0] != key or not kept[1].done() or kept[1].cancelled():
        return None, ""
    error = kept[1].exception()
    if error is None:
        return kept[1].result(), ""
    _LOG.warning("A computation failed: %s", error.log if isinstance(error, CareRiskError) else type(error).__name__)
    return None, str(error) if isinstance(error, CareRiskError) else WRONG


def forget(slot: str) -> None:
    """Forget what the slot holds."""
    st.session_state.pop(f"background.{slot}", None)


@st.fragment(run_every="1s")
def draw_waiting(slot: str, key: Hashable, words: str) -> None:
    """Say what is being computed; the page starts again when it is there."""
    if not running(slot, key):
        st.rerun()
    st.status(words, state="running")
