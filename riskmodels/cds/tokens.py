"""The tokens that were used: each is accepted once, by whichever process of the service it reaches.

The service sees neither records nor secrets, so this is a store of its own: an address of SQLAlchemy, a SQLite file for
the processes of one machine. What it holds are hashes and when they expire.
"""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from riskmodels.errors import CareRiskError, InputError

#: tokens remembered at once, so that none is used twice
MOST = 200_000
#: seconds between two removals of those that have expired, and that the store is waited for
_EVERY, _PATIENCE = 60.0, 5
_TABLE = sa.Table(
    "cds_token",
    sa.MetaData(),
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("ends", sa.Float, nullable=False, index=True),
)


class TokenStoreError(CareRiskError):
    """Whether a token was used cannot be told."""


class Tokens(Protocol):
    """Remembers tokens until they expire."""

    def use(self, issuer: str, number: str, ends: float, now: float) -> bool:
        """Take a token.

        Args:
            issuer, number: ``iss`` and ``jti``, which together are the token.
            ends: when it expires, seconds since 1970.
            now: this moment.

        Returns:
            Whether it was new; False where it was used before, or too many are alive.

        Raises:
            TokenStoreError: when that cannot be told.
        """
        ...


class MemoryTokens:
    """Of one process, forgotten when it ends."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ends: dict[str, float] = {}
        self._removed = 0.0

    def use(self, issuer: str, number: str, ends: float, now: float) -> bool:
        """See :class:`Tokens`."""
        token = _hash(issuer, number)
        with self._lock:
            if abs(now - self._removed) >= _EVERY or len(self._ends) >= MOST:
                self._removed = now
                self._ends = {kept: until for kept, until in self._ends.items() if until > now}
            if token in self._ends or len(self._ends) >= MOST:
                return False
            self._ends[token] = ends
            return True


class SharedTokens:
    """Of all processes that are given the same address; a restart forgets none.

    Args:
        address: of SQLAlchemy: ``sqlite:////var/lib/carerisk-cds/tokens.db``.

    Raises:
        InputError: when it is not understood, or cannot be reached.
    """

    def __init__(self, address: str) -> None:
        try:
            self._engine = _engine(address)
            _TABLE.metadata.create_all(self._engine)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, SQLAlchemyError, OSError):
            raise InputError(
                "The store of used tokens cannot be opened.",
                hint="Set CARERISK_CDS_STORE to sqlite:////FOLDER/tokens.db with a folder that can be written.",
                log="token store",
            ) from None
        self._removed, self._alive = float("-inf"), 0

    def use(self, issuer: str, number: str, ends: float, now: float) -> bool:
        """See :class:`Tokens`."""
        try:
            self._tidy(now)
            if self._alive >= MOST:
                return False
            with self._engine.begin() as connection:
                connection.execute(sa.insert(_TABLE).values(hash=_hash(issuer, number), ends=ends))
        except IntegrityError:
            return False
        except SQLAlchemyError as error:
            raise TokenStoreError("The store of used tokens cannot be reached.", log=type(error).__name__) from None
        self._alive += 1
        return True

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _tidy(self, now: float) -> None:
        """Remove what has expired, now and then, and count the others."""
        since = time.monotonic()
        if since - self._removed < _EVERY:
            return
        self._removed = since
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_TABLE).where(_TABLE.c.ends <= now))
            self._alive = connection.scalar(sa.select(sa.func.count()).select_from(_TABLE)) or 0


def _engine(address: str) -> sa.Engine:
    url = make_url(address)
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_pre_ping=True)
    path = Path(url.database or "")
    with suppress(FileExistsError):  # made with its mode before SQLite sees it; not touched when it is there
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return sa.create_engine(url, connect_args={"timeout": _PATIENCE})


def _hash(issuer: str, number: str) -> str:
    return hashlib.sha256(repr((issuer, number)).encode()).hexdigest()


def tokens_at(address: str) -> Tokens:
    """The store at an address; the memory of this process where it is empty.

    Raises:
        InputError: when it is not understood, or cannot be reached.
    """
    return SharedTokens(address) if address else MemoryTokens()
