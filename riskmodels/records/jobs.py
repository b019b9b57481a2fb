"""Repository of jobs: what a page asks for (submit, find, cancel, delete) and what a worker does (claim, beat, end).

Every function is one transaction and holds with any number of threads and processes on one database.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from riskmodels.records.engine import Database
from riskmodels.records.errors import LostJobError, RecordsError
from riskmodels.records.schema import JobRow, State

#: how long files of an ended job are kept
RETENTION = timedelta(hours=24)
#: a running job whose worker has not been heard of for so long is taken from it
STALE = timedelta(seconds=20)
#: how often a job is started at most: the app may have been stopped while it ran
ATTEMPTS = 2
#: jobs that may wait for one person
MOST_QUEUED = 20
#: seconds after which a folder without a job is left over from a crash
_ORPHAN = 3600
ACTIVE = (State.QUEUED, State.RUNNING)
FAILED = "It could not be done. Start it again."
STOPPED = "The app was stopped while this ran. Start it again."
_FAILURE = "failure.json"


@dataclass(frozen=True)
class Job:
    """A job as a page sees it.

    Args:
        id: random, unguessable; the only thing of it that may stand in an address.
        owner: whose it is.
        kind: ``score``.
        state: where it is.
        key: SHA-256 of all its result depends on.
        folder: its files; gone with it.
        done, total: rows.
        counts: rows by what became of them, once it is done.
        message: for the person, when it failed.
        cancelling: whether it has been asked to stop.
        attempts: how often it was started.
        created, started, ended: when (UTC).
    """

    id: str
    owner: str
    kind: str
    state: State
    key: str
    folder: Path
    done: int
    total: int
    counts: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""
    cancelling: bool = False
    attempts: int = 0
    created: datetime = datetime.min
    started: datetime | None = None
    ended: datetime | None = None

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ACTIVE

    @property
    def share(self) -> float:
        """How much is done, 0–1."""
        return min(self.done / self.total, 1.0) if self.total else float(self.state is State.DONE)

    @property
    def expires(self) -> datetime | None:
        """When its files go; None while it waits or runs."""
        return None if self.ended is None else self.ended + RETENTION


def key_of(*parts: str) -> str:
    """SHA-256 of texts: equal only when all of them are.

    Args:
        parts: e.g. the hash of a file, its mapping, the models' versions.
    """
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def new_folder(database: Database) -> Path:
    """Make the folder of a job to come (0700), under a random name."""
    folder = database.jobs / secrets.token_hex(24)
    folder.mkdir(mode=0o700)
    return folder


def submit(database: Database, owner: str, kind: str, key: str, folder: Path, total: int = 0) -> Job:
    """Queue a job, unless the owner has one of the same key: then that one is given back and the folder removed.

    Args:
        database: the records.
        owner: whose it is.
        kind: what is to be done.
        key: SHA-256 of all its result depends on.
        folder: of :func:`new_folder`, with its input.
        total: rows, where known.

    Returns:
        The new job, or the one of the same key that waits, runs or is done.

    Raises:
        RecordsError: when too many jobs of the owner wait.
    """
    try:
        with database.write() as session:
            known = _same(session, owner, key)
            if known is None:
                _refuse_too_many(session, owner)
                row = JobRow(id=secrets.token_hex(16), owner=owner, kind=kind, state=State.QUEUED, key=key,
                             folder=folder.name, total=total, created=_now())  # fmt: skip
                session.add(row)
                session.flush()
                return _job(database, row)
    except IntegrityError:  # on PostgreSQL two may look at once: the index lets one in
        with database.read() as session:
            known = _same(session, owner, key)
    except RecordsError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
    if known is None:
        raise RecordsError("The job could not be queued.", hint="Try again.")
    return _job(database, known)


def find(database: Database, owner: str, job_id: str) -> Job | None:
    """A job by its id; None when there is none, or it is another person's."""
    with database.read() as session:
        row = session.get(JobRow, job_id)
        return None if row is None or row.owner != owner else _job(database, row)


def of_owner(database: Database, owner: str, kind: str = "") -> list[Job]:
    """A person's jobs, the newest first; of one kind, or all."""
    wanted = select(JobRow).where(JobRow.owner == owner).order_by(JobRow.created.desc(), JobRow.id)
    if kind:
        wanted = wanted.where(JobRow.kind == kind)
    with database.read() as session:
        return [_job(database, row) for row in session.scalars(wanted)]


def ahead_of(database: Database, job: Job) -> int:
    """How many jobs, of anyone, wait or run before a queued one."""
    earlier = select(func.count()).where(JobRow.state.in_(ACTIVE), JobRow.created < job.created)
    with database.read() as session:
        return session.scalar(earlier) or 0


def cancel(database: Database, owner: str, job_id: str) -> None:
    """Stop a job: at once when it waits, between two chunks when it runs; an ended one stays as it is."""
    mine = (JobRow.id == job_id, JobRow.owner == owner)
    with database.write() as session:
        stopped = {"state": State.CANCELLED, "ended": _now()}
        session.execute(update(JobRow).where(*mine, JobRow.state == State.QUEUED).values(**stopped))
        session.execute(update(JobRow).where(*mine, JobRow.state == State.RUNNING).values(cancelling=True))


