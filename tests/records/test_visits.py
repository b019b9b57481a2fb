"""Visits: what may be kept, what the patient's row then says, and who saves second."""

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
    patients,
    visits,
)
from riskmodels.records.assessments import Estimate, NewAssessment, Reason
from riskmodels.records.facts import Entered, Facts, checked
from riskmodels.records.schema import AuditEventRow, PatientRiskRow, VisitRow
from riskmodels.scores.inputs import EXTRA_INPUTS
from riskmodels.units import from_canonical
from riskmodels.vocabulary import SMOKES_NOT_NOW, VOCABULARY, Kind

DAY = date(2025, 3, 14)


def facts(**canonical: float) -> Facts:
    units = {"age": "years", "systolic_bp": "mmHg"}
    return Facts({n: Entered(v, units.get(n, "")) for n, v in canonical.items()}, canonical)


def answer(risk: float | None = 0.12, outcome: str = "cvd_10y", model: str = "population") -> NewAssessment:
    estimates = {outcome: Estimate(risk, 0.1, 0.15, -2.0)}
    return NewAssessment(model, "1", model[0] * 64, {}, {"age": 61.0}, "b" * 64, estimates, {outcome: Reason(-3, {})})


@pytest.fixture
def first(database: Database) -> visits.Visit:
    """The first visit of a new patient, risk 12 %."""
    return patients.create(database, LOCAL, "", DAY, facts(age=61.0, sex=1.0), [answer()])[1]


def row_of(database: Database, visit: visits.Visit) -> tuple[int, date | None, int | None, float | None]:
    patient = patients.find(database, LOCAL, visit.patient_id)
    assert patient is not None
    return patient.visits, patient.last_visit, patient.sex, patient.age


def risks_of(database: Database, visit: visits.Visit) -> dict[str, float]:
    with database.read() as session:
        rows = session.scalars(sa.select(PatientRiskRow).where(PatientRiskRow.patient_id == visit.patient_id))
        return {row.outcome: row.risk for row in rows}


class TestFacts:
    @pytest.mark.parametrize("name", [*VOCABULARY, *EXTRA_INPUTS])
    def test_every_variable_is_kept_in_every_unit_it_accepts(self, name: str) -> None:
        variable = VOCABULARY.get(name) or EXTRA_INPUTS[name]
        if variable.kind is not Kind.NUMBER:
            code = variable.choices[-1].code
            assert checked(Facts({name: Entered(code, "")}, {name: code})).canonical == {name: code}
        for unit in variable.units:
            value = variable.usual[1]
            shown = round(from_canonical(value, unit), unit.decimals)
            kept = checked(Facts({name: Entered(shown, unit.symbol)}, {name: value}))
            assert kept.canonical == {name: value}

    @pytest.mark.parametrize("name", [n for n, v in VOCABULARY.items() if len(v.units) > 1])
    def test_value_in_one_unit_that_is_said_to_be_in_another_is_refused(self, name: str) -> None:
        canonical, other = VOCABULARY[name].units[:2]
        value = VOCABULARY[name].usual[1]
        with pytest.raises(RecordsError, match="is not") as raised:
            checked(Facts({name: Entered(value, other.symbol)}, {name: value}))
        assert VOCABULARY[name].label in raised.value.message
        assert raised.value.hint == "Check the unit and enter it again."
        assert f"{value:g}" not in raised.value.log
        assert checked(Facts({name: Entered(value, canonical.symbol)}, {name: value})).canonical == {name: value}

    @pytest.mark.parametrize(
        ("entered", "canonical", "words"),
        [
            ({"age": Entered(61, "years")}, {}, "Age stands in one form only"),
            ({}, {"age": 61.0}, "Age stands in one form only"),
            ({"agee": Entered(61, "years")}, {"agee": 61.0}, "no variable"),
            ({"age": Entered(float("nan"), "years")}, {"age": float("nan")}, "Age is no number"),
            ({"age": Entered(61, "years")}, {"age": float("inf")}, "Age is no number"),
            ({"age": Entered(61, "moons")}, {"age": 61.0}, "Age: The unit “moons” is not accepted"),
            ({"age": Entered(61, "")}, {"age": 61.0}, "Age: The unit “” is not accepted"),
            ({"sex": Entered(1, "mmHg")}, {"sex": 1.0}, "Sex has no unit"),
            ({"sex": Entered(2, "")}, {"sex": 2.0}, "Sex: there is no such answer"),
            ({"sex": Entered(0, "")}, {"sex": 1.0}, "Sex: there is no such answer"),
        ],
    )
    def test_what_cannot_be_kept_is_refused_with_field_and_remedy(
        self, entered: dict[str, Entered], canonical: dict[str, float], words: str
    ) -> None:
        with pytest.raises(RecordsError, match=words) as raised:
            checked(Facts(entered, canonical))
        assert raised.value.hint

    def test_exact_number_survives_both_databases(self, database: Database) -> None:
        value = 0.1 + 0.2 + 130
        _, visit = patients.create(database, LOCAL, "", DAY, facts(systolic_bp=value), [])
        (read,) = visits.of_patient(database, LOCAL, visit.patient_id)
        assert read.facts.canonical["systolic_bp"] == value
        assert read == visit


