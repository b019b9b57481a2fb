"""A cohort written part by part: Parquet or CSV, complete or not there at all, readable by its owner only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from riskmodels.columns import PATIENT_FRAME
from riskmodels.errors import InputError
from riskmodels.vocabulary import VARIABLES, VOCABULARY

KEYS = ("person_id", "index_date")


class Writer(Protocol):
    """Takes the parts of a table one after another."""

    def write_table(self, table: pa.Table) -> None:
        """Add rows."""


def schema(dates: bool, person: pa.DataType) -> pa.Schema:
    """The columns of a cohort: keys, every variable of the vocabulary, and its date where asked for.

    Args:
        dates: with a column of each value's date.
        person: type of ``person_id``.
    """
    fields = [pa.field(KEYS[0], person), pa.field(KEYS[1], pa.date32())]
    fields += [pa.field(v.name, pa.float64()) for v in VARIABLES]
    fields += [pa.field(f"{v.name}_date", pa.date32()) for v in VARIABLES if dates]
    return pa.schema(fields, PATIENT_FRAME)


@contextmanager
def open_writer(path: Path, dates: bool, person: pa.DataType) -> Iterator[Writer]:
    """A writer whose file takes its name when everything was written.

    Args:
        path: ends in .parquet or .csv; text for ids in .parquet only, where no spreadsheet takes it for a formula.
        dates: with a column of each value's date.
        person: type of ``person_id``.

    Raises:
        InputError: when the name has another ending.
    """
    if path.suffix not in (".parquet", ".csv"):
        raise InputError(f"{path.name} ends neither in .parquet nor in .csv.", hint="Name the file cohort.parquet.")
    path.parent.mkdir(parents=True, exist_ok=True)
    work = path.with_name(f".{path.name}.part")
    try:
        with open(os.open(work, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
            kind = pa.parquet.ParquetWriter if path.suffix == ".parquet" else _csv
            with kind(file, schema(dates, person)) as writer:
                yield writer
        work.replace(path)
    finally:
        work.unlink(missing_ok=True)


def _csv(file: object, columns: pa.Schema) -> _Worded:
    """CSV in the app's own headers, with units (``hba1c [%]``), and answers in words."""
    fields = [pa.field(f.name, pa.string()) if _is_choice(f.name) else f for f in columns]
    return _Worded(pa.csv.CSVWriter(file, pa.schema([f.with_name(_header(f.name)) for f in fields])))


class _Worded:
    """A CSV writer that gives columns their headers and answers their words."""

    def __init__(self, writer: pa.csv.CSVWriter) -> None:
        self._writer = writer

    def __enter__(self) -> _Worded:
        self._writer.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._writer.__exit__(*error)

    def write_table(self, table: pa.Table) -> None:
        """Add rows."""
        names = table.column_names
        columns = [_words(name, table[name]) if _is_choice(name) else table[name] for name in names]
        self._writer.write_table(pa.table(columns, [_header(name) for name in names]))


def _is_choice(name: str) -> bool:
    return name in VOCABULARY and bool(VOCABULARY[name].choices)


def _words(name: str, codes: pa.ChunkedArray) -> pa.Array:
    words = {choice.code: choice.word for choice in VOCABULARY[name].choices}
    return pa.array([words.get(code) for code in codes.to_pylist()], pa.string())


def _header(name: str) -> str:
    return next((v.column for v in VARIABLES if v.name == name), name)


def as_table(entries: pd.DataFrame, values: pd.DataFrame, dates: bool) -> pa.Table:
    """One chunk as columns.

    Args:
        entries: ``person_id``, ``index_date``, ``age``, ``sex``; labelled from 0.
        values: ``entry``, ``variable``, ``value``, ``date``; one row a pair.
        dates: with a column of each value's date.
    """
    wide = values.pivot(index="entry", columns="variable", values="value").astype(float)
    frame = wide.reindex(index=entries.index, columns=[v.name for v in VARIABLES])
    frame[["age", "sex"]] = entries[["age", "sex"]]
    keys = entries[list(KEYS)].assign(index_date=entries["index_date"].dt.date)
    parts = [keys, frame]
    if dates:
        days = values.assign(date=pd.to_datetime(values["date"]).dt.date)
        days = days.pivot(index="entry", columns="variable", values="date").astype(object)
        days = days.reindex(index=entries.index, columns=[v.name for v in VARIABLES])
        parts.append(days.astype(object).where(days.notna(), None).add_suffix("_date"))
    return pa.Table.from_pandas(pd.concat(parts, axis=1), schema(dates, pa.int64()), preserve_index=False)
