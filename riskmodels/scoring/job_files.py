"""The files of a scored job, and writing all of them at once: each gets its name only when all are complete."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from riskmodels.interop.columns.apply import Applied, Counts
from riskmodels.interop.table.file_format import FileFormat
from riskmodels.scoring.sinks import CsvSink, ParquetSink


@dataclass(frozen=True)
class ResultFiles:
    """Where they are.

    Args:
        folder: of the job.
    """

    folder: Path

    @property
    def table(self) -> Path:
        """Parquet: the file's columns, then risk, interval, what is measured, validity, note and reasons by outcome,
        then problems.
        """
        return self.folder / "scored.parquet"

    @property
    def csv(self) -> Path:
        """The same as CSV, with the file's delimiter."""
        return self.folder / "scored.csv"

    @property
    def frame(self) -> Path:
        """Parquet: the PatientFrame, row for row as :attr:`table`, with the file's row number as ``row``."""
        return self.folder / "frame.parquet"

    @property
    def problems(self) -> Path:
        """CSV: one line a problem: row, column, value, reason, hint, effect."""
        return self.folder / "problems.csv"

    @property
    def rejects(self) -> Path:
        """CSV: the rows without age or sex as they stand in the file, with their number and why."""
        return self.folder / "rejects.csv"

    def all(self) -> tuple[Path, ...]:
        """Every one of them, the one that says that all are there last."""
        return (self.csv, self.frame, self.problems, self.rejects, self.table)


class Outputs:
    """Takes chunks as they are checked (:meth:`add`) and as they are scored (:meth:`write`).

    Args:
        files: where they go.
        form: how the upload is written.
    """

    def __init__(self, files: ResultFiles, form: FileFormat) -> None:
        delimiter = form.delimiter if form.kind == "csv" else ","
        for left in files.folder.glob(".*.part"):  # of a run that was killed
            left.unlink(missing_ok=True)
        self.files, self.counts = files, Counts()
        self._table, self._csv = ParquetSink(files.table), CsvSink(files.csv, delimiter)
        self._frame = ParquetSink(files.frame)
        self._problems, self._rejects = CsvSink(files.problems, delimiter), CsvSink(files.rejects, delimiter)

    def add(self, applied: Applied) -> None:
        """Take a checked chunk."""
        self.counts += applied.counts
        self._frame.write(_frame_table(applied.frame))
        self._problems.write(_texts(applied.problems))
        self._rejects.write(_texts(applied.rejects))

    def write(self, table: pa.Table) -> None:
        """Take the next rows of the result."""
        self._table.write(table)
        self._csv.write(table)

    def commit(self) -> None:
        """Give all files their names, readable by their owner alone."""
        for sink in (self._csv, self._frame, self._problems, self._rejects, self._table):
            sink.commit()
        for path in self.files.all():
            path.chmod(0o600)

    def abort(self) -> None:
        """Leave nothing."""
        for sink in (self._csv, self._frame, self._problems, self._rejects, self._table):
            sink.abort()


def _frame_table(frame: pd.DataFrame) -> pa.Table:
    columns = {"row": pa.array(frame.index.to_numpy(dtype="int64"))}
    columns |= {str(name): pa.array(frame[name].to_numpy(dtype=float), from_pandas=True) for name in frame.columns}
    return pa.table(columns)


def _texts(table: pd.DataFrame) -> pa.Table:
    """Every column as text: an empty part of a table has the same types as a full one."""
    columns = [pa.Array.from_pandas(table[name].astype("str"), type=pa.string()) for name in table.columns]
    return pa.table(columns, [str(name) for name in table.columns])
