"""One background job a session: a new one stops the one before."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

import streamlit as st


class Stoppable(Protocol):
    """Work that can be told to stop."""

    def cancel(self) -> None:
        """Stop it at its next step."""


JobT = TypeVar("JobT", bound=Stoppable)


class Slot(Generic[JobT]):
    """Where a session keeps its job.

    Args:
        key: of the session's state.
    """

    def __init__(self, key: str) -> None:
        self._key = key

    def current(self) -> JobT | None:
        """The session's job; None when there is none."""
        job: JobT | None = st.session_state.get(self._key)
        return job

    def start(self, job: JobT) -> None:
        """Make a job the session's, and stop the one before it."""
        self.discard()
        st.session_state[self._key] = job

    def discard(self) -> None:
        """Forget the session's job and stop it."""
        job: JobT | None = st.session_state.pop(self._key, None)
        if job is not None:
            job.cancel()
