"""The worker's side of the jobs: claim one, say that it is alive, end it; and sweep up after workers that are gone.

Every function is one transaction and holds with any number of threads and processes on one database: what a worker
changes is changed only while the job is its own.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from riskmodels.records.audit import SYSTEM, Action, append
from riskmodels.records.engine import Database
from riskmodels.records.errors import LostJobError
from riskmodels.records.jobs import FAILURE, JOB, RETENTION, Job, as_job, changed_rows, now, write_private
from riskmodels.records.schema import JobRow, State

#: a running job whose worker has not been heard of for so long is taken from it
STALE = timedelta(seconds=20)
#: how often a job is started at most: the app may have been stopped while it ran
ATTEMPTS = 2
#: seconds after which a folder without a job is left over from a crash
_ORPHAN = 3600
FAILED = "It could not be done. Start it again."
STOPPED = "The app was stopped while this ran. Start it again."


def claim(database: Database, worker: str, kinds: Iterable[str]) -> Job | None:
    """Take the oldest job whose owner has none running; None when there is none.

    Args:
        database: the records.
        worker: who takes it.
        kinds: what the worker can do.
    """
    other = aliased(JobRow)
    busy = select(other.id).where(other.owner == JobRow.owner, other.state == State.RUNNING).exists()
    waiting = select(JobRow.id).where(JobRow.state == State.QUEUED, JobRow.kind.in_(list(kinds)), ~busy)
    with database.read() as session:
        found = list(session.scalars(waiting.order_by(JobRow.created, JobRow.id).limit(8)))
    return next((job for job_id in found if (job := _take(database, worker, job_id)) is not None), None)


def beat(database: Database, job: Job, worker: str, done: int) -> bool:
    """Say that a worker is alive and how far it is.

    Returns:
        Whether it shall stop, because the person cancelled.

    Raises:
        LostJobError: when the job is no longer the worker's: deleted, or given to another one.
    """
    with database.write() as session:
        _change(session, job, worker, {"heartbeat": now(), "done": done})
        return bool(session.scalar(select(JobRow.cancelling).where(JobRow.id == job.id)))


def finish(database: Database, job: Job, worker: str, counts: Mapping[str, Any]) -> None:
    """End a job as done.

    Raises:
        LostJobError: when the job is no longer the worker's.
    """
    rows = int(counts.get("read", job.total))
    ended = {"state": State.DONE, "counts": dict(counts), "done": rows, "total": rows, "ended": now()}
    with database.write() as session:
        _change(session, job, worker, ended)


def fail(database: Database, job: Job, worker: str, message: str) -> None:
    """End a job as failed.

    Args:
        database: the records.
        job: the worker's.
        worker: whose it is.
        message: for the person. It may quote the file, so it is kept among the job's files and not in the database.

    Raises:
        LostJobError: when the job is no longer the worker's.
    """
    with contextlib.suppress(OSError):  # a full disk: the general message stands in the database
        write_private(job.folder / FAILURE, json.dumps({"message": message}).encode())
    with database.write() as session:
        _change(session, job, worker, {"state": State.FAILED, "ended": now(), "message": FAILED})


def stopped(database: Database, job: Job, worker: str) -> None:
    """End a job as cancelled.

    Raises:
        LostJobError: when the job is no longer the worker's.
    """
    with database.write() as session:
        _change(session, job, worker, {"state": State.CANCELLED, "ended": now()})


def release(database: Database, job: Job, worker: str) -> None:
    """Put a job back into the queue, because the app ends; it does not count as an attempt.

    Raises:
        LostJobError: when the job is no longer the worker's.
    """
    back = {"state": State.QUEUED, "worker": "", "done": 0, "attempts": JobRow.attempts - 1}
    with database.write() as session:
        _change(session, job, worker, back)


def remove_if_gone(database: Database, job: Job) -> None:
    """Remove the files of a job that was deleted while its worker still wrote them."""
    with database.read() as session:
        gone = session.get(JobRow, job.id) is None
    if gone:
        shutil.rmtree(job.folder, ignore_errors=True)


def sweep(database: Database, stale: timedelta = STALE, retention: timedelta = RETENTION) -> None:
    """Clean up: jobs of workers that are gone run again, once; what is older than the retention is removed.

    Args:
        database: the records.
        stale: how long a worker may be silent.
        retention: how long an ended job is kept.
    """
    _recover(database, now() - stale)
    _expire(database, now() - retention)
    _remove_orphans(database)


def _take(database: Database, worker: str, job_id: str) -> Job | None:
    """One job, unless another worker or another job of its owner was quicker."""
    values = {"state": State.RUNNING, "worker": worker, "started": now(), "heartbeat": now()}
    mine = update(JobRow).where(JobRow.id == job_id, JobRow.state == State.QUEUED)
    try:
        with database.write() as session:
            if not changed_rows(session, mine.values(**values, attempts=JobRow.attempts + 1)):
                return None
            return as_job(database, session.get_one(JobRow, job_id))
    except IntegrityError:
        return None


def _change(session: Session, job: Job, worker: str, values: Mapping[str, Any]) -> None:
    """Change a job that is the worker's."""
    mine = (JobRow.id == job.id, JobRow.worker == worker, JobRow.state == State.RUNNING)
    if not changed_rows(session, update(JobRow).where(*mine).values(**values)):
        raise LostJobError("The job is no longer this worker's.")


def _recover(database: Database, before: datetime) -> None:
    lost: list[ColumnElement[bool]] = [JobRow.state == State.RUNNING, JobRow.heartbeat < before]
    ends: tuple[tuple[ColumnElement[bool], dict[str, Any]], ...] = (
        (JobRow.cancelling.is_(True), {"state": State.CANCELLED, "ended": now()}),
        (JobRow.attempts >= ATTEMPTS, {"state": State.FAILED, "ended": now(), "message": STOPPED}),
        (JobRow.attempts < ATTEMPTS, {"state": State.QUEUED, "worker": "", "done": 0}),
    )
    with database.write() as session:
        for condition, values in ends:
            session.execute(update(JobRow).where(*lost, condition).values(**values))


def _expire(database: Database, before: datetime) -> None:
    """Each by one process: the statement that removes a row says whose it was."""
    old = delete(JobRow).where(JobRow.ended < before).returning(JobRow.id, JobRow.folder)
    with database.write() as session:
        rows = session.execute(old).all()
        for row in rows:
            append(session, SYSTEM, Action.PURGE, JOB, row.id)
    for row in rows:
        shutil.rmtree(database.jobs / row.folder, ignore_errors=True)


def _remove_orphans(database: Database) -> None:
    """Folders without a job, left by a crash between making one and queueing it."""
    with database.read() as session:
        known = set(session.scalars(select(JobRow.folder)))
    for folder in database.jobs.iterdir():
        if folder.name not in known and _is_old(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_old(folder: Path) -> bool:
    """Whether a folder is no new one; one that another process removed meanwhile needs no removing."""
    try:
        return time.time() - folder.stat().st_mtime > _ORPHAN
    except FileNotFoundError:
        return False
