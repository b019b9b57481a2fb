"""How a file is written, told by its content: shown to the analyst, who may override each part of it."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import BinaryIO

from riskmodels.errors import FileError
from riskmodels.interop.table import sniff
from riskmodels.interop.table.encodings import GUESSED, OddCells
from riskmodels.interop.table.header_rows import AUTO, HeaderRows, find_header
from riskmodels.interop.table.row_shape import Baseline, LongShape

DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
DELIMITERS = tuple(DELIMITER_NAMES)
ENCODING_NAMES = {"utf-8": "UTF-8", "utf-16": "UTF-16", **GUESSED, "latin-1": "Latin-1"}
_SEPARATOR_LINE = re.compile(r'"?sep=(?P<delimiter>[,;\t|])"?\s*')
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?")
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")
_COMMA_NUMBER, _POINT_NUMBER = re.compile(r"[+-]?\d+,\d+"), re.compile(r"[+-]?\d+\.\d+")
BLOCK = 1 << 20
_HEAD = 1 << 20
_LOOK = 40


@dataclass(frozen=True)
class FileLimits:
    """The largest file that is read.

    Args:
        bytes: size as uploaded.
        unpacked: size after unpacking gzip.
        workbook: size of an Excel workbook after unpacking.
        ratio: how many times larger a packed file may become by unpacking, once it is large at all.
        rows: rows below the header.
        columns: columns of the header.
    """

    bytes: int = 4 * 2**30
    unpacked: int = 16 * 2**30
    workbook: int = 2**30
    ratio: int = 200
    rows: int = 20_000_000
    columns: int = 2_000


FILE_LIMITS = FileLimits()


@dataclass(frozen=True)
class FileFormat:
    """How a file is written.

    Args:
        kind: ``csv`` (any delimited text), ``excel`` or ``parquet``.
        compressed: whether the text is packed with gzip.
        encoding: Python name of the text's encoding.
        delimiter: between cells of a text.
        decimal: ``.`` or ``,`` in the numbers of a text.
        header_row: row with the column names, 1 the first; 0: none, columns are named by their place. Of a format that
            is asked for, :data:`AUTO` and empty texts are told by the content.
        sheet: sheet of a workbook.
        sheets: all its sheets.
        tables: those of them that hold a table.
        group_row: whether the row above the names holds groups of columns (merged cells).
        unit_row: whether the row below the names holds units.
        long: of a table with one row an observation, what its columns are.
        baseline: of a file with several rows a record, what its first row tells for all.
    """

    kind: str
    compressed: bool = False
    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = "."
    header_row: int = 1
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    group_row: bool = False
    unit_row: bool = False
    long: LongShape | None = None
    baseline: Baseline | None = None

    @property
    def header(self) -> HeaderRows:
        """The rows of the header."""
        return HeaderRows(self.header_row, self.group_row, self.unit_row)

    @property
    def header_end(self) -> int:
        """Last row above the data."""
        return self.header_row + self.unit_row

    @property
    def guessed(self) -> bool:
        """Whether more was guessed than delimiter and decimal sign: the first rows should be looked at."""
        encoding = self.kind == "csv" and not self.encoding.startswith("utf")
        return (
            self.long is not None
            or encoding
            or self.group_row
            or self.unit_row
            or self.header_row > 1
            or len(self.tables) > 1
        )

    def words(self) -> str:
        """One line for people: ``CSV, semicolon, decimal comma, Windows-1252, header in row 1``."""
        header = f"header in row {self.header_row:,}" if self.header_row else "no header"
        header += " with groups above it" if self.group_row else ""
        header += f", units in row {self.header_end:,}" if self.unit_row else ""
        header += f", one row an observation: made one row a {self.long.by}" if self.long else ""
        if self.kind == "parquet":
            return f"Parquet{header.removeprefix('header in row 1')}"
        if self.kind == "excel":
            return f"Excel, sheet “{self.sheet}”, {header}"
        decimal = "decimal comma" if self.decimal == "," else "decimal point"
        encoding = ENCODING_NAMES.get(self.encoding, self.encoding)
        packed = "gzip, " if self.compressed else ""
        return f"{packed}CSV, {DELIMITER_NAMES.get(self.delimiter, self.delimiter)}, {decimal}, {encoding}, {header}"


def kind_of_file(start: bytes) -> str:
    """``csv``, ``gzip``, ``excel`` or ``parquet``, told by the first bytes.

    Args:
        start: the first 64 kB or more.

    Raises:
        FileError: naming what the file is when it is none of them.
    """
    if not start.removeprefix(sniff.UTF8_BOM).strip():
        raise FileError("The file is empty.", hint="Check that it was saved, or start from the template.")
    if start.startswith(b"\x1f\x8b"):
        return "gzip"
    if start.startswith(b"PAR1"):
        return "parquet"
    kind = sniff.kind_of(start)
    if kind in ("an Excel workbook (.xlsx)", "a ZIP file"):
        return "excel"  # where the parts' names come late, opening it tells
    if kind:
        raise FileError(
            f"This is {kind}, not a table, whatever its name says.",
            hint="CSV, TSV, gzip of them, Excel (.xlsx) and Parquet can be read.",
        )
    return "csv"


def text_format(open_bytes: BinaryIO, compressed: bool = False, wanted: FileFormat | None = None) -> FileFormat:
    """How a delimited text is written.

    Args:
        open_bytes: the unpacked bytes from their start; read to the end, so that the encoding is certain.
        compressed: whether they come out of gzip.
        wanted: the encoding, the delimiter and the row of the header, where they are known.

    Raises:
        FileError: when it is no text, or no table.
    """
    known = wanted or FileFormat("", False, "", "", "", AUTO)
    encoding, head = _encoding(open_bytes)
    encoding = known.encoding or encoding
    text = _decoded(head, encoding).removeprefix("\ufeff")
    delimiter = known.delimiter or _delimiter(text)
    records = first_records(text, delimiter)
    found = FileFormat("csv", compressed, encoding, delimiter)
    named = _SEPARATOR_LINE.fullmatch(text.splitlines()[0]) if text.strip() else None
    start = (
        1 if named and records[1:] and known.header_row == AUTO else 0
    )  # an Excel line “sep=;” is no row of the table
    names, groups, units = find_header(records[start:], known.header_row)
    found = replace(found, header_row=names + start if names else 0, group_row=groups, unit_row=units)
    found = replace(found, decimal=_decimal(records[found.header_end :], delimiter))
    all_data = known.header_row == AUTO and _all_data(records, found.header_row, found.decimal)
    return replace(found, header_row=0, group_row=False, unit_row=False) if all_data else found


def _decoded(head: bytes, encoding: str) -> str:
    try:
        return head.decode(encoding, errors="ignore")
    except LookupError:
        hint = f"Choose one of {', '.join(ENCODING_NAMES)}."
        raise FileError(f"The encoding “{encoding}” is not known.", hint=hint) from None


def _all_data(records: list[list[str]], header: int, decimal: str) -> bool:
    """Whether the row taken for the header is data: half of its cells or more are numbers."""
    if not 1 <= header <= len(records):
        return False
    filled = [cell.strip() for cell in records[header - 1] if cell.strip()]
    return bool(filled) and 2 * sum(1 for cell in filled if _NUMBER.fullmatch(cell)) >= len(filled)


def first_records(text: str, delimiter: str, most: int = _LOOK) -> list[list[str]]:
    """The first rows of a text as cells; what csv cannot read ends them."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    records = []
    try:
        for cells in islice(reader, most):
            records.append(cells)
    except csv.Error:
        pass
    return records


