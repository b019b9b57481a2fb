"""Accounts: one a person, however often and from wherever they sign in; roles as last claimed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from riskmodels.records import LOCAL, Database, RecordsError, Role, audit, users
from riskmodels.records.schema import UserRow

ISSUER = "https://id.clinic.example"


def told(database: Database) -> list[tuple[str, dict[str, object]]]:
    """What stands in the trail about accounts, the oldest first."""
    page = audit.events(database, LOCAL, kind="account")
    return [(event.action, dict(event.detail)) for event in page.rows][::-1]


def test_first_sign_in_makes_an_account_with_the_claimed_roles(database: Database) -> None:
    actor = users.remember(database, ISSUER, "4711", "Ann Miller", [Role.CARE])
    assert (len(actor.id), actor.name, actor.roles) == (32, "Ann Miller", {Role.CARE})
    assert told(database) == [("create", {"roles": ["care"]})]


def test_same_person_comes_back_as_the_same_account_and_nothing_is_told(database: Database) -> None:
    first = users.remember(database, ISSUER, "4711", "Ann Miller", [Role.CARE, Role.ADMIN])
    assert users.remember(database, ISSUER, "4711", "Ann Miller", [Role.ADMIN, Role.CARE]) == first
    assert len(told(database)) == 1


def test_changed_roles_hold_from_the_next_sign_in_and_are_told(database: Database) -> None:
    users.remember(database, ISSUER, "4711", "Ann Miller", [Role.CARE])
    again = users.remember(database, ISSUER, "4711", "Ann Miller", [Role.ANALYST])
    assert again.roles == {Role.ANALYST}
    assert told(database)[1:] == [("save", {"roles": ["analyst"], "before": ["care"]})]


def test_changed_name_is_kept_and_does_not_stand_in_the_trail(database: Database) -> None:
    actor = users.remember(database, ISSUER, "4711", "Ann Miller", [])
    users.remember(database, ISSUER, "4711", "Ann Smith", [])
    assert users.names(database, [actor.id]) == {actor.id: "Ann Smith"}
    with database.read() as session:
        assert "Ann" not in str(session.execute(sa.text("SELECT * FROM audit_event")).all())


@pytest.mark.parametrize(("issuer", "subject"), [(ISSUER, "4712"), ("https://other.example", "4711")])
def test_same_name_from_elsewhere_is_another_account(issuer: str, subject: str, database: Database) -> None:
    first = users.remember(database, ISSUER, "4711", "Ann Miller", [])
    assert users.remember(database, issuer, subject, "Ann Miller", []).id != first.id


def test_sign_ins_at_once_make_one_account(database: Database, second: Database) -> None:
    def sign_in(number: int) -> str:
        return users.remember((database, second)[number % 2], ISSUER, "4711", "Ann", [Role.CARE]).id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(sign_in, range(24)))) == 1
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(UserRow)) == 1
    assert audit.verify(database).ok


@pytest.mark.parametrize(("issuer", "subject"), [("", "1"), (ISSUER, ""), (ISSUER, "1" * 256)])
def test_token_without_a_usable_account_is_refused(issuer: str, subject: str, database: Database) -> None:
    with pytest.raises(RecordsError, match="no usable account"):
        users.remember(database, issuer, subject, "Ann", [])


def test_name_that_is_too_long_is_cut(database: Database) -> None:
    assert len(users.remember(database, ISSUER, "1", "A" * 999, []).id) == 32


def test_names_of_accounts_that_are_not_there_are_left_out(database: Database) -> None:
    ann = users.remember(database, ISSUER, "1", "Ann", [])
    assert users.names(database, [ann.id, "absent", "local"]) == {ann.id: "Ann", "local": "This computer"}
