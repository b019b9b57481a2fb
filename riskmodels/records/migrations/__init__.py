"""Alembic's migrations: one module a step, run by :func:`riskmodels.records.upgrade.upgrade`."""
