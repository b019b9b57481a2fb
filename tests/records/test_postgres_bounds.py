"""A PostgreSQL that does not answer: every call ends in time, the next ones at once, and all goes on by itself.

Between the app and the server stands a relay that stops passing anything on, as a frozen server or a cut cable does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from riskmodels.records import LOCAL, Database, RecordsError, audit, open_database, postgres
from riskmodels.records.audit import Action
from riskmodels.records.errors import UncertainError
from tests.relay import Relay
from tests.waiting import until


@pytest.fixture
def database(relay: Relay, postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The records through the relay; the bounds are shorter, so that the test is."""
    for name, seconds in {"CONNECT": 3, "ALIVE": 1.0, "ANSWER": 1.0, "SAVE": 1.5}.items():
        monkeypatch.setattr(postgres, name, seconds)
    monkeypatch.setattr(postgres.BoundedConnection, "patience", 1.0)
    address = make_url(postgresql_url).set(host="127.0.0.1", port=relay.port)
    opened = open_database(address.render_as_string(hide_password=False), tmp_path / "data")
    yield opened
    relay.go_on()
    opened.close()


def look(database: Database, name: str = "one") -> None:
    audit.record(database, LOCAL, Action.OPEN, "patient", name, {})


def count(database: Database) -> int:
    with database.read() as session:
        return int(session.scalar(sa.text("SELECT count(*) FROM audit_event")) or 0)


@pytest.mark.parametrize("act", [look, count])
def test_frozen_server_is_told_and_the_next_call_does_not_wait_for_it(
    act: Callable[[Database], object], database: Database, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(database)
    relay.freeze()
    with pytest.raises(RecordsError, match="cannot be reached"):
        act(database)
    assert database.trouble()
    monkeypatch.setattr(database.engine, "connect", lambda: pytest.fail("a call that must not wait asks the server"))
    with pytest.raises(RecordsError, match="cannot be reached"):
        count(database)


def test_everything_goes_on_by_itself_once_the_server_does(database: Database, relay: Relay) -> None:
    look(database)
    relay.freeze()
    with pytest.raises(RecordsError):
        look(database, "two")
    relay.go_on()
    until(lambda: not database.trouble())
    look(database, "three")
    assert audit.verify(database).ok


def test_server_that_goes_away_in_a_commit_leaves_open_whether_it_was_kept(database: Database, relay: Relay) -> None:
    def save() -> None:
        with database.write() as session:
            audit.append(session, LOCAL, Action.OPEN, "patient", "one")
            sa.event.listen(database.engine, "commit", lambda _: relay.freeze(), once=True)

    with pytest.raises(UncertainError, match="not known whether it was kept"):
        save()


def test_what_others_lock_is_waited_for_in_bounds(database: Database) -> None:
    with database.engine.connect() as other:
        other.execute(sa.text("LOCK TABLE audit_event IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(RecordsError, match="busy"):
            count(database)
    until(lambda: not database.trouble())
    assert count(database) == 0
