"""What is looked at before a mapping is proposed: some rows of the whole file, and how often each code stands in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from riskmodels.interop.columns.mapping import code_key
from riskmodels.interop.table.chunks import Source
from riskmodels.interop.table.file_format import FileFormat

SAMPLE_ROWS = 20_000
#: a column with more distinct cells than this is not one of codes
MOST_CODES = 60
_MOST_ODD = 2_000
_PLAIN_NUMBER = r"^\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?\s*$"


@dataclass(frozen=True)
class Sample:
    """Some rows of a file, from its start to its end, and counts over all of it.

    Args:
        cells: the rows, index = row in the file.
        rows: rows of the file.
        format: how the file is written.
        counts: header → cells by :func:`~riskmodels.interop.columns.mapping.code_key` and how often each stands in the
            whole file, for columns with at most :data:`MOST_CODES` distinct ones.
        odd: header → cells of the whole file that are no numbers, and how often each stands there.
        remarks: what became of the file's rows before, in sentences.
    """

    cells: pd.DataFrame
    rows: int
    format: FileFormat
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    odd: dict[str, dict[str, int]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether it is the whole file."""
        return len(self.cells) == self.rows

    @property
    def headers(self) -> tuple[str, ...]:
        """Column names."""
        return tuple(str(name) for name in self.cells.columns)


def take_sample(source: Source, rows: int = SAMPLE_ROWS) -> Sample:
    """Read the file once and keep rows from its start to its end.

    Args:
        source: the file.
        rows: about how many are kept: the whole file when it has fewer, else half from the start and half spread out.

    Raises:
        FileError: where the file cannot be read.
    """
    kept: list[pd.DataFrame] = []
    tallies = {header: _Tally() for header in source.headers}
    read = 0
    for chunk in source.chunks():
        kept.append(_thinned(chunk.cells, read, rows))
        read += len(chunk.cells)
        if sum(map(len, kept)) > 2 * rows:
            kept = [kept[0], *(part.iloc[::2] for part in kept[1:])]
        for header, tally in tallies.items():
            tally.add(chunk.cells[header])
    cells = pd.concat(kept) if kept else pd.DataFrame(columns=list(source.headers))
    counts = {h: dict(t.codes) for h, t in tallies.items() if t.codes is not None}
    odd, remarks = {h: dict(t.odd) for h, t in tallies.items()}, tuple(getattr(source, "remarks", ()))
    return Sample(cells, read, source.format, counts, odd, remarks)


def _thinned(cells: pd.DataFrame, before: int, rows: int) -> pd.DataFrame:
    """All of the first rows, then one in so many."""
    if before == 0:
        return cells.iloc[:rows]
    step = max(1, len(cells) * 8 // rows)
    return cells.iloc[::step]


class _Tally:
    """Counts of the distinct cells of one column, as long as they are few."""

    def __init__(self) -> None:
        self.codes: Counter[str] | None = Counter()
        self.odd: Counter[str] = Counter()

    def add(self, column: pd.Series) -> None:
        """Count one chunk."""
        values = pa.array(column, from_pandas=True)
        text = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
        if self.codes is not None:
            found = _counted(values, MOST_CODES * 4)
            self.codes = None if found is None else _few(self.codes + found)
        if text and len(self.odd) < _MOST_ODD:
            self.odd += _counted(_no_numbers(values), None) or Counter()


def _no_numbers(values: pa.Array) -> pa.Array:
    """The cells that are no numbers, as far as there are not too many; the usual column of numbers is quick."""
    filled = values.filter(pc.not_equal(values, ""))
    try:
        pc.cast(filled, pa.float64())
    except pa.ArrowInvalid:
        odd = filled.filter(pc.invert(pc.match_substring_regex(filled, _PLAIN_NUMBER)))
        return odd.slice(0, _MOST_ODD * 10)
    return filled.slice(0, 0)


def _counted(values: pa.Array, most: int | None) -> Counter[str] | None:
    """Cells by key; None when there are more distinct ones than ``most``."""
    if most is not None and len(values) > 2_000 and pc.count_distinct(values.slice(0, 2_000)).as_py() > most:
        return None
    table = pc.value_counts(values)
    if most is not None and len(table) > most:
        return None
    counted: Counter[str] = Counter()
    for entry in table.to_pylist():
        if entry["values"] is not None and str(entry["values"]).strip():
            counted[code_key(str(entry["values"]))] += entry["counts"]
    return counted


def _few(codes: Counter[str]) -> Counter[str] | None:
    return codes if len(codes) <= MOST_CODES else None
