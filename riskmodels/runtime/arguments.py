"""What the commands share: whom they tell what they did, and kinds of arguments."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from riskmodels.errors import FileError

#: told a line of what a command did
Say = Callable[[str], None]


def refuse_existing(out: Path, overwrite: bool) -> None:
    """Go on only where nothing is overwritten that nobody said may be.

    Args:
        out: file, or folder; an empty folder is not in the way.
        overwrite: that it may be.

    Raises:
        FileError: when something is there.
    """
    there = any(out.iterdir()) if out.is_dir() else out.exists()
    if there and not overwrite:
        raise FileError(f"{out} is there already.", hint="Name another one, or say --overwrite.")


def above_zero(text: str) -> int:
    """An argument that counts something.

    Raises:
        argparse.ArgumentTypeError: when it is no whole number, or 0.
    """
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"“{text}” is not a whole number above 0")
    return int(text)
