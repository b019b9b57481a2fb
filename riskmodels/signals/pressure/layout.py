"""Which column of a table of readings is what: cells as text in, the row of the header and the columns by role out."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from riskmodels.errors import SignalError

#: rows that are looked at for a header below a block of facts about patient and device
_LOOK = 120
_BRACKETS = re.compile(r"[(\[{](?P<unit>[^)\]}]*)[)\]}]")
_NUMBERED = re.compile(r"(?P<name>.*\D)[\s_.#-]*(?P<number>[1-9])")
_UNIT_AT_END = re.compile(r"[\s_,]+(?P<unit>mm ?hg|kpa|bpm|beats/min|1/min|/min)\s*$")
#: most readings in one row
MOST_IN_ROW = 9


@dataclass(frozen=True)
class Layout:
    """Where things stand in a table.

    Args:
        header: index of the header's row.
        columns: index of a column by role: moment, date, time, code, diary, half, arm, position.
        readings: (systolic, diastolic, pulse or −1) of each reading that a row holds.
        unit: of the pressures as the header says, ``mmHg``, ``kPa`` or empty.
    """

    header: int
    columns: dict[str, int]
    readings: tuple[tuple[int, int, int], ...]
    unit: str


@cache
def _roles() -> dict[str, str]:
    text = resources.files(__package__).joinpath("names.csv").read_text(encoding="utf-8")
    return {row["name"]: row["role"] for row in csv.DictReader(text.splitlines())}


def find_layout(rows: Sequence[Sequence[str]]) -> Layout:
    """The first row that names systolic and diastolic pressures, as the header.

    Args:
        rows: cells of the table from its first row.

    Raises:
        SignalError: where no row does, or a time is missing.
    """
    for at, row in enumerate(rows[:_LOOK]):
        layout = _layout(at, row)
        if layout is not None:
            return layout
    raise SignalError(
        "No columns of systolic and diastolic pressure were found.",
        hint="Name them, e.g. “Systolic (mmHg)” and “Diastolic (mmHg)”, and the time of each reading “Date”, “Time”.",
    )


def _layout(at: int, row: Sequence[str]) -> Layout | None:
    columns: dict[str, int] = {}
    numbers: dict[str, dict[int, int]] = {"systolic": {}, "diastolic": {}, "pulse": {}}
    units = set()
    for place, cell in enumerate(row):
        role, number, unit = _read_name(cell)
        if role in numbers:
            numbers[role].setdefault(number, place)
            units |= {unit} if role != "pulse" else set()
        elif role:
            columns.setdefault(role, place)
    sets = sorted(numbers["systolic"].keys() & numbers["diastolic"].keys())[:MOST_IN_ROW]
    if not sets:
        return None
    readings = tuple((numbers["systolic"][n], numbers["diastolic"][n], numbers["pulse"].get(n, -1)) for n in sets)
    named = units & {"mmHg", "kPa"}
    return Layout(at, columns, readings, named.pop() if len(named) == 1 else "")


def _read_name(cell: str) -> tuple[str, int, str]:
    """Role, number of the reading in its row (1 where none stands) and unit of a column's name."""
    text = " ".join(cell.lower().replace("\ufeff", "").split())
    found = _BRACKETS.search(text) or _UNIT_AT_END.search(text)
    unit = _unit(found["unit"]) if found else ""
    plain = (text[: found.start()] + text[found.end() :] if found else text).strip(" .:_-")
    role = _roles().get(plain, "")
    if role:
        return role, 1, unit
    numbered = _NUMBERED.fullmatch(plain)
    role = _roles().get(numbered["name"].strip(" .:_-"), "") if numbered else ""
    return role, int(numbered["number"]) if numbered and role else 1, unit


def _unit(text: str) -> str:
    plain = text.replace(" ", "").replace("[", "").replace("]", "")
    return {"mmhg": "mmHg", "kpa": "kPa"}.get(plain, plain)
