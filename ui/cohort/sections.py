"""What report and recalibration share: the rows they are made of, and how one of their sections is drawn."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from riskmodels.cohort_report import Section
from riskmodels.cohort_report import figures as report_figures
from ui.charts import CONFIG
from ui.cohort.scored import Result
from ui.page import theme

#: rows a report is made of; drawn at random where there are more
MOST_ROWS = 100_000
_SEED = 20_261_124


def report_frame(scored: Result) -> pd.DataFrame:
    """The PatientFrame a report is made of: all rows, or :data:`MOST_ROWS` drawn at random."""
    if len(scored.index) <= MOST_ROWS:
        return scored.frame()
    drawn = scored.index.to_series().sample(MOST_ROWS, random_state=_SEED).sort_values().index
    return scored.inputs(drawn, scored.variables)


def patients(scored: Result, rows: pd.Index) -> pd.Series | None:
    """Who stands in each row, so that rows of a patient stay together; None when the file does not say."""
    if not scored.id_header:
        return None
    ids = scored.rows(rows, [scored.id_header])[scored.id_header].astype("str")
    return ids if ids.duplicated().any() else None


def draw_section(section: Section, key: str = "report") -> None:
    """A section: title, what it shows, its figures, and the table behind them."""
    st.subheader(section.title, anchor=False)
    st.markdown(section.finding.replace("$", "\\$"))
    if section.basis:
        st.caption(section.basis.replace("$", "\\$"))
    drawn = report_figures.draw(section, theme())
    columns = st.columns(2) if len(drawn) > 1 else [st.container()]
    for number, figure in enumerate(drawn):
        with columns[number % len(columns)]:
            alt = f"{section.title}. {section.finding}"
            st.plotly_chart(figure, config=CONFIG, key=f"cohort_{key}_{section.key}_{number}", alt=alt)
    if section.table.empty:
        return
    table = section.words()
    if drawn:
        with st.expander("Table"):
            st.dataframe(table, hide_index=True, alt=section.title)
    else:
        st.dataframe(table, hide_index=True, alt=section.title)