class TestDay:
    def test_day_after_tomorrow_is_refused(self, database: Database, first: visits.Visit) -> None:
        ahead = datetime.now(UTC).date() + timedelta(days=2)
        with pytest.raises(RecordsError, match="in the future") as raised:
            visits.add(database, LOCAL, first.patient_id, ahead, facts(age=61.0), [])
        assert ahead.isoformat() in raised.value.message
        assert raised.value.hint == "Enter today or a day before."

    def test_day_before_1900_is_refused(self, database: Database, first: visits.Visit) -> None:
        with pytest.raises(RecordsError, match="1899-12-31 is before 1900"):
            visits.add(database, LOCAL, first.patient_id, date(1899, 12, 31), facts(age=61.0), [])

    def test_today_is_kept(self, database: Database, first: visits.Visit) -> None:
        today = datetime.now(UTC).date()
        assert visits.add(database, LOCAL, first.patient_id, today, facts(age=61.0), []).day == today

    def test_note_keeps_its_lines_and_is_not_cut(self, database: Database, first: visits.Visit) -> None:
        kept = visits.save(database, LOCAL, first.id, 1, DAY, first.facts, [], note=" one\x00\r\n\ntwo\u202e ")
        assert kept.note == "one\n\ntwo"
        with pytest.raises(RecordsError, match="Note: 2001 characters are more than 2000"):
            visits.save(database, LOCAL, first.id, 2, DAY, first.facts, [], note="x" * 2001)


