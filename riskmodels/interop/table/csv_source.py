"""Delimited text, packed with gzip or not, in chunks through pyarrow; rows that do not fit the header are kept too."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from riskmodels.checks import Problem, Severity
from riskmodels.errors import FileError
from riskmodels.interop.table.chunks import CHUNK_ROWS, Bytes, Chunk, check_rows, distinct_headers, overridden
from riskmodels.interop.table.file_format import BLOCK, FileFormat, FileLimits, first_records, text_format
from riskmodels.interop.table.header_rows import compose, usual_width

_HEAD = 1 << 20
_BLOCK = 4 << 20
TEXT = pd.StringDtype(storage="pyarrow", na_value=np.nan)


class CsvSource:
    """A delimited text. See :func:`riskmodels.interop.table.source.open_source`."""

    def __init__(self, place: Bytes, packed: bool, wanted: FileFormat | None, limits: FileLimits) -> None:
        self._place, self._packed, self._limits = place, packed, limits
        with self._bytes() as stream:
            found = text_format(stream, packed, wanted)
        self.format = overridden(found, wanted)
        self.headers, self._skipped = self._read_header()

    def _bytes(self) -> BinaryIO:
        return self._place.unpacked(self._limits) if self._packed else self._place.open()

    def _text(self) -> BinaryIO:
        """The text from its start, as UTF-8 without a byte order mark."""
        stream: BinaryIO = self._bytes()
        if self.format.encoding != "utf-8":
            stream = io.BufferedReader(_Recoded(stream, self.format.encoding), BLOCK)
        if not isinstance(stream, io.BufferedReader):
            stream = io.BufferedReader(stream, BLOCK)  # type: ignore[type-var]
        if stream.peek(3)[:3] == codecs.BOM_UTF8:
            stream.read(3)
        return stream

    def _read_header(self) -> tuple[tuple[str, ...], int]:
        """Column names, and how many bytes of the text stand before the first row of data."""
        with self._text() as stream:
            head = stream.read(_HEAD).decode("utf-8", errors="ignore")
        if self.format.header_row == 0:
            return distinct_headers([""] * usual_width(first_records(head, self.format.delimiter))), 0
        reader = csv.reader(io.StringIO(head, newline=""), delimiter=self.format.delimiter)
        try:
            records = [next(reader) for _ in range(self.format.header_end)]
            cells = compose(records, self.format.header)
        except (StopIteration, csv.Error):
            cells = []
        if not any(cell.strip() for cell in cells):
            raise FileError(
                f"There are no column names in row {self.format.header_row:,}.",
                hint="Check the quotation marks of the first rows, and the row of the header.",
            )
        while not cells[-1].strip():
            cells.pop()
        lines = io.StringIO(head, newline="").readlines()[: reader.line_num]
        return distinct_headers(cells), len("".join(lines).encode())

    def chunks(self, rows: int = CHUNK_ROWS, columns: list[str] | None = None) -> Iterator[Chunk]:
        """Its rows in order. See :class:`riskmodels.interop.table.source.Source`."""
        wanted = list(self.headers) if columns is None else columns
        read = 0
        parts: list[Chunk] = []
        waiting = 0
        for part in self._parts(wanted):
            parts.append(part)
            waiting += len(part.cells)
            read += len(part.cells)
            check_rows(read, self._limits)
            while waiting >= rows:
                chunk, rest = _split(_joined(parts), rows)
                yield chunk
                parts, waiting = [rest], len(rest.cells)
        if waiting:
            yield _joined(parts)

    def _parts(self, wanted: list[str]) -> Iterator[Chunk]:
        """The blocks as pyarrow gives them, the rows that it refuses put back in their places."""
        odd: list[tuple[int, str]] = []

        def keep(row: Any) -> str:
            odd.append((row.number, row.text))
            return "skip"

        number = self.format.header_end
        position = 0  # records seen, 1-based number of the last one
        with self._text() as stream:
            stream.read(self._skipped)
            if not stream.peek(1):  # type: ignore[attr-defined]
                return
            try:
                reader = self._reader(stream, wanted, keep)
                for batch in reader:
                    table = _as_text(pa.Table.from_batches([batch]))
                    self._refuse_swallowed(table, number + position)
                    part, position = self._part(table, odd, position, number)
                    if len(part.cells):
                        yield part
            except pa.ArrowInvalid as error:
                raise _unreadable(str(error), number + position) from None
        last = self._odd_rows(odd, number)
        if last is not None and len(last.cells):
            yield Chunk(last.cells[wanted], last.notes, last.decimal)

    def _reader(self, stream: BinaryIO, wanted: list[str], keep: Any) -> Any:
        names = list(self.headers)
        return pyarrow.csv.open_csv(
            pa.PythonFile(stream, mode="r"),
            read_options=pyarrow.csv.ReadOptions(use_threads=False, block_size=_BLOCK, column_names=names),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=self.format.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=keep,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={name: pa.string() for name in names},
                strings_can_be_null=False,
                include_columns=wanted or names[:1],
            ),
        )

    def _part(self, table: Any, odd: list[tuple[int, str]], position: int, number: int) -> tuple[Chunk, int]:
        """A block with its row numbers and the odd rows that stand in it; takes those out of ``odd``."""
        numbers, last = _numbers(table.num_rows, [n for n, _ in odd], position)
        inside = [(n, text) for n, text in odd if n <= last]
        odd[:] = [(n, text) for n, text in odd if n > last]
        filled = _filled(table)
        cells = _frame(table.filter(pa.array(filled)), numbers[filled] + number)
        chunk = Chunk(cells, [], self.format.decimal)
        extra = self._odd_rows(inside, number)
        if extra is None:
            return chunk, last
        both = pd.concat([cells, extra.cells[list(cells.columns)]]).sort_index()
        return Chunk(both, extra.notes, self.format.decimal), last

    def _odd_rows(self, odd: list[tuple[int, str]], number: int) -> Chunk | None:
        """Rows with too few or too many cells: short ones filled up, long ones cut, each with its note."""
        if not odd:
            return None
        rows, labels, notes = [], [], []
        for place, text in odd:
            cells = next(csv.reader([text], delimiter=self.format.delimiter), [])
            if not any(cell.strip() for cell in cells):
                continue
            fitted, note = fit(number + place, cells, len(self.headers))
            rows.append(fitted)
            labels.append(number + place)
            notes += note
        frame = pd.DataFrame(rows, columns=list(self.headers), index=pd.Index(labels, name="row", dtype="int64"))
        return Chunk(frame.astype(TEXT), notes, self.format.decimal)

    def _refuse_swallowed(self, table: Any, row: int) -> None:
        """A cell that holds whole rows: a quotation mark is missing, and the rows would be lost without a word."""
        width = len(self.headers)
        pattern = r"\n[^\n]*" + rf"(?:{_escaped(self.format.delimiter)}[^\n]*)" * min(max(1, width - 1), 50)
        for column in table.columns:
            if width < 3 or not pc.any(pc.match_substring(column, "\n")).as_py():
                continue  # the cheap question first: line breaks inside cells are rare
            if pc.any(pc.match_substring_regex(column, pattern)).as_py():
                raise FileError(
                    f"A cell after row {row + 1:,} holds whole rows of the table.",
                    hint="A quotation mark at its end is missing, or one stands in a text: write it twice.",
                )


class _Recoded(io.RawIOBase):
    """A text in another encoding as UTF-8 bytes."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        super().__init__()
        self._stream, self._waiting = stream, b""
        try:
            self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        except LookupError:
            raise FileError(f"The encoding “{encoding}” is not known.", hint="Choose UTF-8 or cp1252.") from None
        self._ended = False

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._stream.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        while not self._waiting and not self._ended:
            block = self._stream.read(BLOCK)
            self._ended = not block
            self._waiting = self._decoder.decode(block, final=self._ended).encode("utf-8", errors="replace")
        given = self._waiting[: len(buffer)]
        self._waiting = self._waiting[len(given) :]
        buffer[: len(given)] = given
        return len(given)


