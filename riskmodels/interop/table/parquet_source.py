"""Parquet in chunks: numbers stay numbers, everything else becomes text. Nothing in it is ever unpickled.

A kilobyte of Parquet can stand for a terabyte: one text repeated in every row, or a page that unpacks to anything. So
texts stay dictionaries until their size is known, lists are not unfolded, and a chunk has a limited number of cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from riskmodels.errors import FileError
from riskmodels.interop.table.chunks import CHUNK_ROWS, Bytes, Chunk, check_rows, distinct_headers
from riskmodels.interop.table.csv_source import TEXT
from riskmodels.interop.table.file_format import FileFormat, FileLimits

_DAMAGED = "Save it again with pyarrow, Spark or pandas."
_LEAVE_OUT = "Save the file without that column."
#: cells of a chunk, and bytes of one column's texts in it
_MOST_CELLS, _MOST_TEXT = 1 << 24, 1 << 28
#: what may unpack to any size that is not checked
_SMALL = 1 << 28
#: stands in every cell of a column of lists or records
NESTED = "(list)"


class ParquetSource:
    """A Parquet file. See :func:`riskmodels.interop.table.source.open_source`."""

    def __init__(self, place: Bytes, limits: FileLimits) -> None:
        self._place = place
        self.format = FileFormat("parquet")
        with self._place.open() as stream:
            file = _opened(stream)
            try:
                fields = list(file.schema_arrow)
                self._names = [field.name for field in fields]
                self._texts = [f.name for f in fields if pa.types.is_string(f.type) or pa.types.is_binary(f.type)]
            except (pa.ArrowException, UnicodeDecodeError):
                raise FileError("The Parquet file is damaged.", hint=_DAMAGED) from None
            self.rows: int = file.metadata.num_rows
            check_rows(self.rows, limits)
            _refuse_bombs(file.metadata, limits)
        self.headers = distinct_headers(self._names)

    def chunks(self, rows: int = CHUNK_ROWS, columns: list[str] | None = None) -> Iterator[Chunk]:
        """Its rows in order; the first is row 2, as below a header. See :class:`.chunks.Source`."""
        wanted = list(self.headers) if columns is None else columns
        places = {name: self.headers.index(name) for name in wanted}
        read = [self._names[place] for place in places.values()] or self._names[:1]
        told_apart = len(set(self._names)) == len(self._names)
        if not told_apart:  # all are read, in their order
            read = self._names
        else:
            places = {name: read.index(self._names[place]) for name, place in places.items()}
        first, most = 2, max(1, min(rows, _MOST_CELLS // max(1, len(read))))
        with self._place.open() as stream:
            file = _opened(stream, self._texts)
            try:
                for batch in file.iter_batches(most, use_threads=False, columns=read if told_apart else None):
                    frame = _frame(batch, read, places, first)
                    first += batch.num_rows
                    yield Chunk(frame)
            except (pa.ArrowException, OSError, UnicodeDecodeError):
                raise FileError("The Parquet file is damaged.", hint=_DAMAGED) from None


class ParquetFolder:
    """A folder of Parquet files of the same columns as one file, in the order of their names."""

    def __init__(self, folder: Path, limits: FileLimits) -> None:
        paths = sorted(folder.rglob("*.parquet"))
        if not paths:
            raise FileError(f"There is no Parquet file in {folder}.", hint="Give a folder of .parquet files.")
        self._parts = [ParquetSource(Bytes(path), limits) for path in paths]
        self.format, self.headers = self._parts[0].format, self._parts[0].headers
        for path, part in zip(paths, self._parts, strict=True):
            if set(part.headers) != set(self.headers):
                raise FileError(f"{path.name} has other columns than {paths[0].name}.", hint="Keep files of one kind.")
        self.rows = sum(part.rows for part in self._parts)
        check_rows(self.rows, limits)

    def chunks(self, rows: int = CHUNK_ROWS, columns: list[str] | None = None) -> Iterator[Chunk]:
        """Their rows in order, numbered through. See :class:`.chunks.Source`."""
        before = 0
        for part in self._parts:
            for chunk in part.chunks(rows, list(self.headers) if columns is None else columns):
                yield Chunk(chunk.cells.set_axis(chunk.cells.index + before))
            before += part.rows


def cells_of(batch: pa.RecordBatch, first: int) -> pd.DataFrame:
    """The rows of a record batch whose columns have different names, as a source gives them.

    Args:
        batch: the rows.
        first: number of the first.
    """
    names = batch.schema.names
    return _frame(batch, names, {name: place for place, name in enumerate(names)}, first)


def _opened(stream: Any, texts: list[str] | None = None) -> Any:
    try:
        return pq.ParquetFile(stream, read_dictionary=texts)
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        raise FileError("The Parquet file is damaged.", hint=_DAMAGED) from None


def _refuse_bombs(metadata: Any, limits: FileLimits) -> None:
    """Look at the sizes that the file states for its columns before anything is unpacked."""
    for group in range(metadata.num_row_groups):
        part = metadata.row_group(group)
        for place in range(part.num_columns):
            column = part.column(place)
            unpacked, packed = column.total_uncompressed_size, column.total_compressed_size
            if unpacked > max(_SMALL, limits.ratio * packed):
                raise FileError(
                    f"Column {place + 1:,} of the Parquet file unpacks to {unpacked / 2**20:,.0f} MB, "
                    "more than can be read.",
                    hint=_LEAVE_OUT,
                )


def _frame(batch: Any, read: list[str], places: dict[str, int], first: int) -> pd.DataFrame:
    """The wanted columns by their headers; ``places`` are those among what was read."""
    index = pd.RangeIndex(first, first + batch.num_rows, name="row")
    names = batch.schema.names
    at = list(range(len(names))) if names == read else [names.index(name) for name in read]
    columns = {name: _column(batch.column(at[place]), name) for name, place in places.items()}
    return pd.DataFrame(columns, index=index, copy=False)


def _column(values: Any, name: str) -> Any:
    if pa.types.is_nested(values.type):
        return pd.array(np.where(values.is_valid().to_numpy(False), NESTED, ""), dtype=TEXT)
    if pa.types.is_dictionary(values.type):
        _refuse_long_texts(values, name)
        values = values.dictionary_decode()
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type) or pa.types.is_decimal(values.type):
        return _numbers(values)
    if pa.types.is_null(values.type):
        return np.full(len(values), np.nan)
    try:
        texts = pc.cast(values, pa.string())
    except pa.ArrowException:
        texts = pa.array([None if v is None else str(v) for v in values.to_pylist()], pa.string())
    texts.validate(full=True)  # a damaged file may hold bytes that are no text
    return pd.array(texts, dtype=TEXT)


def _refuse_long_texts(values: Any, name: str) -> None:
    """Before a dictionary becomes a text in every row."""
    kind = values.type.value_type
    if not (pa.types.is_string(kind) or pa.types.is_binary(kind) or pa.types.is_large_string(kind)):
        return
    values.validate(full=True)
    size = pc.sum(pc.take(pc.binary_length(values.dictionary), values.indices)).as_py() or 0
    if size > _MOST_TEXT:
        raise FileError(
            f"The column “{name}” holds {size / 2**20:,.0f} MB of text in {len(values):,} rows, more than can be read.",
            hint=_LEAVE_OUT,
        )


def _numbers(values: Any) -> Any:
    """As float64; single precision keeps the digits it was written with (5.7, not 5.6999998)."""
    numbers = pc.cast(values, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    if values.type not in (pa.float32(), pa.float16()):
        return numbers
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        scale = 10.0 ** (6 - np.floor(np.log10(np.abs(numbers))))
        kept = np.round(numbers * scale) / scale
    return np.where(np.isfinite(kept), kept, numbers)
