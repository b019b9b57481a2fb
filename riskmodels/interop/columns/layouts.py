"""A mapping under a name, kept as JSON, and recognised when a file has the same columns again, in whatever order.

It holds decisions and column names, never counts or cells of a patient's row; codes are those of columns of answers
and of numbers that stand for “missing”.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from riskmodels.errors import InputError
from riskmodels.interop.columns.mapping import (
    AT_BOUND,
    DATE_FORMATS,
    MIXED,
    NOT_USABLE,
    UNANSWERED,
    UNKNOWN,
    WHICH_COPY,
    Code,
    CohortMapping,
    ColumnMapping,
    Combine,
    Role,
    Visits,
    answers,
    code_key,
)
from riskmodels.interop.columns.recoded import copies
from riskmodels.interop.columns.spelling import compact
from riskmodels.units import find_unit
from riskmodels.vocabulary import VOCABULARY, Kind, Variable

VERSION = 2
_READABLE = (1, VERSION)
#: what a column's cells tell, kept only where they tell it
_OF_CELLS = ("unit_from", "decimal", "second", "birth")
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
            "recoding": mapping.recoding,
            "as_of": mapping.as_of,
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
    taken: list[ColumnMapping] = []
    for header in headers:
        same = waiting[compact(header) or header]
        found = exact[header] if exact.get(header) in same else same[0]
        same.remove(found)
        taken.append(found)
    now = dict(zip((c.header for c in taken), headers, strict=True))
    columns = (replace(c, header=now[c.header], unit_from=now.get(c.unit_from, "")) for c in taken)
    return replace(mapping, columns=tuple(columns))


def _column_out(column: ColumnMapping) -> dict[str, Any]:
    kept: dict[str, Any] = {"header": column.header, "role": column.role.value}
    if column.role is Role.VALUE:
        kept |= {"variable": column.variable, "unit": column.unit, "comparators": column.comparators}
        kept["codes"] = [{"text": c.text, "means": c.means} for c in column.codes if _keeps(column, c)]
        kept |= {name: getattr(column, name) for name in _OF_CELLS if getattr(column, name)}
    if column.role is Role.DATE or column.birth:
        kept["date_format"] = column.date_format
    if column.role is Role.OUTCOME:
        kept["codes"] = [{"text": c.text, "means": c.means} for c in column.codes]
    if column.role is Role.ASKED:
        kept["could_be"] = list(column.could_be)
    return kept


def _keeps(column: ColumnMapping, code: Code) -> bool:
    """Free text that stands in a column of numbers by mistake is not stored."""
    return VOCABULARY[column.variable].kind is not Kind.NUMBER or code.means != NOT_USABLE


def _read(text: str) -> Layout:
    if len(text) > _MOST_TEXT:
        raise InputError("This is too long for a saved mapping.", hint="Choose a file that was saved here.")
    stored = json.loads(text)
    if stored["version"] not in _READABLE:
        raise InputError("The mapping was saved by another version.", hint="Map the columns again.")
    columns = tuple(_column_in(entry) for entry in stored["columns"])
    constants = {str(name): str(value) for name, value in stored["constants"].items()}
    combine = {str(name): Combine(rule) for name, rule in stored["combine"].items()}
    _require(all(name in VOCABULARY for name in (*constants, *combine)))
    _require(len({c.header for c in columns}) == len(columns))
    recoding = stored.get("recoding", "")
    _require(recoding in ("", WHICH_COPY, *copies()))
    as_of = str(stored.get("as_of", ""))
    _require(not as_of or date.fromisoformat(as_of).isoformat() == as_of)
    headers = {c.header for c in columns}
    _require(all(c.unit_from in headers for c in columns if c.unit_from))
    mapping = CohortMapping(columns, constants, combine, Visits(stored["visits"]), recoding, as_of)
    return Layout(str(stored["name"]), mapping)


def _column_in(entry: dict[str, Any]) -> ColumnMapping:
    role = Role(entry["role"])
    header = entry["header"]
    _require(isinstance(header, str))
    if role is Role.DATE:
        date_format = entry.get("date_format", "")
        _require(date_format in ("", *DATE_FORMATS))
        return ColumnMapping(header, role=role, date_format=date_format)
    if role is Role.ASKED:
        could_be = tuple(entry["could_be"])
        _require(bool(could_be) and all(name in (*VOCABULARY, Role.OUTCOME) for name in could_be))
        return ColumnMapping(header, role=role, could_be=could_be)
    codes = tuple(Code(code_key(str(c["text"])), str(c["means"])) for c in entry.get("codes", ()))
    if role is Role.OUTCOME:
        _require(all(c.means in ("yes", "no", UNKNOWN) for c in codes))
        return ColumnMapping(header, role=role, codes=codes)
    if role is not Role.VALUE:
        return ColumnMapping(header, role=role)
    variable = VOCABULARY[entry["variable"]]
    unit = find_unit(variable.accepted, entry["unit"]).symbol if entry.get("unit") else ""
    _refuse_strange(header, codes, variable)
    comparators, date_format = entry.get("comparators", NOT_USABLE), entry.get("date_format", "")
    _require(comparators in (NOT_USABLE, AT_BOUND))
    told = {name: entry[name] for name in _OF_CELLS if name in entry}
    _require(told.get("decimal", ".") in (".", ",", MIXED) and told.get("second", "diastolic_bp") in VOCABULARY)
    _require(told.get("birth", True) is True and date_format in ("", *DATE_FORMATS))
    return ColumnMapping(header, variable.name, role, unit, codes, comparators, date_format, **told)


def _refuse_strange(header: str, codes: tuple[Code, ...], variable: Variable) -> None:
    """An answer that a person wrote into the file is told with its place."""
    strange = next((c for c in codes if c.means not in (UNANSWERED, *answers(variable))), None)
    if strange is not None:
        raise InputError(
            f"“{strange.text}” of “{header}” cannot mean “{strange.means}”.",
            hint=f"Write one of {', '.join(answers(variable))}.",
            log="meaning of a code not known",
        )


def _require(true: bool) -> None:
    if not true:
        raise ValueError
