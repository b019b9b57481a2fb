"""Which column of the file says what happened, and from which value on."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pyarrow.parquet as pq
import streamlit as st

from riskmodels.cohort_report import outcome_labels
from riskmodels.errors import InputError
from riskmodels.interop.columns.mapping import Role
from ui.cohort.scored import Result
from ui.text import count, plain

NONE = "none"
_COLUMN, _FROM = "cohort_outcome_column", "cohort_outcome_from"


@dataclass(frozen=True)
class Label:
    """What happened, row by row.

    Args:
        column: of the file; empty when none was chosen.
        least: a number of the column counts as the event from here on; None when the column says yes or no itself.
        happened: 0, 1 or NaN; None when no column was chosen, or it cannot be read.
    """

    column: str = ""
    least: float | None = None
    happened: pd.Series | None = None

    @property
    def ready(self) -> bool:
        """Whether a report can be made: nothing is left to be answered."""
        return not self.column or self.happened is not None


def draw_label(scored: Result) -> Label:
    """Ask for the outcome column, and where it holds numbers for the least that counts."""
    names = [column.header for column in scored.request.mapping.columns if column.role is not Role.PATIENT]
    if st.session_state.get(_COLUMN) not in (NONE, *names):
        st.session_state.pop(_COLUMN, None)
    chosen = st.selectbox(
        "Outcome column: what happened",
        [NONE, *names],
        key=_COLUMN,
        format_func=lambda name: name,
        persist_state="session",
    )
    if chosen == NONE:
        return Label()
    cells = file_column(scored, chosen)
    try:
        values = outcome_labels(cells)
    except InputError as error:
        return _from_numbers(chosen, cells, error)
    return _told(Label(chosen, None, values))


def file_column(scored: Result, header: str) -> pd.Series:
    """A column of the file as it was uploaded, row by row."""
    names = pq.read_schema(scored.files.table).names[: scored.originals]
    place = [str(column.header) for column in scored.request.mapping.columns].index(header)
    values = pq.read_table(scored.files.table, columns=[names[place]]).column(0).to_pandas()
    return pd.Series(values.array, index=scored.index, name=header)


def _from_numbers(header: str, cells: pd.Series, error: InputError) -> Label:
    numbers = pd.to_numeric(cells, errors="coerce")
    if numbers.notna().sum() * 2 < cells.notna().sum():
        st.error(plain(str(error), 300))
        return Label(header)
    least = st.number_input(
        f"“{plain(header, 40)}” holds numbers: it happened where the number is at least",
        value=None,
        key=_FROM,
        placeholder="e.g. 1",
    )
    if least is None:
        st.caption("Say from which number on it counts as the event.")
        return Label(header)
    return _told(Label(header, least, (numbers >= least).astype(float).where(numbers.notna())))


def _told(label: Label) -> Label:
    if label.happened is not None:
        known = label.happened.dropna()
        st.caption(f"{count(int(known.sum()), 'event')} in {count(len(known), 'row')} with a known outcome.")
    return label
