"""Files of an export → documents with the line they stand in; one is held at a time, however large a file is."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple

from riskmodels.errors import FileError, InputError
from riskmodels.interop.fhir.safe_json import read_any
from riskmodels.interop.fhir.types import Json

#: bytes of one document: a line, or a Bundle of Synthea with a whole life in it
MAX_DOCUMENT = 64 * 2**20
#: bytes of one resource; real ones that are read have a few thousand
MAX_RESOURCE = 2**20
_BY_LINE, _ANY = (".ndjson", ".jsonl"), (".ndjson", ".jsonl", ".json")
_GZIP = b"\x1f\x8b"
_SKIPPED = 2**20

_File = gzip.GzipFile | BufferedReader
TOO_LONG = f"a line or document of more than {MAX_DOCUMENT // 2**20} MB"
DAMAGED = "the packed file is damaged or cut short from here on"


class Place(NamedTuple):
    """Where a resource stands: number of the file and line, both from 1, and of the entry in a Bundle (0: in none)."""

    file: int
    line: int
    entry: int = 0


@dataclass(frozen=True)
class Fault:
    """Why a line is not read, without what stands in it."""

    reason: str


def find_files(source: Path) -> tuple[list[Path], int]:
    """The files of an export, by name, and how many others lie beside them.

    Args:
        source: a file, or a folder that is searched with those in it.

    Raises:
        FileError: when there is none.
    """
    if source.is_file():
        return [source], 0
    if not source.is_dir():
        raise FileError(f"There is no file or folder {source}.", hint="Check its name.")
    every = sorted(path for path in source.rglob("*") if path.is_file())
    found = [path for path in every if _ending(path) in _ANY]
    if not found:
        raise FileError(
            f"The folder {source} has no .ndjson, .jsonl or .json file.",
            hint="Give the folder with the files of the bulk export, or of the Bundles.",
        )
    return found, len(every) - len(found)


def _ending(path: Path) -> str:
    return Path(path.name.lower().removesuffix(".gz")).suffix


def read_lines(path: Path) -> Iterator[tuple[int, bytes | Fault]]:
    """Lines with their numbers, from 1; of a .json file that is written over several lines, all of it as line 1."""
    with path.open("rb") as packed:
        is_packed = packed.read(2) == _GZIP
        packed.seek(0)
        file: _File = gzip.GzipFile(fileobj=packed) if is_packed else packed
        number = 0
        try:
            if _ending(path) not in _BY_LINE and _is_one_document(file):
                number, whole = 1, file.read(MAX_DOCUMENT + 1)
                yield 1, Fault(TOO_LONG) if len(whole) > MAX_DOCUMENT else whole
                return
            while line := file.readline(MAX_DOCUMENT + 1):
                number += 1
                if len(line) > MAX_DOCUMENT:
                    _skip_line(file, line)
                    yield number, Fault(TOO_LONG)
                else:
                    yield number, line
        except (EOFError, gzip.BadGzipFile, zlib.error):
            yield number + 1, Fault(DAMAGED)


def _is_one_document(file: _File) -> bool:
    """Whether the first line that is not blank is no document by itself; the file is at its beginning again."""
    first = b""
    while not first.strip() and (line := file.readline(MAX_DOCUMENT + 1)):
        first = line.removeprefix(b"\xef\xbb\xbf")
    file.seek(0)
    return len(first) <= MAX_DOCUMENT and not first.rstrip().endswith(b"}")


def _skip_line(file: _File, part: bytes) -> None:
    while part and not part.endswith(b"\n"):
        part = file.readline(_SKIPPED)


def read_document(data: bytes) -> Json | Fault:
    """A line as a JSON object that is safe to walk, or why it is none; of a blank line an empty object."""
    if not data.strip():
        return {}
    try:
        document: Any = read_any(data, MAX_DOCUMENT)
    except FileError as error:
        return Fault(_why(error))
    if not isinstance(document, dict):
        return Fault("JSON, but no resource")
    if not isinstance(document.get("resourceType"), str):
        return Fault("JSON, but no FHIR resource")
    return document


def _why(error: InputError) -> str:
    """In words of ours: a name or a number of the file may stand in the error's."""
    words = {
        "is not JSON": "not JSON",
        "several JSON": "several documents in one line",
        "is XML": "XML; only JSON is read",
        "not text in UTF-8": "not text in UTF-8",
        "stands twice": "a name stands twice in one place",
        "levels deep": "nested too deeply",
        "too large or too long": "a number too long to be a measurement",
        "no number in JSON": "NaN or infinity",
        "half a character": "half a character",
    }
    return next((ours for theirs, ours in words.items() if theirs in error.message), "not FHIR in JSON")
