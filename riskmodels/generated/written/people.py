"""Invented people under their numbers and days of birth: the same in whatever form they are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from riskmodels.errors import InputError
from riskmodels.vocabulary import VARIABLES, VOCABULARY

#: the system of identifiers that belong to nobody
SYSTEM = "urn:carerisk:invented"
#: said in every file
SAID = "Invented by a program. No such person exists. For sharing, teaching and testing; not for the care of anybody."
#: days between the birthdays of two neighbours; with 365 it has no common part, so they go round the whole year
_BIRTHDAYS = 37
_NOT_IN_VOCABULARY = "no variable of the vocabulary, so there is no code for it"


@dataclass(frozen=True)
class Person:
    """One invented person.

    Args:
        number: from 1.
        known: value by variable, canonical unit; what is unknown is left out.
        born: day of birth, from the age; None where the age is unknown.
    """

    number: int
    known: dict[str, float] = field(repr=False)
    born: date | None = field(repr=False)

    @property
    def id(self) -> str:
        """``invented-000001``."""
        return person_id(self.number)


@dataclass(frozen=True)
class Written:
    """What was written.

    Args:
        paths: the files.
        people: in them.
        not_carried: column → why the form has no place for it, or for which of its answers.
    """

    paths: tuple[Path, ...]
    people: int
    not_carried: dict[str, str]


def person_id(number: int) -> str:
    """The id of the person of that number, which says that nobody has it."""
    return f"invented-{number:06d}"


def people_of(table: pd.DataFrame, at: date) -> Iterator[Person]:
    """The people of an invented table, row by row.

    Args:
        table: as a generator draws it: variables of the vocabulary in canonical units, NaN unknown; other columns.
        at: the day at which their ages hold.
    """
    names = [name for name in VOCABULARY if name in table]
    rows = table[names].to_numpy(float)
    for number, row in enumerate(rows, 1):
        known = {name: float(value) for name, value in zip(names, row, strict=True) if value == value}
        yield Person(number, known, _born(known.get("age"), number, at))


def refuse_without_variables(table: pd.DataFrame, form: str) -> None:
    """Refuse a table of which nothing can be said in codes.

    Raises:
        InputError: when no column is a variable of the vocabulary.
    """
    if not any(variable.name in table for variable in VARIABLES):
        raise InputError(f"No column has a code, so there is nothing to write as {form}.", hint="Write it as CSV.")


def strangers(table: pd.DataFrame) -> dict[str, str]:
    """Columns that have no code, with that as the reason."""
    return {str(name): _NOT_IN_VOCABULARY for name in table if name not in VOCABULARY}


def _born(age: float | None, number: int, at: date) -> date | None:
    """A day on which somebody was born who has completed so many years at a day."""
    if age is None:
        return None
    year = at.year - int(age)
    birthday = at.replace(year=year, day=28) if (at.month, at.day) == (2, 29) else at.replace(year=year)
    return birthday - timedelta(days=number * _BIRTHDAYS % 365)
