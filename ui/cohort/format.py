"""How the file is written: its first rows as they are read, and another way to read it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from riskmodels.interop.columns.dates import in_words
from riskmodels.interop.table.file_format import DELIMITER_NAMES, ENCODING_NAMES, FileFormat
from riskmodels.interop.table.header_rows import AUTO
from riskmodels.interop.table.row_shape import By, LongShape
from ui.cohort import state
from ui.cohort.state import Upload
from ui.text import plain

_DECIMAL_NAMES = {".": "point", ",": "comma"}
_FIRST = 5


def draw_format(upload: Upload) -> None:
    """Say how the file is read, show its first rows, and offer another way; a guess is said."""
    form = upload.format
    with st.container(horizontal=True, vertical_alignment="center"):
        guess = " Part of this is a guess: look at the names and the first rows." if form.guessed else ""
        st.caption(f"Read as {plain(form.words(), 200)}.{guess}", width="stretch")
        if form.kind != "parquet":
            with st.popover("Read it in another way", type="tertiary"):
                wanted = _ask_format(form, upload.key[:12])
                if st.button("Read again", key="cohort_read_again", disabled=wanted == form):
                    with st.spinner("Reading the file again"):
                        state.read_again(upload, wanted)
                    st.rerun()
    if len(form.tables) > 1:
        _draw_sheets(upload)
    if form.long is not None:
        _draw_long(upload, form.long)
    st.dataframe(upload.sample.cells.head(_FIRST).astype("str"), height=35 * (_FIRST + 1) + 3, key="cohort_first_rows")


def _draw_sheets(upload: Upload) -> None:
    """Several sheets hold a table: which one is meant stands open, not in a menu."""
    form, key = upload.format, f"cohort_sheet_{upload.key[:12]}"

    def take() -> None:
        state.read_again(upload, replace(form, sheet=st.session_state[key], header_row=AUTO))

    st.radio("Sheet", form.tables, index=_place(form), horizontal=True, key=key, on_change=take)


def _draw_long(upload: Upload, shape: LongShape) -> None:
    """What becomes one row of a table of observations, and how its dates are written where that is open."""
    formats: tuple[str, ...] = getattr(upload.source, "date_formats", ())
    by_key, dates_key = (f"cohort_{name}_{upload.key[:12]}" for name in ("by", "long_dates"))
    rows = {"patient": "a patient", "day": "a patient's day"}

    def take() -> None:
        by: By = "day" if st.session_state.get(by_key, shape.by) == "day" else "patient"
        written = st.session_state.get(dates_key, shape.date_format)
        _reshape(upload, replace(shape, by=by, date_format=written))

    if shape.date:
        label, now = "Each row holds an observation. Its latest values become one row", list(rows).index(shape.by)
        st.radio(label, list(rows), now, lambda by: rows[by], horizontal=True, key=by_key, on_change=take)
    if len(formats) > 1:
        label, now = f"Dates in “{plain(shape.date, 40)}” are", formats.index(shape.date_format)
        st.radio(label, formats, now, in_words, horizontal=True, key=dates_key, on_change=take)
    key = f"cohort_not_long_{upload.key[:12]}"
    st.button("Read every row as a visit", type="tertiary", key=key, on_click=_reshape, args=(upload, None))


def _reshape(upload: Upload, shape: LongShape | None) -> None:
    state.read_again(upload, replace(upload.format, long=shape, baseline=None))


def _place(form: FileFormat) -> int | None:
    return form.tables.index(form.sheet) if form.sheet in form.tables else None


def _ask_format(form: FileFormat, of: str) -> FileFormat:
    """The format asked for; ``of`` tells the fields of one file from another's."""
    header = st.number_input(
        "Row of the column names (0: none)", 0, 1000, form.header_row, key=f"cohort_header_row_{of}"
    )
    groups = st.checkbox("The row above it groups columns", form.group_row, key=f"cohort_group_row_{of}")
    units = st.checkbox("The row below it holds units", form.unit_row, key=f"cohort_unit_row_{of}")
    row = int(header)
    wanted = replace(form, header_row=row, group_row=groups and row > 1, unit_row=units and row > 0)
    if form.kind == "excel":
        sheet = st.selectbox("Sheet", form.sheets, index=form.sheets.index(form.sheet), key=f"cohort_any_sheet_{of}")
        return wanted if sheet == form.sheet else replace(form, sheet=sheet, header_row=AUTO)
    return replace(
        wanted,
        delimiter=_ask("Delimiter", DELIMITER_NAMES, form.delimiter, of),
        decimal=_ask("Decimal", _DECIMAL_NAMES, form.decimal, of),
        encoding=_ask("Encoding", ENCODING_NAMES, form.encoding, of),
    )


def _ask(label: str, names: dict[str, str], now: str, of: str) -> str:
    offered = list(names) if now in names else [now, *names]
    return st.selectbox(
        label,
        offered,
        index=offered.index(now),
        format_func=lambda value: names.get(value, value),
        key=f"cohort_format_{label.lower()}_{of}",
    )
