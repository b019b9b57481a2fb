"""Problems as people read them: row and column as in the file, value, what is wrong, what to do, effect."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from riskmodels.checks import Severity
from riskmodels.scoring import to_csv
from ui.text import count

MOST_SHOWN = 1_000
EFFECTS = {
    Severity.FLAGGED.value: "used as entered",
    Severity.UNUSED.value: "counts as unknown",
    Severity.ROW.value: "row not scored",
}
_NAMES = {
    "row": "Row",
    "column": "Column",
    "value": "Value",
    "reason": "Problem",
    "hint": "What to do",
    "effect": "Effect",
}


def problem_table(problems: pd.DataFrame, most: int | None = None) -> pd.DataFrame:
    """Problems for people.

    Args:
        problems: row, column, value, reason, hint, effect.
        most: so many of them; all when None.
    """
    table = problems.head(most) if most is not None else problems
    table = table.assign(effect=table["effect"].map(EFFECTS), row=pd.to_numeric(table["row"]))
    return table.rename(columns=_NAMES)[list(_NAMES.values())]


def problem_counts(problems: pd.DataFrame) -> str:
    """How many there are in how many rows."""
    if problems.empty:
        return "no problems"
    return f"{count(len(problems), 'problem')} in {count(problems['row'].nunique(), 'row')}"


def draw_problems(problems: pd.DataFrame, key: str, delimiter: str = ",") -> None:
    """Draw the table and its download.

    Args:
        problems: row, column, value, reason, hint, effect.
        key: for the names of file and widget.
        delimiter: of the download.
    """
    total = len(problems)
    if not total:
        st.caption("Every value can be used.")
        return
    st.dataframe(
        problem_table(problems, MOST_SHOWN),
        hide_index=True,
        height=min(35 * (total + 1) + 3, 388),
        column_config={
            "Row": st.column_config.NumberColumn(width=60, format="%d"),
            "Column": st.column_config.TextColumn(width=170),
            "Value": st.column_config.TextColumn(width=90),
            "Problem": st.column_config.TextColumn(width=360),
            "What to do": st.column_config.TextColumn(width=300),
            "Effect": st.column_config.TextColumn(width=130),
        },
        alt="Problems by row and column of the file",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download the problems",
            lambda: to_csv(problem_table(problems), delimiter),
            file_name=f"carerisk_problems_{key}.csv",
            mime="text/csv",
            type="tertiary",
            icon=":material/download:",
            on_click="ignore",
            key=f"cohort_problems_csv_{key}",
        )
        shown = f"The first {MOST_SHOWN:,} of {total:,} are shown. " if total > MOST_SHOWN else ""
        st.caption(f"{shown}Rows are numbered as in the file; the header is row 1.")
