"""Bytes of an untrusted file → JSON that is safe to walk: size, depth, numbers, names that stand twice, text."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from riskmodels.errors import FileError
from riskmodels.interop.fhir.types import Json

MAX_BYTES = 10 * 2**20
#: levels of nesting; real bundles stay below 20
MAX_DEPTH = 60
#: characters of one number; no measurement needs more
MAX_NUMBER = 40
#: characters of a text that a short line is made of
_LOOKED_AT = 2_000
#: how half a character is written in JSON: the only way for one into a text in UTF-8
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_ASK = "Ask for a FHIR Bundle in JSON (R4 or R5)."


def read_json(data: bytes) -> Json:
    """The file as a JSON object.

    Raises:
        FileError: when it is empty, too large, not JSON in UTF-8, ambiguous (a name twice) or made to do harm.
    """
    document = read_any(data)
    if not isinstance(document, dict):
        raise FileError("The file holds JSON, but no FHIR resource.", hint=_ASK)
    return document


def read_any(data: bytes, most: int = MAX_BYTES) -> Any:
    """The file as JSON of any kind. Args and errors as :func:`read_json`; ``most``: bytes that are read."""
    if len(data) > most:
        raise FileError(
            f"The file has {len(data) / 2**20:.0f} MB; up to {most // 2**20} MB are read.",
            hint="Ask for fewer resources: Patient, Observation, Condition and medication of the last years.",
        )
    text = _text(data)
    try:
        document = json.loads(
            text,
            object_pairs_hook=_object,
            parse_float=_float,
            parse_int=_int,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        raise _not_json(data, error) from None
    except RecursionError:
        raise _too_deep() from None
    _refuse_too_deep(document)
    if _HALF.search(text):
        _refuse_half_characters(document)
    return document


def _text(data: bytes) -> str:
    start = data[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise FileError("The file is empty.", hint=_ASK)
    if start.startswith(b"<"):
        raise FileError(
            "The file is XML. Only FHIR in JSON is read.", hint="Export it as JSON (application/fhir+json)."
        )
    if start.startswith((b"PK\x03\x04", b"\x1f\x8b")):
        raise FileError("The file is packed.", hint="Unpack it and upload the JSON file inside.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileError("The file is not text in UTF-8, which FHIR in JSON must be.", hint=_ASK) from None


def _not_json(data: bytes, error: json.JSONDecodeError) -> FileError:
    if error.msg == "Extra data" and error.pos < len(data) - 2:
        return FileError(
            "The file holds several JSON documents, one after the other (NDJSON, a bulk export).",
            hint="Ask for one Bundle of one patient.",
        )
    return FileError(f"The file is not JSON: line {error.lineno}, column {error.colno}.", hint=_ASK)


def _too_deep() -> FileError:
    return FileError(f"The file nests more than {MAX_DEPTH} levels deep, which no FHIR bundle does.", hint=_ASK)


def _object(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise FileError(
            f"“{tidy(twice, 40)}” stands twice in one place of the file, so its value is ambiguous.",
            hint="Ask the sender for a corrected file.",
        )
    return found


def _float(text: str) -> float:
    number = float(text) if len(text) <= MAX_NUMBER else math.inf
    if math.isinf(number):
        raise FileError("The file holds a number too large or too long to be a measurement.", hint=_ASK)
    return number


def _int(text: str) -> float:
    return int(text) if len(text) <= 18 else _float(text)


def _constant(text: str) -> float:
    raise FileError(f"The file holds {text}, which is no number in JSON.", hint="Ask the sender for a corrected file.")


def _refuse_too_deep(document: Any) -> None:
    """Level by level, and only what has a level below it: a bundle has ten times as many texts and numbers."""
    level, depth = [document], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise _too_deep()
        level = [child for node in level for child in _children(node) if isinstance(child, dict | list)]


def _refuse_half_characters(document: Any) -> None:
    """Nothing behind could show one. Two halves in a row have become one character by now."""
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise FileError(
            "The file holds half a character (a lone surrogate).", hint="Ask for a corrected file."
        ) from None


def _children(node: Any) -> Iterable[Any]:
    return node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()


def tidy(text: Any, most: int = 80) -> str:
    """Text of the sender as one short printable line."""
    line = " ".join("".join(c if c.isprintable() else " " for c in str(text)[:_LOOKED_AT]).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
