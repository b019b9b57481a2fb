"""Cohorts: what was scored by whom, without a row of it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from riskmodels.records import LOCAL, Actor, Database, NotAllowedError, RecordsError, Role, cohorts
from riskmodels.records.schema import AuditEventRow

ANA, BEN = (Actor(name, name.title(), frozenset({Role.ANALYST})) for name in ("ana", "ben"))
COUNTS = {"read": 10, "scored": 9, "by_outcome": {"cvd_10y": 7}}


def add(database: Database, actor: Actor, job: str = "j1") -> cohorts.Cohort:
    return cohorts.add(database, actor, job, "f" * 64, ["population 2026-11-24-c8"], COUNTS)


def test_cohorts_come_newest_first(database: Database) -> None:
    one, two = add(database, ANA, "j1"), add(database, ANA, "j2")
    assert cohorts.of_owner(database, ANA) == [two, one]
    assert (one.counts, one.models, one.owner) == (COUNTS, ("population 2026-11-24-c8",), "ana")


def test_nobody_sees_another_persons(database: Database) -> None:
    add(database, ANA)
    assert cohorts.of_owner(database, BEN) == []
    assert cohorts.of_owner(database, LOCAL) == []


@pytest.mark.parametrize("counts", [{"name": "Planted"}, {"rows": 1.5}, {"by": {"x": ["Planted"]}}, {"yes": True}])
def test_only_counts_are_kept(database: Database, counts: dict[str, object]) -> None:
    with pytest.raises(RecordsError, match="counts of rows only"):
        cohorts.add(database, ANA, "j", "f" * 64, [], counts)
    assert cohorts.of_owner(database, ANA) == []


def test_name_of_a_file_is_no_hash(database: Database) -> None:
    with pytest.raises(RecordsError, match="no SHA-256"):
        cohorts.add(database, ANA, "j", "patients.csv", [], COUNTS)


def test_trail_tells_of_the_cohort(database: Database) -> None:
    made = add(database, ANA)
    with database.read() as session:
        row = session.scalars(sa.select(AuditEventRow)).one()
    assert (row.actor, row.action, row.record_kind, row.record_id) == ("ana", "create", "cohort", made.id)


@pytest.mark.parametrize("what", ["add", "of_owner"])
def test_without_the_role_nothing_is_done(sqlite_database: Database, what: str) -> None:
    more = ("j", "f" * 64, [], COUNTS) if what == "add" else ()
    with pytest.raises(NotAllowedError, match="analyst"):
        getattr(cohorts, what)(sqlite_database, Actor("c", "C", frozenset({Role.CARE, Role.ADMIN})), *more)
