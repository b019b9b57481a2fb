"""A mapping under a name, kept as JSON, and recognised when a file has the same columns again, in whatever order.

It holds decisions and column names, never counts or cells of a patient's row; codes are those of columns of answers
and of numbers that stand for “missing”.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from riskmodels.errors import InputError
from riskmodels.interop.columns.mapping import (
    AT_BOUND,
    DATE_FORMATS,
    NOT_USABLE,
    UNANSWERED,
    Code,
    CohortMapping,
    ColumnMapping,
    Combine,
    Role,
    Visits,
    answers,
)
from riskmodels.interop.columns.names import compact
from riskmodels.units import find_unit
from riskmodels.vocabulary import VOCABULARY, Kind

VERSION = 1
_MOST_TEXT = 2_000_000


@dataclass(frozen=True)
class Layout:
    """A named mapping.

    Args:
        name: the analyst's.
        mapping: what each column means.
    """

    name: str
    mapping: CohortMapping

    @property
    def fingerprint(self) -> str:
        """That of its columns."""
        return fingerprint(c.header for c in self.mapping.columns)

    def to_json(self) -> str:
        """As text, to be stored."""
        mapping = self.mapping
        stored = {
            "version": VERSION,
            "name": self.name,
            "fingerprint": self.fingerprint,
            "columns": [_column_out(c) for c in mapping.columns],
            "constants": mapping.constants,
            "combine": {name: rule.value for name, rule in mapping.combine.items()},
            "visits": mapping.visits.value,
        }
        return json.dumps(stored, ensure_ascii=False, indent=1)

    @staticmethod
    def from_json(text: str) -> Layout:
        """Read back, every part checked.

        Raises:
            InputError: when it is not such a text, or of another version.
        """
        try:
            return _read(text)
        except InputError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise InputError("This is not a saved mapping.", hint="Choose a file that was saved here.") from None


def fingerprint(headers: Iterable[str]) -> str:
    """SHA-256 of the column names, whatever their order, case, spaces and punctuation."""
    names = sorted(compact(header) or header for header in headers)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def recognise(headers: Iterable[str], layouts: Iterable[Layout]) -> CohortMapping | None:
    """The mapping of the first layout that has these columns, under the headers and in the order of this file.

    Args:
        headers: of the file.
        layouts: saved ones, the preferred first.
    """
    names = list(headers)
    wanted = fingerprint(names)
    for layout in layouts:
        if layout.fingerprint == wanted:
            return _renamed(layout.mapping, names)
    return None


def _renamed(mapping: CohortMapping, headers: list[str]) -> CohortMapping:
    waiting: dict[str, list[ColumnMapping]] = {}
    for column in mapping.columns:
        waiting.setdefault(compact(column.header) or column.header, []).append(column)
    exact = {c.header: c for c in mapping.columns}
    columns = []
    for header in headers:
        same = waiting[compact(header) or header]
        found = exact[header] if exact.get(header) in same else same[0]
        same.remove(found)
        columns.append(replace(found, header=header))
    return replace(mapping, columns=tuple(columns))


def _column_out(column: ColumnMapping) -> dict[str, Any]:
    kept: dict[str, Any] = {"header": column.header, "role": column.role.value}
    if column.role is Role.VALUE:
        kept |= {"variable": column.variable, "unit": column.unit, "comparators": column.comparators}
        kept["codes"] = [{"text": c.text, "means": c.means} for c in column.codes if _keeps(column, c)]
    if column.role is Role.DATE:
        kept["date_format"] = column.date_format
    return kept


def _keeps(column: ColumnMapping, code: Code) -> bool:
    """Free text that stands in a column of numbers by mistake is not stored."""
    return VOCABULARY[column.variable].kind is not Kind.NUMBER or code.means != NOT_USABLE


def _read(text: str) -> Layout:
    if len(text) > _MOST_TEXT:
        raise InputError("This is too long for a saved mapping.", hint="Choose a file that was saved here.")
    stored = json.loads(text)
    if stored["version"] != VERSION:
        raise InputError("The mapping was saved by another version.", hint="Map the columns again.")
    columns = tuple(_column_in(entry) for entry in stored["columns"])
    constants = {str(name): str(value) for name, value in stored["constants"].items()}
    combine = {str(name): Combine(rule) for name, rule in stored["combine"].items()}
    _require(all(name in VOCABULARY for name in (*constants, *combine)))
    _require(len({c.header for c in columns}) == len(columns))
    return Layout(str(stored["name"]), CohortMapping(columns, constants, combine, Visits(stored["visits"])))


def _column_in(entry: dict[str, Any]) -> ColumnMapping:
    role = Role(entry["role"])
    header = entry["header"]
    _require(isinstance(header, str))
    if role is Role.DATE:
        _require(entry["date_format"] in ("", *DATE_FORMATS))
        return ColumnMapping(header, role=role, date_format=entry["date_format"])
    if role is not Role.VALUE:
        return ColumnMapping(header, role=role)
    variable = VOCABULARY[entry["variable"]]
    unit = find_unit(variable.units, entry["unit"]).symbol if entry["unit"] else ""
    codes = tuple(Code(str(c["text"]), str(c["means"])) for c in entry["codes"])
    _require(all(c.means in (UNANSWERED, *answers(variable)) for c in codes))
    _require(entry["comparators"] in (NOT_USABLE, AT_BOUND))
    return ColumnMapping(header, variable.name, role, unit, codes, entry["comparators"])


def _require(true: bool) -> None:
    if not true:
        raise ValueError
