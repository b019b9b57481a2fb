"""The tables of records: accounts, patients, visits, assessments, images, cohorts, drafts, and the audit trail."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEY = sa.String(length=400).with_variant(sa.String(length=400, collation="C"), "postgresql")
_WHOLE, _REAL, _DAY, _TIME, _JSON = sa.Integer(), sa.Float(), sa.Date(), sa.DateTime(), sa.JSON()
#: columns by table, in the order in which they are made; a number: a text of at most so many characters
_COLUMNS: dict[str, dict[str, int | sa.types.TypeEngine[Any]]] = {
    "audit_event": {"seq": _WHOLE, "time": 32, "actor": 32, "action": 32, "record_kind": 32, "record_id": 64,
                    "detail": _JSON, "previous": 64, "hash": 64},
    "audit_head": {"id": _WHOLE, "seq": _WHOLE, "hash": 64},
    "cohort": {"id": 32, "job_id": 32, "owner": 255, "file_hash": 64, "models": _JSON, "counts": _JSON,
               "created": _TIME},
    "draft": {"id": 48, "owner": 32, "content": _JSON, "saved": _TIME},
    "model_version": {"hash": 64, "name": 64, "version": 100, "card": _JSON, "first_used": _TIME},
    "patient": {"id": 32, "code": 16, "label": 120, "label_key": _KEY, "sex": _WHOLE, "age": _REAL, "visits": _WHOLE,
                "last_visit": _DAY, "version": _WHOLE, "created": _TIME, "created_by": 32, "deleted": _TIME},
    "user_account": {"id": 32, "issuer": 255, "subject": 255, "name": 255, "roles": _JSON, "created": _TIME,
                     "seen": _TIME},
    "image_study": {"id": 32, "patient_id": 32, "day": _DAY, "model": 64, "model_version": 100, "picture_hash": 64,
                    "result": _JSON, "created": _TIME, "created_by": 32, "deleted": _TIME},
    "patient_risk": {"patient_id": 32, "outcome": 32, "risk": _REAL},
    "visit": {"id": 32, "patient_id": 32, "day": _DAY, "entered": _JSON, "canonical": _JSON, "note": 2000, "source": 32,
              "version": _WHOLE, "created": _TIME, "created_by": 32, "edited": _TIME, "edited_by": 32,
              "deleted": _TIME},
    "assessment": {"id": 32, "visit_id": 32, "visit_version": _WHOLE, "model_hash": 64, "inputs": _JSON,
                   "inputs_hash": 64, "outputs": _JSON, "reasons": _JSON, "created": _TIME, "created_by": 32},
}  # fmt: skip
_NULLABLE = {"sex", "age", "last_visit", "deleted"}
#: the first column, but
_KEYS = {"patient_risk": ("patient_id", "outcome")}
#: column → what it refers to, and what becomes of the row when that is deleted
_REFERENCES = {
    "model_hash": ("model_version.hash", None),
    "patient_id": ("patient.id", "CASCADE"),
    "visit_id": ("visit.id", "CASCADE"),
}
_WITHOUT_ROWID = {"patient", "patient_risk"}
_INDEXES = {
    "audit_event": {
        "ix_audit_event_actor_time": ["actor", "time"],
        "ix_audit_event_record": ["record_kind", "record_id"],
    },
    "cohort": {"ix_cohort_owner_created": ["owner", "created"]},
    "draft": {"ix_draft_owner_saved": ["owner", "saved"], "ix_draft_saved": ["saved"]},
    "patient": {
        "ix_patient_age": ["age", "id", "deleted"],
        "ix_patient_created": ["created", "id", "deleted"],
        "ix_patient_deleted": ["deleted"],
        "ix_patient_label_key": ["label_key", "id", "deleted"],
        "ix_patient_last_visit": ["last_visit", "id", "deleted"],
        "uq_patient_code": ["code"],
    },
    "user_account": {"uq_user_account_issuer_subject": ["issuer", "subject"]},
    "image_study": {"ix_image_study_patient_id_day": ["patient_id", "day"]},
    "patient_risk": {"ix_patient_risk_outcome_risk": ["outcome", "risk", "patient_id"]},
    "visit": {"ix_visit_patient_id_day": ["patient_id", "day"]},
    "assessment": {"ix_assessment_visit_id_created": ["visit_id", "created"]},
}
_PARTIAL = {"ix_patient_deleted": sa.text("deleted IS NOT NULL")}
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
    for table in reversed(_COLUMNS):
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
    for table, columns in _COLUMNS.items():
        made = [_column(name, kind) for name, kind in columns.items()]
        refers = [_reference(table, name) for name in _REFERENCES if name in columns]
        key = sa.PrimaryKeyConstraint(*_KEYS.get(table, tuple(columns)[:1]), name=op.f(f"pk_{table}"))
        op.create_table(table, *made, *refers, key, sqlite_with_rowid=table not in _WITHOUT_ROWID)
        for name, indexed in _INDEXES.get(table, {}).items():
            where = _PARTIAL.get(name)
            unique = name.startswith("uq_")
            op.create_index(name, table, indexed, unique=unique, sqlite_where=where, postgresql_where=where)


def _column(name: str, kind: int | sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    kind = sa.String(length=kind) if isinstance(kind, int) else kind
    return sa.Column(name, kind, autoincrement=False, nullable=name in _NULLABLE)


def _reference(table: str, column: str) -> sa.ForeignKeyConstraint:
    target, on_delete = _REFERENCES[column]
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), ondelete=on_delete)
