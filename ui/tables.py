"""Tables of records as HTML: every text is escaped, since labels, notes and names are written by people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

#: style sheet of everything about records
STYLE = Path(__file__).parent / "records.css"


def table(label: str, head: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "", kind: str = "") -> str:
    """A table whose rows turn into blocks where there is no room for columns.

    Args:
        label: what it is, for screen readers.
        head: headings of the columns; each stands again in front of its value in a block.
        rows: texts; the first of each row heads it.
        caption: stands over it.
        kind: further class names.
    """
    heads = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    above = f"<caption>{escape(caption)}</caption>" if caption else ""
    body = "".join(_row(head, row) for row in rows)
    return (
        f'<section class="cr-tables"><table class="cr-table cr-labelled {escape(kind)}" aria-label="{escape(label)}">'
        f"{above}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></section>"
    )


def unbroken(words: str) -> str:
    """Words whose dates stay on one line."""
    return re.sub(r"(?<=\d)-(?=\d)", "\u2011", words)


def _row(head: Sequence[str], row: Sequence[str]) -> str:
    cells = "".join(
        f'<td data-label="{escape(name)}">{escape(text)}</td>' for name, text in zip(head[1:], row[1:], strict=True)
    )
    return f'<tr><th scope="row">{escape(row[0])}</th>{cells}</tr>'
