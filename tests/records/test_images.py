"""Image studies: what was read is kept, the picture is not. What holds of every study: test_studies.py."""

from __future__ import annotations

from datetime import date

import pytest

from riskmodels.records import LOCAL, Database, RecordsError, images, patients
from riskmodels.records.facts import Entered, Facts

DAY = date(2025, 3, 14)
RESULT = {"grade": 2, "probabilities": [0.1, 0.2, 0.7], "text": "moderate"}
VALUES = {"day": DAY, "model": "retina", "model_version": "1", "picture_hash": "e" * 64, "result": RESULT}


@pytest.fixture
def patient(database: Database) -> patients.Patient:
    return patients.create(database, LOCAL, "", DAY, Facts({"age": Entered(61.0, "years")}, {"age": 61.0}), [])[0]


def test_result_is_kept_as_it_was(database: Database, patient: patients.Patient) -> None:
    made = images.add(database, LOCAL, patient.id, **VALUES)  # type: ignore[arg-type]
    assert {name: getattr(made, name) for name in VALUES} == VALUES
    assert images.of_patient(database, LOCAL, patient.id) == [made]


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
    with pytest.raises(RecordsError, match=words):
        images.add(database, LOCAL, patient.id, **(VALUES | change))  # type: ignore[arg-type]
    assert images.of_patient(database, LOCAL, patient.id) == []
