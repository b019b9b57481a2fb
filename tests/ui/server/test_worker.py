"""The process that scores cohorts beside a server: started anew when it dies, ended with the server."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from riskmodels.errors import InputError
from tests.waiting import HUNG
from ui.server import worker as server_worker


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(HUNG):
        while not condition():
            await asyncio.sleep(0.02)


def test_server_starts_one_for_two_jobs_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CARERISK_WORKERS", raising=False)
    assert server_worker.command()[1:] == ["-m", "riskmodels", "work", "--jobs", "2", "--parent", str(os.getpid())]


def test_server_starts_none_where_another_service_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARERISK_WORKERS", "0")
    assert server_worker.command() == []


def test_number_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARERISK_WORKERS", "two")
    with pytest.raises(InputError, match="CARERISK_WORKERS"):
        server_worker.command()


def test_one_that_dies_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(server_worker, "_FIRST", 0.01)
    log = tmp_path / "starts"
    program = f"open({str(log)!r}, 'a').write('started\\n'); raise SystemExit(3)"

    async def run() -> None:
        kept = asyncio.create_task(server_worker.keep([sys.executable, "-c", program]))
        await until(lambda: log.exists() and log.read_text().count("started") >= 2)
        kept.cancel()
        with pytest.raises(asyncio.CancelledError):
            await kept

    asyncio.run(run())
    assert "died; it is started again" in caplog.text


def test_it_is_asked_to_end_and_waited_for(tmp_path: Path) -> None:
    log = tmp_path / "ended"
    program = (
        "import signal, sys, time\n"
        f"def end(*_):\n    time.sleep(0.3)\n    open({str(log)!r}, 'a').write('gave its job back')\n    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        f"open({str(log)!r}, 'w').write('ready ')\n"
        "time.sleep(600)\n"
    )

    async def run() -> None:
        kept = asyncio.create_task(server_worker.keep([sys.executable, "-c", program]))
        await until(lambda: log.exists() and log.read_text() == "ready ")
        kept.cancel()
        with pytest.raises(asyncio.CancelledError):
            await kept

    asyncio.run(run())
    assert log.read_text() == "ready gave its job back"
