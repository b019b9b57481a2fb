"""Drafts are written beside the pages: the newest of each form, again where it failed, and nobody waits for it."""

from __future__ import annotations

import time
from threading import Event

import pytest

from riskmodels.records import RecordsError, draft_writer
from riskmodels.records.draft_writer import Writer

LONG = 60.0


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft_writer, "RETRY", 0.01)


def test_draft_is_written_while_the_page_waits_a_moment() -> None:
    written: list[int] = []
    ticket = Writer().put("a", lambda: written.append(1))
    assert ticket.wait(LONG)
    assert (written, ticket.error) == ([1], None)


def test_page_does_not_wait_for_a_slow_database_and_of_one_form_only_the_newest_is_written() -> None:
    writer, hold, written = Writer(), Event(), []
    slow = writer.put("a", lambda: hold.wait(LONG))
    skipped = writer.put("b", lambda: written.append("old"))
    writer.put("b", lambda: written.append("new"))
    assert not slow.wait(0.01)
    hold.set()
    assert writer.flush(LONG)
    assert written == ["new"]
    assert not skipped.wait(0)


def test_what_failed_is_told_once_and_written_when_the_database_is_back() -> None:
    writer, back, tries = Writer(), Event(), []

    def write() -> None:
        tries.append(1)
        if not back.is_set():
            raise RecordsError("The database is away.")

    ticket = writer.put("a", write)
    assert ticket.wait(LONG)
    assert str(ticket.error) == "The database is away."
    end = time.monotonic() + LONG
    while len(tries) < 3 and time.monotonic() < end:
        time.sleep(0.01)
    back.set()
    assert writer.flush(LONG)
    assert len(tries) >= 3


def test_newer_content_takes_the_place_of_one_that_failed() -> None:
    writer, written = Writer(), []

    def fail() -> None:
        raise RecordsError("The database is away.")

    writer.put("a", fail).wait(LONG)
    writer.put("a", lambda: written.append("new"))
    assert writer.flush(LONG)
    assert written == ["new"]


def test_what_cannot_be_written_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft_writer, "GIVE_UP", 0.0)
    writer = Writer()

    def fail() -> None:
        raise RecordsError("The database is away.")

    writer.put("a", fail)
    assert writer.flush(LONG)


def test_form_that_raises_what_nobody_expected_does_not_end_the_writer() -> None:
    writer = Writer()
    assert writer.put("a", lambda: 1 / 0).wait(LONG)
    assert writer.put("b", lambda: None).wait(LONG)
