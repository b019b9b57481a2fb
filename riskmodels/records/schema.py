"""The tables, as SQLAlchemy 2 declarative models. What they say is portable: SQLite and PostgreSQL.

Values of patients stand in ``visit``, ``assessment``, ``image_study``, ``signal_study``, ``patient_risk`` and ``draft``
only. Jobs hold none: cells, column names and names of files stand in the job's own folder, which goes when the job
goes. Audit events hold names of fields and ids of records, never a value.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, DateTime, Float, ForeignKey, Index, Integer, MetaData, String, text
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


class UserRow(Base):
    """An account: who signed in, by the provider's issuer and subject, with the roles last claimed."""

    __tablename__ = "user_account"
    __table_args__ = (Index("uq_user_account_issuer_subject", "issuer", "subject", unique=True),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255))
    roles: Mapped[list[str]] = mapped_column(JSON)
    created: Mapped[datetime] = mapped_column(UtcTime)
    seen: Mapped[datetime] = mapped_column(UtcTime)


class SignInRow(Base):
    """A sign-in, by a hash of its claims: when the person last did something, and whether and why it is over."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_issued", "issued"),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(String(64))
    issued: Mapped[datetime] = mapped_column(UtcTime)
    last: Mapped[datetime] = mapped_column(UtcTime)
    ended: Mapped[datetime | None] = mapped_column(UtcTime)
    why: Mapped[str] = mapped_column(String(16), default="")


#: compared letter by letter on every database
_KEY = String(400).with_variant(String(400, collation="C"), "postgresql")


#: on SQLite rows lie in the order of their primary key, so that two tables of one key are read side by side: a list of
#: 100,000 patients by risk takes a fifth of the time
_CLUSTERED = {"sqlite_with_rowid": False}


class PatientRow(Base):
    """A patient under a pseudonym. ``visits``, ``last_visit``, ``sex``, ``age`` repeat the latest visit for lists.

    ``label_key`` is the label without case and accents, to search and sort by.
    """

    __tablename__ = "patient"
    __table_args__ = (
        Index("uq_patient_code", "code", unique=True),
        # with "deleted" beside it, a list is walked in the index alone
        Index("ix_patient_last_visit", "last_visit", "id", "deleted"),
        Index("ix_patient_age", "age", "id", "deleted"),
        Index("ix_patient_label_key", "label_key", "id", "deleted"),
        Index("ix_patient_created", "created", "id", "deleted"),
        # no index on those who are there: nearly all are, and SQLite would walk it instead of one in order
        Index(
            "ix_patient_deleted",
            "deleted",
            sqlite_where=text("deleted IS NOT NULL"),
            postgresql_where=text("deleted IS NOT NULL"),
        ),
        _CLUSTERED,
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    code: Mapped[str] = mapped_column(String(16))
    label: Mapped[str] = mapped_column(String(120), default="")
    label_key: Mapped[str] = mapped_column(_KEY, default="")
    sex: Mapped[int | None] = mapped_column(Integer)
    age: Mapped[float | None] = mapped_column(Float)
    visits: Mapped[int] = mapped_column(Integer, default=0)
    last_visit: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created: Mapped[datetime] = mapped_column(UtcTime)
    created_by: Mapped[str] = mapped_column(String(32))
    deleted: Mapped[datetime | None] = mapped_column(UtcTime)


class PatientRiskRow(Base):
    """The risk by the latest assessment of the latest visit, one row an outcome, for lists: filter and sort."""

    __tablename__ = "patient_risk"
    __table_args__ = (Index("ix_patient_risk_outcome_risk", "outcome", "risk", "patient_id"), _CLUSTERED)

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(32), primary_key=True)
    risk: Mapped[float] = mapped_column(Float)


class VisitRow(Base):
    """What was known at one visit: ``entered`` as typed with its unit, ``canonical`` in the vocabulary's units."""

    __tablename__ = "visit"
    __table_args__ = (Index("ix_visit_patient_id_day", "patient_id", "day"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    day: Mapped[date] = mapped_column(Date)
    entered: Mapped[dict[str, Any]] = mapped_column(JSON)
    canonical: Mapped[dict[str, float]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(String(2000), default="")
    source: Mapped[str] = mapped_column(String(32), default="form")
    version: Mapped[int] = mapped_column(Integer, default=1)
    created: Mapped[datetime] = mapped_column(UtcTime)
    created_by: Mapped[str] = mapped_column(String(32))
    edited: Mapped[datetime] = mapped_column(UtcTime)
    edited_by: Mapped[str] = mapped_column(String(32))
    deleted: Mapped[datetime | None] = mapped_column(UtcTime)


class ModelVersionRow(Base):
    """A model that made an assessment: its name, version and the hash of all its files, with its card."""

    __tablename__ = "model_version"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(100))
    card: Mapped[dict[str, Any]] = mapped_column(JSON)
    first_used: Mapped[datetime] = mapped_column(UtcTime)


class AssessmentRow(Base):
    """What one model answered for a visit as it then stood. Never changed; a new answer is a new row."""

    __tablename__ = "assessment"
    __table_args__ = (Index("ix_assessment_visit_id_created", "visit_id", "created"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    visit_version: Mapped[int] = mapped_column(Integer)
    model_hash: Mapped[str] = mapped_column(ForeignKey("model_version.hash"))
    inputs: Mapped[dict[str, float]] = mapped_column(JSON)
    inputs_hash: Mapped[str] = mapped_column(String(64))
    outputs: Mapped[dict[str, Any]] = mapped_column(JSON)
    reasons: Mapped[dict[str, Any]] = mapped_column(JSON)
    created: Mapped[datetime] = mapped_column(UtcTime)
    created_by: Mapped[str] = mapped_column(String(32))


class ImageStudyRow(Base):
    """What an image model read in a picture; the picture itself is not kept, only its hash."""

    __tablename__ = "image_study"
    __table_args__ = (Index("ix_image_study_patient_id_day", "patient_id", "day"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    day: Mapped[date] = mapped_column(Date)
    model: Mapped[str] = mapped_column(String(64))
    model_version: Mapped[str] = mapped_column(String(100))
    picture_hash: Mapped[str] = mapped_column(String(64))
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    created: Mapped[datetime] = mapped_column(UtcTime)
    created_by: Mapped[str] = mapped_column(String(32))
    deleted: Mapped[datetime | None] = mapped_column(UtcTime)


#: kinds of signals that a study can be of
SIGNAL_KINDS = ("glucose", "rhythm", "pressure")


class SignalStudyRow(Base):
    """What was read in a signal of some days; the file itself is not kept, only its hash."""

    __tablename__ = "signal_study"
    __table_args__ = (
        CheckConstraint("kind IN ('glucose', 'rhythm', 'pressure')", name="kind"),
        Index("ix_signal_study_patient_id_day", "patient_id", "day"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    file_hash: Mapped[str] = mapped_column(String(64))
    models: Mapped[dict[str, str]] = mapped_column(JSON)
    summary: Mapped[dict[str, Any]] = mapped_column(JSON)
    created: Mapped[datetime] = mapped_column(UtcTime)
    created_by: Mapped[str] = mapped_column(String(32))
    deleted: Mapped[datetime | None] = mapped_column(UtcTime)


class CohortRow(Base):
    """A cohort that was scored: what file (by hash), how long, by which models, with what counts; no rows."""

    __tablename__ = "cohort"
    __table_args__ = (Index("ix_cohort_owner_created", "owner", "created"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    job_id: Mapped[str] = mapped_column(String(32))
    owner: Mapped[str] = mapped_column(String(255))
    file_hash: Mapped[str] = mapped_column(String(64))
    models: Mapped[list[str]] = mapped_column(JSON)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)
    created: Mapped[datetime] = mapped_column(UtcTime)


class DraftRow(Base):
    """What stands in a person's form before it is saved, so that a refresh loses nothing; goes after a day."""

    __tablename__ = "draft"
    __table_args__ = (Index("ix_draft_owner_saved", "owner", "saved"), Index("ix_draft_saved", "saved"))

    id: Mapped[str] = mapped_column(String(48), primary_key=True)
    owner: Mapped[str] = mapped_column(String(32))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved: Mapped[datetime] = mapped_column(UtcTime)


class AuditEventRow(Base):
    """Who did what when to which record. Triggers refuse a change or deletion; each hash covers the one before."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_record", "record_kind", "record_id"),
        Index("ix_audit_event_actor_time", "actor", "time"),
    )

    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    time: Mapped[str] = mapped_column(String(32))
    actor: Mapped[str] = mapped_column(String(32))
    action: Mapped[str] = mapped_column(String(32))
    record_kind: Mapped[str] = mapped_column(String(32))
    record_id: Mapped[str] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHeadRow(Base):
    """The end of the chain: one row, locked while an event is added. A cut-off tail no longer ends here."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(String(64))


class AuditAnchorRow(Base):
    """Which event is the first by the key, signed by it: one row. A chain without that event was rewritten."""

    __tablename__ = "audit_anchor"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(64))
