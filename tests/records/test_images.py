"""Image studies: what was read is kept, the picture is not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from riskmodels.records import (
    LOCAL,
    Actor,
    Database,
    NotAllowedError,
    NotFoundError,
    RecordsError,
    Role,
    images,
    patients,
)
from riskmodels.records.facts import Entered, Facts
from riskmodels.records.schema import AuditEventRow, ImageStudyRow

DAY = date(2025, 3, 14)
RESULT = {"grade": 2, "probabilities": [0.1, 0.2, 0.7], "text": "moderate"}


@pytest.fixture
def patient(database: Database) -> patients.Patient:
    return patients.create(database, LOCAL, "", DAY, Facts({"age": Entered(61.0, "years")}, {"age": 61.0}), [])[0]


def add(database: Database, patient: patients.Patient, day: date = DAY) -> images.ImageStudy:
    return images.add(database, LOCAL, patient.id, day, "retina", "2026-11-24-1", "e" * 64, RESULT)


def test_result_is_kept_as_it_was(database: Database, patient: patients.Patient) -> None:
    made = add(database, patient)
    assert made.result == RESULT
    assert images.of_patient(database, LOCAL, patient.id) == [made]


def test_studies_come_oldest_first(database: Database, patient: patients.Patient) -> None:
    newer, older = add(database, patient), add(database, patient, DAY - timedelta(1))
    assert [s.id for s in images.of_patient(database, LOCAL, patient.id)] == [older.id, newer.id]


def test_deleted_study_is_gone_until_it_is_restored(database: Database, patient: patients.Patient) -> None:
    made = add(database, patient)
    images.delete(database, LOCAL, made.id)
    assert images.of_patient(database, LOCAL, patient.id) == []
    with pytest.raises(NotFoundError):
        images.delete(database, LOCAL, made.id)
    assert images.restore(database, LOCAL, made.id) == made
    assert images.of_patient(database, LOCAL, patient.id) == [made]


def test_study_deleted_too_long_ago_is_removed_by_the_purge(database: Database, patient: patients.Patient) -> None:
    made = add(database, patient)
    images.delete(database, LOCAL, made.id)
    with database.write() as session:
        session.execute(sa.update(ImageStudyRow).values(deleted=datetime.now(UTC) - timedelta(days=31)))
    with pytest.raises(NotFoundError):
        images.restore(database, LOCAL, made.id)
    patients.purge(database)
    with database.read() as session:
        assert session.get(ImageStudyRow, made.id) is None


def test_studies_of_a_deleted_patient_are_not_seen(database: Database, patient: patients.Patient) -> None:
    made = add(database, patient)
    patients.delete(database, LOCAL, patient.id)
    assert images.of_patient(database, LOCAL, patient.id) == []
    with pytest.raises(NotFoundError):
        add(database, patient)
    with pytest.raises(NotFoundError):
        images.delete(database, LOCAL, made.id)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"picture_hash": "../../etc"}, "no SHA-256"),
        ({"result": {"risk": float("nan")}}, "cannot be kept"),
        ({"result": {"pixels": b"\x00"}}, "cannot be kept"),
        ({"day": date(1899, 1, 1)}, "before 1900"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    database: Database, patient: patients.Patient, change: dict[str, object], words: str
) -> None:
    values = {"day": DAY, "model": "retina", "model_version": "1", "picture_hash": "e" * 64, "result": RESULT} | change
    with pytest.raises(RecordsError, match=words):
        images.add(database, LOCAL, patient.id, **values)  # type: ignore[arg-type]
    assert images.of_patient(database, LOCAL, patient.id) == []


def test_trail_tells_of_the_study(database: Database, patient: patients.Patient) -> None:
    made = add(database, patient)
    images.delete(database, LOCAL, made.id)
    images.restore(database, LOCAL, made.id)
    with database.read() as session:
        rows = session.scalars(sa.select(AuditEventRow).where(AuditEventRow.record_id == made.id))
        assert [(row.action, row.record_kind) for row in rows] == [
            ("create", "image_study"),
            ("delete", "image_study"),
            ("restore", "image_study"),
        ]


@pytest.mark.parametrize("what", ["add", "of_patient", "delete", "restore"])
def test_without_the_role_nothing_is_done(sqlite_database: Database, what: str) -> None:
    more = (DAY, "retina", "1", "e" * 64, RESULT) if what == "add" else ()
    with pytest.raises(NotAllowedError):
        getattr(images, what)(sqlite_database, Actor("a", "A", frozenset({Role.ANALYST})), "0" * 32, *more)
