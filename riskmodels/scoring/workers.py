"""A bounded number of threads that take jobs from the queue, one after the other, until the process ends.

Between two jobs they clear up: what dead workers left, and, once an hour, records whose time is over.
"""

from __future__ import annotations

import atexit
import logging
import os
import secrets
import time
from datetime import timedelta
from threading import Event, Lock, Thread

from riskmodels.errors import CareRiskError
from riskmodels.records import queue
from riskmodels.records.engine import Database
from riskmodels.records.housekeeping import tidy
from riskmodels.records.jobs import Job
from riskmodels.scoring.jobs import KIND, ModelsOf, run_job
from riskmodels.scoring.stream import CHUNK_ROWS

_LOG = logging.getLogger(__name__)
#: jobs of one process at a time
WORKERS = 2
#: seconds between two looks into the queue, and between two sweeps
POLL, SWEEP = 1.0, 5.0
#: seconds between two looks for records whose time is over
TIDY = 3600.0


class Workers:
    """Threads that score jobs. Daemons: they never keep the process from ending; what they had not done runs again.

    Args:
        database: the records.
        models_of: gives the models that a request names.
        count: jobs at a time.
        chunk: rows of a chunk.
        stale: how long a worker may be silent before its job is given to another.
    """

    def __init__(
        self,
        database: Database,
        models_of: ModelsOf,
        count: int = WORKERS,
        *,
        chunk: int = CHUNK_ROWS,
        stale: timedelta = queue.STALE,
    ) -> None:
        self._chunk, self._stale = chunk, stale
        self._database, self._models_of = database, models_of
        self._stopping, self._sweeping = Event(), Lock()
        self._swept = self._tidied = 0.0
        self._threads = [Thread(target=self._run, name=f"score-job-{i}", daemon=True) for i in range(count)]

    def start(self) -> Workers:
        """Begin, with a sweep of what an earlier process left."""
        for thread in self._threads:
            thread.start()
        atexit.register(self.stop)
        return self

    def stop(self, timeout: float = 5.0) -> None:
        """Put what runs back into the queue and end.

        Args:
            timeout: seconds to wait for the threads, in all.
        """
        self._stopping.set()
        end = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        atexit.unregister(self.stop)

    def _run(self) -> None:
        worker = secrets.token_hex(8)
        while not self._stopping.is_set():
            job = self._next(worker)
            if job is not None:
                self._score(job, worker)
            else:
                self._stopping.wait(POLL)

    def _score(self, job: Job, worker: str) -> None:
        run_job(
            self._database,
            job,
            worker,
            self._models_of,
            stopping=self._stopping.is_set,
            threads=_threads(),
            chunk=self._chunk,
        )

    def _next(self, worker: str) -> Job | None:
        try:
            self._sweep()
            return queue.claim(self._database, worker, [KIND])
        except CareRiskError as error:
            _LOG.warning("The queue could not be read: %s", error.log)
        except Exception as error:  # a worker must outlive whatever a database can raise
            _LOG.error("The queue could not be read: %s", type(error).__name__)
        return None

    def _sweep(self) -> None:
        """Every few seconds. After a longer gap the next time: a computer that slept has let its own workers fall
        silent, and they shall be heard of first."""
        with self._sweeping:
            since = time.time() - self._swept  # of the clock on the wall, which goes on in sleep
            if 0 <= since < SWEEP:
                return
            slept = bool(self._swept) and since > 2 * SWEEP
            self._swept = time.time()
            due = abs(self._swept - self._tidied) >= TIDY
            self._tidied = self._swept if due else self._tidied
        if not slept:
            queue.sweep(self._database, self._stale)
        if due:
            tidy(self._database)


def _threads() -> int:
    """Threads of one job: a processor stays free for the pages."""
    return max(1, min(4, ((os.cpu_count() or 1) - 1) // WORKERS))
