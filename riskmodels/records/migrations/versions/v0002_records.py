"""The tables of records: accounts, patients, visits, assessments, images, cohorts, drafts, and the audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEY = sa.String(length=400).with_variant(sa.String(length=400, collation="C"), "postgresql")
_DELETED = sa.text("deleted IS NOT NULL")
_REFUSAL = "the audit trail is append-only"


def upgrade() -> None:
    """Make them."""
    _make_tables()
    op.execute(sa.text("INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '')"))
    if op.get_bind().dialect.name == "postgresql":
        _postgresql_triggers()
    else:
        _sqlite_triggers()


def downgrade() -> None:
    """Remove them."""
    for table in (
        "assessment",
        "visit",
        "patient_risk",
        "image_study",
        "user_account",
        "patient",
        "model_version",
        "draft",
        "cohort",
        "audit_head",
        "audit_event",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_audit_change")


def _sqlite_triggers() -> None:
    for what in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_event_no_{what.lower()} BEFORE {what} ON audit_event "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )


def _postgresql_triggers() -> None:
    op.execute(
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    )
    for what in ("UPDATE", "DELETE", "TRUNCATE"):
        each = "STATEMENT" if what == "TRUNCATE" else "ROW"
        op.execute(
            f"CREATE TRIGGER audit_event_no_{what.lower()} BEFORE {what} ON audit_event "
            f"FOR EACH {each} EXECUTE FUNCTION refuse_audit_change()"
        )


def _make_tables() -> None:
    op.create_table(
        "audit_event",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("time", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=32), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("record_kind", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event_actor_time", "audit_event", ["actor", "time"])
    op.create_index("ix_audit_event_record", "audit_event", ["record_kind", "record_id"])
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "cohort",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("models", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort")),
    )
    op.create_index("ix_cohort_owner_created", "cohort", ["owner", "created"])
    op.create_table(
        "draft",
        sa.Column("id", sa.String(length=48), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    op.create_index("ix_draft_owner_saved", "draft", ["owner", "saved"])
    op.create_index("ix_draft_saved", "draft", ["saved"])
    op.create_table(
        "model_version",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=100), nullable=False),
        sa.Column("card", sa.JSON(), nullable=False),
        sa.Column("first_used", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_model_version")),
    )
    op.create_table(
        "patient",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("label_key", _KEY, nullable=False),
        sa.Column("sex", sa.Integer(), nullable=True),
        sa.Column("age", sa.Float(), nullable=True),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("last_visit", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.Column("deleted", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_patient_age", "patient", ["age", "id", "deleted"])
    op.create_index("ix_patient_created", "patient", ["created", "id", "deleted"])
    op.create_index("ix_patient_deleted", "patient", ["deleted"], sqlite_where=_DELETED, postgresql_where=_DELETED)
    op.create_index("ix_patient_label_key", "patient", ["label_key", "id", "deleted"])
    op.create_index("ix_patient_last_visit", "patient", ["last_visit", "id", "deleted"])
    op.create_index("uq_patient_code", "patient", ["code"], unique=True)
    op.create_table(
        "user_account",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("seen", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
    )
    op.create_index("uq_user_account_issuer_subject", "user_account", ["issuer", "subject"], unique=True)
    op.create_table(
        "image_study",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("patient_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("model_version", sa.String(length=100), nullable=False),
        sa.Column("picture_hash", sa.String(length=64), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.Column("deleted", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_image_study_patient_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image_study")),
    )
    op.create_index("ix_image_study_patient_id_day", "image_study", ["patient_id", "day"])
    op.create_table(
        "patient_risk",
        sa.Column("patient_id", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("risk", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_patient_risk_patient_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("patient_id", "outcome", name=op.f("pk_patient_risk")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_patient_risk_outcome_risk", "patient_risk", ["outcome", "risk", "patient_id"])
    op.create_table(
        "visit",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("patient_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entered", sa.JSON(), nullable=False),
        sa.Column("canonical", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.Column("edited", sa.DateTime(), nullable=False),
        sa.Column("edited_by", sa.String(length=32), nullable=False),
        sa.Column("deleted", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_visit_patient_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index("ix_visit_patient_id_day", "visit", ["patient_id", "day"])
    op.create_table(
        "assessment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("visit_id", sa.String(length=32), nullable=False),
        sa.Column("visit_version", sa.Integer(), nullable=False),
        sa.Column("model_hash", sa.String(length=64), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("inputs_hash", sa.String(length=64), nullable=False),
        sa.Column("outputs", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["model_hash"], ["model_version.hash"], name=op.f("fk_assessment_model_hash")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_assessment_visit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
    )
    op.create_index("ix_assessment_visit_id_created", "assessment", ["visit_id", "created"])
