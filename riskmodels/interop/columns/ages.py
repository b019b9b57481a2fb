"""Dates of birth and days of visits → ages in completed years, with what cannot be counted told by row."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.checks import Problem, Severity
from riskmodels.columns import Floats
from riskmodels.interop.columns.dates import in_words, read_dates
from riskmodels.interop.columns.known_names import unknown_words
from riskmodels.interop.columns.mapping import CohortMapping, ColumnMapping, Role, is_unknown_word
from riskmodels.interop.columns.numbers import is_numeric

Days = npt.NDArray[np.datetime64]


def days_of_visit(mapping: CohortMapping, cells: pd.DataFrame) -> Days:
    """The day on which each row was recorded: as its column says, else the day told for the file; NaT where unknown.

    Args:
        mapping: with a column of role DATE, or a day for the file.
        cells: rows of the file.
    """
    column = mapping.with_role(Role.DATE)
    if column is not None:
        return read_dates(cells[column.header], column.date_format)
    return np.full(len(cells), np.datetime64(mapping.as_of or "NaT", "D"))


def completed_years(birth: Days, visit: Days) -> Floats:
    """Years between two days as birthdays count them; NaN where one is unknown.

    Args:
        birth, visit: days; somebody born on 29 February has the birthday on 1 March in other years.
    """
    known = ~(np.isnat(birth) | np.isnat(visit))
    years = visit.astype("datetime64[Y]").astype(int) - birth.astype("datetime64[Y]").astype(int)
    before = _in_year(visit) < _in_year(birth)
    return np.where(known, (years - before).astype(np.float64), np.nan)


def _in_year(days: Days) -> npt.NDArray[np.int64]:
    """Month and day as one number that rises through the year."""
    months = days.astype("datetime64[M]")
    in_month = (days - months.astype("datetime64[D]")).astype(int)
    return np.asarray(months.astype(int) % 12 * 32 + in_month)


def read_ages(column: ColumnMapping, cells: pd.Series, visit: Days) -> tuple[Floats, list[Problem]]:
    """Ages from a column of dates of birth.

    Args:
        column: whose cells are dates of birth in its format; of a year alone the middle is taken for the birthday.
        cells: of that column.
        visit: day of each row, from :func:`days_of_visit`.

    Returns:
        Completed years, NaN where they cannot be counted, and the rows where that is so.
    """
    birth = read_dates(cells, column.date_format)
    only_year = column.date_format == "%Y"
    if only_year:
        birth = birth + np.timedelta64(182, "D")
    ages = completed_years(birth, visit)
    return ages, [
        *_unread(column, cells, birth),
        *_told(cells.index[~np.isnat(birth) & np.isnat(visit)], _NO_VISIT, "Write the day of the visit."),
        *(_told(cells.index[~np.isnan(ages)], _YEAR, _MIDDLE, Severity.FLAGGED, 1.0) if only_year else []),
    ]


_NO_VISIT = "Age cannot be counted: the day of the visit is not known."
_YEAR, _MIDDLE = "Only the year of birth is known.", "Age is counted from its middle: it may be one year less or more."


def _unread(column: ColumnMapping, cells: pd.Series, birth: Days) -> list[Problem]:
    """Filled cells that are no date, without showing them: they may hold what tells who the patient is."""
    shown = cells.astype("Int64").astype("str") if is_numeric(cells) else cells.astype("str")
    open_cells = [
        (row, text) for row, text in zip(cells.index[np.isnat(birth)], shown[np.isnat(birth)].tolist(), strict=True)
    ]
    unread = [
        row for row, text in open_cells if not is_unknown_word(text) and text.strip().lower() not in unknown_words()
    ]
    hint = f"Write the date of birth as {in_words(column.date_format)}. Age counts as unknown."
    return _told(pd.Index(unread), "The date of birth cannot be read.", hint, Severity.UNUSED)


def _told(
    rows: pd.Index, reason: str, hint: str, severity: Severity = Severity.UNUSED, half_width: float = 0.0
) -> list[Problem]:
    return [Problem(row, "age", "", reason, hint, severity, half_width=half_width) for row in rows]