class TestSummary:
    def test_later_visit_is_what_the_patient_shows(self, database: Database, first: visits.Visit) -> None:
        later = DAY + timedelta(days=30)
        visits.add(database, LOCAL, first.patient_id, later, facts(age=62.0, sex=1.0), [answer(0.2)])
        assert row_of(database, first) == (2, later, 1, 62.0)
        assert risks_of(database, first) == {"cvd_10y": 0.2}

    def test_earlier_visit_entered_later_changes_the_count_only(self, database: Database, first: visits.Visit) -> None:
        visits.add(database, LOCAL, first.patient_id, DAY - timedelta(days=9), facts(age=59.0), [answer(0.9)])
        assert row_of(database, first) == (2, DAY, 1, 61.0)
        assert risks_of(database, first) == {"cvd_10y": 0.12}

    def test_of_two_visits_on_a_day_the_one_written_last_counts(self, database: Database, first: visits.Visit) -> None:
        visits.add(database, LOCAL, first.patient_id, DAY, facts(age=61.0), [answer(0.3)])
        assert risks_of(database, first) == {"cvd_10y": 0.3}

    def test_saving_replaces_the_risks(self, database: Database, first: visits.Visit) -> None:
        answers = [answer(0.4), answer(0.05, "coronary_disease", "chest_pain")]
        visits.save(database, LOCAL, first.id, 1, DAY, facts(age=70.0), answers)
        assert row_of(database, first) == (1, DAY, None, 70.0)
        assert risks_of(database, first) == {"cvd_10y": 0.4, "coronary_disease": 0.05}

    def test_visit_moved_to_another_day_is_put_in_its_place(self, database: Database, first: visits.Visit) -> None:
        other = visits.add(database, LOCAL, first.patient_id, DAY + timedelta(5), facts(age=62.0), [answer(0.2)])
        visits.save(database, LOCAL, other.id, 1, DAY - timedelta(5), facts(age=60.0), [answer(0.01)])
        assert row_of(database, first) == (2, DAY, 1, 61.0)
        assert [v.id for v in visits.of_patient(database, LOCAL, first.patient_id)] == [other.id, first.id]

    def test_refused_outcome_has_no_risk_in_lists(self, database: Database, first: visits.Visit) -> None:
        visits.save(database, LOCAL, first.id, 1, DAY, first.facts, [answer(None)])
        assert risks_of(database, first) == {}

    def test_saving_without_answers_leaves_no_former_risk(self, database: Database, first: visits.Visit) -> None:
        visits.save(database, LOCAL, first.id, 1, DAY, first.facts, [])
        assert risks_of(database, first) == {}

    def test_deleted_visit_counts_no_more_and_again_when_it_is_back(
        self, database: Database, first: visits.Visit
    ) -> None:
        later = visits.add(database, LOCAL, first.patient_id, DAY + timedelta(5), facts(age=62.0), [answer(0.2)])
        visits.delete(database, LOCAL, later.id)
        assert row_of(database, first) == (1, DAY, 1, 61.0)
        assert risks_of(database, first) == {"cvd_10y": 0.12}
        assert visits.restore(database, LOCAL, later.id) == later
        assert row_of(database, first) == (2, later.day, None, 62.0)
        assert risks_of(database, first) == {"cvd_10y": 0.2}

    def test_patient_without_visits_shows_nothing(self, database: Database, first: visits.Visit) -> None:
        visits.delete(database, LOCAL, first.id)
        assert row_of(database, first) == (0, None, None, None)
        assert risks_of(database, first) == {}