def delete(database: Database, owner: str, job_id: str) -> None:
    """Remove a job with its upload and its results; one that runs is stopped by that."""
    with database.write() as session:
        row = session.get(JobRow, job_id)
        if row is None or row.owner != owner:
            return
        session.delete(row)
    shutil.rmtree(database.jobs / row.folder, ignore_errors=True)


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
        _change(session, job, worker, {"heartbeat": _now(), "done": done})
        return bool(session.scalar(select(JobRow.cancelling).where(JobRow.id == job.id)))


def finish(database: Database, job: Job, worker: str, counts: Mapping[str, Any]) -> None:
    """End a job as done.

    Raises:
        LostJobError: when the job is no longer the worker's.
    """
    rows = int(counts.get("read", job.total))
    ended = {"state": State.DONE, "counts": dict(counts), "done": rows, "total": rows, "ended": _now()}
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
        write_private(job.folder / _FAILURE, json.dumps({"message": message}).encode())
    with database.write() as session:
        _change(session, job, worker, {"state": State.FAILED, "ended": _now(), "message": FAILED})


def stopped(database: Database, job: Job, worker: str) -> None:
    """End a job as cancelled.

    Raises:
        LostJobError: when the job is no longer the worker's.
    """
    with database.write() as session:
        _change(session, job, worker, {"state": State.CANCELLED, "ended": _now()})


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
    _recover(database, _now() - stale)
    _expire(database, _now() - retention)
    _remove_orphans(database)


def write_private(path: Path, data: bytes) -> None:
    """Write a small file that only its owner can read (0600), whole or not at all."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    part.touch(0o600)
    part.write_bytes(data)
    part.replace(path)


def _now() -> datetime:
    return datetime.now(UTC)


def _job(database: Database, row: JobRow) -> Job:
    folder = database.jobs / row.folder
    return Job(
        row.id, row.owner, row.kind, State(row.state), row.key, folder, row.done or 0, row.total, row.counts or {},
        _message(row, folder), bool(row.cancelling), row.attempts or 0, row.created, row.started, row.ended,
    )  # fmt: skip


def _message(row: JobRow, folder: Path) -> str:
    if row.state == State.FAILED:
        try:
            return str(json.loads((folder / _FAILURE).read_text(encoding="utf-8"))["message"])
        except (OSError, ValueError, KeyError):
            pass
    return row.message or ""


def _same(session: Session, owner: str, key: str) -> JobRow | None:
    kept = (*ACTIVE, State.DONE)
    same = select(JobRow).where(JobRow.owner == owner, JobRow.key == key, JobRow.state.in_(kept))
    return session.scalars(same.order_by(JobRow.created.desc())).first()


def _refuse_too_many(session: Session, owner: str) -> None:
    waiting = select(func.count()).where(JobRow.owner == owner, JobRow.state == State.QUEUED)
    if (session.scalar(waiting) or 0) >= MOST_QUEUED:
        raise RecordsError(f"{MOST_QUEUED} of your jobs wait already.", hint="Wait for one of them, or cancel one.")


def _take(database: Database, worker: str, job_id: str) -> Job | None:
    """One job, unless another worker or another job of its owner was quicker."""
    values = {"state": State.RUNNING, "worker": worker, "started": _now(), "heartbeat": _now()}
    mine = update(JobRow).where(JobRow.id == job_id, JobRow.state == State.QUEUED)
    try:
        with database.write() as session:
            if not _rows(session.execute(mine.values(**values, attempts=JobRow.attempts + 1))):
                return None
            return _job(database, session.get_one(JobRow, job_id))
    except IntegrityError:
        return None


def _change(session: Session, job: Job, worker: str, values: Mapping[str, Any]) -> None:
    """Change a job that is the worker's."""
    mine = (JobRow.id == job.id, JobRow.worker == worker, JobRow.state == State.RUNNING)
    if not _rows(session.execute(update(JobRow).where(*mine).values(**values))):
        raise LostJobError("The job is no longer this worker's.")


def _rows(result: Any) -> int:
    assert isinstance(result, CursorResult)
    return result.rowcount


def _recover(database: Database, before: datetime) -> None:
    lost: list[ColumnElement[bool]] = [JobRow.state == State.RUNNING, JobRow.heartbeat < before]
    ends: tuple[tuple[ColumnElement[bool], dict[str, Any]], ...] = (
        (JobRow.cancelling.is_(True), {"state": State.CANCELLED, "ended": _now()}),
        (JobRow.attempts >= ATTEMPTS, {"state": State.FAILED, "ended": _now(), "message": STOPPED}),
        (JobRow.attempts < ATTEMPTS, {"state": State.QUEUED, "worker": "", "done": 0}),
    )
    with database.write() as session:
        for condition, values in ends:
            session.execute(update(JobRow).where(*lost, condition).values(**values))


def _expire(database: Database, before: datetime) -> None:
    with database.write() as session:
        rows = list(session.scalars(select(JobRow).where(JobRow.ended < before)))
        for row in rows:
            session.delete(row)
    for row in rows:
        shutil.rmtree(database.jobs / row.folder, ignore_errors=True)


def _remove_orphans(database: Database) -> None:
    """Folders without a job, left by a crash between making one and queueing it."""
    with database.read() as session:
        known = set(session.scalars(select(JobRow.folder)))
    for folder in database.jobs.iterdir():
        if folder.name not in known and time.time() - folder.stat().st_mtime > _ORPHAN:
            shutil.rmtree(folder, ignore_errors=True)
