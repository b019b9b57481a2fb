"""Cells as text → numbers, vectorised: decimal comma, a leading “<”, and nothing guessed.

“1.234” is 1.234 with a decimal point and 1234 with a decimal comma. Where a file or a column mixes both, a cell that
can be read in one way only is read in it, and :func:`possible_numbers` gives both readings of the others.
"""

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
_POINT = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_COMMA = (
    r"^[+-]?([1-9]\d{0,2}(\.\d{3})+|\d+)(,\d*)?([eE][+-]?\d+)?$"
    r"|^[+-]?\d+\.(\d{1,2}|\d{4,})$|^[+-]?(0\d*|[1-9]\d{3,})\.\d+$|^[+-]?\d+\.\d+[eE][+-]?\d+$"
)
_GROUPED = r"^[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d*)?$"
#: a number that is another one where its point or comma groups thousands
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
#: by sign: cells whose only sign shows decimals, in an expression of Arrow
_CERTAIN = {
    sign: rf"^[+-]?(\d*\{sign}(\d{{1,2}}|\d{{4,}})|0?\{sign}\d+|[1-9]\d{{3,}}\{sign}\d{{3}})$"
    rf"|^[+-]?\d{{1,3}}(\{other}\d{{3}})+\{sign}\d+$"
    for sign, other in ((".", ","), (",", "."))
}
_GROUPS = re.compile(
    r"[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*(?!\1)(?:[.,]\d+)?|[1-9]\d{0,2}(?:[ '’]\d{3})+(?:[.,]\d+)?"
)


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
    plain = decimal == "." or not pc.any(pc.match_substring(array, ".")).as_py()
    if plain:
        try:
            return _tidy(pc.cast(array if decimal == "." else pc.replace_substring(array, ",", "."), pa.float64()))
        except pa.ArrowInvalid:
            pass  # some cell is no number: only those that are one are read below
    array = pc.replace_substring(array, "−", "-")
    number = pc.match_substring_regex(array, _COMMA if decimal == "," else _POINT)
    readable = pc.if_else(number, array, pa.scalar(None, pa.string()))
    if decimal == ",":
        readable = _with_points(readable)
    readable = pc.replace_substring_regex(readable, r"^\+", "")
    return _tidy(pc.cast(readable, pa.float64()))


def possible_numbers(text: str) -> tuple[float, ...]:
    """Every number that a cell can be, the one with decimals first: “5,2” is 5.2, “1,234” is 1.234 or 1234.

    Args:
        text: digits with points, commas, spaces or apostrophes between them, a sign or an exponent; nothing else.
    """
    sign = -1.0 if text.startswith("-") else 1.0
    bare = text.lstrip("+-")
    plain = bare.replace(",", ".") if bare.count(",") + bare.count(".") == 1 else bare
    found = []
    if re.fullmatch(_POINT, plain):
        found.append(float(plain))
    if _EITHER.fullmatch(bare) or (not found and _GROUPS.fullmatch(bare)):
        found.append(_ungrouped(bare, thousands=bool(_EITHER.fullmatch(bare))))
    return tuple(sign * number for number in found)


def _ungrouped(text: str, thousands: bool) -> float:
    """Without what groups thousands; the last sign shows decimals where it differs from those before it."""
    places = [at for at, letter in enumerate(text) if letter in ".,"]
    grouped = thousands or not places or (len(places) > 1 and len({text[at] for at in places}) == 1)
    whole, rest = (text, "") if grouped else (text[: places[-1]], text[places[-1] + 1 :])
    return float(re.sub(r"\D", "", whole) + (f".{rest}" if rest else ""))


def decimal_of(array: Any, decimal: str) -> str:
    """How the cells of a column show decimals, where that is not as the rest of the file does.

    Args:
        array: as :func:`texts` gives it.
        decimal: of the file.

    Returns:
        ``.`` or ``,`` where cells tell, ``mixed`` where they tell both, empty where nothing speaks against the file.
    """
    other = "," if decimal == "." else "."
    if not pc.any(pc.match_substring(array, other)).as_py():
        return ""
    told = [sign for sign in (".", ",") if pc.any(pc.match_substring_regex(array, _CERTAIN[sign])).as_py()]
    return "mixed" if len(told) == 2 else "".join(told)


def in_doubt(array: Any, decimal: str) -> Any:
    """Which cells are numbers in two ways and must be judged one by one (bool, by Arrow); None where none is.

    Args:
        array: as :func:`texts` gives it.
        decimal: ``.``, ``,`` or ``mixed``, of the column.
    """
    signs = {".": "", ",": r"\.", "mixed": "[.,]"}[decimal]
    if decimal == "," and not pc.any(pc.match_substring(array, ".")).as_py():
        return None  # the usual column, and quick
    return pc.match_substring_regex(array, rf"^[+-]?[1-9]\d{{0,2}}{signs}\d{{3}}$") if signs else None


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
