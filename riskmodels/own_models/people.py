"""A file of an analyst's own → people ready to learn from: checked inputs, own inputs, labels, and what the card says.

Whatever is not read, not known or not certain is refused with its numbers, or listed: nothing is dropped in silence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from riskmodels.cohort_report.labels import EMPTY, Meaning, labels_by, outcome_cells, outcome_labels
from riskmodels.cohort_report.training_distribution import CARD_KEY, distributions
from riskmodels.errors import InputError, TrainingError
from riskmodels.evaluation.censoring import ipcw
from riskmodels.interop.columns.apply import apply_all
from riskmodels.interop.columns.layouts import Layout
from riskmodels.interop.columns.mapping import Asks, CohortMapping, Role, code_key
from riskmodels.interop.table.chunks import Source
from riskmodels.own_models.columns import LEAST_KNOWN, CodeQuestionError, OwnColumn, describe_column
from riskmodels.own_models.refusals import LEAST_EVENTS, refuse_few, refuse_leaks
from riskmodels.own_models.request import TrainingRequest
from riskmodels.tabular.inputs import PREFIX
from riskmodels.variable import Variable
from riskmodels.vocabulary import VARIABLES, VOCABULARY

#: inputs that a model needs
LEAST_INPUTS = 2
#: of a card: how the file of its people was laid out
LAYOUT, COLUMNS = "layout", "own_columns"


@dataclass(frozen=True)
class OwnData:
    """An analyst's people, ready to learn from.

    Args:
        frame: PatientFrame of the rows with a known outcome, with the own inputs behind.
        label: 0 or 1.
        weight: inverse probability of censoring; 1 without a time.
        patient: id of each row.
        inputs: variables to use.
        outcome: name of the outcome in the model.
        facts: for the card.
        variables: what the inputs are.
    """

    frame: pd.DataFrame
    label: pd.Series
    weight: pd.Series
    patient: pd.Series
    inputs: tuple[str, ...]
    outcome: str
    facts: dict[str, Any]
    variables: Mapping[str, Variable] = field(default_factory=lambda: VOCABULARY)


@dataclass(frozen=True)
class _Rows:
    """The whole file: what was applied, and its cells."""

    frame: pd.DataFrame
    cells: pd.DataFrame
    decimal: str
    unusable: int


def read_people(
    source: Source,
    mapping: CohortMapping,
    request: TrainingRequest,
    name: str,
    sha256: str,
    *,
    least_events: int = LEAST_EVENTS,
) -> OwnData:
    """Read and check a file.

    Args:
        source: reads its rows.
        mapping: what its columns mean; age and sex need not be among them.
        request: what the analyst says of it.
        name, sha256: of the file, for the card.
        least_events: people with, and people without the outcome; fewer where other hospitals have more.

    Raises:
        InputError: when a column is not there, not what it should be, or a question is open.
        TrainingError: when there are too few events or inputs, or an input tells the outcome by itself.
    """
    request.refuse_unclear(source.headers)
    mapping = training_mapping(mapping, request)
    rows = _read_rows(source, mapping)
    label, weight = _labels(rows.cells, request)
    kept = (label.notna() & (weight > 0)).to_numpy(bool)
    refuse_few(label[kept], request.outcome, least_events)
    columns, not_kept = _own_columns(rows, mapping, request, kept)
    own = pd.DataFrame(
        {c.variable.name: c.read(rows.cells[c.header], rows.decimal)[0] for c in columns}, rows.cells.index
    )
    frame = pd.concat([rows.frame, own], axis=1)[kept]
    variables = VOCABULARY | {c.variable.name: c.variable for c in columns}
    label, weight = label[kept], weight[kept]
    read, few = _vocabulary_inputs(frame, mapping, request)
    inputs = (*read, *own)
    if len(inputs) < LEAST_INPUTS:
        raise TrainingError(
            f"Only {len(inputs)} columns can be inputs; a model needs at least {LEAST_INPUTS}.",
            hint="Say what the columns are, or keep them as inputs of your own.",
        )
    headers = {c.variable.name: c.header for c in columns}
    refuse_leaks(frame, label, {n: variables[n] for n in inputs}, headers, request.allow)
    patients = _patients(rows.cells, mapping)[kept]
    facts = _facts(request, mapping, frame, inputs, columns) | {
        "data": {"source": "own data", "file": name, "file_sha256": sha256, "people": int(patients.nunique())},
        "left_out": {
            "rows without a known outcome": int((~kept).sum()),
            "cells that could not be used": rows.unusable,
            "columns": not_kept | few,
        },
    }
    return OwnData(frame, label, weight, patients, inputs, _outcome_name(request.outcome), facts, variables)


def training_mapping(mapping: CohortMapping, request: TrainingRequest) -> CohortMapping:
    """The mapping without what is the outcome, an own input or left out.

    Raises:
        InputError: for a question that is open; whether age and sex are there is none.
    """
    headers = {column.header for column in mapping.columns}
    unknown = [name for name in request.leave_out if name not in headers and name not in VOCABULARY]
    if unknown:
        raise InputError(f"There is no column or variable “{unknown[0]}” to leave out.")
    carried = {request.outcome, request.time, *request.keep, *request.leave_out} & headers
    carried |= {c.header for c in mapping.columns if c.role is Role.VALUE and c.variable in request.leave_out}
    for header in carried:
        mapping = mapping.with_column(header, role=Role.CARRIED)
    constants = {name: value for name, value in mapping.constants.items() if name not in request.leave_out}
    mapping = replace(mapping, constants=constants)
    questions = [question for question in mapping.questions() if question.asks is not Asks.NEEDED]
    if questions:
        rest = f" {len(questions) - 1} more must be answered." if len(questions) > 1 else ""
        raise InputError(questions[0].text, hint=f"Answer it in a mapping, or leave the column out.{rest}")
    return mapping


def _read_rows(source: Source, mapping: CohortMapping) -> _Rows:
    parts, decimal = apply_all(source, mapping)
    unusable = sum(int((part.problems["effect"] == "unused").sum()) for part in parts)
    return _Rows(pd.concat([p.frame for p in parts]), pd.concat([p.cells for p in parts]), decimal, unusable)


def _labels(cells: pd.DataFrame, request: TrainingRequest) -> tuple[pd.Series, pd.Series]:
    column = cells[request.outcome]
    if not request.time or request.horizon is None:
        label = _of_event(column, request.event) if request.event else _certain(column)
        return label, label.notna().astype(float)
    months, codes = (
        pd.to_numeric(cells[h].replace("", None), errors="coerce") for h in (request.time, request.outcome)
    )
    told = column.notna() & (column.astype(str).str.strip() != "")
    if (codes.isna() & told).any() or not set(codes.dropna().unique()) <= {0.0, 1.0, 2.0}:
        raise InputError(
            f"“{request.outcome}” holds other things than 0, 1 and 2.",
            hint="Code it 0 censored, 1 event, 2 other death.",
        )
    found = ipcw(codes, months, request.horizon)
    return pd.Series(found.label, index=cells.index), pd.Series(found.weight, index=cells.index)


def _certain(column: pd.Series) -> pd.Series:
    """What the cells of an outcome tell by themselves; where all known ones are alike, one class, whichever it is."""
    texts = {cell.text for cell in outcome_cells(column)} - {EMPTY}
    return labels_by(column, dict.fromkeys(texts, Meaning.HAPPENED)) if len(texts) == 1 else outcome_labels(column)


def _of_event(column: pd.Series, event: str) -> pd.Series:
    """1 where the cell is the event, 0 where it is the other value, NaN where it is empty."""
    keys = column.astype(object).where(column.notna(), "").astype(str).map(code_key)
    others = sorted(set(keys) - {"", code_key(event)})
    if code_key(event) not in set(keys) or len(others) != 1:
        listed = ", ".join(f"“{text[:30]}”" for text in sorted(set(keys) - {""})[:6])
        raise InputError(
            f"“{column.name}” must hold “{event}” and one other value; it holds {listed}.",
            hint="Code it 1 where it happened, 0 where it did not, and leave it empty where it is not known.",
        )
    happened = (keys == code_key(event)).astype(float)
    return pd.Series(happened.where(keys != ""), name=column.name)


def _own_columns(
    rows: _Rows, mapping: CohortMapping, request: TrainingRequest, kept: np.ndarray
) -> tuple[list[OwnColumn], dict[str, str]]:
    """The own inputs, in the order of the file; and columns that were offered and cannot be one, with the reason."""
    used = {request.outcome, request.time, *request.leave_out}
    free = [c.header for c in mapping.columns if c.role is Role.CARRIED and c.header not in used]
    columns: list[OwnColumn] = []
    not_kept: dict[str, str] = {}
    questions: list[CodeQuestionError] = []
    for header in free:
        if header not in request.keep and not request.keep_others:
            continue
        taken = [column.variable.name for column in columns]
        try:
            columns.append(describe_column(header, rows.cells[header][kept], request, taken, rows.decimal))
        except CodeQuestionError as question:
            questions.append(question)
        except InputError as error:
            if header in request.keep:
                raise
            not_kept[header] = error.message
    if questions:
        told, how = (" ".join(parts) for parts in zip(*((q.message, q.hint) for q in questions), strict=True))
        raise InputError(told, hint=how, log=f"{len(questions)} own columns with open codes")
    return columns, not_kept


def _vocabulary_inputs(
    frame: pd.DataFrame, mapping: CohortMapping, request: TrainingRequest
) -> tuple[list[str], dict[str, str]]:
    """Variables of the app that can be inputs; and those of the file that cannot, with the reason."""
    used, few = [], {}
    for variable in VARIABLES:
        values = frame[variable.name].dropna()
        if variable.name in request.leave_out or (variable.name not in mapping.variables and values.empty):
            continue
        if len(values) < LEAST_KNOWN:
            few[variable.label] = f"known in {len(values):,} rows"
        elif values.min() == values.max():
            few[variable.label] = "the same in every row"
        else:
            used.append(variable.name)
    return used, few


def _patients(cells: pd.DataFrame, mapping: CohortMapping) -> pd.Series:
    column = mapping.with_role(Role.PATIENT)
    if column is None:
        return pd.Series(cells.index.astype(str), index=cells.index)
    ids = cells[column.header].astype(object).where(cells[column.header].notna(), "").astype(str)
    return ids.where(ids != "", "row " + ids.index.astype(str))


def _facts(
    request: TrainingRequest,
    mapping: CohortMapping,
    frame: pd.DataFrame,
    inputs: tuple[str, ...],
    columns: list[OwnColumn],
) -> dict[str, Any]:
    within = f" within {request.horizon:g} ({request.time})" if request.time else ""
    said = f"is “{request.event}”" if request.event else "is 1"
    return {
        "outcome_label": f"{request.outcome}{within}",
        "outcome_definition": f"probability that “{request.outcome}” {said}{within}, as in the file it was trained on",
        "holds_for": _people_in_words(frame),
        "missing": {name: round(float(frame[name].isna().mean()), 4) for name in inputs},
        CARD_KEY: distributions(frame, inputs),
        LAYOUT: Layout(request.outcome[:60], mapping).to_json(),
        COLUMNS: [column.to_card() for column in columns],
    }


def _people_in_words(frame: pd.DataFrame) -> str:
    age, sex = frame["age"].dropna(), frame["sex"].dropna()
    words = {choice.code: choice.label for choice in VOCABULARY["sex"].choices}
    ages = f"of {age.min():.0f} to {age.max():.0f} years" if len(age) else "of an age that the file does not tell"
    if sex.empty:
        who = "whose sex the file does not tell: one answer for women and men alike"
    else:
        shares = {word: float((sex == code).mean()) for code, word in words.items()}
        who = ", ".join(f"{word} {100 * share:.0f} %" for word, share in shares.items())
    return f"people like those of the file: {len(frame):,} rows, {ages}, {who}"


def _outcome_name(header: str) -> str:
    """A name for the outcome that is none of the shipped ones, whose populations and definitions are not these."""
    return PREFIX + (re.sub(r"[^a-z0-9]+", "_", header.lower()).strip("_")[:40] or "outcome")
