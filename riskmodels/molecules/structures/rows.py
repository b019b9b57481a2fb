"""Rows of compounds: what was read of a file, and what is wrong with one of its rows."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

#: letters of a structure that a problem row repeats
_SHOWN = 120


@dataclass(frozen=True)
class RowProblem:
    """A row that gives no answer.

    Args:
        row: as a spreadsheet numbers it; the number of the record in an SDF, of the line in a list of SMILES.
        given: the structure as it was given, shortened.
        reason: what is wrong.
        hint: what to do.
    """

    row: int
    given: str = field(repr=False)
    reason: str = field(repr=False)
    hint: str = field(repr=False)


@dataclass(frozen=True)
class CompoundFile:
    """What was read of a file of compounds.

    Args:
        structures: SMILES as given, index ``row``.
        others: all other columns as text, the same index.
        problems: rows without a structure, and records that cannot be read.
        form: how the file is written, in words.
        column: that the structures stand in; empty where the file is no table.
        columns: of a table.
        name_column: of ``others``, the one with the compounds' names; empty when none is known.
    """

    structures: pd.Series = field(repr=False)
    others: pd.DataFrame = field(repr=False)
    problems: tuple[RowProblem, ...]
    form: str
    column: str = ""
    columns: tuple[str, ...] = ()
    name_column: str = ""

    @property
    def names(self) -> pd.Series:
        """Name of each compound; empty where it has none."""
        if self.name_column:
            return self.others[self.name_column]
        return pd.Series("", index=self.structures.index, dtype="str")


def no_structure(row: int) -> RowProblem:
    """A row whose structure is missing."""
    return RowProblem(row, "", "There is no structure in this row.", "Fill in its SMILES, or take the row out.")


def shortened(text: str) -> str:
    """A structure as a problem row repeats it."""
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
