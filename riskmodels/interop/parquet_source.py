"""Parquet in chunks: numbers stay numbers, everything else becomes text. Nothing in it is ever unpickled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from riskmodels.errors import FileError
from riskmodels.interop.chunks import CHUNK_ROWS, Bytes, Chunk, check_rows, distinct_headers
from riskmodels.interop.csv_source import TEXT
from riskmodels.interop.file_format import FileFormat, FileLimits

_DAMAGED = "Save it again with pyarrow, Spark or pandas."


class ParquetSource:
    """A Parquet file. See :func:`riskmodels.interop.source.open_source`."""

    def __init__(self, place: Bytes, limits: FileLimits) -> None:
        self._place = place
        self.format = FileFormat("parquet")
        with self._place.open() as stream:
            file = _opened(stream)
            try:
                self._names = [field.name for field in file.schema_arrow]
            except (pa.ArrowException, UnicodeDecodeError):
                raise FileError("The Parquet file is damaged.", hint=_DAMAGED) from None
            self.rows: int = file.metadata.num_rows
        check_rows(self.rows, limits)
        self.headers = distinct_headers(self._names)

    def chunks(self, rows: int = CHUNK_ROWS, columns: list[str] | None = None) -> Iterator[Chunk]:
        """Its rows in order; the first is row 2, as below a header. See :class:`riskmodels.interop.source.Source`."""
        wanted = list(self.headers) if columns is None else columns
        first = 2
        with self._place.open() as stream:
            file = _opened(stream)
            try:
                for batch in file.iter_batches(batch_size=rows, use_threads=False):
                    frame = _frame(batch, list(self.headers), wanted, first)
                    first += batch.num_rows
                    yield Chunk(frame)
            except (pa.ArrowException, OSError, UnicodeDecodeError):
                raise FileError("The Parquet file is damaged.", hint=_DAMAGED) from None


def _opened(stream: Any) -> Any:
    try:
        return pq.ParquetFile(stream)
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        raise FileError("The Parquet file is damaged.", hint=_DAMAGED) from None


def _frame(batch: Any, headers: list[str], wanted: list[str], first: int) -> pd.DataFrame:
    index = pd.RangeIndex(first, first + batch.num_rows, name="row")
    columns = {name: _column(batch.column(headers.index(name))) for name in wanted}
    return pd.DataFrame(columns, index=index, copy=False)


def _column(values: Any) -> Any:
    if pa.types.is_dictionary(values.type):
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


def _numbers(values: Any) -> Any:
    """As float64; single precision keeps the digits it was written with (5.7, not 5.6999998)."""
    numbers = pc.cast(values, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    if values.type not in (pa.float32(), pa.float16()):
        return numbers
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        scale = 10.0 ** (6 - np.floor(np.log10(np.abs(numbers))))
        kept = np.round(numbers * scale) / scale
    return np.where(np.isfinite(kept), kept, numbers)
