"""Cells as text → numbers, vectorised: decimal comma, a leading “<”, and nothing guessed."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from riskmodels.columns import Floats

#: zero in files made from SAS may come as the smallest number its transport format knows, 5.4e-79
SMALLEST = 1e-70
COMPARATOR = re.compile(r"\s*(<=|>=|<|>|≤|≥)\s*(?P<bound>[+-]?\d+([.,]\d+)?)\s*")
_POINT = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_COMMA = (
    r"^[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d*)?([eE][+-]?\d+)?$"
    r"|^[+-]?\d+\.(\d{1,2}|\d{4,})$|^[+-]?\d+\.\d+[eE][+-]?\d+$"
)
_GROUPED = r"^[+-]?\d{1,3}(\.\d{3})+(,\d*)?$"


def texts(column: pd.Series) -> pa.Array:
    """Trimmed text of a column; null where empty or absent."""
    values = column.array
    array = pa.array(values, pa.string(), from_pandas=True)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_large_string(array.type):
        array = pc.cast(array, pa.string())
    trimmed = pc.utf8_trim_whitespace(array)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def is_numeric(column: pd.Series) -> bool:
    """Whether a column has typed numbers."""
    return column.dtype.kind in "fiu"


def to_floats(array: Any, decimal: str = ".") -> Floats:
    """Each text as a number, NaN where it is none.

    Args:
        array: as :func:`texts` gives it.
        decimal: ``.`` or ``,``; with a comma, points in front of three digits group thousands.
    """
    if decimal == ".":
        try:
            return _tidy(pc.cast(array, pa.float64()))
        except pa.ArrowInvalid:
            pass  # some cell is no number: only those that are one are read below
    array = pc.replace_substring(array, "−", "-")
    number = pc.match_substring_regex(array, _COMMA if decimal == "," else _POINT)
    readable = pc.if_else(number, array, pa.scalar(None, pa.string()))
    if decimal == ",":
        readable = _with_points(readable)
    readable = pc.replace_substring_regex(readable, r"^\+", "")
    return _tidy(pc.cast(readable, pa.float64()))


def _with_points(array: Any) -> Any:
    grouped = pc.match_substring_regex(array, _GROUPED)
    without = pc.replace_substring(array, ".", "")
    return pc.replace_substring(pc.if_else(grouped, without, array), ",", ".")


def _tidy(numbers: Any) -> Floats:
    values: Floats = numbers.to_numpy(zero_copy_only=False).astype(np.float64)
    return np.where(np.abs(values) < SMALLEST, 0.0, values)


def read_column(column: pd.Series, decimal: str = ".") -> Floats:
    """A column as numbers, NaN where a cell is none."""
    if is_numeric(column):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(np.abs(values) < SMALLEST, 0.0, values)
    return to_floats(texts(column), decimal)


def bound_of(text: str) -> float:
    """The number behind a comparator: ``<5`` → 5; NaN where there is none."""
    found = COMPARATOR.fullmatch(text)
    return float(found["bound"].replace(",", ".")) if found else float("nan")
