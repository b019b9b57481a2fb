"""What a model of one's own shall learn from this file: the outcome, and the columns kept as inputs of their own."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from riskmodels.errors import InputError
from riskmodels.interop.columns.mapping import CohortMapping, Role
from riskmodels.own_models.columns import CodeQuestionError, describe_column
from riskmodels.own_models.request import TrainingRequest
from ui.cohort.state import Upload
from ui.text import plain

_KEY = "own_model"


def draw_request(upload: Upload, mapping: CohortMapping) -> TrainingRequest | None:
    """Ask for outcome and inputs.

    Args:
        upload: the file.
        mapping: what its columns mean.

    Returns:
        The request; None while something must be answered.
    """
    headers = list(upload.source.headers)
    left, right = st.columns(2)
    outcome = left.selectbox("Outcome: what happened", headers, index=None, key=f"{_KEY}_outcome.{upload.key}")
    if outcome is None:
        return None
    event = _ask_event(upload, outcome, right)
    if event is None:
        return None
    free = [c.header for c in mapping.columns if c.role not in (Role.VALUE, Role.PATIENT, Role.DATE)]
    keep = st.multiselect(
        "Columns to keep as inputs of their own",
        [header for header in free if header != outcome],
        key=f"{_KEY}_keep.{upload.key}.{outcome}",
        help="Columns that are none of the app's variables. Nothing in them is converted or checked for its unit.",
    )
    used = [c.header for c in mapping.columns if c.role is Role.VALUE and c.header != outcome]
    left, right = st.columns(2)
    leave_out = left.multiselect("Leave out", used, key=f"{_KEY}_leave.{upload.key}")
    allow = right.multiselect(
        "Known before the outcome, though it tells it almost alone",
        [*used, *keep],
        key=f"{_KEY}_allow.{upload.key}",
    )
    request = TrainingRequest(outcome, event, keep=tuple(keep), leave_out=tuple(leave_out), allow=tuple(allow))
    return _ask_codes(upload, _described(upload, request) if keep else request)


def _ask_event(upload: Upload, outcome: str, place: st.delta_generator.DeltaGenerator) -> str | None:
    """The cell that is the event; empty where the column says yes and no itself; None while it is not answered."""
    from riskmodels.cohort_report import outcome_labels

    try:
        outcome_labels(upload.sample.cells[outcome])
        return ""
    except InputError:
        cells = list(upload.sample.counts.get(outcome, ()))
    if len(cells) != 2:
        st.error(f"“{plain(outcome, 40)}” must hold two values: with and without the outcome.")
        return None
    event: str | None = place.radio(
        "It happened where the cell is", cells, index=None, horizontal=True, key=f"{_KEY}_event.{upload.key}.{outcome}"
    )
    return event


def _described(upload: Upload, request: TrainingRequest) -> TrainingRequest:
    """The request with name, unit and kind of each kept column, as a table says them."""
    keep = list(request.keep)
    start = pd.DataFrame({"Column": keep, "Name": keep, "Unit": "", "Category": False, "Modifiable": False})
    edited = st.data_editor(
        start,
        disabled=["Column"],
        hide_index=True,
        key=f"{_KEY}_columns.{upload.key}.{'|'.join(keep)}",
        column_config={
            "Unit": st.column_config.TextColumn(help="As you call it; empty where there is none.", max_chars=20),
            "Name": st.column_config.TextColumn(max_chars=60),
            "Category": st.column_config.CheckboxColumn(help="Its numbers are names of categories."),
            "Modifiable": st.column_config.CheckboxColumn(help="Care can change it."),
        },
    ).set_index("Column")
    names, units = (_texts(edited[column]) for column in ("Name", "Unit"))
    categories, modifiable = (
        tuple(map(str, edited.index[edited[column].astype(bool)])) for column in ("Category", "Modifiable")
    )
    return replace(request, labels=names, units=units, categories=categories, modifiable=modifiable)


def _texts(column: pd.Series) -> dict[str, str]:
    """What stands in a column of the table, by header; nothing where it is empty."""
    return {str(header): str(text) for header, text in column.fillna("").items() if text}


def _ask_codes(upload: Upload, request: TrainingRequest) -> TrainingRequest | None:
    """Ask what numbers mean that look like a code; and tell of columns that can be no inputs."""
    missing: dict[str, tuple[str, ...]] = {}
    measured: dict[str, tuple[str, ...]] = {}
    open_ones = False
    for header in request.keep:
        while True:
            now = replace(request, missing=missing, measured=measured)
            try:
                describe_column(header, upload.sample.cells[header], now, (), upload.format.decimal)
                break
            except CodeQuestionError as question:
                number, rows = next(iter(question.numbers.items()))
                answer = _ask_code(upload, header, number, rows)
                if answer is None:
                    open_ones = True
                    break
                place = missing if answer else measured
                place[header] = (*place.get(header, ()), number)
            except InputError as error:
                st.error(plain(str(error), 300))
                open_ones = True
                break
    return None if open_ones else replace(request, missing=missing, measured=measured)


def _ask_code(upload: Upload, header: str, number: str, rows: int) -> bool | None:
    """Whether a number means “not measured”; None while that is not answered."""
    words = {True: "not measured", False: "a measurement"}
    answer: bool | None = st.radio(
        f"“{plain(header, 40)}” is {number} in {rows:,} row{'s' if rows > 1 else ''}, far from all others. It is",
        [True, False],
        index=None,
        format_func=words.__getitem__,
        horizontal=True,
        key=f"{_KEY}_code.{upload.key}.{header}.{number}",
    )
    return answer
