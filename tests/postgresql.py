"""Databases of one test on the PostgreSQL server that ``CARERISK_TEST_POSTGRES`` names."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

SERVER = "CARERISK_TEST_POSTGRES"


def server() -> str:
    """The test server's address; skips where there is none, fails in CI."""
    address = os.environ.get(SERVER, "")
    if not address:
        reason = f"no PostgreSQL: {SERVER} is not set (.ci/run starts one)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return address


@contextmanager
def new_database(prefix: str, template: str = "") -> Iterator[str]:
    """Address of a database that is made for this and dropped afterwards, with whoever is still connected to it.

    Args:
        prefix: of its name.
        template: name of the database that it is a copy of; empty for one without a table.
    """
    url, name = make_url(server()), f"{prefix}_{secrets.token_hex(6)}"
    _command(url, f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        _command(url, f"DROP DATABASE {name} WITH (FORCE)")


def _command(url: sa.URL, statement: str) -> None:
    """Try again while the server itself is busy with the database: no role of ours may end its vacuum."""
    engine = sa.create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    try:
        for left in reversed(range(60)):
            try:
                with engine.connect() as connection:
                    connection.execute(sa.text(statement))
                return
            except ProgrammingError as error:
                if not left or "InsufficientPrivilege" not in type(error.orig).__name__:
                    raise
                time.sleep(1)
    finally:
        engine.dispose()
