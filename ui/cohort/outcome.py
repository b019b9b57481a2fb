"""Which column of the file says what happened, and what its cells mean."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pyarrow.parquet as pq
import streamlit as st

from riskmodels.cohort_report.labels import MOST_CELLS, Meaning, OutcomeCell, labels_by, outcome_cells
from riskmodels.interop.columns.mapping import UNKNOWN, Role
from ui.cohort.scored import Result
from ui.text import count, plain

NONE = "none"
#: what the codes of a documented outcome mean
_CODE_MEANS = {"yes": Meaning.HAPPENED, "no": Meaning.NOT, UNKNOWN: Meaning.UNKNOWN}
_COLUMN, _FROM, _MEANS = "cohort_outcome_column", "cohort_outcome_from", "cohort_outcome_means"


@dataclass(frozen=True)
class Label:
    """What happened, row by row.

    Args:
        column: of the file; empty when none was chosen.
        rule: what its cells mean, or from which number on it happened: what the answer depends on besides the column.
        happened: 0, 1 or NaN; None when no column was chosen, or it cannot be read.
    """

    column: str = ""
    rule: tuple[tuple[str, str], ...] | float | None = None
    happened: pd.Series | None = None

    @property
    def ready(self) -> bool:
        """Whether a report can be made: nothing is left to be answered."""
        return not self.column or self.happened is not None


def draw_label(scored: Result) -> Label:
    """Ask for the outcome column, and what its cells mean where they do not tell."""
    columns = [column for column in scored.request.mapping.columns if column.role is not Role.PATIENT]
    outcomes = {column.header: column for column in columns if column.role is Role.OUTCOME}
    names = [*outcomes, *(column.header for column in columns if column.header not in outcomes)]
    if st.session_state.get(_COLUMN) not in (NONE, *names):
        st.session_state.pop(_COLUMN, None)
    chosen = st.selectbox(
        "Outcome column: what happened",
        [NONE, *names],
        key=_COLUMN,
        format_func=lambda name: f"{name} · an outcome of this file" if name in outcomes else name,
        persist_state="session",
    )
    if chosen == NONE:
        return Label()
    cells = file_column(scored, chosen)
    codes = outcomes[chosen].codes if chosen in outcomes else ()
    if codes:
        return _told(_by_means(chosen, cells, {code.text: _CODE_MEANS[code.means] for code in codes}))
    distinct = outcome_cells(cells)
    if all(cell.means is not None for cell in distinct):
        return _told(_by_means(chosen, cells, {c.text: c.means for c in distinct if c.means is not None}))
    if len(distinct) > MOST_CELLS:
        return _from_numbers(chosen, cells)
    return _ask(chosen, cells, distinct)


def file_column(scored: Result, header: str) -> pd.Series:
    """A column of the file as it was uploaded, row by row."""
    names = pq.read_schema(scored.files.table).names[: scored.originals]
    place = [str(column.header) for column in scored.request.mapping.columns].index(header)
    values = pq.read_table(scored.files.table, columns=[names[place]]).column(0).to_pandas()
    return pd.Series(values.array, index=scored.index, name=header)


def _by_means(header: str, cells: pd.Series, means: dict[str, Meaning]) -> Label:
    rule = tuple(sorted((text, str(meaning)) for text, meaning in means.items()))
    return Label(header, rule, labels_by(cells, means))


def _ask(header: str, cells: pd.Series, distinct: tuple[OutcomeCell, ...]) -> Label:
    """Each distinct cell with its count: what it means. What is certain is chosen already."""
    st.markdown(f"**What do the cells of “{plain(header, 40)}” mean?** The file does not tell; only you can.")
    means: dict[str, Meaning] = {}
    for cell in distinct:
        words = f"“{plain(cell.text, 40)}”" if cell.text else "empty or not known"
        chosen = st.radio(
            f"{words} · {count(cell.count, 'row')}",
            list(Meaning),
            index=None if cell.means is None else list(Meaning).index(cell.means),
            format_func=str,
            horizontal=True,
            key=f"{_MEANS}_{header}_{cell.text}",
        )
        if chosen is not None:
            means[cell.text] = chosen
    if len(means) < len(distinct):
        st.caption(f"{count(len(distinct) - len(means), 'answer')} left.")
        return Label(header)
    if not {Meaning.HAPPENED, Meaning.NOT} <= set(means.values()):
        st.caption("An outcome has rows where it happened and rows where it did not.")
        return Label(header)
    return _told(_by_means(header, cells, means))


def _from_numbers(header: str, cells: pd.Series) -> Label:
    numbers = pd.to_numeric(cells, errors="coerce")
    if numbers.notna().sum() * 2 < cells.notna().sum():
        st.error(
            f"“{plain(header, 40)}” holds more than {MOST_CELLS} different texts, which are neither yes nor no. "
            "Choose another column, or code it 1 where the outcome happened and 0 where it did not."
        )
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
