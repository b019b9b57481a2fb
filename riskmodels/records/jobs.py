"""Repository of jobs, the person's side: submit, find, cancel, delete. The worker's is :mod:`riskmodels.records.queue`.

Jobs are an analyst's; one of another person is not there. Every function is one transaction and holds with any number
of threads and processes on one database.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import CursorResult, UpdateBase, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from riskmodels.records.access import Actor, Role, require
from riskmodels.records.audit import Action, append
from riskmodels.records.engine import Database
from riskmodels.records.errors import RecordsError
from riskmodels.records.schema import JobRow, State

#: how long files of an ended job are kept
RETENTION = timedelta(hours=24)
#: kind of record in the audit trail
JOB = "job"
#: jobs that may wait for one person
MOST_QUEUED = 20
ACTIVE = (State.QUEUED, State.RUNNING)
#: file of a job's folder with the message of its failure
FAILURE = "failure.json"


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


def submit(database: Database, actor: Actor, kind: str, key: str, folder: Path, total: int = 0) -> Job:
    """Queue a job, unless the person has one of the same key: then that one is given back and the folder removed.

    Args:
        database: the records.
        actor: whose it is.
        kind: what is to be done.
        key: SHA-256 of all its result depends on.
        folder: of :func:`new_folder`, with its input.
        total: rows, where known.

    Returns:
        The new job, or the one of the same key that waits, runs or is done.

    Raises:
        NotAllowedError: without the role of an analyst.
        RecordsError: when too many jobs of the person wait.
    """
    require(actor, Role.ANALYST)
    try:
        with database.write() as session:
            known = _same(session, actor.id, key)
            if known is not None and not (database.jobs / known.folder).is_dir():
                session.delete(known)  # its files were removed by hand
                session.flush()
                known = None
            if known is None:
                _refuse_too_many(session, actor.id)
                row = JobRow(id=secrets.token_hex(16), owner=actor.id, kind=kind, state=State.QUEUED, key=key,
                             folder=folder.name, total=total, created=now())  # fmt: skip
                session.add(row)
                session.flush()
                append(session, actor, Action.SUBMIT, JOB, row.id, {"kind": kind, "rows": total})
                return as_job(database, row)
    except IntegrityError:  # on PostgreSQL two may look at once: the index lets one in
        with database.read() as session:
            known = _same(session, actor.id, key)
    except RecordsError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
    if known is None:
        raise RecordsError("The job could not be queued.", hint="Try again.")
    return as_job(database, known)


def find(database: Database, actor: Actor, job_id: str) -> Job | None:
    """A job by its id; None when there is none, or it is another person's.

    Raises:
        NotAllowedError: without the role of an analyst.
    """
    require(actor, Role.ANALYST)
    with database.read() as session:
        row = session.get(JobRow, job_id)
        return None if row is None or row.owner != actor.id else as_job(database, row)


def of_owner(database: Database, actor: Actor, kind: str = "") -> list[Job]:
    """A person's jobs, the newest first; of one kind, or all.

    Raises:
        NotAllowedError: without the role of an analyst.
    """
    require(actor, Role.ANALYST)
    wanted = select(JobRow).where(JobRow.owner == actor.id).order_by(JobRow.created.desc(), JobRow.id)
    if kind:
        wanted = wanted.where(JobRow.kind == kind)
    with database.read() as session:
        return [as_job(database, row) for row in session.scalars(wanted)]


def ahead_of(database: Database, job: Job) -> int:
    """How many jobs, of anyone, wait or run before a queued one."""
    earlier = select(func.count()).where(JobRow.state.in_(ACTIVE), JobRow.created < job.created)
    with database.read() as session:
        return session.scalar(earlier) or 0


def cancel(database: Database, actor: Actor, job_id: str) -> None:
    """Stop a job: at once when it waits, between two chunks when it runs; an ended one stays as it is.

    Raises:
        NotAllowedError: without the role of an analyst.
    """
    require(actor, Role.ANALYST)
    mine = (JobRow.id == job_id, JobRow.owner == actor.id)
    stopped: dict[str, Any] = {"state": State.CANCELLED, "ended": now()}
    told: dict[str, Any] = {"cancelling": True}
    with database.write() as session:
        waiting = (*mine, JobRow.state == State.QUEUED)
        running = (*mine, JobRow.state == State.RUNNING, JobRow.cancelling.is_(False))
        changed = changed_rows(session, update(JobRow).where(*waiting).values(**stopped))
        changed += changed_rows(session, update(JobRow).where(*running).values(**told))
        if changed:
            append(session, actor, Action.CANCEL, JOB, job_id)


def delete(database: Database, actor: Actor, job_id: str) -> None:
    """Remove a job with its upload and its results; one that runs is stopped by that.

    Raises:
        NotAllowedError: without the role of an analyst.
    """
    require(actor, Role.ANALYST)
    with database.write() as session:
        row = session.get(JobRow, job_id, with_for_update=True)
        if row is None or row.owner != actor.id:
            return
        session.delete(row)
        session.flush()
        append(session, actor, Action.DELETE, JOB, job_id)
    shutil.rmtree(database.jobs / row.folder, ignore_errors=True)


def write_private(path: Path, data: bytes) -> None:
    """Write a small file that only its owner can read (0600), whole or not at all."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    part.touch(0o600)
    part.write_bytes(data)
    part.replace(path)


def changed_rows(session: Session, statement: UpdateBase) -> int:
    """Run an UPDATE or DELETE and say how many rows it met; what the session has read stays as it was read."""
    result = session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)
    return result.rowcount


def now() -> datetime:
    """This moment (UTC)."""
    return datetime.now(UTC)


def as_job(database: Database, row: JobRow) -> Job:
    """A row as a page sees it."""
    folder = database.jobs / row.folder
    return Job(
        row.id, row.owner, row.kind, State(row.state), row.key, folder, row.done or 0, row.total, row.counts or {},
        _message(row, folder), bool(row.cancelling), row.attempts or 0, row.created, row.started, row.ended,
    )  # fmt: skip


def _message(row: JobRow, folder: Path) -> str:
    if row.state == State.FAILED:
        try:
            return str(json.loads((folder / FAILURE).read_text(encoding="utf-8"))["message"])
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
