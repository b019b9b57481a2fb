"""The proxy of ``make serve``: who is let through without sign-in, who stays where, and its words without the app."""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.processes.conftest import STICKY, caddy_or_skip
from tests.serving import ROOT, answers, free_port, running
from tests.waiting import until
from tools.serve_proxy import Front, write_configuration
from ui.server.files import FileOwners
from ui.server.guard import Guard
from ui.sign_in.settings import sign_in_settings

Get = Callable[..., http.client.HTTPResponse]


class Process:
    """A server with the app's own guard, which says its port where the app would serve a page."""

    def __init__(self) -> None:
        self.port = free_port()

        async def page(_: Request) -> PlainTextResponse:
            return PlainTextResponse(f"served by {self.port}")

        app = Guard(Starlette(routes=[Route("/{path:path}", page)]), FileOwners())
        self.server = uvicorn.Server(uvicorn.Config(app, port=self.port, log_config=None, proxy_headers=False))
        self.thread = threading.Thread(target=self.server.run)
        self.thread.start()
        until(lambda: answers(f"http://127.0.0.1:{self.port}/_stcore/health"))

    def end(self) -> None:
        self.server.should_exit = True
        self.thread.join()


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Process]]:
    """Two of them, without sign-in."""
    caddy_or_skip()
    for name in ("CARERISK_OIDC_METADATA_URL", "CARERISK_COOKIE_SECRET"):
        monkeypatch.delenv(name, raising=False)
    sign_in_settings.cache_clear()
    made = [Process(), Process()]
    yield made
    for process in made:
        process.end()


@pytest.fixture
def front(processes: list[Process], tmp_path: Path) -> Iterator[int]:
    """Caddy before them, as tools/serve.py sets it up, here on all addresses of the machine; its port."""
    port = free_port()
    made = write_configuration(Front("0.0.0.0", port, tuple(p.port for p in processes)), tmp_path)
    command = [str(shutil.which("caddy")), "run", "--adapter", "caddyfile", "--config", str(made)]
    own = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    with running(command, tmp_path / "log.txt", own, f"http://127.0.0.1:{port}/_stcore/health"):
        yield port


def get(port: int, headers: dict[str, str] | None = None, address: str = "127.0.0.1") -> tuple[int, str, str]:
    """Status, text and the cookie set of one request for a page."""
    line = http.client.HTTPConnection(address, port, timeout=60)
    line.request("GET", "/Patient?draft=0a1b2c", headers={"Host": f"localhost:{port}"} | (headers or {}))
    answer = line.getresponse()
    found = answer.status, answer.read().decode(), answer.getheader("Set-Cookie", "")
    line.close()
    return found


def own_address() -> str:
    """An address of this machine that others could reach; skips where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("no network")
        return str(probe.getsockname()[0])


class TestWithoutSignIn:
    def test_this_machine_is_served(self, front: int) -> None:
        assert get(front)[:2][0] == 200

    @pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Port", "Forwarded", "Via",
                                      "X-Real-IP"])  # fmt: skip
    def test_what_another_proxy_passed_on_is_refused(self, front: int, name: str) -> None:
        status, told, _ = get(front, {name: "10.0.0.4"})
        assert status == 403
        assert "needs sign-in" in told

    def test_another_name_for_this_machine_is_refused(self, front: int) -> None:
        assert get(front, {"Host": "rebound.example.org"})[0] == 403

    def test_who_comes_by_the_network_is_refused_whatever_they_say(self, front: int) -> None:
        assert get(front, address=own_address())[0] == 403


class TestOneBrowser:
    def test_stays_with_its_process_until_that_is_gone(self, front: int, processes: list[Process]) -> None:
        _, told, cookie = get(front)
        kept = {"Cookie": cookie.split(";")[0]}
        assert kept["Cookie"].startswith(f"{STICKY}=")
        assert {get(front, kept)[1] for _ in range(10)} == {told}
        mine, other = sorted(processes, key=lambda process: f"served by {process.port}" != told)
        mine.end()
        status, told, cookie = get(front, kept)
        assert (status, told) == (200, f"served by {other.port}")
        assert cookie.split(";")[0] not in ("", kept["Cookie"])

    def test_is_told_in_words_when_no_process_is_left(
        self, front: int, processes: list[Process], tmp_path: Path
    ) -> None:
        for process in processes:
            process.end()
        status, told, _ = get(front)
        assert status in (502, 503)
        assert "CareRisk is being started" in told
        assert "0a1b2c" not in (tmp_path / "log.txt").read_text(), "the address of a page is nobody's business"


class TestCommand:
    def run(self, *arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "tools/serve.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env={"PATH": path}, capture_output=True, text=True, check=False)

    def test_without_caddy_it_says_how_to_install_it(self) -> None:
        ran = self.run("--processes", "2")
        assert ran.returncode == 1
        assert "apt-get install caddy" in ran.stderr
        assert len(ran.stderr.splitlines()) == 1

    def test_port_that_is_taken_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "caddy").write_text("#!/bin/sh\n")
        (tmp_path / "caddy").chmod(0o755)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            ran = self.run("--processes", "2", "--port", str(port), path=str(tmp_path))
        assert ran.returncode == 1
        assert re.search(rf"Port {port} is taken", ran.stderr)

    def test_make_knows_it(self) -> None:
        told = (ROOT / "Makefile").read_text()
        assert "tools/serve.py --port $(PORT) --processes $(PROCESSES)" in told
