"""How a long computation says how far it is: a share from 0 to 1, and words."""

from __future__ import annotations

from collections.abc import Callable

#: called with the share that is done, and what is being done, without anything of a patient
Tell = Callable[[float, str], None]


def silent(share: float, words: str) -> None:
    """Told to nobody."""
