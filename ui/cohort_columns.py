"""Step 2: what each column was read as, and what to look at before scoring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from riskmodels.checks import Severity
from riskmodels.interop.columns import Column
from riskmodels.scoring import to_csv
from riskmodels.vocabulary import VOCABULARY
from ui import cohort_job
from ui.cohort_file import DONE, OPEN
from ui.cohort_job import Job
from ui.cohort_state import Upload
from ui.cohort_text import count, listed, plain

if TYPE_CHECKING:
    from riskmodels.tabular.model import RiskModel

MOST_SHOWN = 1_000
EFFECTS = {
    Severity.FLAGGED: "used as entered",
    Severity.UNUSED: "counts as unknown",
    Severity.ROW: "row not scored",
}


def problem_table(upload: Upload, most: int | None = None) -> pd.DataFrame:
    """Problems as people read them: row and column as in the file, value, what is wrong, what to do, effect."""
    headers = {column.name: column.header for column in upload.table.recognised}
    rows = [
        (p.row, headers.get(p.field, ""), p.value, p.reason, p.hint, EFFECTS[p.severity])
        for p in upload.checked.problems[:most]
    ]
    return pd.DataFrame(rows, columns=["Row", "Column", "Value", "Problem", "What to do", "Effect"])


def column_table(upload: Upload) -> pd.DataFrame:
    """Recognised columns: header, what it is read as, unit, in how many rows it is known."""
    rows = [
        (
            c.header,
            VOCABULARY[c.name].label,
            _unit_text(c),
            int(upload.known[c.name]),
            100 * upload.known[c.name] / upload.rows,
        )
        for c in upload.table.recognised
    ]
    return pd.DataFrame(rows, columns=["Column in the file", "Read as", "Unit", "Rows known", "Share known"])


def _unit_text(column: Column) -> str:
    if not column.unit:
        return "–"
    return column.unit if column.stated else f"{column.unit} (the header names none)"


def draw_columns_step(upload: Upload, models: Mapping[str, RiskModel], job: Job | None) -> None:
    """Draw the step, open until scoring has begun."""
    recognised, problems = len(upload.table.recognised), len(upload.checked.problems)
    summary = f"{recognised} of {count(len(upload.table.columns), 'column')} recognised · {_problem_count(upload)}"
    begun = job is not None and (job.running or job.result is not None)
    label = f"**Columns and units** · {summary}"
    with st.expander(label, expanded=not begun, icon=DONE if begun else OPEN, type="step"):
        if not begun:
            _draw_start(upload, models, job)
        first, second = st.tabs([f"Columns ({recognised})", f"Problems ({problems:,})"])
        with first:
            _draw_columns(upload, models)
        with second:
            _draw_problems(upload)


def _problem_count(upload: Upload) -> str:
    problems = upload.checked.problems
    if not problems:
        return "no problems"
    return f"{count(len(problems), 'problem')} in {count(len({p.row for p in problems}), 'row')}"


def _draw_start(upload: Upload, models: Mapping[str, RiskModel], job: Job | None) -> None:
    if job is not None and job.cancelled:
        st.caption(f"Stopped after {job.done:,} of {count(job.total, 'row')}. Nothing was kept of it.")
    if job is not None and job.failed:
        st.error("Scoring ended with an error; the log names its kind. The file is still here.")
    label = f"Score {count(upload.rows, 'row')}"
    if st.button(label, type="primary", icon=":material/play_arrow:", key="cohort_score", disabled=not models):
        cohort_job.start(upload, models)
        st.rerun()


def _draw_columns(upload: Upload, models: Mapping[str, RiskModel]) -> None:
    table = column_table(upload)
    st.dataframe(
        table,
        hide_index=True,
        height=min(35 * (len(table) + 1) + 3, 388),
        column_config={
            "Rows known": st.column_config.NumberColumn(format="localized"),
            "Share known": st.column_config.ProgressColumn(format="%.0f %%", min_value=0, max_value=100, color="gray"),
        },
        alt="Columns of the file with what they were read as",
    )
    for text in _remarks(upload, models):
        st.caption(text)


def _remarks(upload: Upload, models: Mapping[str, RiskModel]) -> list[str]:
    carried = upload.table.carried
    remarks = []
    if carried:
        remarks.append(f"Kept as they are, not used: {listed([plain(c.header, 40) for c in carried])}.")
    remarks += [
        f"{plain(c.header, 40)} is not a name known here. Did you mean {plain(VOCABULARY[c.similar].column)}?"
        for c in carried
        if c.similar and c.similar not in upload.known
    ]
    used = {name for model in models.values() for name in model.inputs}
    absent = [VOCABULARY[name].label for name in VOCABULARY if name in used and upload.checked.frame[name].isna().all()]
    if absent:
        remarks.append(f"Not in the file, so unknown for every row: {listed(absent, 40)}.")
    derived = [VOCABULARY[str(name)] for name, rows in upload.checked.derived.sum().items() if rows]
    remarks += [f"{v.label} was computed where it was absent: {v.derived}." for v in derived]
    return remarks


def _draw_problems(upload: Upload) -> None:
    total = len(upload.checked.problems)
    if not total:
        st.caption("Every value can be used.")
        return
    st.dataframe(
        problem_table(upload, MOST_SHOWN),
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
            lambda: to_csv(problem_table(upload), upload.table.delimiter),
            file_name=f"carerisk_problems_{upload.key[:8]}.csv",
            mime="text/csv",
            type="tertiary",
            icon=":material/download:",
            on_click="ignore",
            key="cohort_problems_csv",
        )
        shown = f"The first {MOST_SHOWN:,} of {total:,} are shown. " if total > MOST_SHOWN else ""
        st.caption(f"{shown}Rows are numbered as in the file; the header is row 1.")
