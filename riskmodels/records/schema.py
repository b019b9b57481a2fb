"""The tables, as SQLAlchemy 2 declarative models. What they say is portable: SQLite and PostgreSQL.

No table holds a patient's value, a cell of a file, a column name or the name of a file: those stand in the job's own
folder, which goes when the job goes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, DateTime, Index, Integer, MetaData, String, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

#: constraints get a name everywhere, so that a migration can find them
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class State(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class UtcTime(TypeDecorator[datetime]):
    """A moment, kept as UTC without a zone, given back with it: SQLite has no zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """With a zone → UTC without."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC without a zone → with."""
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Of all tables."""

    metadata = MetaData(naming_convention=NAMING)


class JobRow(Base):
    """Long work for one person: queued, claimed by one worker, ended.

    The two unique indexes are what holds with any number of processes: one running job an owner, and no second one
    of the same key while the first waits or runs.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"),
        Index("uq_job_running", "owner", unique=True, sqlite_where=text("state = 'running'"),
              postgresql_where=text("state = 'running'")),
        Index("uq_job_active_key", "owner", "key", unique=True, sqlite_where=text("state IN ('queued', 'running')"),
              postgresql_where=text("state IN ('queued', 'running')")),
        Index("ix_job_owner_created", "owner", "created"),
        Index("ix_job_state_created", "state", "created"),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(64))
    folder: Mapped[str] = mapped_column(String(64))
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    message: Mapped[str] = mapped_column(String(500), default="")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    cancelling: Mapped[bool] = mapped_column(default=False)
    worker: Mapped[str] = mapped_column(String(32), default="")
    created: Mapped[datetime] = mapped_column(UtcTime)
    started: Mapped[datetime | None] = mapped_column(UtcTime)
    heartbeat: Mapped[datetime | None] = mapped_column(UtcTime)
    ended: Mapped[datetime | None] = mapped_column(UtcTime)