def _delimiter(text: str) -> str:
    """The delimiter that splits the first rows into the most columns that agree."""
    first = text.split("\n", 1)[0].rstrip("\r")
    named = _SEPARATOR_LINE.fullmatch(first)
    return named["delimiter"] if named else max(DELIMITERS, key=lambda d: _sense(text, d))


def _sense(text: str, delimiter: str) -> tuple[float, int]:
    records = [cells for cells in first_records(text, delimiter) if any(cell.strip() for cell in cells)]
    if len(records) > 2 and len(text) >= _HEAD // 2:
        records.pop()  # it may be cut
    widths = Counter(len(cells) for cells in records)
    if not widths:
        return (0.0, 0)
    width, rows = widths.most_common(1)[0]
    return (rows / len(records) if width > 1 else 0.0, width)


def _decimal(records: list[list[str]], delimiter: str) -> str:
    cells = [cell.strip() for row in records for cell in row]
    if delimiter == ",":
        cells = [cell for cell in cells if not _THOUSANDS.fullmatch(cell)]
    commas = sum(1 for cell in cells if _COMMA_NUMBER.fullmatch(cell))
    return "," if commas > sum(1 for cell in cells if _POINT_NUMBER.fullmatch(cell)) else "."


def _encoding(stream: BinaryIO) -> tuple[str, bytes]:
    """The encoding of the whole stream, and its first bytes."""
    head = stream.read(_HEAD)
    wide = sniff.wide_codec(head)
    if wide == "utf-32":
        raise FileError("The file is UTF-32 text, which is not read here.", hint=sniff.SAVE_AS_CSV)
    if wide:
        return wide, head
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, place, odd = True, 0, OddCells()
    for block in _blocks(head, stream):
        zero = block.find(b"\x00")
        if zero >= 0:
            raise FileError(
                f"This is a binary file, not a table (a zero byte at byte {place + zero + 1:,}).",
                hint=sniff.SAVE_AS_CSV,
            )
        place += len(block)
        odd.add(block)
        is_utf8 = is_utf8 and _decodes(decoder, block)
    is_utf8 = is_utf8 and _decodes(decoder, b"", final=True)
    return "utf-8" if is_utf8 else odd.encoding(), head


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _blocks(head: bytes, stream: BinaryIO) -> Iterator[bytes]:
    yield head
    while block := stream.read(BLOCK):
        yield block


class Unpacked(io.RawIOBase):
    """The bytes inside a gzip file, up to a limit.

    Args:
        packed: the gzip file from its start.
        most: bytes that may come out.

    Raises:
        FileError: on reading, when it is damaged, or larger than that.
    """

    def __init__(self, packed: BinaryIO, most: int) -> None:
        super().__init__()
        self._file, self._left, self._most = gzip.GzipFile(fileobj=packed), most, most

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer with the next bytes; 0 at the end."""
        try:
            given = self._file.readinto(buffer)
        except EOFError:
            raise FileError("The gzip file ends too early.", hint="Was it uploaded completely?") from None
        except (gzip.BadGzipFile, zlib.error):
            raise FileError("The gzip file is damaged.", hint="Pack it again, or upload it unpacked.") from None
        self._left -= given
        if self._left < 0:
            raise FileError(
                f"The gzip file unpacks to more than {self._most / 2**20:,.0f} MB.", hint="Split it into parts."
            )
        return given
