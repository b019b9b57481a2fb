"""What every reader of a table file shares: chunks of rows, where the bytes are, column names, caps.

Rows carry the number a spreadsheet shows (the header is row 1 where it stands first). Rows without any filled cell are
no rows; every other row comes out, also one with too few or too many cells.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Protocol

import pandas as pd

from riskmodels.checks import Problem
from riskmodels.errors import FileError
from riskmodels.interop.table.file_format import BLOCK, FileFormat, FileLimits, Unpacked
from riskmodels.interop.table.header_rows import AUTO

CHUNK_ROWS = 65_536
#: bytes that a gzip file may unpack to, however small it is
_SMALL = 1 << 28


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file.

    Args:
        cells: columns as in the file, index ``row``; text (str dtype, empty = absent), or numbers where the file has
            typed ones (Parquet).
        notes: problems of the rows themselves: cells missing; too many cells (severity ROW: no value may be used).
        decimal: ``.`` or ``,`` in numbers written as text.
    """

    cells: pd.DataFrame
    notes: list[Problem] = field(default_factory=list)
    decimal: str = "."


class Source(Protocol):
    """A file that can be read again and again."""

    format: FileFormat
    headers: tuple[str, ...]

    def chunks(self, rows: int = CHUNK_ROWS, columns: list[str] | None = None) -> Iterator[Chunk]:
        """Its rows in order, at most so many at a time; all columns, or those named.

        Raises:
            FileError: where the file cannot be read on, or has more rows than the limit.
        """
        ...


@dataclass(frozen=True)
class Bytes:
    """Where the bytes of a file are: in memory or on disk."""

    place: bytes | Path

    def open(self) -> BinaryIO:
        """The bytes from their start."""
        return io.BytesIO(self.place) if isinstance(self.place, bytes) else self.place.open("rb")

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.place) if isinstance(self.place, bytes) else self.place.stat().st_size

    def unpacked(self, limits: FileLimits) -> BinaryIO:
        """The bytes inside the gzip file."""
        most = min(limits.unpacked, max(_SMALL, limits.ratio * self.size))
        return io.BufferedReader(Unpacked(self.open(), most), BLOCK)


def distinct_headers(cells: list[str]) -> tuple[str, ...]:
    """Column names, each once: unnamed ones are named by their place, the second “chol” becomes “chol (2)”."""
    names: dict[str, None] = {}
    used: dict[str, int] = {}  # the highest number given to a name: a million equal names must not be compared
    for place, cell in enumerate(cells, start=1):
        plain = cell.strip() or f"column {place}"
        name, number = plain, used.get(plain, 1)
        while name in names:
            number += 1
            name = f"{plain} ({number})"
        names[name], used[plain] = None, number
    return tuple(names)


def check_rows(rows: int, limits: FileLimits) -> None:
    """Refuse more rows than the limit.

    Raises:
        FileError: when there are more.
    """
    if rows > limits.rows:
        raise FileError(f"The file has more than {limits.rows:,} rows.", hint="Split it into parts of fewer rows.")


def overridden(found: FileFormat, wanted: FileFormat | None) -> FileFormat:
    """The format asked for, where one is; what it leaves open, and what only the content tells, stays as it is."""
    if wanted is None:
        return found
    kept = {name: getattr(found, name) for name in _CONTENT if name in _ALWAYS or getattr(wanted, name) == ""}
    if wanted.header_row == AUTO:
        kept |= {name: getattr(found, name) for name in ("header_row", "group_row", "unit_row")}
    return replace(wanted, **kept)


#: what only the content tells, and what it tells where it is not asked for
_ALWAYS = ("kind", "compressed", "sheet", "sheets", "tables")
_CONTENT = (*_ALWAYS, "encoding", "delimiter", "decimal")
