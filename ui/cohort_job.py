"""Scoring in the background: one thread a process, a handle a session, progress to read and a way to stop it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING

import streamlit as st

from riskmodels.scoring import ScoredCohort, score_cohort
from ui.cohort_state import Shelf, Upload

if TYPE_CHECKING:
    from riskmodels.tabular.model import RiskModel

_LOG = logging.getLogger(__name__)
CHUNK = 1024


class _StoppedError(Exception):
    """Raised between two chunks to end a scoring that was cancelled."""


class Job:
    """One scoring run.

    Args:
        key: hash of the file and id of the models.
        total: rows to score.
    """

    def __init__(self, key: str, total: int) -> None:
        self.key, self.total, self.done = key, total, 0
        self._stop = Event()
        self._future: Future[ScoredCohort] | None = None

    def start(self, executor: ThreadPoolExecutor, upload: Upload, models: Mapping[str, RiskModel]) -> None:
        """Put it in the queue."""
        self._future = executor.submit(self._run, upload, models)

    def cancel(self) -> None:
        """Stop it: at once when it waits, at the end of a chunk when it runs."""
        self._stop.set()
        if self._future is not None:
            self._future.cancel()

    @property
    def running(self) -> bool:
        """Whether it waits or runs."""
        return self._future is not None and not self._future.done() and not self.cancelled

    @property
    def cancelled(self) -> bool:
        """Whether it was stopped before its end."""
        return self._stop.is_set() and self.result is None

    @property
    def failed(self) -> bool:
        """Whether it ended with an error."""
        return not self.running and not self.cancelled and self.result is None

    @property
    def result(self) -> ScoredCohort | None:
        """The scored cohort once it is there."""
        future = self._future
        if future is None or not future.done() or future.cancelled() or future.exception() is not None:
            return None
        return future.result()

    def _run(self, upload: Upload, models: Mapping[str, RiskModel]) -> ScoredCohort:
        try:
            return score_cohort(
                upload.checked,
                models,
                original=upload.table.cells,
                units=upload.table.units,
                chunk=CHUNK,
                progress=self._tell,
            )
        except _StoppedError:
            raise
        except Exception as error:  # the log gets the kind of error and nothing of the cohort
            _LOG.error("Scoring failed: %s", type(error).__name__)
            raise

    def _tell(self, done: int, total: int) -> None:
        self.done = done
        if self._stop.is_set():
            raise _StoppedError


@st.cache_resource(show_spinner=False)
def _executor() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="cohort-scoring")


def _jobs() -> Shelf[Job]:
    shelf: Shelf[Job] = st.session_state.setdefault("cohort_jobs", Shelf[Job]())
    return shelf


def key_of(upload: Upload, models: Mapping[str, RiskModel]) -> str:
    """Hash of the file plus id of the models: the same key means the same answer."""
    return " ".join([upload.key, *(f"{m.name}@{m.version}@{m.created}" for m in models.values())])


def find(key: str) -> Job | None:
    """The job of that key in this session; None when it was not started."""
    return _jobs().get(key)


def start(upload: Upload, models: Mapping[str, RiskModel]) -> None:
    """Start scoring, unless this session has done it or does it already."""
    key = key_of(upload, models)
    known = find(key)
    if known is not None and (known.running or known.result is not None):
        return
    job = Job(key, upload.rows)
    gone = _jobs().put(key, job)
    if gone is not None:
        gone.cancel()
    job.start(_executor(), upload, models)


def discard() -> None:
    """Forget all results of this session and stop what runs."""
    for job in st.session_state.pop("cohort_jobs", Shelf[Job]()):
        job.cancel()
