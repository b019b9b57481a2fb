"""What a file is, told by its content and never by its name: refuse what is not text, decode what is UTF-8."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from riskmodels.errors import FileError

SAVE_AS_CSV = "Save the sheet as “CSV UTF-8 (comma delimited)” and upload that file."

#: first bytes of files that get uploaded by mistake
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"%PDF-", "a PDF"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ\x00", "an xz file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip file"),
    (b"Rar!\x1a\x07", "a RAR file"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Office file"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"$FL2", "an SPSS file"),
    (b"<stata_dta>", "a Stata file"),
    (b"HEADER RECORD*******", "a SAS transport file"),
    (b"RDX2\n", "an R data file"),
    (b"RDX3\n", "an R data file"),
    (b"MZ\x90\x00", "a Windows program"),
    (b"\x7fELF", "a program"),
)
#: parts of ZIP files that say which program wrote them
_ZIP_PARTS: tuple[tuple[bytes, str], ...] = (
    (b"xl/", "an Excel workbook (.xlsx)"),
    (b"word/", "a Word document (.docx)"),
    (b"ppt/", "a PowerPoint file (.pptx)"),
    (b"opendocument.spreadsheet", "an OpenDocument spreadsheet (.ods)"),
)
_BOMS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_TEXT_STARTS: tuple[tuple[str, str], ...] = (
    (r"<!doctype html|<html|<table", "a web page (HTML)"),
    (r"<\?xml", "an XML file"),
    (r"\{\s*\"|\[\s*[\{\[]", "a JSON file"),
)
UTF8_BOM = b"\xef\xbb\xbf"


def refuse_other_kinds(data: bytes) -> None:
    """Let text pass and refuse everything else.

    Args:
        data: the whole file.

    Raises:
        FileError: naming what the file is: empty, another kind of file, UTF-16, binary.
    """
    if not data.removeprefix(UTF8_BOM).strip():
        raise FileError("The file is empty.", hint="Check that it was saved, or start from the template.")
    kind = kind_of(data)
    if kind:
        raise FileError(f"This is {kind}, not a CSV file, whatever its name says.", hint=SAVE_AS_CSV)
    encoding = wide_encoding(data)
    if encoding:
        raise FileError(f"The file is {encoding} text; this app reads UTF-8.", hint=SAVE_AS_CSV)
    place = data.find(b"\x00")
    if place >= 0:
        raise FileError(f"This is a binary file, not a CSV file (a zero byte at byte {place + 1:,}).", hint=SAVE_AS_CSV)


def kind_of(data: bytes) -> str:
    """What the file is when it is no table of text, e.g. ``a PNG image``; empty when nothing was recognised."""
    for magic, kind in MAGIC:
        if data.startswith(magic):
            return kind
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return next((kind for part, kind in _ZIP_PARTS if part in data), "a ZIP file")
    if data[128:132] == b"DICM":
        return "a DICOM image"
    start = data[:512].removeprefix(UTF8_BOM).decode("latin-1").lstrip().lower()
    return next((kind for pattern, kind in _TEXT_STARTS if re.match(pattern, start)), "")


def wide_encoding(data: bytes) -> str:
    """``UTF-16`` or ``UTF-32`` when the file is such text, told by its mark or by its pattern of zero bytes."""
    return wide_codec(data)[:6].upper()


def wide_codec(data: bytes) -> str:
    """Python's name of it: ``utf-16`` where a mark tells the order of bytes, else ``utf-16-le`` or ``utf-16-be``."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    start = data[: min(len(data), 4_000) // 2 * 2]
    halves = (start[0::2].count(0), start[1::2].count(0))
    if len(start) < 4 or max(halves) < 0.05 * len(start) or min(halves) * 10 > max(halves):
        return ""
    codec = "utf-16-le" if halves[1] > halves[0] else "utf-16-be"
    return codec if _is_text(start, codec) else ""


def _is_text(start: bytes, encoding: str) -> bool:
    """Whether bytes are lines of text in an encoding, whatever is cut off at their end."""
    try:
        text = start.decode(encoding)
    except UnicodeDecodeError as error:
        if error.start < len(start) - 4:
            return False
        text = start[: error.start].decode(encoding)
    return all(c.isprintable() or c in "\t\r\n\ufeff" for c in text)


def lines(data: bytes, longest: int) -> Iterator[str]:
    """The lines of a UTF-8 file, with or without a byte order mark, decoded as they are asked for.

    Args:
        data: the whole file.
        longest: most characters a line may have.

    Raises:
        FileError: at a byte that is not UTF-8, naming its position, or at a line that is too long.
    """
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")
    while True:
        try:
            line = text.readline(longest + 1)
        except UnicodeDecodeError:
            raise _not_utf8(data) from None
        if len(line) > longest:
            raise FileError(
                f"A line is longer than {longest:,} characters.", hint="Is this a table with one row a patient?"
            )
        if not line:
            return
        yield line


def _not_utf8(data: bytes) -> FileError:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        place = error.start
    else:  # pragma: no cover - only called for data that do not decode
        place = 0
    line = data.count(b"\n", 0, place) + 1
    return FileError(
        f"The file is not UTF-8 text: byte {place + 1:,}, in line {line:,}, cannot be read.", hint=SAVE_AS_CSV
    )
