"""Waiting for what must come: as long as it takes on a busy machine, and no longer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

#: seconds after which something hangs; nothing waits as long on a machine that is merely busy
HUNG = 300.0


def until(holds: Callable[[], object], within: float = HUNG, every: float = 0.02) -> None:
    """Wait until something holds.

    Args:
        holds: asked again and again.
        within: seconds after which it hangs.
        every: seconds between two questions.

    Raises:
        AssertionError: when it did not come.
    """
    latest = time.monotonic() + within
    while not holds():
        assert time.monotonic() < latest, f"it did not come within {within:.0f} s"
        time.sleep(every)


def run_until(page: AppTest, holds: Callable[[], object]) -> AppTest:
    """Run a page again, as it would by itself, until something holds; the page."""

    def now() -> object:
        if holds():
            return True
        page.run()
        return holds()

    until(now, every=0.1)
    return page
