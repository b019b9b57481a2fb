"""The database's version: from nothing to the newest, once, by one process; never downwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from riskmodels.records import Database, RecordsError, open_database
from riskmodels.records.engine import connect
from riskmodels.records.schema import Base
from riskmodels.records.upgrade import upgrade, version


def test_empty_database_comes_to_the_newest_step(tmp_path: Path) -> None:
    empty = connect(folder=tmp_path)
    assert version(empty).found == ""
    assert upgrade(empty).found == ""
    assert version(empty).current
    empty.close()


def test_second_upgrade_changes_nothing(database: Database) -> None:
    with database.write() as session:
        session.execute(sa.text("CREATE TABLE mine (x INTEGER)"))
    assert upgrade(database).current
    assert "mine" in sa.inspect(database.engine).get_table_names()


def test_migrations_make_the_tables_that_the_code_declares(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_unique_indexes_hold_for_active_jobs_only(database: Database) -> None:
    with database.read() as session:
        found = session.scalars(sa.text("SELECT sql FROM sqlite_master WHERE name LIKE 'uq_job%' ORDER BY name"))
        conditions = [sql.split("WHERE")[1].strip() for sql in found]
    assert conditions == ["state IN ('queued', 'running')", "state = 'running'"]


def test_database_of_a_newer_app_is_refused_and_left_alone(database: Database) -> None:
    with database.write() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RecordsError, match="newer CareRisk") as raised:
        open_database(folder=database.folder)
    assert "Update the app" in raised.value.hint
    with database.read() as session:
        assert session.scalar(sa.text("SELECT version_num FROM alembic_version")) == "9999"


def test_several_at_once_upgrade_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        opened = list(pool.map(lambda _: open_database(folder=tmp_path), range(6)))
    assert all(version(database).current for database in opened)
    for database in opened:
        database.close()


def test_step_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import alembic.op

    def fail(*_: object, **__: object) -> None:
        raise OSError("disk full")

    empty = connect(folder=tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(alembic.op, "create_index", fail)
        with pytest.raises(OSError, match="disk full"):
            upgrade(empty)
    assert sa.inspect(empty.engine).get_table_names() == []
    assert upgrade(empty).found == ""
    assert version(empty).current
    empty.close()