def _numbers(rows: int, odd: list[int], position: int) -> tuple[npt.NDArray[np.int64], int]:
    """Record numbers of ``rows`` regular rows after ``position``, stepping over the odd ones; and the last of them."""
    skipped = np.array(sorted(odd), dtype=np.int64)
    skipped = skipped[skipped > position]
    # the odd row k (0-based) comes before the regular row r when its number minus k is at most r's own
    starts = skipped - np.arange(len(skipped)) - position - 1
    regular = np.arange(rows, dtype=np.int64)
    numbers = regular + position + 1 + np.searchsorted(starts, regular, side="right")
    return numbers, int(numbers[-1]) if rows else position


def _as_text(table: Any) -> Any:
    """Of a block without a regular row, pyarrow does not know that its columns are text."""
    return table.cast(pa.schema([(name, pa.string()) for name in table.column_names]))


def _filled(table: Any) -> npt.NDArray[np.bool_]:
    """Rows with a cell that is not blank."""
    found = np.zeros(table.num_rows, dtype=np.bool_)
    for column in table.columns:
        if found.all():
            break
        lengths = pc.utf8_length(pc.utf8_trim_whitespace(column))
        found |= lengths.to_numpy() > 0
    return found


def _frame(table: Any, rows: npt.NDArray[np.int64]) -> pd.DataFrame:
    columns = {n: pd.array(table.column(n).combine_chunks(), dtype=TEXT) for n in table.column_names}
    return pd.DataFrame(columns, index=pd.Index(rows, name="row"), copy=False)


