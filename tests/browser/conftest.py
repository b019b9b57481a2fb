"""A served app, a provider to sign in at, and a real Chromium for the browser tests."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: seconds after which something hangs; nothing waits as long on a machine that is merely busy
HUNG = 300.0
#: the app once it has computed the page to its end and the browser has drawn it
IDLE = "[data-testid='stApp'][data-test-script-state='notRunning']"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_served(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + HUNG
    while time.monotonic() < deadline:
        if server.poll() is not None:
            pytest.fail(f"the server ended with code {server.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"the server did not answer within {HUNG:.0f} s")


Serve = Callable[..., str]
#: address → process, of all that :func:`serve` started
_SERVED: dict[str, subprocess.Popen[bytes]] = {}


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Serves the app by ``streamlit run app.py`` on a free port, with more environment; gives its address."""
    servers: list[subprocess.Popen[bytes]] = []

    def start(environment: dict[str, str] | None = None) -> str:
        port = _free_port()
        told = {name: value.replace("{port}", str(port)) for name, value in (environment or {}).items()}
        own = {"CARERISK_DATA": str(tmp_path_factory.mktemp("data"))}
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
        url = f"http://localhost:{port}"
        servers.append(_start(command, os.environ | own | told, tmp_path_factory.mktemp("streamlit") / "log.txt"))
        _wait_until_served(f"{url}/_stcore/health", servers[-1])
        _SERVED[url] = servers[-1]
        return url

    yield start
    for server in servers:
        server.terminate()
    for server in servers:
        server.wait(timeout=HUNG)


@pytest.fixture(scope="session")
def kill() -> Callable[[str], None]:
    """Kills the server at an address as the machine would: without a word to anybody."""

    def now(url: str) -> None:
        _SERVED[url].kill()
        _SERVED[url].wait(timeout=20)

    return now


@pytest.fixture(scope="session")
def app_url(serve: Serve) -> str:
    """Address of the app without sign-in."""
    return serve()


@pytest.fixture(scope="session")
def provider_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an OpenID provider (oidc_provider_mock, built on Authlib) in a process of its own."""
    port = _free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    environment = os.environ | {"AUTHLIB_INSECURE_TRANSPORT": "1"}
    server = _start(command, environment, tmp_path_factory.mktemp("provider") / "log.txt")
    url = f"http://localhost:{port}"
    _wait_until_served(f"{url}/.well-known/openid-configuration", server)
    yield url
    server.terminate()
    server.wait(timeout=HUNG)


def _start(command: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as written:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=written, stderr=subprocess.STDOUT)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium; skips where it is absent, fails in CI."""
    if not CHROMIUM.exists():
        reason = f"no Chromium at {CHROMIUM} (Debian package chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield launched
        launched.close()


OpenPage = Callable[..., Any]
#: the connection of each page to its server
_SOCKETS: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


def _is_end(payload: str | bytes) -> bool:
    """Whether a message of the server says that the page is computed to its end."""
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    if not isinstance(payload, bytes):
        return False
    message = ForwardMsg.FromString(payload)
    ends = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
    return message.WhichOneof("type") == "script_finished" and message.script_finished in ends


@pytest.fixture(scope="session")
def answered() -> Callable[[Any], AbstractContextManager[None]]:
    """``with answered(page): act`` goes on when the app has answered the act and the browser has drawn the answer.

    For acts whose answer cannot be told by what the page then shows. A list that is open when an answer arrives closes.
    """

    @contextmanager
    def wait(page: Any) -> Iterator[None]:
        with _SOCKETS[page].expect_event("framereceived", _is_end, timeout=HUNG * 1000):
            yield
        page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        page.locator(IDLE).wait_for()

    return wait


@pytest.fixture(scope="session")
def settle() -> Callable[[Any], None]:
    """``settle(page)`` waits until the run that drew what the page shows is over.

    Before that a button may still move under the pointer, and a download may still have the address of the run before.
    """
    return lambda page: page.locator(IDLE).wait_for()


@pytest.fixture
def open_page(browser: Any, app_url: str) -> Iterator[OpenPage]:
    """Opens an address and returns the Playwright page: ``open_page("/Patient", width=400, theme="dark")``.

    The test fails when the browser had to refuse anything by the content policy of :mod:`ui.server.headers`.
    """
    contexts: list[Any] = []
    refused: list[str] = []

    def open_address(path: str, width: int = 1440, height: int = 900, theme: str = "light") -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, accept_downloads=True
        )
        context.set_default_timeout(HUNG * 1000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: refused.append(m.text) if "Content Security Policy" in m.text else None)
        page.on("websocket", lambda socket: _SOCKETS.update({page: socket}))
        page.goto(f"{app_url}{path}")
        page.get_by_role("heading", level=1).wait_for()
        page.locator(IDLE).wait_for()
        return page

    yield open_address
    for context in contexts:
        context.close()
    assert refused == []
