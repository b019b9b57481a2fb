"""Cohorts that were scored: which file (by hash), by which models, with what counts. No row of a cohort is kept."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from riskmodels.records import audit
from riskmodels.records.access import Actor, Role, require
from riskmodels.records.audit import Action
from riskmodels.records.engine import Database
from riskmodels.records.errors import RecordsError
from riskmodels.records.facts import checked_hash
from riskmodels.records.jobs import now
from riskmodels.records.schema import CohortRow

KIND = "cohort"


@dataclass(frozen=True)
class Cohort:
    """A cohort that was scored.

    Args:
        id: random, unguessable.
        job_id: of the job that scored it; the job and its files go after a day.
        owner: account of who had it scored.
        file_hash: SHA-256 of the file.
        models: with their versions.
        counts: rows by what became of them.
        created: when (UTC).
    """

    id: str
    job_id: str
    owner: str
    file_hash: str
    models: tuple[str, ...]
    counts: Mapping[str, Any]
    created: datetime


def add(
    database: Database,
    actor: Actor,
    job_id: str,
    file_hash: str,
    models: Sequence[str],
    counts: Mapping[str, Any],
) -> Cohort:
    """Keep that a cohort was scored.

    Args:
        database: the records.
        actor: who had it scored, and owns it.
        job_id: of the job that did it.
        file_hash: SHA-256 of the file, hexadecimal.
        models: with their versions.
        counts: rows by what became of them, maybe once more by outcome; numbers only.

    Raises:
        NotAllowedError: without the role.
        RecordsError: when the hash is none, or a count is no number.
    """
    require(actor, Role.ANALYST)
    _refuse_values(file_hash, counts)
    with database.write() as session:
        row = CohortRow(id=secrets.token_hex(16), job_id=job_id, owner=actor.id, file_hash=file_hash,
                        models=list(models), counts=dict(counts), created=now())  # fmt: skip
        session.add(row)
        session.flush()
        audit.append(session, actor, Action.CREATE, KIND, row.id, {"job": job_id})
        return _as_cohort(row)


def of_owner(database: Database, actor: Actor) -> list[Cohort]:
    """The cohorts that the person had scored, the newest first.

    Raises:
        NotAllowedError: without the role.
    """
    require(actor, Role.ANALYST)
    mine = select(CohortRow).where(CohortRow.owner == actor.id).order_by(CohortRow.created.desc(), CohortRow.id)
    with database.read() as session:
        return [_as_cohort(row) for row in session.scalars(mine)]


def _refuse_values(file_hash: str, counts: Mapping[str, Any]) -> None:
    """Only what tells nothing of a patient is kept of a cohort."""
    checked_hash(file_hash, "file", "Upload it again.")
    if not _only_counts(counts):
        raise RecordsError("A cohort keeps counts of rows only.", hint="Leave the rest out.", log="no count")


def _only_counts(found: object) -> bool:
    if isinstance(found, Mapping):
        return all(_only_counts(part) for part in found.values())
    return type(found) is int


def _as_cohort(row: CohortRow) -> Cohort:
    return Cohort(row.id, row.job_id, row.owner, row.file_hash, tuple(row.models), row.counts, row.created)