def fit(row: int, cells: list[str], width: int) -> tuple[list[str], list[Problem]]:
    """A row at the header's width, and what is to be said about it. No value of a row that is too long may be used."""
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        return cells[:width], []
    if len(cells) > width:
        reason = f"The row has {len(cells)} cells, the header has {width} columns."
        hint = "A text that contains the delimiter must stand in quotation marks. No value of the row is used."
        return cells[:width], [Problem(row, "", "", reason, hint, Severity.ROW)]
    if len(cells) == width:
        return cells, []
    reason = f"The row has {len(cells)} of {width} cells."
    hint = "The missing ones count as unknown. Was the file cut off?"
    return cells + [""] * (width - len(cells)), [Problem(row, "", "", reason, hint, Severity.FLAGGED)]


def _joined(parts: list[Chunk]) -> Chunk:
    if len(parts) == 1:
        return parts[0]
    notes = [note for part in parts for note in part.notes]
    return Chunk(pd.concat([part.cells for part in parts]), notes, parts[0].decimal)


def _split(chunk: Chunk, rows: int) -> tuple[Chunk, Chunk]:
    first, rest = chunk.cells.iloc[:rows], chunk.cells.iloc[rows:]
    last = first.index[-1]
    early = [note for note in chunk.notes if note.row <= last]
    late = [note for note in chunk.notes if note.row > last]
    return Chunk(first, early, chunk.decimal), Chunk(rest, late, chunk.decimal)


def _escaped(delimiter: str) -> str:
    return {"|": r"\|", "\t": r"\t"}.get(delimiter, delimiter)


def _unreadable(reason: str, row: int) -> FileError:
    if "straddling" in reason or "block size" in reason:
        return FileError(
            f"A row after row {row:,} is longer than {_BLOCK // 2**20} MB.",
            hint="A quotation mark may be missing at the end of a cell.",
        )
    return FileError(f"The file cannot be read after row {row:,}.", hint="Save it as CSV again.", log="pyarrow.csv")
