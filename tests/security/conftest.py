"""A server that logs everything it can, on purpose failing at planted files, and a real Chromium."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
#: readers that fail at a file that holds EXPLODE, for the server and for the processes in which it reads files
PLANTED = Path(__file__).parent / "planted"


@dataclass(frozen=True)
class Served:
    """A server: its address, its data folder, and the file with all it wrote to its standard streams."""

    url: str
    data: Path
    log: Path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app at debug level, with a data folder of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    place = tmp_path_factory.mktemp("served")
    found = Served(f"http://localhost:{port}", place / "data", place / "log.txt")
    environment = os.environ | {
        "CARERISK_DATA": str(found.data),
        "CARERISK_LOG_LEVEL": "debug",
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": f"{PLANTED}{os.pathsep}{ROOT}",
    }
    environment.pop("DATABASE_URL", None)
    serve = ["-m", "streamlit", "run", "app.py", "--server.port", str(port), "--logger.level", "debug"]
    command = [sys.executable, *serve]
    with found.log.open("wb") as written:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=written, stderr=subprocess.STDOUT)
    try:
        _wait(f"{found.url}/_stcore/health", server)
        yield found
    finally:
        server.terminate()
        server.wait(timeout=300)


def _wait(url: str, server: subprocess.Popen[bytes], within: float = 300.0) -> None:
    end = time.monotonic() + within
    while time.monotonic() < end:
        if server.poll() is not None:
            pytest.fail(f"the server ended with code {server.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"the server did not answer within {within:.0f} s")


OpenPage = Callable[[str], Any]


@pytest.fixture(scope="module")
def open_page(served: Served) -> Iterator[OpenPage]:
    """Opens an address in a browser context of its own; skips without a Chromium, fails in CI."""
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail("no Chromium")
        pytest.skip("no Chromium (Debian package chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)

        def open_address(path: str) -> Any:
            context = browser.new_context(accept_downloads=True, viewport={"width": 1440, "height": 1000})
            context.set_default_timeout(300_000)
            page = context.new_page()
            page.goto(f"{served.url}{path}")
            page.get_by_role("heading", level=1).wait_for()
            return page

        yield open_address
        browser.close()
