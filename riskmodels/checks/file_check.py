"""One check of a file, for all that reads files: a picture or a signal."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One thing that was looked at before any number.

    Args:
        name: what, e.g. ``Sharpness``.
        passed: whether the file may go on.
        detail: what was found, in words, with its value and limit; for a failed check also what to do.
    """

    name: str
    passed: bool
    detail: str
