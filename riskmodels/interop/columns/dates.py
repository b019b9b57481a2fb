"""Dates of visits: how a column writes them, and read in that way."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.interop.columns.mapping import DATE_FORMATS
from riskmodels.interop.columns.numbers import is_numeric

_CLEAR = 0.95
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


def read_dates(column: pd.Series, date_format: str) -> npt.NDArray[np.datetime64]:
    """Dates of a column (day precision, NaT where a cell is none).

    Args:
        column: text, or whole numbers such as 20240131 or 2024.
        date_format: one of :data:`riskmodels.interop.columns.mapping.DATE_FORMATS`.
    """
    if is_numeric(column):
        column = column.astype("Int64")
    texts = column.astype("string").str.strip()
    if date_format == "ISO":
        texts, pattern = texts.str.slice(0, 10), "%Y-%m-%d"
    else:
        pattern = date_format
    read = pd.to_datetime(texts, format=pattern, errors="coerce")
    sensible = read.dt.year.between(_FIRST_YEAR, _LAST_YEAR)
    return read.where(sensible).to_numpy(dtype="datetime64[D]")


def formats_of(column: pd.Series) -> tuple[str, ...]:
    """The formats in which nearly every filled cell is a date; several where day and month cannot be told apart."""
    filled = column.dropna().astype("string").str.strip()
    filled = filled[(filled != "") & ~filled.str.lower().isin(["nan", "null", "na"])].head(5_000)
    if filled.empty:
        return ()
    return tuple(f for f in DATE_FORMATS if f != "%Y" and _share(filled, f) >= _CLEAR)


def _share(filled: pd.Series, date_format: str) -> float:
    return float(np.mean(~np.isnat(read_dates(filled, date_format))))


def in_words(date_format: str) -> str:
    """A format for people: ``day.month.year``."""
    names = {"ISO": "year-month-day (ISO 8601)", "%Y": "year only"}
    words = date_format.replace("%d", "day").replace("%m", "month").replace("%Y", "year")
    return names.get(date_format, words)


def all_in_words(formats: Iterable[str]) -> str:
    """Several formats for people."""
    return " or ".join(in_words(f) for f in formats)
