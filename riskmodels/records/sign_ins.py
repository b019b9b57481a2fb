"""Sign-ins: since when, when the person last did something, and whether it is over; shared by all processes of the app.

A sign-in is known by a hash of its claims; nothing here lets anybody in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy import delete as remove
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from riskmodels.records.access import Actor
from riskmodels.records.audit import Action, append
from riskmodels.records.engine import Database
from riskmodels.records.jobs import changed_rows, now
from riskmodels.records.schema import SignInRow
from riskmodels.records.users import KIND

#: how long one is remembered: an identity cookie is refused after 31 days whatever stands here
KEPT = timedelta(days=40)
#: keys of one statement
_MOST = 500


@dataclass(frozen=True)
class SignIn:
    """One sign-in.

    Args:
        key: hash of its claims.
        account: hash of issuer and subject.
        issued: when the person signed in, seconds since 1970.
        last: when they last did something.
        end: why it is over (a word); empty while it lasts.
    """

    key: str
    account: str
    issued: float
    last: float
    end: str = ""


def begin(database: Database, actor: Actor, sign_in: SignIn) -> None:
    """Keep a sign-in and audit it, both or neither; nothing happens where it is known already.

    Args:
        database: the records.
        actor: whose it is.
        sign_in: as it begins.

    Raises:
        RecordsError: when the database cannot be reached.
    """
    try:
        with database.write() as session:
            if session.get(SignInRow, sign_in.key) is None:
                session.add(SignInRow(**_values(sign_in)))
                session.flush()
                append(session, actor, Action.SIGN_IN, KIND, actor.id)
    except IntegrityError:  # another process was quicker, and has audited it
        pass


def keep(database: Database, sign_ins: Iterable[SignIn]) -> None:
    """Keep what is newer: the later action, and the first end; what is over stays over.

    Raises:
        RecordsError: when the database cannot be reached.
    """
    with database.write() as session:
        for sign_in in sorted(sign_ins, key=lambda one: one.key):  # in one order: two processes wait, and never lock
            session.execute(_kept(session, sign_in))


def find(database: Database, keys: Sequence[str]) -> dict[str, SignIn]:
    """Those of the sign-ins that are known, by key.

    Raises:
        RecordsError: when the database cannot be reached.
    """
    found: dict[str, SignIn] = {}
    with database.read() as session:
        for start in range(0, len(keys), _MOST):
            some = select(SignInRow).where(SignInRow.key.in_(keys[start : start + _MOST]))
            found |= {row.key: _as_sign_in(row) for row in session.scalars(some)}
    return found


def purge(database: Database) -> int:
    """Forget the sign-ins whose cookie is refused by its age alone.

    Returns:
        How many went.
    """
    with database.write() as session:
        return changed_rows(session, remove(SignInRow).where(SignInRow.issued < now() - KEPT))


def _kept(session: Session, sign_in: SignIn) -> Any:
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
    new = insert(SignInRow).values(**_values(sign_in))
    told = new.excluded
    return new.on_conflict_do_update(
        index_elements=[SignInRow.key],
        set_={
            "last": case((told.last > SignInRow.last, told.last), else_=SignInRow.last),
            "ended": func.coalesce(SignInRow.ended, told.ended),
            "why": case((SignInRow.why == "", told.why), else_=SignInRow.why),
        },
    )


def _values(sign_in: SignIn) -> dict[str, Any]:
    return {
        "key": sign_in.key,
        "account": sign_in.account,
        "issued": _moment(sign_in.issued),
        "last": _moment(sign_in.last),
        "ended": now() if sign_in.end else None,
        "why": sign_in.end,
    }


def _as_sign_in(row: SignInRow) -> SignIn:
    return SignIn(row.key, row.account, row.issued.timestamp(), row.last.timestamp(), row.why)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
