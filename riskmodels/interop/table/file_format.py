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

DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
DELIMITERS = tuple(DELIMITER_NAMES)
ENCODING_NAMES = {"utf-8": "UTF-8", "cp1252": "Windows-1252", "latin-1": "Latin-1", "utf-16": "UTF-16"}
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
        header_row: row with the column names, 1 the first; 0: none, columns are named by their place.
        sheet: sheet of a workbook.
        sheets: all its sheets.
    """

    kind: str
    compressed: bool = False
    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = "."
    header_row: int = 1
    sheet: str = ""
    sheets: tuple[str, ...] = ()

    def words(self) -> str:
        """One line for people: ``CSV, semicolon, decimal comma, Windows-1252, header in row 1``."""
        header = f"header in row {self.header_row:,}" if self.header_row else "no header"
        if self.kind == "parquet":
            return "Parquet"
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


def text_format(open_bytes: BinaryIO, compressed: bool = False) -> FileFormat:
    """How a delimited text is written.

    Args:
        open_bytes: the unpacked bytes from their start; read to the end, so that the encoding is certain.
        compressed: whether they come out of gzip.

    Raises:
        FileError: when it is no text, or no table.
    """
    encoding, head = _encoding(open_bytes)
    text = head.decode(encoding, errors="ignore").removeprefix("\ufeff")
    delimiter = _delimiter(text)
    records = first_records(text, delimiter)
    found = FileFormat("csv", compressed, encoding, delimiter)
    named = _SEPARATOR_LINE.fullmatch(text.splitlines()[0]) if text.strip() else None
    start = 1 if named else 0  # an Excel line “sep=;” is not a row of the table
    header = header_row(records[start:]) + (start if records[start:] else 0)
    found = replace(found, header_row=header, decimal=_decimal(records[header:], delimiter))
    return replace(found, header_row=0) if _all_data(records, header, found.decimal) else found


def _all_data(records: list[list[str]], header: int, decimal: str) -> bool:
    """Whether the row taken for the header is data: half of its cells or more are numbers."""
    if not 1 <= header <= len(records):
        return False
    filled = [cell.strip() for cell in records[header - 1] if cell.strip()]
    return bool(filled) and 2 * sum(1 for cell in filled if _NUMBER.fullmatch(cell)) >= len(filled)


def header_row(records: list[list[str]]) -> int:
    """Row of the column names among the first rows, 1 the first: the first that is as wide as the table below it."""
    widths = [sum(1 for cell in cells if cell.strip()) for cells in records]
    usual = usual_width(records)
    least = max(1, min(usual, max(2, round(0.6 * usual))))
    return next((row for row, filled in enumerate(widths, start=1) if filled >= least), 1)


def usual_width(records: list[list[str]]) -> int:
    """How many cells most of the filled rows have; 1 or more."""
    wide = Counter(len(cells) for cells in records if any(cell.strip() for cell in cells))
    return wide.most_common(1)[0][0] if wide else 1


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
    wide = sniff.wide_encoding(head)
    if wide == "UTF-32":
        raise FileError("The file is UTF-32 text, which is not read here.", hint=sniff.SAVE_AS_CSV)
    if wide:
        little = head[1:2] == b"\x00"
        return ("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else f"utf-16-{'le' if little else 'be'}"), head
    decoder = codecs.getincrementaldecoder("utf-8")()
    encoding, place = "utf-8", 0
    for block in _blocks(head, stream):
        zero = block.find(b"\x00")
        if zero >= 0:
            raise FileError(
                f"This is a binary file, not a table (a zero byte at byte {place + zero + 1:,}).",
                hint=sniff.SAVE_AS_CSV,
            )
        place += len(block)
        if encoding == "utf-8" and not _decodes(decoder, block):
            encoding = "cp1252"
        if encoding == "cp1252" and any(byte in block for byte in _NOT_IN_1252):
            encoding = "latin-1"
    if encoding == "utf-8" and not _decodes(decoder, b"", final=True):
        encoding = "cp1252"
    return encoding, head


_NOT_IN_1252 = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")


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
