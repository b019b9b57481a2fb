"""Chunks from a file in the app's own columns, read by pyarrow: CSV or Parquet of any length.

Files with other headers, codes or units come through :mod:`riskmodels.interop`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from riskmodels.checks import check
from riskmodels.columns import PATIENT_FRAME
from riskmodels.errors import FileError, InputError
from riskmodels.interop.columns.header import Column, read_headers
from riskmodels.interop.columns.own_table import find_delimiter
from riskmodels.scoring.stream import CHUNK_ROWS, Chunk

#: bytes of a CSV parsed at a time
_BLOCK = 2 * 2**20
_HEAD = 2**16
_NUMBER = r"^\s*[+-]?\d+([.,]\d*)?\s*$"


@dataclass(frozen=True)
class CohortFile:
    """A cohort file in the app's own columns.

    Args:
        paths: one CSV file, or Parquet files.
        columns: what each column is.
        rows: in all; 0 when not known before reading (CSV).
        delimiter: of a CSV; empty for Parquet.
        chunk: rows a chunk.
        coded: whether its answers are the vocabulary's codes, as the file itself says (a PatientFrame).
        worded: headers of answers in words; a number among them is refused, for it may have any meaning.
    """

    paths: tuple[Path, ...]
    columns: tuple[Column, ...]
    rows: int
    delimiter: str
    chunk: int = CHUNK_ROWS
    coded: bool = False
    worded: frozenset[str] = frozenset()

    @property
    def inputs(self) -> frozenset[str]:
        """Variables it has a column of."""
        return frozenset(column.name for column in self.columns if column.name)

    @property
    def units(self) -> dict[str, str]:
        """Unit symbol by variable."""
        return {column.name: column.unit for column in self.columns if column.unit}

    def __iter__(self) -> Iterator[Chunk]:
        """Checked chunks, rows labelled as a spreadsheet numbers them: the header is row 1."""
        return (check() for check in self.unchecked())

    def unchecked(self) -> Iterator[Callable[[], Chunk]]:
        """The same chunks, each checked when it is called."""
        first = 2
        for batch in self.batches():
            yield partial(checked_chunk, batch, self.columns, first, self.worded)
            first += len(batch)

    def batches(self) -> Iterator[pa.Table]:
        """The rows as they are, :attr:`chunk` at a time; the last time what is left."""
        waiting: pa.Table | None = None
        for batch in self._csv() if self.delimiter else self._parquet():
            rows = pa.Table.from_batches([batch])
            waiting = rows if waiting is None else pa.concat_tables([waiting, rows])
            while len(waiting) >= self.chunk:
                yield waiting.slice(0, self.chunk)
                waiting = waiting.slice(self.chunk)
        if waiting is not None and len(waiting):
            yield waiting

    def _parquet(self) -> Iterator[pa.RecordBatch]:
        for path in self.paths:
            with pa.parquet.ParquetFile(path) as file:
                yield from file.iter_batches(self.chunk)

    def _csv(self) -> Iterator[pa.RecordBatch]:
        names = [column.header for column in self.columns]
        try:
            with pa.csv.open_csv(
                self.paths[0],
                pa.csv.ReadOptions(block_size=_BLOCK, column_names=names, skip_rows=1),
                pa.csv.ParseOptions(delimiter=self.delimiter, newlines_in_values=True),
                pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
            ) as reader:
                yield from reader
        except pa.ArrowInvalid as error:
            raise FileError(f"The CSV cannot be read: {error}.", hint="Save it again as “CSV UTF-8”.") from None


def open_cohort(path: Path, chunk: int = CHUNK_ROWS) -> CohortFile:
    """Open a CSV file, a Parquet file or a folder of Parquet files in the app's own columns.

    Args:
        path: of the file or folder.
        chunk: rows a chunk.

    Raises:
        FileError: when it is not there, is neither, or its columns are not known.
    """
    if path.is_dir():
        return _open_parquet(tuple(sorted(path.rglob("*.parquet"))), path, chunk)
    if not path.is_file():
        raise FileError(f"There is no file {path}.", hint="Check its name.")
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(b"PAR1"):
        return _open_parquet((path,), path, chunk)
    delimiter = find_delimiter(head)
    try:
        with pa.csv.open_csv(
            pa.BufferReader(head[: head.rfind(b"\n") + 1] or head),
            parse_options=pa.csv.ParseOptions(delimiter=delimiter),
        ) as reader:
            headers = reader.schema.names
    except pa.ArrowInvalid as error:
        raise FileError(f"The CSV cannot be read: {error}.", hint="Save it again as “CSV UTF-8”.") from None
    return CohortFile((path,), read_headers(headers), 0, delimiter, chunk)


def _open_parquet(paths: tuple[Path, ...], named: Path, chunk: int) -> CohortFile:
    if not paths:
        raise FileError(f"There is no Parquet file in {named}.", hint="Give a folder of .parquet files.")
    try:
        schema = pa.parquet.read_schema(paths[0])
        rows = sum(pa.parquet.read_metadata(path).num_rows for path in paths)
    except (pa.ArrowInvalid, pa.ArrowIOError) as error:
        raise FileError(f"A Parquet file of {named.name} is damaged.", hint="Export it again.") from error
    return CohortFile(paths, read_headers(schema.names), rows, "", chunk, is_coded(schema))


def is_coded(schema: pa.Schema) -> bool:
    """Whether a Parquet file says that it is a PatientFrame."""
    return PATIENT_FRAME.items() <= (schema.metadata or {}).items()


def checked_chunk(
    table: pa.Table, columns: Sequence[Column], first: int = 0, worded: frozenset[str] = frozenset()
) -> Chunk:
    """Validate some rows.

    Args:
        table: the rows as they are.
        columns: what each column is.
        first: label of the first row.
        worded: headers of answers in words.

    Raises:
        InputError: when a number stands among answers in words, with its row.
    """
    for header in worded:
        _refuse_numbers(table.column(header), header, first)
    known = [column for column in columns if column.name]
    index = pd.RangeIndex(first, first + len(table))
    raw = pd.DataFrame({c.name: _values(table.column(c.header)) for c in known}).set_axis(index)
    checked = check(raw, {c.name: c.unit for c in known if c.unit})
    return Chunk(checked.frame, checked.problems, table)


def _values(column: pa.ChunkedArray) -> pd.Series:
    """Numbers where every cell is one, else the texts."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        with contextlib.suppress(pa.ArrowInvalid):
            column = pc.if_else(pc.equal(column, ""), None, column).cast(pa.float64())
    values: pd.Series = column.to_pandas()
    return values


def _refuse_numbers(column: pa.ChunkedArray, header: str, first: int) -> None:
    """A number among words has no meaning that is told; the few distinct cells are looked at."""
    if not pa.types.is_string(column.type) and not pa.types.is_large_string(column.type):
        return
    distinct = pc.unique(column).drop_null()
    numbers = distinct.filter(pc.match_substring_regex(distinct, _NUMBER))
    if not len(numbers):
        return
    row = first + pc.index(column, numbers[0]).as_py()
    raise InputError(
        f"Row {row:,}: “{header}” holds the number “{numbers[0].as_py().strip()}” among words.",
        hint="Say what it means in a mapping: python -m riskmodels columns FILE --out mapping.json.",
        log="number among answers in words",
    )
