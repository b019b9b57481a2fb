"""A difference as it is written wherever it stands: a number in, its sign and its digits out."""

from __future__ import annotations


def signed(value: float, decimals: int = 2) -> str:
    """A difference: ``+0.41``, ``−0.05``; what rounds to nothing has no sign: ``0.00``."""
    text = f"{value:+.{decimals}f}".replace("-", "−")
    return text[1:] if float(f"{value:.{decimals}f}") == 0 else text
