"""Accounts: who signed in, by the provider's issuer and subject, with the roles last claimed."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from riskmodels.records.access import LOCAL, Actor, Role
from riskmodels.records.audit import SYSTEM, Action, append
from riskmodels.records.engine import Database
from riskmodels.records.errors import RecordsError
from riskmodels.records.jobs import now
from riskmodels.records.schema import UserRow

KIND = "account"
#: characters of an issuer, a subject, a name
LONGEST = 255


def remember(database: Database, issuer: str, subject: str, name: str, roles: Collection[Role]) -> Actor:
    """Make the account of a person who signed in, or bring it up to date.

    A new account and changed roles are audited; the sign-in itself by whoever lets the person in.

    Args:
        database: the records.
        issuer, subject: of the provider's token; together they are the person, for ever.
        name: for people.
        roles: as the token claims them now.

    Raises:
        RecordsError: when issuer or subject is empty or too long, or the database cannot be reached.
    """
    if not all(0 < len(text) <= LONGEST for text in (issuer, subject)):
        raise RecordsError(
            "The sign-in service gives no usable account.", hint="Tell whoever runs the app.", log="issuer or subject"
        )
    try:
        return _remember(database, issuer, subject, name[:LONGEST], frozenset(roles))
    except IntegrityError:  # two first sign-ins of one person at once: the index let one in, now it is there
        return _remember(database, issuer, subject, name[:LONGEST], frozenset(roles))


def names(database: Database, ids: Iterable[str]) -> dict[str, str]:
    """The names of accounts by id; an unknown one is left out.

    Raises:
        RecordsError: when the database cannot be reached.
    """
    wanted = set(ids)
    found = {actor.id: actor.name for actor in (LOCAL, SYSTEM) if actor.id in wanted}
    with database.read() as session:
        rows = session.execute(select(UserRow.id, UserRow.name).where(UserRow.id.in_(wanted)))
        return found | {row.id: row.name for row in rows}


def _remember(database: Database, issuer: str, subject: str, name: str, roles: frozenset[Role]) -> Actor:
    with database.write() as session:
        row = _find(session, issuer, subject)
        if row is None:
            return _make(session, issuer, subject, name, roles)
        actor = Actor(row.id, name, roles)
        before, row.name, row.roles, row.seen = row.roles, name, sorted(roles), now()
        if before != row.roles:
            detail = {"roles": _words(roles), "before": _words(Role(role) for role in before)}
            append(session, actor, Action.SAVE, KIND, row.id, detail)
        return actor


def _find(session: Session, issuer: str, subject: str) -> UserRow | None:
    """Locked, so that of two sign-ins at once each sees what the other made of the roles."""
    mine = select(UserRow).where(UserRow.issuer == issuer, UserRow.subject == subject)
    return session.scalars(mine.with_for_update()).one_or_none()


def _make(session: Session, issuer: str, subject: str, name: str, roles: frozenset[Role]) -> Actor:
    actor = Actor(secrets.token_hex(16), name, roles)
    session.add(UserRow(id=actor.id, issuer=issuer, subject=subject, name=name, roles=sorted(roles),
                        created=now(), seen=now()))  # fmt: skip
    session.flush()
    append(session, actor, Action.CREATE, KIND, actor.id, {"roles": _words(roles)})
    return actor


def _words(roles: Iterable[Role]) -> list[str]:
    return sorted(role.name.lower() for role in roles)
