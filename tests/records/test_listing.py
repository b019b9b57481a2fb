"""The list of patients: every filter and order, on every page, agrees with the same done by hand."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from riskmodels.records import LOCAL, Actor, Database, NotAllowedError, Role, listing, patients, visits
from riskmodels.records.assessments import Estimate, NewAssessment, Reason
from riskmodels.records.facts import Entered, Facts
from riskmodels.records.listing import Listed, Query, Sort, search
from riskmodels.records.schema import PatientRow
from riskmodels.shipping.bench.records import fill, measure_records

DAY = date(2025, 3, 14)
KEYS: dict[Sort, Callable[[Listed], object]] = {
    Sort.LAST_VISIT: lambda row: row.patient.last_visit,
    Sort.LABEL: lambda row: row.patient.label or None,
    Sort.AGE: lambda row: row.patient.age,
    Sort.RISK: lambda row: row.risks.get("cvd_10y"),
    Sort.CREATED: lambda row: row.patient.created,
}


def new(
    database: Database, label: str = "", day: date = DAY, risk: float | None = None, **canonical: float
) -> patients.Patient:
    facts = Facts({n: Entered(v, "years" if n == "age" else "") for n, v in canonical.items()}, canonical)
    outputs = {"cvd_10y": Estimate(risk, None, None, None), "diabetes": Estimate(0.5, None, None, None)}
    answer = NewAssessment("population", "1", "a" * 64, {}, {}, "b" * 64, outputs, {"cvd_10y": Reason(0.0, {})})
    return patients.create(database, LOCAL, label, day, facts, [answer])[0]


def labels(database: Database, query: Query) -> list[str]:
    return [row.patient.label for row in search(database, LOCAL, query).rows]


def all_pages(database: Database, query: Query) -> list[Listed]:
    found: list[Listed] = []
    for page in itertools.count():
        part = search(database, LOCAL, Query(**vars(query) | {"page": page}))
        found += part.rows
        if page + 1 >= part.pages:
            assert len(found) == part.total
            return found
    raise AssertionError


class TestOrders:
    @pytest.mark.parametrize("sort", Sort)
    @pytest.mark.parametrize("descending", [True, False])
    def test_pages_together_are_the_whole_list_in_order(self, database: Database, sort: Sort, descending: bool) -> None:
        fill(database, 83)
        rows = all_pages(database, Query(sort=sort, descending=descending, size=10))
        with database.read() as session:
            there = set(session.scalars(sa.select(PatientRow.id).where(PatientRow.deleted.is_(None))))
        assert sorted(row.patient.id for row in rows) == sorted(there)
        keys = [KEYS[sort](row) for row in rows]
        having = [key for key in keys if key is not None]
        assert having == sorted(having, reverse=descending)  # type: ignore[type-var]
        assert keys[len(having) :] == [None] * (len(keys) - len(having))

    def test_both_ways_are_each_others_reverse_for_those_who_have_it(self, database: Database) -> None:
        fill(database, 60)
        for sort in Sort:
            down, up = (all_pages(database, Query(sort=sort, descending=d, size=7)) for d in (True, False))
            having = [row.patient.id for row in down if KEYS[sort](row) is not None]
            assert [row.patient.id for row in up][: len(having)] == having[::-1]

    def test_label_is_sorted_without_case_and_accents_and_empty_ones_last(self, database: Database) -> None:
        for label in ("zoe", "", "Émile", "eva", "ÄRA", "Bo"):
            new(database, label)
        assert labels(database, Query(sort=Sort.LABEL, descending=False)) == ["ÄRA", "Bo", "Émile", "eva", "zoe", ""]

    def test_page_beyond_the_end_is_the_last_one(self, database: Database) -> None:
        for number in range(5):
            new(database, str(number))
        found = search(database, LOCAL, Query(sort=Sort.LABEL, descending=False, page=99, size=2))
        assert (found.page, found.pages, found.total) == (2, 3, 5)
        assert [row.patient.label for row in found.rows] == ["4"]

    def test_empty_list_is_one_empty_page(self, database: Database) -> None:
        assert search(database, LOCAL, Query()) == listing.Listing([], 0, 0, 1)

    def test_size_is_bounded(self, sqlite_database: Database) -> None:
        fill(sqlite_database, 230)
        assert len(search(sqlite_database, LOCAL, Query(size=10_000)).rows) == listing.MOST
        assert len(search(sqlite_database, LOCAL, Query(size=-1)).rows) == 1

    def test_line_has_the_risks_of_all_outcomes(self, database: Database) -> None:
        made = new(database, risk=0.25)
        assert search(database, LOCAL, Query()).rows == [Listed(made, {"cvd_10y": 0.25, "diabetes": 0.5})]


class TestFilters:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("mül", ["Müller 50% a_b"]),
            ("MULLER", ["Müller 50% a_b"]),
            ("50%", ["Müller 50% a_b"]),
            ("%", ["Müller 50% a_b"]),
            ("a_b", ["Müller 50% a_b"]),
            ("_", ["Müller 50% a_b"]),
            ("\\", ["back\\slash"]),
            ("' OR 1=1 --", []),
            (" smith ", ["Smith 500"]),
            ("50", ["Müller 50% a_b", "Smith 500"]),
        ],
    )
    def test_text_is_looked_for_as_it_is(self, database: Database, text: str, found: list[str]) -> None:
        for label in ("Müller 50% a_b", "Smith 500", "axb", "back\\slash"):
            new(database, label)
        assert labels(database, Query(text=text, sort=Sort.LABEL, descending=False)) == found

    def test_code_is_found_by_its_start_with_and_without_its_mark(self, database: Database) -> None:
        made = [new(database, str(number)) for number in range(3)]
        for text in (made[1].code, made[1].code.lower(), made[1].code[2:]):
            assert labels(database, Query(text=text)) == ["1"]
        assert len(labels(database, Query(text="p-"))) == 3

    def test_sex_age_risk_and_days(self, database: Database) -> None:
        new(database, "woman", age=49.9, sex=0.0, risk=0.1)
        new(database, "man", age=60.99, sex=1.0, risk=0.2, day=DAY + timedelta(10))
        new(database, "refused", age=61.0, sex=1.0, day=DAY - timedelta(10))
        new(database, "unknown")

        def found(**conditions: object) -> set[str]:
            return set(labels(database, Query(**conditions)))  # type: ignore[arg-type]

        assert found(sex=0) == {"woman"}
        assert found(sex=1) == {"man", "refused"}
        assert found(ages=(50, 60)) == {"man"}
        assert found(ages=(49, 49)) == {"woman"}
        assert found(risk_from=0.2) == {"man"}
        assert found(risk_from=0.0) == {"woman", "man"}
        assert found(risk_from=0.2, outcome="diabetes") == {"woman", "man", "refused", "unknown"}
        assert found(seen_from=DAY) == {"woman", "man", "unknown"}
        assert found(seen_to=DAY) == {"woman", "refused", "unknown"}
        assert found(seen_from=DAY, seen_to=DAY, sex=0, ages=(20, 80), risk_from=0.05, text="wom") == {"woman"}

    @pytest.mark.parametrize("sort", Sort)
    def test_filters_hold_with_every_order_on_every_page(self, database: Database, sort: Sort) -> None:
        fill(database, 150)
        everybody = all_pages(database, Query(size=200))
        query = Query(sex=1, ages=(30, 79), risk_from=0.05, seen_from=date(2018, 1, 1), text="a", sort=sort, size=3)
        wanted = {
            row.patient.id
            for row in everybody
            if row.patient.sex == 1
            and row.patient.age is not None
            and 30 <= row.patient.age < 80
            and row.risks.get("cvd_10y", -1) >= 0.05
            and row.patient.last_visit is not None
            and row.patient.last_visit >= date(2018, 1, 1)
            and ("a" in row.patient.label or row.patient.code.startswith("P-A"))
        }
        rows = all_pages(database, query)
        assert {row.patient.id for row in rows} == wanted
        assert len(rows) == len(wanted) > 3

    def test_deleted_patients_are_listed_apart_and_only_while_they_can_come_back(self, database: Database) -> None:
        there, gone, long_gone = new(database, "there"), new(database, "gone"), new(database, "long gone")
        patients.delete(database, LOCAL, gone.id)
        patients.delete(database, LOCAL, long_gone.id)
        with database.write() as session:
            row = session.get_one(PatientRow, long_gone.id)
            assert row.deleted is not None
            row.deleted -= patients.UNDO
        assert [r.patient.id for r in search(database, LOCAL, Query()).rows] == [there.id]
        assert [r.patient.id for r in search(database, LOCAL, Query(deleted=True)).rows] == [gone.id]


def test_without_the_role_nothing_is_listed(sqlite_database: Database) -> None:
    with pytest.raises(NotAllowedError):
        search(sqlite_database, Actor("a", "A", frozenset({Role.ANALYST, Role.ADMIN})), Query())


def test_list_by_visit_is_walked_in_an_index_alone(sqlite_database: Database) -> None:
    """What makes a page of 100,000 quick; the times themselves are measured by make bench."""
    query = (
        "EXPLAIN QUERY PLAN SELECT id FROM patient WHERE last_visit IS NOT NULL AND deleted IS NULL "
        "ORDER BY last_visit DESC, id DESC LIMIT 50 OFFSET 40000"
    )
    with sqlite_database.read() as session:
        steps = [row.detail for row in session.execute(sa.text(query))]
    assert steps == ["SEARCH patient USING COVERING INDEX ix_patient_last_visit (last_visit>?)"]


def test_benchmark_measures_every_order_and_place() -> None:
    said: list[str] = []
    table = measure_records(said.append, patients=120, server="")
    assert "".join(line + "\n" for line in said) == table
    assert all(sort.value in table for sort in Sort)
    assert "| SQLite | " in table


class TestLatestVisit:
    def test_facts_and_bounds_are_those_of_the_visit_that_came_last(self, database: Database) -> None:
        made = new(database, age=54.0, sex=0.0)
        held = Estimate(0.3, 0.2, 0.4, None, bound="at least")
        answer = NewAssessment("population", "1", "a" * 64, {}, {}, "b" * 64, {"cvd_10y": held}, {})
        facts = Facts({"age": Entered(55.0, "years")}, {"age": 55.0})
        visits.add(database, LOCAL, made.id, DAY + timedelta(days=1), facts, [answer])
        (row,) = search(database, LOCAL, Query()).rows
        assert row.known == {"age"}
        assert row.bounds == {"cvd_10y": "at least"}

    def test_what_a_former_version_of_the_visit_said_is_not_told(self, database: Database) -> None:
        made = new(database, age=54.0)
        (visit,) = visits.of_patient(database, LOCAL, made.id)
        held = Estimate(0.3, 0.2, 0.4, None, bound="at most")
        answer = NewAssessment("population", "1", "a" * 64, {}, {}, "b" * 64, {"cvd_10y": held}, {})
        for answers in ([answer], []):
            visit = visits.save(database, LOCAL, visit.id, visit.version, DAY, visit.facts, answers)
        assert search(database, LOCAL, Query()).rows[0].bounds == {}
