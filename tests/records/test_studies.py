"""Studies of both kinds: what was read is kept, oldest first, deleted, brought back and removed in the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa

from riskmodels.records import LOCAL, Actor, Database, NotAllowedError, NotFoundError, Role, images, patients, signals
from riskmodels.records.facts import Entered, Facts
from riskmodels.records.schema import AuditEventRow, ImageStudyRow, SignalStudyRow

DAY = date(2025, 3, 14)


@dataclass(frozen=True)
class Kind:
    """A kind of study: its module and table, and what makes one on a day."""

    name: str
    module: ModuleType
    table: Any
    values: Callable[[date], tuple[Any, ...]]

    def add(self, database: Database, patient: patients.Patient, day: date = DAY) -> Any:
        return self.module.add(database, LOCAL, patient.id, *self.values(day))


KINDS = [
    Kind("image_study", images, ImageStudyRow, lambda day: (day, "retina", "1", "e" * 64, {"grade": 2})),
    Kind("signal_study", signals, SignalStudyRow, lambda day: ("glucose", (day, day), "e" * 64, {}, {"mean": 154.0})),
]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


@pytest.fixture
def patient(database: Database) -> patients.Patient:
    return patients.create(database, LOCAL, "", DAY, Facts({"age": Entered(61.0, "years")}, {"age": 61.0}), [])[0]


def test_studies_come_oldest_first(kind: Kind, database: Database, patient: patients.Patient) -> None:
    newer, older = kind.add(database, patient), kind.add(database, patient, DAY - timedelta(1))
    assert [s.id for s in kind.module.of_patient(database, LOCAL, patient.id)] == [older.id, newer.id]


def test_deleted_study_is_gone_until_it_is_restored(kind: Kind, database: Database, patient: patients.Patient) -> None:
    made = kind.add(database, patient)
    kind.module.delete(database, LOCAL, made.id)
    assert kind.module.of_patient(database, LOCAL, patient.id) == []
    with pytest.raises(NotFoundError, match=f"no such {kind.name.replace('_', ' ')}"):
        kind.module.delete(database, LOCAL, made.id)
    assert kind.module.restore(database, LOCAL, made.id) == made
    assert kind.module.of_patient(database, LOCAL, patient.id) == [made]


def test_study_deleted_too_long_ago_is_removed_by_the_purge(
    kind: Kind, database: Database, patient: patients.Patient
) -> None:
    made = kind.add(database, patient)
    kind.module.delete(database, LOCAL, made.id)
    with database.write() as session:
        session.execute(sa.update(kind.table).values(deleted=datetime.now(UTC) - timedelta(days=31)))
    with pytest.raises(NotFoundError):
        kind.module.restore(database, LOCAL, made.id)
    patients.purge(database)
    with database.read() as session:
        assert session.get(kind.table, made.id) is None


def test_studies_of_a_deleted_patient_are_not_seen(kind: Kind, database: Database, patient: patients.Patient) -> None:
    made = kind.add(database, patient)
    patients.delete(database, LOCAL, patient.id)
    assert kind.module.of_patient(database, LOCAL, patient.id) == []
    with pytest.raises(NotFoundError):
        kind.add(database, patient)
    with pytest.raises(NotFoundError):
        kind.module.delete(database, LOCAL, made.id)


def test_studies_go_with_their_patient(kind: Kind, database: Database, patient: patients.Patient) -> None:
    made = kind.add(database, patient)
    patients.delete(database, LOCAL, patient.id)
    with database.write() as session:
        session.execute(sa.text("UPDATE patient SET deleted = '2020-01-01 00:00:00'"))
    patients.purge(database)
    with database.read() as session:
        assert session.get(kind.table, made.id) is None


def test_trail_tells_of_the_study(kind: Kind, database: Database, patient: patients.Patient) -> None:
    made = kind.add(database, patient)
    kind.module.delete(database, LOCAL, made.id)
    kind.module.restore(database, LOCAL, made.id)
    with database.read() as session:
        rows = session.scalars(sa.select(AuditEventRow).where(AuditEventRow.record_id == made.id))
        told = [(row.action, row.record_kind) for row in rows]
    assert told == [(action, kind.name) for action in ("create", "delete", "restore")]


@pytest.mark.parametrize("what", ["add", "of_patient", "delete", "restore"])
def test_without_the_role_nothing_is_done(kind: Kind, sqlite_database: Database, what: str) -> None:
    more = kind.values(DAY) if what == "add" else ()
    with pytest.raises(NotAllowedError):
        getattr(kind.module, what)(sqlite_database, Actor("a", "A", frozenset({Role.ANALYST})), "0" * 32, *more)
