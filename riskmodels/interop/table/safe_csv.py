"""A table → CSV bytes that a spreadsheet program opens without running anything in them."""

from __future__ import annotations

import re

import pandas as pd

#: what does not show before a sign: blanks, controls, marks of width and direction, byte order mark, quotes
_HIDDEN = (
    r"\s\x00-\x1f\x7f-\xa0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    '"'
)
#: what a formula begins with, also full-width, small, and the typographic minus; the bar starts a command in old Excel
SIGNS = r"=+\-@＝＋－＠−﹢﹣﹦﹫|"
#: what some spreadsheet parts cells or rows at; one of another country's settings does not heed our quotes
_PARTS = ",;\t|\r\n\v\f\x85\u2028\u2029"
_STARTS = re.compile(f"[{_HIDDEN}]*[{SIGNS}]")
_NUMBER = re.compile(r"\s*[+-]?(\d[\d.,]*|[.,]\d+)([eE][+-]?\d+)?\s*", re.ASCII)


def harmless(text: str, delimiter: str = ",") -> str:
    """Put an apostrophe before whatever a spreadsheet would take for a formula; numbers stay as they are.

    A spreadsheet that parts cells at another sign than the file does (a semicolon in many countries) sees the middle of
    a text as a cell of its own: what follows such a sign is treated as a beginning, too.

    Args:
        text: of one cell.
        delimiter: of the file; inside a text it is quoted, and only a reader who heeds the quotes parts there.
    """
    first, *rest = re.split(f"([{_PARTS.replace(delimiter, '')}])", text)
    parts = [sign + _prefixed(part) for sign, part in zip(rest[::2], rest[1::2], strict=True)]
    return ("'" if _is_formula(text) else "") + first + "".join(parts)


def _prefixed(part: str) -> str:
    return f"'{part}" if _is_formula(part) else part


def _is_formula(text: str) -> bool:
    return _STARTS.match(text) is not None and not _NUMBER.fullmatch(text)


def to_csv(table: pd.DataFrame, delimiter: str = ",") -> bytes:
    """Write a table, rows in its order, without its index.

    Args:
        table: text columns are made :func:`harmless`, numbers are written with six significant digits.
        delimiter: between cells.

    Returns:
        UTF-8 with byte order mark, so that Excel reads units such as µmol/L.
    """
    safe = pd.DataFrame({name: _harmless_column(table[name], delimiter) for name in table.columns}, index=table.index)
    safe.columns = pd.Index([harmless(str(name), delimiter) for name in table.columns])
    return safe.to_csv(index=False, sep=delimiter, float_format="%.6g", lineterminator="\r\n").encode("utf-8-sig")


def _harmless_column(column: pd.Series, delimiter: str) -> pd.Series:
    if column.dtype.kind in "fiub":
        return column
    texts = column.astype("str").fillna("")
    suspects = texts.str.contains(f"[{SIGNS}]", regex=True)
    return texts.where(~suspects, texts[suspects].map(lambda text: harmless(text, delimiter)).reindex(texts.index))
