"""What an uploaded file says, made safe to show: never read as Markdown, never long."""

from __future__ import annotations

import re
import unicodedata

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>$~:&^=@/])")
_LONGEST = 80


def plain(text: str, longest: int = _LONGEST) -> str:
    """A text of a stranger (file name, header, cell) as literal text inside Markdown.

    Args:
        text: as uploaded.
        longest: characters kept; the rest becomes “…”.

    Returns:
        One line: control and direction characters removed, Markdown's own characters escaped.
    """
    visible = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    visible = " ".join(visible.split())
    if len(visible) > longest:
        visible = visible[: longest - 1] + "…"
    return _MARKS.sub(r"\\\1", visible)


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: ``1 row``, ``12,480 rows``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(names: list[str], most: int = 12) -> str:
    """Names as a sentence lists them: ``a, b and c``, ``a, b and 14 more``."""
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
