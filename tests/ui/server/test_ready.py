"""The readiness of a server: asked by proxies and selfcheck, without a word about where the records are."""

from __future__ import annotations

import asyncio

import pytest
from starlette.requests import Request

from riskmodels.records import Database, RecordsError
from ui.server import ready as server_ready


def asked() -> tuple[int, str]:
    answer = asyncio.run(server_ready.ready(Request({"type": "http"})))
    return answer.status_code, bytes(answer.body).decode()


def test_server_that_saves_is_ready(records: Database) -> None:
    assert asked() == (200, '{"ready":true}')


def test_server_whose_file_was_taken_away_is_not_ready(records: Database) -> None:
    with records.read():
        pass
    assert records.file is not None
    records.file.unlink()
    assert asked() == (503, '{"ready":false}')


def test_server_that_cannot_open_its_records_is_not_ready_and_does_not_say_where_they_are(
    records: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> Database:
        raise RecordsError("The database /srv/secret is gone.")

    monkeypatch.setattr(server_ready, "database", fail)
    assert asked() == (503, '{"ready":false}')
