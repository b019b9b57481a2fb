"""What the commands share: whom they tell what they did, and kinds of arguments."""

from __future__ import annotations

import argparse
from collections.abc import Callable

#: told a line of what a command did
Say = Callable[[str], None]


def above_zero(text: str) -> int:
    """An argument that counts something.

    Raises:
        argparse.ArgumentTypeError: when it is no whole number, or 0.
    """
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"“{text}” is not a whole number above 0")
    return int(text)
