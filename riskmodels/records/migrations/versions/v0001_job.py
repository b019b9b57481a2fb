"""The table of jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_RUNNING = sa.text("state = 'running'")
_ACTIVE = sa.text("state IN ('queued', 'running')")


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "job",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("folder", sa.String(64), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("message", sa.String(500), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("cancelling", sa.Boolean(), nullable=False),
        sa.Column("worker", sa.String(32), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("started", sa.DateTime(), nullable=True),
        sa.Column("heartbeat", sa.DateTime(), nullable=True),
        sa.Column("ended", sa.DateTime(), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_job_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index("uq_job_running", "job", ["owner"], unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING)
    op.create_index(
        "uq_job_active_key", "job", ["owner", "key"], unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE
    )
    op.create_index("ix_job_owner_created", "job", ["owner", "created"])
    op.create_index("ix_job_state_created", "job", ["state", "created"])


def downgrade() -> None:
    """Remove it."""
    op.drop_table("job")
