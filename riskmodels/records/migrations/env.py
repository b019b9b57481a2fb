"""What Alembic runs: the steps, on the connection and in the transaction of :mod:`riskmodels.records.upgrade`."""

from __future__ import annotations

from alembic import context

from riskmodels.records.schema import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
