"""A worker's sign of life: every second it tells how far it is, and hears whether it shall stop."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Thread
from types import TracebackType
from typing import Self

from riskmodels.errors import CareRiskError
from riskmodels.records import queue
from riskmodels.records.engine import Database
from riskmodels.records.errors import LostJobError
from riskmodels.records.jobs import Job
from riskmodels.scoring.stream import CancelledError

_LOG = logging.getLogger(__name__)
#: seconds between two signs of life
BEAT = 1.0


class Pulse:
    """Beats in a thread of its own, from entering to leaving.

    Args:
        database: the records.
        job: the worker's.
        worker: who claimed it.
        stopping: whether the app ends.
    """

    def __init__(self, database: Database, job: Job, worker: str, stopping: Callable[[], bool]) -> None:
        self._database, self._job, self._worker, self._stopping = database, job, worker, stopping
        self._done, self._end = 0, Event()
        self.cancelled = False
        self.lost = False
        self._thread = Thread(target=self._run, name="pulse", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._end.set()
        self._thread.join()

    def tell(self, done: int) -> None:
        """How many rows are done; told to the records with the next beat."""
        self._done = done

    def should_stop(self) -> bool:
        """Whether the person cancelled, the job is another worker's, or the app ends."""
        return self.cancelled or self.lost or self._stopping()

    def check(self) -> None:
        """End the scoring where it shall stop.

        Raises:
            CancelledError: then.
        """
        if self.should_stop():
            raise CancelledError("The scoring was cancelled.")

    def _run(self) -> None:
        while not self._end.wait(BEAT):
            try:
                self.cancelled = queue.beat(self._database, self._job, self._worker, self._done) or self.cancelled
            except LostJobError:
                self.lost = True
                return
            except CareRiskError as error:  # a database that is busy for a moment ends no job
                _LOG.warning("No sign of life was given: %s", error.log)
