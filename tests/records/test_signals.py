"""Signal studies: what was read is kept, the file is not. What holds of every study: test_studies.py."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from riskmodels.records import LOCAL, Database, RecordsError, patients, signals
from riskmodels.records.facts import Entered, Facts
from riskmodels.records.schema import AuditEventRow

DAY = date(2025, 3, 14)
DAYS = (DAY, DAY + timedelta(13))
SUMMARY = {"words": "In range for 71 % of the time.", "figures": {"in_range": [71.2, 66.0, 76.1]}, "days": 14}
VALUES = {"kind": "glucose", "days": DAYS, "file_hash": "e" * 64, "models": {"forecast": "v1"}, "summary": SUMMARY}


@pytest.fixture
def patient(database: Database) -> patients.Patient:
    return patients.create(database, LOCAL, "", DAY, Facts({"age": Entered(61.0, "years")}, {"age": 61.0}), [])[0]


def test_summary_is_kept_as_it_was(database: Database, patient: patients.Patient) -> None:
    made = signals.add(database, LOCAL, patient.id, **VALUES)  # type: ignore[arg-type]
    assert (made.kind, (made.day, made.last_day), made.file_hash) == ("glucose", DAYS, "e" * 64)
    assert (made.models, made.summary) == ({"forecast": "v1"}, SUMMARY)
    assert signals.of_patient(database, LOCAL, patient.id) == [made]


def test_trail_names_kind_and_models_and_no_value(database: Database, patient: patients.Patient) -> None:
    made = signals.add(database, LOCAL, patient.id, **VALUES)  # type: ignore[arg-type]
    with database.read() as session:
        event = session.scalars(sa.select(AuditEventRow).where(AuditEventRow.record_id == made.id)).one()
        assert event.detail == {"kind": "glucose", "models": ["forecast"]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "breath"}, "“breath” is no kind"),
        ({"file_hash": "../../etc"}, "no SHA-256"),
        ({"summary": {"mean": float("nan")}}, "cannot be kept"),
        ({"summary": {"samples": b"\x00"}}, "cannot be kept"),
        ({"days": (date(1899, 1, 1), DAY)}, "before 1900"),
        ({"days": (DAY, DAY - timedelta(1))}, "ends before it begins"),
        ({"days": (DAY, date(2999, 1, 1))}, "in the future"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    database: Database, patient: patients.Patient, change: dict[str, object], words: str
) -> None:
    with pytest.raises(RecordsError, match=words):
        signals.add(database, LOCAL, patient.id, **(VALUES | change))  # type: ignore[arg-type]
    assert signals.of_patient(database, LOCAL, patient.id) == []
