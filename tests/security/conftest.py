"""A server that logs everything it can, on purpose failing at planted files, and a real Chromium."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import HUNG_MS
from tests.serving import ROOT, Served, served

#: readers that fail at a file that holds EXPLODE, for the server and for the processes in which it reads files
PLANTED = Path(__file__).parent / "planted"


@pytest.fixture(scope="module", name="served")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app at debug level, with a data folder of its own."""
    environment = {
        "CARERISK_LOG_LEVEL": "debug",
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": f"{PLANTED}{os.pathsep}{ROOT}",
    }
    with served(tmp_path_factory.mktemp("served"), environment, ["--logger.level", "debug"]) as found:
        yield found


OpenPage = Callable[[str], Any]


@pytest.fixture(scope="module")
def open_page(browser: Any, served: Served) -> OpenPage:
    """Opens an address in a browser context of its own."""

    def open_address(path: str) -> Any:
        context = browser.new_context(accept_downloads=True, viewport={"width": 1440, "height": 1000})
        context.set_default_timeout(HUNG_MS)
        page = context.new_page()
        page.goto(f"{served.url}{path}")
        page.get_by_role("heading", level=1).wait_for()
        return page

    return open_address
