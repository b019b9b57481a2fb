"""A served app, a provider to sign in at, and pages of a real Chromium for the browser tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import pytest

from tests.chromium import HUNG_MS, IDLE, unhurried
from tests.serving import free_port, running, served
from tests.waiting import HUNG

Serve = Callable[..., str]
#: address → process, of all that :func:`serve` started
_SERVED: dict[str, subprocess.Popen[bytes]] = {}


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Serves the app with more environment; gives its address."""
    with ExitStack() as servers:

        def start(environment: dict[str, str] | None = None) -> str:
            server = servers.enter_context(served(tmp_path_factory.mktemp("served"), environment))
            _SERVED[server.url] = server.process
            return server.url

        yield start


@pytest.fixture(scope="session")
def kill() -> Callable[[str], None]:
    """Kills the server at an address as the machine would: without a word to anybody."""

    def now(url: str) -> None:
        _SERVED[url].kill()
        _SERVED[url].wait(HUNG)

    return now


@pytest.fixture(scope="session")
def app_url(serve: Serve) -> str:
    """Address of the app without sign-in."""
    return serve()


@pytest.fixture(scope="session")
def provider_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an OpenID provider (oidc_provider_mock, built on Authlib) in a process of its own."""
    port, log = free_port(), tmp_path_factory.mktemp("provider") / "log.txt"
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    url = f"http://localhost:{port}"
    environment = os.environ | {"AUTHLIB_INSECURE_TRANSPORT": "1"}
    with running(command, log, environment, f"{url}/.well-known/openid-configuration"):
        yield url


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
        with _SOCKETS[page].expect_event("framereceived", _is_end, timeout=HUNG_MS):
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
        context.set_default_timeout(HUNG_MS)
        contexts.append(context)
        page = unhurried(context.new_page())
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
