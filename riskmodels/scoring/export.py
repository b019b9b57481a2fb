"""A table → CSV bytes that a spreadsheet program opens without running anything in them."""

from __future__ import annotations

import re

import pandas as pd

_STARTS = re.compile(r"\s*[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"\s*[+-]?(\d[\d.,]*|[.,]\d+)([eE][+-]?\d+)?\s*", re.ASCII)


def harmless(text: str) -> str:
    """Prefix a text that a spreadsheet would take for a formula with an apostrophe; numbers stay as they are."""
    return f"'{text}" if _STARTS.match(text) and not _NUMBER.fullmatch(text) else text


def to_csv(table: pd.DataFrame, delimiter: str = ",") -> bytes:
    """Write a table, rows in its order, without its index.

    Args:
        table: text columns are made :func:`harmless`, numbers are written with six significant digits.
        delimiter: between cells.

    Returns:
        UTF-8 with byte order mark, so that Excel reads units such as µmol/L.
    """
    safe = pd.DataFrame({name: _harmless_column(table[name]) for name in table.columns}, index=table.index)
    safe.columns = pd.Index([harmless(str(name)) for name in table.columns])
    return safe.to_csv(index=False, sep=delimiter, float_format="%.6g", lineterminator="\r\n").encode("utf-8-sig")


def _harmless_column(column: pd.Series) -> pd.Series:
    if column.dtype.kind in "fiub":
        return column
    texts = column.astype("str").fillna("")
    suspects = texts.str.match(r"[\s=+\-@＝＋－＠]")
    return texts.where(~suspects, texts[suspects].map(harmless).reindex(texts.index))