class TestSaving:
    def test_save_raises_the_version_and_says_who_edited(self, database: Database, first: visits.Visit) -> None:
        other = Actor("other", "Other", frozenset({Role.CARE}))
        saved = visits.save(database, other, first.id, 1, DAY, facts(age=62.0), [answer()], note="n")
        assert (saved.version, saved.edited_by, saved.created_by) == (2, "other", "local")
        assert saved.created == first.created
        assert saved.edited > first.edited
        assert visits.of_patient(database, LOCAL, first.patient_id) == [saved]

    def test_who_saves_second_is_told_theirs_and_nothing_is_written(
        self, database: Database, first: visits.Visit
    ) -> None:
        theirs = visits.save(database, LOCAL, first.id, 1, DAY, facts(age=62.0), [answer(0.2)])
        with pytest.raises(visits.VisitConflictError, match="Somebody else saved") as raised:
            visits.save(database, LOCAL, first.id, 1, DAY, facts(age=99.0), [answer(0.9)])
        assert raised.value.theirs == theirs
        assert visits.of_patient(database, LOCAL, first.patient_id) == [theirs]
        assert risks_of(database, first) == {"cvd_10y": 0.2}

    def test_visit_that_was_deleted_meanwhile_is_not_saved(self, database: Database, first: visits.Visit) -> None:
        visits.delete(database, LOCAL, first.id)
        with pytest.raises(NotFoundError):
            visits.save(database, LOCAL, first.id, 1, DAY, first.facts, [])

    def test_visit_deleted_too_long_ago_stays_deleted(self, database: Database, first: visits.Visit) -> None:
        visits.delete(database, LOCAL, first.id)
        with database.write() as session:
            session.execute(sa.update(VisitRow).values(deleted=datetime.now(UTC) - timedelta(days=31)))
        with pytest.raises(NotFoundError):
            visits.restore(database, LOCAL, first.id)

    @pytest.mark.parametrize("what", ["save", "delete", "restore"])
    def test_visit_that_never_was_is_not_found(self, sqlite_database: Database, what: str) -> None:
        more = (1, DAY, facts(age=1.0), []) if what == "save" else ()
        with pytest.raises(NotFoundError):
            getattr(visits, what)(sqlite_database, LOCAL, "0" * 32, *more)

    def test_trail_names_the_changed_fields_and_no_value(self, database: Database, first: visits.Visit) -> None:
        visits.save(database, LOCAL, first.id, 1, DAY + timedelta(1), facts(age=77.0, sex=1.0), [], note="Planted")
        with database.read() as session:
            event = session.scalars(sa.select(AuditEventRow).order_by(AuditEventRow.seq.desc())).first()
        assert event is not None
        assert (event.action, event.record_id) == ("save", first.id)
        assert event.detail == {"fields": ["age", "day", "note"], "version": 2}

    @pytest.mark.parametrize("what", ["add", "save", "of_patient", "delete", "restore"])
    def test_without_the_role_nothing_is_done(self, sqlite_database: Database, what: str) -> None:
        analyst = Actor("ana", "Ana", frozenset({Role.ANALYST, Role.ADMIN}))
        made = patients.create(sqlite_database, LOCAL, "", DAY, facts(age=61.0), [])[1]
        more = {"add": (DAY, facts(age=1.0), []), "save": (1, DAY, facts(age=1.0), [])}.get(what, ())
        which = made.patient_id if what in ("add", "of_patient") else made.id
        with pytest.raises(NotAllowedError, match="care team"):
            getattr(visits, what)(sqlite_database, analyst, which, *more)
        assert visits.of_patient(sqlite_database, LOCAL, made.patient_id) == [made]


def test_who_does_not_smoke_now_is_kept_with_the_past_unknown(database: Database) -> None:
    told = facts(age=61.0, sex=1.0, smoking=SMOKES_NOT_NOW)
    _, visit = patients.create(database, LOCAL, "", DAY, told, [answer()])
    (found,) = visits.of_patient(database, LOCAL, visit.patient_id)
    assert found.facts.entered["smoking"] == Entered(SMOKES_NOT_NOW, "")
    assert found.facts.canonical["smoking"] == SMOKES_NOT_NOW
    assert visits.differences(found.facts, facts(age=61.0, sex=1.0, smoking=0.0))[0].name == "smoking"


class TestDifferences:
    def test_only_what_differs_stands_there_in_the_order_of_the_vocabulary(self) -> None:
        mine, theirs = facts(smoking=1.0, age=61.0, sex=1.0), facts(sex=1.0, age=62.0, systolic_bp=140.0)
        found = visits.differences(mine, theirs)
        assert [d.name for d in found] == ["age", "systolic_bp", "smoking"]
        assert (found[0].mine, found[0].theirs) == (Entered(61.0, "years"), Entered(62.0, "years"))
        assert (found[1].mine, found[2].theirs) == (None, None)

    def test_same_value_in_another_unit_is_no_difference(self) -> None:
        one = Facts({"hdl_cholesterol": Entered(1.2, "mmol/L")}, {"hdl_cholesterol": 1.2 * 38.67})
        other = Facts({"hdl_cholesterol": Entered(1.2 * 38.67, "mg/dL")}, {"hdl_cholesterol": 1.2 * 38.67})
        assert visits.differences(one, other) == []
