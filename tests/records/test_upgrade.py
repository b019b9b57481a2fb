"""The database's version: from nothing to the newest, once, by one process; never downwards."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from riskmodels.records import LOCAL, Database, RecordsError, audit, open_database
from riskmodels.records.schema import Base
from riskmodels.records.upgrade import _config, upgrade, version

ROOT = Path(__file__).resolve().parents[2]
#: everything in a database that has a name
CATALOGUE = {
    "sqlite": "SELECT type, name, sql FROM sqlite_master ORDER BY type, name",
    "postgresql": """
        SELECT 'relation', c.relname, c.relkind::text FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public'
        UNION SELECT 'function', p.proname, '' FROM pg_proc p
            JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public'
        UNION SELECT 'trigger', t.tgname, '' FROM pg_trigger t WHERE NOT t.tgisinternal
        UNION SELECT 'constraint', conname, contype::text FROM pg_constraint
            JOIN pg_namespace n ON n.oid = connamespace WHERE n.nspname = 'public'
        UNION SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        ORDER BY 1, 2""",
}


def catalogue(database: Database) -> list[tuple[str, ...]]:
    with database.read() as session:
        return [tuple(row) for row in session.execute(sa.text(CATALOGUE[database.engine.dialect.name]))]


def go_to(database: Database, act: Callable[..., None], revision: str) -> None:
    """Migrate up or down to a step."""
    with database.connection() as connection:
        act(_config(connection), revision)


def environment(database: Database) -> dict[str, str]:
    """What a process needs to open the database."""
    url = "" if database.file else database.engine.url.render_as_string(hide_password=False)
    return {**os.environ, "CARERISK_DATA": str(database.folder), "DATABASE_URL": url}


def test_empty_database_comes_to_the_newest_step(empty: Database) -> None:
    assert version(empty).found == ""
    assert upgrade(empty).found == ""
    assert version(empty).current


def test_second_upgrade_changes_nothing(database: Database) -> None:
    with database.write() as session:
        session.execute(sa.text("CREATE TABLE mine (x INTEGER)"))
    assert upgrade(database).current
    assert "mine" in sa.inspect(database.engine).get_table_names()


def test_migrations_make_the_tables_that_the_code_declares(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_each_step_down_and_up_again_leaves_nothing_behind(empty: Database) -> None:
    nothing = catalogue(empty)
    seen = {}
    for revision in ("0001", "0002", "0003", "0004", "0005"):
        go_to(empty, command.upgrade, revision)
        seen[revision] = catalogue(empty)
    go_to(empty, command.downgrade, "0001")
    assert catalogue(empty) == seen["0001"]
    for revision in ("0002", "0003", "0004", "0005"):
        go_to(empty, command.upgrade, revision)
        assert catalogue(empty) == seen[revision]
    go_to(empty, command.downgrade, "base")
    assert [row for row in catalogue(empty) if "alembic_version" not in row[1]] == nothing


def test_jobs_of_the_former_step_are_kept(empty: Database) -> None:
    go_to(empty, command.upgrade, "0001")
    with empty.write() as session:
        session.execute(
            sa.text(
                "INSERT INTO job (id, owner, kind, state, key, folder, done, total, counts, message, attempts, "
                "cancelling, worker, created) VALUES ('j', 'local', 'score', 'done', 'k', 'f', 3, 3, '{\"read\": 3}', "
                "'', 1, false, '', '2026-11-01 10:00:00')"
            )
        )
    assert upgrade(empty).found == "0001"
    with empty.read() as session:
        assert session.execute(sa.text("SELECT id, owner, done FROM job")).all() == [("j", "local", 3)]


def test_unique_indexes_hold_for_active_jobs_only(sqlite_database: Database) -> None:
    with sqlite_database.read() as session:
        found = session.scalars(sa.text("SELECT sql FROM sqlite_master WHERE name LIKE 'uq_job%' ORDER BY name"))
        conditions = [sql.split("WHERE")[1].strip() for sql in found]
    assert conditions == ["state IN ('queued', 'running')", "state = 'running'"]


def test_unique_indexes_hold_for_active_jobs_only_on_postgresql(postgresql_url: str, tmp_path: Path) -> None:
    database = open_database(postgresql_url, tmp_path)
    with database.read() as session:
        found = session.scalars(
            sa.text("SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'uq_job%' ORDER BY indexname")
        )
        active, running = found
    database.close()
    assert active.startswith("CREATE UNIQUE INDEX uq_job_active_key")
    assert all(state in active.split("WHERE")[1] for state in ("'queued'", "'running'"))
    assert "'done'" not in active
    assert running.startswith("CREATE UNIQUE INDEX uq_job_running")
    assert "'running'" in running.split("WHERE")[1]
    assert "'queued'" not in running


def test_database_of_a_newer_app_is_refused_and_left_alone(database: Database) -> None:
    with database.write() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    url = None if database.file else database.engine.url.render_as_string(hide_password=False)
    with pytest.raises(RecordsError, match="newer CareRisk") as raised:
        open_database(url, database.folder)
    assert "Update the app" in raised.value.hint
    with database.read() as session:
        assert session.scalar(sa.text("SELECT version_num FROM alembic_version")) == "9999"


def test_several_threads_upgrade_once(empty: Database) -> None:
    url = None if empty.file else empty.engine.url.render_as_string(hide_password=False)
    with ThreadPoolExecutor(6) as pool:
        opened = list(pool.map(lambda _: open_database(url, empty.folder), range(6)))
    assert all(version(database).current for database in opened)
    for database in opened:
        database.close()


def test_several_processes_upgrade_once(empty: Database) -> None:
    program = "from riskmodels.records import open_database; print(open_database().engine.dialect.name)"
    started = [
        subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=environment(empty), stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    said = [process.communicate()[0].decode().strip() for process in started]
    assert [process.returncode for process in started] == [0, 0, 0]
    assert said == [empty.engine.dialect.name] * 3
    assert version(empty).current
    audit.record(empty, LOCAL, audit.Action.OPEN, "patient", "p1")
    assert audit.verify(empty).events == 1


def test_step_that_fails_leaves_nothing(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    import alembic.op

    def fail(*_: object, **__: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(alembic.op, "create_index", fail)
        with pytest.raises(OSError, match="disk full"):
            upgrade(empty)
    assert sa.inspect(empty.engine).get_table_names() == []
    assert upgrade(empty).found == ""
    assert version(empty).current
