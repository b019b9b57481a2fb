"""A process that saves is killed at any moment: the database is whole, no visit without its answers and event."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from riskmodels.records import Database, audit
from riskmodels.records.schema import AssessmentRow, AuditEventRow, PatientRiskRow, PatientRow, VisitRow
from tests.waiting import until

PROCESS = Path(__file__).with_name("save_process.py")
ROUNDS = 4

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")


@pytest.fixture
def clinic(database: Database) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts a process that saves, and waits until it does."""
    url = "" if database.file else database.engine.url.render_as_string(hide_password=False)
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, PROCESS, database.folder]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "DATABASE_URL": url})
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def assert_whole(database: Database) -> int:
    """Every visit has the answers of its versions and its events, every patient the visits it counts. How many."""
    with database.read() as session:
        if database.file:
            assert session.scalar(sa.text("PRAGMA integrity_check")) == "ok"
            assert session.execute(sa.text("PRAGMA foreign_key_check")).all() == []
        visits = session.execute(sa.select(VisitRow.id, VisitRow.patient_id, VisitRow.version, VisitRow.deleted)).all()
        answers = {
            tuple(row) for row in session.execute(sa.select(AssessmentRow.visit_id, AssessmentRow.visit_version))
        }
        told = {tuple(row) for row in session.execute(sa.select(AuditEventRow.record_id, AuditEventRow.action))}
        counted = {row.id: row.visits for row in session.execute(sa.select(PatientRow.id, PatientRow.visits))}
        risks = set(session.scalars(sa.select(PatientRiskRow.patient_id)))
    assert answers == {(visit.id, version) for visit in visits for version in range(1, visit.version + 1)}
    kept = [visit.patient_id for visit in visits if visit.deleted is None]
    assert counted == {patient: kept.count(patient) for patient in counted}
    assert risks == {patient for patient, count in counted.items() if count}
    saved = {visit.id for visit in visits if visit.version > 1}
    deleted = {visit.id for visit in visits if visit.deleted is not None}
    assert saved == {record for record, action in told if action == "save"}
    assert deleted == {record for record, action in told if action == "delete"}
    assert {visit.id for visit in visits} | set(counted) == {record for record, action in told if action == "create"}
    assert audit.verify(database).ok
    return len(visits)


def wait_for_server(database: Database) -> None:
    """A server may still end what the killed client had sent."""
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend' AND state <> 'idle'"
    )

    def rests() -> bool:
        with database.read() as session:
            return not session.scalar(sa.text(others))

    if not database.file:
        until(rests)


def test_killed_in_the_middle_of_a_save_everything_is_whole_and_the_next_goes_on(
    database: Database, clinic: Callable[[], subprocess.Popen[bytes]]
) -> None:
    draws, before = random.Random(0), 0
    for _ in range(ROUNDS):
        process = clinic()
        time.sleep(draws.uniform(0.0, 0.4))
        process.kill()
        process.wait()
        wait_for_server(database)
        after = assert_whole(database)
        assert after > before
        before = after
