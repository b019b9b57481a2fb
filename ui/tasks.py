"""Work of a session in the room for it: begun by the page, watched by a fragment that asks now and then, taken when it
is there. What the person types meanwhile is not touched."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

import streamlit as st

from riskmodels.tasks import Task, TaskError, shared_room, warm_up

Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class _Kept:
    key: Hashable
    task: Task[Any]


def open_room() -> None:
    """Have the processes ready that read files, before the first file is there."""
    shared_room().start(warm_up)


def close_room() -> None:
    """End all that is being read."""
    shared_room().stop()
    shared_room.cache_clear()


def awaited(slot: str, key: Hashable, begin: Callable[[], Task[Result]], words: str) -> Result | None:
    """The result of a task, which is begun at the first call; until it is there, its progress is drawn here.

    Args:
        slot: name; each holds one task of the session, and a new key ends the one before it.
        key: everything the result depends on.
        begin: starts the task, see :meth:`riskmodels.tasks.Room.start`.
        words: what is being done.

    Returns:
        None while it runs, and when the person has stopped it; the page is drawn again when it ends.

    Raises:
        CareRiskError: what went wrong, as often as it is asked for.
    """
    kept = _kept(slot)
    if kept is None or kept.key != key:
        forget(slot)
        kept = _Kept(key, begin())
        st.session_state[_name(slot)] = kept
    if not kept.task.done:
        _draw_progress(slot, words)
        return None
    try:
        result: Result = kept.task.result()
    except TaskError as error:
        if error.kind != "stopped":
            raise
        _draw_stopped(slot)
        return None
    return result


def running(slot: str, key: Hashable) -> bool:
    """Whether the task of that key waits or runs."""
    kept = _kept(slot)
    return kept is not None and kept.key == key and not kept.task.done


def forget(slot: str) -> None:
    """Forget the task of a slot, and end it."""
    kept: _Kept | None = st.session_state.pop(_name(slot), None)
    if kept is not None:
        kept.task.cancel()


def _name(slot: str) -> str:
    return f"task.{slot}"


def _kept(slot: str) -> _Kept | None:
    kept: _Kept | None = st.session_state.get(_name(slot))
    return kept


@st.fragment(run_every="0.4s")
def _draw_progress(slot: str, words: str) -> None:
    """How far it is, and a way to stop it; the page is drawn again when it has ended."""
    kept = _kept(slot)
    if kept is None or kept.task.done:
        st.rerun()
    progress = kept.task.progress
    told = "waits for others" if kept.task.waiting else progress.words
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(progress.share, text=f"{words}: {told}" if told else words, width="stretch")
        st.button("Cancel", icon=":material/stop_circle:", key=f"task.{slot}.cancel", on_click=kept.task.cancel)


def _draw_stopped(slot: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Stopped. Nothing was changed.", width="content")
        st.button("Begin again", type="tertiary", key=f"task.{slot}.again", on_click=forget, args=(slot,))
