"""What a page draws beside a signal that was read, by a function that the views of all kinds call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: takes what was read as it is in use: with what was chosen and told on the page
Beside = Callable[[Any], None]


def nothing(now: Any) -> None:
    """Draws nothing."""
