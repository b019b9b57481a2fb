"""One space for tables of mixed columns: real and invented tables in; points whose distances can be compared out.

Two people who differ in a column lie 2 apart there (squared), whatever the column is:

- a number is the normal score of its rank among the real people (variance 1, so 2 between two people at random);
- a yes/no or a category is one coordinate a level, 1 for the person's own;
- not measured against measured differs as well: for numbers by 1 and the measured one's square (together 2 at random),
  for the others as any two levels do.

Ranks, so that no unit, skewness or slip of the pen decides who is near whom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from riskmodels.errors import InputError
from riskmodels.evaluation.arrays import FloatArray

IntArray = npt.NDArray[np.int64]

#: levels of a category with a coordinate of their own; the rarer ones share one
_LEVELS = 50
#: digits to which two numbers are the same: what a detour through text or float32 leaves of them
_DIGITS = 6


@dataclass(frozen=True)
class Numbers:
    """A column of numbers: their sorted known values among the real people."""

    name: str
    known: FloatArray

    def place(self, column: pd.Series) -> FloatArray:
        """(n, 2): normal score of the rank (0 where not measured), and 1 where not measured."""
        values = floats(column)
        unknown = np.isnan(values)
        points = np.zeros((len(values), 2))
        points[unknown, 1] = 1
        if len(self.known):
            points[~unknown, 0] = self.score(values[~unknown])
        return points

    def score(self, values: FloatArray) -> FloatArray:
        """Normal scores of known values; ties share the middle of their ranks."""
        sides = [np.searchsorted(self.known, values, side) for side in ("left", "right")]
        n = len(self.known)
        return np.asarray(ndtri(np.clip(sum(sides) / 2, 0.5, n - 0.5) / n), dtype=np.float64)

    def value(self, scores: FloatArray) -> FloatArray:
        """Values at normal scores, between two known ones on the line that joins them."""
        ranks = (np.arange(len(self.known)) + 0.5) / len(self.known)
        return np.interp(scores, np.asarray(ndtri(ranks)), self.known)


@dataclass(frozen=True)
class Levels:
    """A column of yes/no or text: its commonest levels among the real people."""

    name: str
    levels: tuple[str, ...]

    def place(self, column: pd.Series) -> FloatArray:
        """(n, levels + 2): 1 at the person's level, else at "another", or at "not known"."""
        found = pd.Index(self.levels).get_indexer(pd.Index(texts(column)))
        found = np.where(column.isna().to_numpy(), len(self.levels) + 1, np.where(found < 0, len(self.levels), found))
        return np.asarray(np.eye(len(self.levels) + 2)[found], dtype=np.float64)


@dataclass(frozen=True)
class Space:
    """Where people of a table lie.

    Args:
        columns: how each column is placed, in the table's order.
    """

    columns: tuple[Numbers | Levels, ...]

    @classmethod
    def of(cls, *real: pd.DataFrame) -> Space:
        """The space of real people, all of them together.

        Raises:
            InputError: when the tables do not have the same columns, or one holds neither numbers nor text.
        """
        for frame in real[1:]:
            check_columns(frame, list(real[0].columns))
        return cls(tuple(_column(name, pd.concat([f[name] for f in real])) for name in real[0].columns))

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def place(self, frame: pd.DataFrame) -> FloatArray:
        """Points of people: (n, coordinates).

        Raises:
            InputError: when a column is missing or none of the space's.
        """
        check_columns(frame, self.names)
        return np.hstack([column.place(frame[column.name]) for column in self.columns])


def check_columns(frame: pd.DataFrame, names: list[str]) -> None:
    """Refuse a table of other columns.

    Raises:
        InputError: naming the columns.
    """
    lacking = [name for name in names if name not in frame]
    added = [str(name) for name in frame.columns if name not in names]
    if lacking or added or not names:
        parts = [f"{word} {', '.join(some)}" for word, some in (("without", lacking), ("besides", added)) if some]
        raise InputError(
            f"The tables do not have the same columns ({'; '.join(parts) or 'one has none'}).",
            hint="Give the invented table and both real ones the same columns.",
        )


def is_number(column: pd.Series) -> bool:
    """Whether a column holds numbers that are more than a yes or no."""
    if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
        return False
    return not set(column.dropna().unique()) <= {0, 1}


def floats(column: pd.Series) -> FloatArray:
    """A column as floats, NaN where not measured, to six digits."""
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.floor(np.log10(np.abs(values)))
    scale = 10.0 ** np.where(np.isfinite(size), _DIGITS - 1 - size, 0.0)
    return np.asarray(np.round(values * scale) / scale, dtype=np.float64)


def texts(column: pd.Series) -> npt.NDArray[np.object_]:
    """A yes/no or category as text, so that 1, 1.0 and True are one level; empty where not known."""
    codes, levels = pd.factorize(np.asarray(column, dtype=object))
    words = np.array(["", *map(_text, levels)], dtype=object)
    return np.asarray(words[codes + 1])


def as_codes(frames: list[pd.DataFrame], space: Space) -> list[IntArray]:
    """Each table with a whole number for each distinct value of a column, −1 where not known: (n, columns)."""
    columns = []
    for column in space.columns:
        if isinstance(column, Numbers):
            values: npt.NDArray[Any] = np.concatenate([floats(frame[column.name]) for frame in frames])
        else:
            values = np.concatenate([texts(frame[column.name]) for frame in frames])
        codes = pd.factorize(values)[0]
        codes[np.concatenate([frame[column.name].isna() for frame in frames])] = -1
        columns.append(codes)
    ends = np.cumsum([len(frame) for frame in frames])[:-1]
    return np.split(np.column_stack(columns).astype(np.int64), ends)


def _text(value: Any) -> str:
    return str(float(value)) if isinstance(value, bool | int | float | np.bool_ | np.number) else str(value)


def _column(name: str, column: pd.Series) -> Numbers | Levels:
    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_timedelta64_dtype(column):
        raise InputError(f"“{name}” holds dates.", hint="Give times as numbers, e.g. years since the first visit.")
    if is_number(column):
        values = floats(column)
        return Numbers(name, np.sort(values[~np.isnan(values)]))
    counts = pd.Series(texts(column.dropna()), dtype="str").value_counts()
    return Levels(name, tuple(sorted(counts.index[:_LEVELS])))
