"""A table of people as plain numbers, the same way for whoever compares tables or fits on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from riskmodels.errors import InputError
from riskmodels.evaluation.arrays import FloatArray

#: a column of numbers with at most this many distinct values holds answers, not measurements
MOST_ANSWERS = 10


def is_text(column: pd.Series[Any]) -> bool:
    """Whether a column holds words: text categories, not numbers or yes/no."""
    return not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column))


def is_answers(column: pd.Series[Any]) -> bool:
    """Whether a column holds few distinct answers (yes/no, choices, categories) rather than measurements."""
    return is_text(column) or column.nunique() <= MOST_ANSWERS


@dataclass(frozen=True)
class Encoding:
    """How columns become numbers, settled by the real table.

    Args:
        columns: in order.
        words: the words of each column of text; a word that is not among them becomes one code more.
        answers: columns with few distinct answers.
    """

    columns: tuple[str, ...]
    words: dict[str, tuple[str, ...]]
    answers: frozenset[str]

    @classmethod
    def of(cls, real: pd.DataFrame) -> Encoding:
        """The encoding of a real table."""
        words = {str(c): tuple(sorted(map(str, real[c].dropna().unique()))) for c in real if is_text(real[c])}
        return cls(tuple(map(str, real)), words, frozenset(str(c) for c in real if is_answers(real[c])))

    def codes(self, frame: pd.DataFrame, columns: Sequence[str] | None = None) -> FloatArray:
        """The table as numbers.

        Args:
            frame: with those columns.
            columns: all when None.

        Returns:
            (n, c): numbers as they are, words as their place among the words; NaN where not known.

        Raises:
            InputError: when a column is missing, or holds words where numbers are due.
        """
        wanted = self.columns if columns is None else tuple(columns)
        missing = [name for name in wanted if name not in frame]
        if missing:
            raise InputError(f"The table has no column {', '.join(missing)}.", hint="Compare tables of equal columns.")
        return np.column_stack([self._code(frame[name]) for name in wanted]) if wanted else np.empty((len(frame), 0))

    def _code(self, column: pd.Series[Any]) -> FloatArray:
        name = str(column.name)
        if name in self.words:
            place = {word: float(i) for i, word in enumerate(self.words[name])}
            known = column.notna().to_numpy()
            found = [place.get(str(value), float(len(place))) for value in column]
            return np.where(known, found, np.nan)
        if is_text(column):
            raise InputError(f"Column {name} holds words in one table and numbers in the other.")
        return column.to_numpy(dtype=np.float64, na_value=np.nan)


def normal_scores(codes: FloatArray, like: FloatArray) -> FloatArray:
    """Each value as the normal score of its rank among known values of another table.

    Args:
        codes: (n, c), NaN unknown.
        like: (m, c), whose ranks are used.

    Returns:
        (n, c): about −3 to 3, ties in the middle of their ranks; 0 where unknown.
    """
    found = np.zeros_like(codes)
    for i in range(codes.shape[1]):
        known = np.sort(like[~np.isnan(like[:, i]), i])
        here = ~np.isnan(codes[:, i])
        if len(known):
            values = codes[here, i]
            place = (np.searchsorted(known, values) + np.searchsorted(known, values, side="right")) / 2
            found[here, i] = ndtri((place + 0.5) / (len(known) + 1))
    return found
