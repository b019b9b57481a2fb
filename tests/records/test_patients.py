"""Patients: pseudonym and label, made with their first visit, deleted, brought back, removed for good."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import chain, repeat

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
    patients,
    visits,
)
from riskmodels.records.assessments import Estimate, NewAssessment, Reason
from riskmodels.records.facts import Entered, Facts, search_key
from riskmodels.records.schema import (
    AssessmentRow,
    AuditEventRow,
    ModelVersionRow,
    PatientRiskRow,
    PatientRow,
    VisitRow,
)

DAY = date(2025, 3, 14)
ANALYST = Actor("ana", "Ana", frozenset({Role.ANALYST, Role.ADMIN}))


def facts(**canonical: float) -> Facts:
    units = {"age": "years", "systolic_bp": "mmHg"}
    return Facts({n: Entered(v, units.get(n, "")) for n, v in canonical.items()}, canonical)


def answer(risk: float | None = 0.12, outcome: str = "cvd_10y") -> NewAssessment:
    estimates = {outcome: Estimate(risk, 0.1, 0.15, -2.0)}
    return NewAssessment("population", "1", "a" * 64, {}, {"age": 61.0}, "b" * 64, estimates, {outcome: Reason(-3, {})})


def new(database: Database, label: str = "", **canonical: float) -> patients.Patient:
    patient, _ = patients.create(database, LOCAL, label, DAY, facts(**(canonical or {"age": 61.0})), [answer()])
    return patient


def events(database: Database) -> list[tuple[str, str, str]]:
    with database.read() as session:
        rows = session.scalars(sa.select(AuditEventRow).order_by(AuditEventRow.seq))
        return [(row.action, row.record_kind, row.record_id) for row in rows]


def set_deleted(database: Database, patient_id: str, ago: timedelta) -> None:
    with database.write() as session:
        session.execute(
            sa.update(PatientRow).where(PatientRow.id == patient_id).values(deleted=datetime.now(UTC) - ago)
        )


def test_new_patient_repeats_what_the_first_visit_says(database: Database) -> None:
    made, visit = patients.create(database, LOCAL, "Bed 4", DAY, facts(age=61.5, sex=1.0), [answer()], note="first")
    assert (made.label, made.sex, made.age, made.visits, made.last_visit) == ("Bed 4", 1, 61.5, 1, DAY)
    assert (visit.patient_id, visit.version, visit.note, visit.source) == (made.id, 1, "first", "form")
    assert patients.find(database, LOCAL, made.id) == made


def test_sex_and_age_that_are_not_known_stay_unknown(database: Database) -> None:
    made = new(database, systolic_bp=140.0)
    assert (made.sex, made.age) == (None, None)


def test_code_has_no_letter_that_is_taken_for_another(database: Database) -> None:
    code = new(database).code
    assert code.startswith("P-")
    assert set(code[2:]) <= set(patients.CODE_LETTERS)
    assert not set("01OIL") & set(patients.CODE_LETTERS)


def test_code_that_is_taken_is_drawn_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["P-AAAAA", "P-AAAAA", "P-BBBBB"])
    monkeypatch.setattr(patients, "new_code", lambda length: next(drawn))
    assert [new(database).code, new(database).code] == ["P-AAAAA", "P-BBBBB"]


def test_code_gets_longer_where_the_short_ones_are_taken(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = chain(["P-AAAAA"], repeat("P-AAAAA"))
    monkeypatch.setattr(patients, "new_code", lambda length: next(drawn) if length == 5 else "P-" + "C" * length)
    assert [len(new(database).code), len(new(database).code)] == [7, 8]


def test_label_loses_what_cannot_be_seen(database: Database) -> None:
    assert new(database, "  Bed\t4\n\x00\u202elast \x1b[1m").label == "Bed 4 last [1m"


def test_label_with_markup_stays_as_it_is(database: Database) -> None:
    assert new(database, "<b>'; DROP TABLE patient --").label == "<b>'; DROP TABLE patient --"


def test_label_that_is_too_long_is_refused_and_not_cut(database: Database) -> None:
    with pytest.raises(RecordsError, match="Label: 121 characters are more than 120") as raised:
        new(database, "x" * 121)
    assert raised.value.hint == "Shorten it."
    assert "x" not in raised.value.log.replace("label", "")
    assert events(database) == []


def test_longest_label_of_the_widest_letters_fits(database: Database) -> None:
    assert new(database, "\ufdfa" * 120).label == "\ufdfa" * 120


def test_search_key_has_neither_case_nor_accents() -> None:
    assert search_key("Müller ÉLAN ß") == "muller elan ss"


def test_rename_raises_the_version(database: Database) -> None:
    made = new(database, "one")
    renamed = patients.rename(database, LOCAL, made.id, made.version, "two")
    assert (renamed.label, renamed.version) == ("two", 2)
    assert patients.find(database, LOCAL, made.id) == renamed


def test_rename_of_a_version_that_is_gone_tells_theirs(database: Database) -> None:
    made = new(database, "one")
    patients.rename(database, LOCAL, made.id, 1, "theirs")
    with pytest.raises(patients.PatientConflictError) as raised:
        patients.rename(database, LOCAL, made.id, 1, "mine")
    assert (raised.value.theirs.label, raised.value.theirs.version) == ("theirs", 2)
    found = patients.find(database, LOCAL, made.id)
    assert found is not None
    assert found.label == "theirs"


def test_deleted_patient_is_seen_nowhere(database: Database) -> None:
    made = new(database)
    (visit,) = visits.of_patient(database, LOCAL, made.id)
    patients.delete(database, LOCAL, made.id)
    assert patients.find(database, LOCAL, made.id) is None
    assert visits.of_patient(database, LOCAL, made.id) == []
    with pytest.raises(NotFoundError):
        visits.save(database, LOCAL, visit.id, 1, DAY, facts(age=62.0), [])
    with pytest.raises(NotFoundError):
        visits.add(database, LOCAL, made.id, DAY, facts(age=62.0), [])
    with pytest.raises(NotFoundError):
        visits.delete(database, LOCAL, visit.id)
    with pytest.raises(NotFoundError):
        patients.rename(database, LOCAL, made.id, 1, "x")
    with pytest.raises(NotFoundError):
        patients.delete(database, LOCAL, made.id)


def test_restored_patient_is_as_before(database: Database) -> None:
    made = new(database, "back", age=50.0, sex=0.0)
    before = visits.of_patient(database, LOCAL, made.id)
    patients.delete(database, LOCAL, made.id)
    assert patients.restore(database, LOCAL, made.id) == made
    assert visits.of_patient(database, LOCAL, made.id) == before


def test_patient_who_is_there_cannot_be_restored(database: Database) -> None:
    with pytest.raises(NotFoundError):
        patients.restore(database, LOCAL, new(database).id)


def test_patient_deleted_too_long_ago_cannot_be_restored(database: Database) -> None:
    made = new(database)
    set_deleted(database, made.id, patients.UNDO + timedelta(minutes=1))
    with pytest.raises(NotFoundError, match="more than 30 days ago"):
        patients.restore(database, LOCAL, made.id)


def test_purge_removes_for_good_what_nobody_can_bring_back(database: Database) -> None:
    old, recent, there = new(database), new(database), new(database)
    set_deleted(database, old.id, patients.UNDO + timedelta(minutes=1))
    set_deleted(database, recent.id, patients.UNDO - timedelta(minutes=1))
    assert patients.purge(database) == 1
    with database.read() as session:
        assert set(session.scalars(sa.select(PatientRow.id))) == {recent.id, there.id}
        assert session.scalar(sa.select(sa.func.count()).select_from(VisitRow)) == 2
        assert session.scalar(sa.select(sa.func.count()).select_from(AssessmentRow)) == 2
        assert session.scalar(sa.select(sa.func.count()).select_from(PatientRiskRow)) == 2
        assert session.scalar(sa.select(sa.func.count()).select_from(ModelVersionRow)) == 1
    assert events(database)[-1] == ("purge", "patient", old.id)
    assert patients.purge(database) == 0


def test_purge_removes_single_visits_too(database: Database) -> None:
    made = new(database)
    visit = visits.add(database, LOCAL, made.id, DAY, facts(age=62.0), [])
    visits.delete(database, LOCAL, visit.id)
    with database.write() as session:
        old = datetime.now(UTC) - patients.UNDO - timedelta(minutes=1)
        session.execute(sa.update(VisitRow).where(VisitRow.id == visit.id).values(deleted=old))
    assert patients.purge(database) == 0
    assert events(database)[-1] == ("purge", "visit", visit.id)
    assert len(visits.of_patient(database, LOCAL, made.id)) == 1


def test_trail_tells_what_was_done_and_no_value(database: Database) -> None:
    made, visit = patients.create(database, LOCAL, "Secretname", DAY, facts(age=61.25), [answer()], note="Secretnote")
    patients.find(database, LOCAL, made.id)
    patients.find(database, LOCAL, made.id, opened=True)
    patients.rename(database, LOCAL, made.id, 1, "Secretother")
    patients.delete(database, LOCAL, made.id)
    patients.restore(database, LOCAL, made.id)
    assert events(database) == [
        ("create", "patient", made.id),
        ("create", "visit", visit.id),
        ("open", "patient", made.id),
        ("save", "patient", made.id),
        ("delete", "patient", made.id),
        ("restore", "patient", made.id),
    ]
    with database.read() as session:
        told = str([row.detail for row in session.scalars(sa.select(AuditEventRow))])
    assert "Secret" not in told
    assert "61" not in told


def test_refused_patient_leaves_no_event(database: Database) -> None:
    made = new(database)
    before = events(database)
    with pytest.raises(patients.PatientConflictError):
        patients.rename(database, LOCAL, made.id, 7, "x")
    assert events(database) == before


@pytest.mark.parametrize("what", ["create", "find", "rename", "delete", "restore"])
def test_without_the_role_nothing_is_done(sqlite_database: Database, what: str) -> None:
    made = new(sqlite_database)
    before = events(sqlite_database)
    arguments: Mapping[str, tuple[object, ...]] = {
        "create": ("", DAY, facts(age=60.0), []),
        "find": (made.id,),
        "rename": (made.id, 1, "x"),
        "delete": (made.id,),
        "restore": (made.id,),
    }
    with pytest.raises(NotAllowedError, match="care team"):
        getattr(patients, what)(sqlite_database, ANALYST, *arguments[what])
    assert events(sqlite_database) == before


def test_what_is_shown_of_a_patient_in_a_log_names_no_value(sqlite_database: Database) -> None:
    made, visit = patients.create(sqlite_database, LOCAL, "Planted", DAY, facts(age=61.25), [answer()], note="Planted")
    shown = repr((made, visit, visit.facts, visit.facts.entered["age"], answer()))
    assert "Planted" not in shown
    assert "61" not in shown.replace(made.id, "").replace(visit.id, "").replace(made.code, "").split("created")[0]
