"""The columns as an editable table, and one column at a time with its codes: two ways to the same mapping."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from riskmodels.errors import InputError
from riskmodels.interop.columns.mapping import AT_BOUND, NOT_USABLE, CohortMapping, ColumnMapping, answers
from riskmodels.vocabulary import Kind, Variable
from ui.cohort import state as cohort_state
from ui.cohort.mapping import (
    CODES,
    COLUMN,
    NO_UNIT,
    OPEN_UNIT,
    READ_AS,
    SAMPLES,
    SURE,
    UNIT,
    WHY,
    choices,
    mapping_table,
    meaning_words,
    read_as,
    read_column_as,
    unit_cell,
    unit_choices,
    with_edits,
    with_unit_cell,
)
from ui.cohort.state import Upload
from ui.text import count, plain

_REVISION, _COMPLAINTS = "cohort_edits", "cohort_edit_complaints"
_CELL, _ROWS, _MEANS = "Cell", "Rows", "Means"


def draw_table(upload: Upload, mapping: CohortMapping) -> None:
    """The table; an edit is taken at once, and what cannot be done is said below it."""
    table = mapping_table(upload.proposal, mapping)
    revision = st.session_state.setdefault(_REVISION, 0)
    key = f"cohort_table_{upload.key[:12]}_{revision}"
    text, select = st.column_config.TextColumn, st.column_config.SelectboxColumn
    st.data_editor(
        table,
        key=key,
        hide_index=True,
        height=min(35 * (len(table) + 1) + 3, 423),
        disabled=[COLUMN, CODES, SAMPLES, SURE, WHY],
        on_change=_take_edits,
        args=(upload, key),
        column_config={
            COLUMN: text(width=150),
            READ_AS: select(options=choices(), required=True, width=190),
            UNIT: select(options=[NO_UNIT, OPEN_UNIT, *unit_choices(mapping, _held(mapping))], required=True, width=90),
            CODES: text(width=170),
            SAMPLES: text(width=170),
            SURE: text(width=85, alignment="right"),
            WHY: text(width=520),
        },
    )
    for complaint in st.session_state.get(_COMPLAINTS, []):
        st.caption(f":material/error: {plain(complaint, 300)}")
    st.caption("“Read as” and “Unit” can be changed here: double-click a cell. Or change one column in the next tab.")


def _held(mapping: CohortMapping) -> list[Variable]:
    """Variables that some column of the file holds."""
    return [column.of for column in mapping.columns if column.of is not None]


def _take_edits(upload: Upload, key: str) -> None:
    state: dict[str, Any] = st.session_state.get(key) or {}
    mapping = cohort_state.mapping_of(upload)
    changed, complaints = with_edits(mapping, upload.sample, state.get("edited_rows", {}))
    cohort_state.keep_mapping(upload, changed)
    st.session_state[_COMPLAINTS] = complaints
    st.session_state[_REVISION] = st.session_state.get(_REVISION, 0) + 1


def draw_one_column(upload: Upload, mapping: CohortMapping) -> None:
    """One column: what it is read as, its unit, what becomes of “<5”, and what each of its codes means."""
    left, right = st.columns(2)
    with left:
        header = st.selectbox("Column in the file", upload.source.headers, key=f"cohort_one_{upload.key[:12]}")
    column = mapping.column(header)
    with right:
        _select(
            upload,
            column,
            "Read as",
            choices(),
            read_as(column),
            lambda m, to: read_column_as(m, upload.sample, header, to),
        )
    proposed = upload.proposal.column(header)
    if proposed.samples:
        st.caption(f"Sample values: {plain(', '.join(proposed.samples), 200)}")
    variable = column.of
    if variable is None:
        return
    if len(variable.accepted) > 1 and not column.birth:
        _select(
            upload,
            column,
            "Unit",
            [OPEN_UNIT, *unit_choices(mapping, [variable])],
            unit_cell(column),
            lambda m, to: with_unit_cell(m, upload.sample, header, to),
        )
        if proposed.variable == column.variable and proposed.unit_evidence:
            st.caption(plain(proposed.unit_evidence, 300))
    if proposed.comparators:
        label = f"Cells such as “<5” ({count(proposed.comparators, 'row')})"
        _select(upload, column, label, [NOT_USABLE, AT_BOUND], column.comparators,
                lambda m, to: m.with_column(header, comparators=to))  # fmt: skip
    _draw_codes(upload, column, variable)


def _select(upload: Upload, column: ColumnMapping, label: str, offered: list[str], now: str, change: Any) -> None:
    """A choice that follows the mapping and changes it."""
    key = f"cohort_one_{label.split(' (')[0]}_{upload.key[:12]}_{column.header}"
    st.session_state[key] = now
    st.selectbox(label, offered, key=key, on_change=_take_choice, args=(upload, key, change))


def _take_choice(upload: Upload, key: str, change: Any) -> None:
    try:
        cohort_state.keep_mapping(upload, change(cohort_state.mapping_of(upload), st.session_state[key]))
        st.session_state[_COMPLAINTS] = []
    except InputError as error:
        st.session_state[_COMPLAINTS] = [str(error)]
    st.session_state[_REVISION] = st.session_state.get(_REVISION, 0) + 1


def _draw_codes(upload: Upload, column: ColumnMapping, variable: Variable) -> None:
    if not column.codes:
        st.caption("It has no codes." if variable.kind is Kind.NUMBER else "It holds no answers.")
        return
    words = {meaning_words(variable, means): means for means in ("", *answers(variable))}
    if variable.kind is Kind.NUMBER:
        words = {word: means for word, means in words.items() if word}
    table = pd.DataFrame(
        [(c.text, c.count, meaning_words(variable, c.means), c.evidence) for c in column.codes],
        columns=[_CELL, _ROWS, _MEANS, WHY],
    )
    key = f"cohort_codes_{upload.key[:12]}_{column.header}_{st.session_state.get(_REVISION, 0)}"
    st.data_editor(
        table,
        key=key,
        hide_index=True,
        disabled=[_CELL, _ROWS, WHY],
        on_change=_take_codes,
        args=(upload, column, key, words),
        column_config={_MEANS: st.column_config.SelectboxColumn(options=list(words), required=True, width=160)},
    )


def _take_codes(upload: Upload, column: ColumnMapping, key: str, words: dict[str, str]) -> None:
    mapping = cohort_state.mapping_of(upload)
    state: dict[str, Any] = st.session_state.get(key) or {}
    for line, cells in state.get("edited_rows", {}).items():
        mapping = mapping.with_code(column.header, column.codes[int(line)].text, words[str(cells[_MEANS])])
    cohort_state.keep_mapping(upload, mapping)
    st.session_state[_REVISION] = st.session_state.get(_REVISION, 0) + 1
