"""Where a scored cohort goes: a Parquet or CSV file that gets its name only when it is complete."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from riskmodels.errors import InputError
from riskmodels.interop.table.safe_csv import SIGNS, harmless
from riskmodels.interop.table.sniff import UTF8_BOM

#: rows of a Parquet row group
GROUP_ROWS = 65_536
#: what a text may hold that a spreadsheet could take for a formula; :func:`harmless` decides
_SUSPECT = f"[{SIGNS}]"


def open_sink(path: Path, delimiter: str = ",") -> FileSink:
    """The sink for a path, by its ending.

    Args:
        path: ``….parquet`` or ``….csv``.
        delimiter: of a CSV file.

    Raises:
        InputError: for another ending, or when the folder is not there.
    """
    if not path.parent.is_dir():
        raise InputError(f"The folder {path.parent} is not there.", hint="Make it first.")
    if path.suffix == ".parquet":
        return ParquetSink(path)
    if path.suffix == ".csv":
        return CsvSink(path, delimiter)
    raise InputError(f"“{path.name}” is neither .parquet nor .csv.", hint="Name the result by what it shall be.")


class FileSink:
    """A temporary file beside the final one, renamed when complete.

    Args:
        path: the final name. A file of that name stays as it is until the new one is complete.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._writer: Any = None
        self._schema: pa.Schema | None = None

    def write(self, table: pa.Table) -> None:
        """Append rows; the first table decides the columns' types."""
        prepared = self._prepare(table)
        if self._schema is None:
            self._schema = prepared.schema
            self._writer = self._open(prepared.schema)
        self._append(prepared if prepared.schema.equals(self._schema) else prepared.cast(self._schema))

    def commit(self) -> None:
        """Close the file, have it on the disk, and give it its name.

        Raises:
            InputError: when nothing was written, not even columns.
        """
        if self._writer is None:
            raise InputError("The cohort has no rows.", hint="Check the file.")
        self._finish()
        self._writer.close()
        with self.temporary.open("rb+") as file:
            os.fsync(file.fileno())
        self.temporary.replace(self.path)

    def abort(self) -> None:
        """Remove the temporary file."""
        if self._writer is not None:
            with contextlib.suppress(pa.ArrowException, OSError, ValueError):  # half written: there is nothing to save
                self._writer.close()
        self.temporary.unlink(missing_ok=True)

    def _prepare(self, table: pa.Table) -> pa.Table:
        return table

    def _open(self, schema: pa.Schema) -> Any:
        raise NotImplementedError

    def _append(self, table: pa.Table) -> None:
        self._writer.write_table(table)

    def _finish(self) -> None:
        """What is still held back."""


#: texts that many rows share
_REPEATED = ("_measured", "_held", "_note", "problems")


class ParquetSink(FileSink):
    """Row groups of :data:`GROUP_ROWS` rows."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._held: list[pa.Table] = []

    def _open(self, schema: pa.Schema) -> pa.parquet.ParquetWriter:
        repeated = [f.name for f in schema if pa.types.is_dictionary(f.type) or f.name.endswith(_REPEATED)]
        return pa.parquet.ParquetWriter(self.temporary, schema, use_dictionary=repeated)

    def _append(self, table: pa.Table) -> None:
        self._held.append(table)
        if sum(map(len, self._held)) >= GROUP_ROWS:
            self._finish()

    def _finish(self) -> None:
        if self._held:
            self._writer.write_table(pa.concat_tables(self._held), row_group_size=GROUP_ROWS)
            self._held = []


class CsvSink(FileSink):
    """UTF-8 with byte order mark; nothing in it that a spreadsheet would run; results with seven digits.

    Args:
        path: the final name.
        delimiter: between cells.
    """

    def __init__(self, path: Path, delimiter: str = ",") -> None:
        super().__init__(path)
        self.delimiter = delimiter
        self._file: Any = None

    def _prepare(self, table: pa.Table) -> pa.Table:
        names = [harmless(name, self.delimiter) for name in table.column_names]
        return pa.table([csv_column(column, self.delimiter) for column in table.columns], names)

    def _open(self, schema: pa.Schema) -> pa.csv.CSVWriter:
        self._file = self.temporary.open("wb")
        self._file.write(UTF8_BOM)
        options = pa.csv.WriteOptions(delimiter=self.delimiter, quoting_style="needed")
        return pa.csv.CSVWriter(self._file, schema, write_options=options)

    def _finish(self) -> None:
        self._writer.close()
        self._file.close()

    def abort(self) -> None:
        """Remove the temporary file."""
        super().abort()
        if self._file is not None:
            self._file.close()


def csv_column(column: pa.ChunkedArray, delimiter: str = ",") -> pa.ChunkedArray:
    """A column as it stands in a CSV of that delimiter: texts :func:`harmless`, numbers short, no dictionaries."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_large_string(column.type):
        column = column.cast(pa.string())
    if pa.types.is_float64(column.type):
        return column.cast(pa.float32(), safe=False)
    return _harmless_column(column, delimiter) if pa.types.is_string(column.type) else column


def _harmless_column(column: pa.ChunkedArray, delimiter: str) -> pa.ChunkedArray:
    texts = column.combine_chunks()
    suspects = pc.fill_null(pc.match_substring_regex(texts, _SUSPECT), False)
    if not pc.any(suspects).as_py():
        return column
    found = texts.filter(suspects).dictionary_encode()
    safe = pa.array([harmless(text, delimiter) for text in found.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([pc.replace_with_mask(texts, suspects, safe.take(found.indices))])
