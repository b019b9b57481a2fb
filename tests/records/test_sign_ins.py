"""Sign-ins that all processes share: kept once, audited once, over for ever."""

from __future__ import annotations

import time
from dataclasses import replace
from threading import Thread

import pytest

from riskmodels.records import Actor, Database, Role, sign_ins
from riskmodels.records.housekeeping import tidy
from riskmodels.records.schema import AuditEventRow
from riskmodels.records.sign_ins import SignIn

ANN = Actor("ann", "Ann", frozenset({Role.CARE}))
NOW = time.time()
FIRST = SignIn("k" * 64, "a" * 64, NOW - 600, NOW - 300)


def audited(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        rows = session.query(AuditEventRow).order_by(AuditEventRow.seq)
        return [(row.actor, row.action) for row in rows]


def found(database: Database) -> SignIn:
    return sign_ins.find(database, [FIRST.key])[FIRST.key]


def test_sign_in_is_audited_once_whichever_process_sees_it(database: Database, second: Database) -> None:
    for one in (database, second, database):
        sign_ins.begin(one, ANN, FIRST)
    assert audited(database) == [("ann", "sign in")]
    assert (found(second).issued, found(second).last) == pytest.approx((FIRST.issued, FIRST.last), abs=0.001)


def test_processes_that_see_it_at_once_audit_it_once(database: Database, second: Database) -> None:
    threads = [Thread(target=sign_ins.begin, args=(one, ANN, FIRST)) for one in (database, second) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert audited(database) == [("ann", "sign in")]


def test_later_action_counts_whoever_tells_it_first(database: Database, second: Database) -> None:
    sign_ins.keep(database, [replace(FIRST, last=NOW)])
    sign_ins.keep(second, [FIRST])
    assert found(database).last == pytest.approx(NOW, abs=0.001)


def test_what_is_over_stays_over_for_the_reason_it_ended(database: Database, second: Database) -> None:
    sign_ins.keep(database, [replace(FIRST, end="out")])
    sign_ins.keep(second, [replace(FIRST, last=NOW), replace(FIRST, end="idle")])
    assert found(second).end == "out"


def test_many_are_found_at_once(database: Database) -> None:
    many = [replace(FIRST, key=f"{number:064d}") for number in range(1_200)]
    sign_ins.keep(database, many)
    assert len(sign_ins.find(database, [one.key for one in many] + ["unknown"])) == 1_200


def test_those_whose_cookie_is_too_old_are_forgotten(database: Database) -> None:
    sign_ins.keep(database, [FIRST, replace(FIRST, key="o" * 64, issued=NOW - 41 * 86_400)])
    tidy(database)
    assert set(sign_ins.find(database, [FIRST.key, "o" * 64])) == {FIRST.key}
