"""The header of a CSV file: which column holds which variable, in which unit, and which are only carried through.

A header is ``name`` or ``name [unit]``: a name of the vocabulary (in any case, with spaces or dashes for underscores)
and any unit that variable accepts. Without a unit the canonical one is meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches

from riskmodels.errors import FileError, UnitError
from riskmodels.units import find_unit
from riskmodels.vocabulary import VOCABULARY

USE_TEMPLATE = "The template shows the column names that are understood."
_HEADER = re.compile(r"(?P<name>[^\[]*?)\s*(?:\[(?P<unit>.*)\])?", re.DOTALL)


@dataclass(frozen=True)
class Column:
    """One column of a file.

    Args:
        header: as in the file.
        name: the variable of the vocabulary it holds; empty when it is only carried through.
        unit: symbol of the unit its numbers are in; empty when the variable has none.
        stated: whether the header named the unit; otherwise it is the canonical one.
        similar: a name of the vocabulary that the header resembles, for a column carried through.
    """

    header: str
    name: str = ""
    unit: str = ""
    stated: bool = False
    similar: str = ""


def normal(header: str) -> str:
    """A header's name in the vocabulary's spelling: ``HbA1c`` → ``hba1c``, ``Systolic BP`` → ``systolic_bp``."""
    return re.sub(r"[\s\-]+", "_", header.strip().lower())


def split_header(header: str) -> tuple[str, str]:
    """Name in the vocabulary's spelling and unit as written: ``HbA1c [%]`` → (``hba1c``, ``%``)."""
    match = _HEADER.fullmatch(header.strip())
    return (normal(match["name"]), (match["unit"] or "").strip()) if match else (normal(header), "")


def read_headers(headers: list[str]) -> tuple[Column, ...]:
    """What each column of a file is.

    Args:
        headers: as in the file, each once.

    Raises:
        FileError: a unit the variable does not accept, a variable that stands twice, no known column, or no
            column of age or sex.
    """
    columns = tuple(_column(header) for header in headers)
    by_name: dict[str, str] = {}
    for column in columns:
        if column.name in by_name:
            both = f"“{by_name[column.name]}” and “{column.header}”"
            raise FileError(f"The columns {both} are both {VOCABULARY[column.name].label}.", hint="Keep one of them.")
        if column.name:
            by_name[column.name] = column.header
    if not by_name:
        raise FileError("No column of the file is known: the first row must hold the column names.", hint=USE_TEMPLATE)
    missing = [f"“{name}”" for name in ("age", "sex") if name not in by_name]
    if missing:
        word = "column" if len(missing) == 1 else "columns"
        hint = "Without age and sex nothing is estimated. " + USE_TEMPLATE
        raise FileError(
            f"The {word} {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing.", hint=hint
        )
    return columns


def _column(header: str) -> Column:
    name, unit = split_header(header)
    variable = VOCABULARY.get(name)
    if variable is None:
        return Column(header, similar=next(iter(get_close_matches(name, VOCABULARY, 1, 0.8)), ""))
    if not unit:
        return Column(header, name, variable.unit)
    try:
        return Column(header, name, find_unit(variable.accepted, unit).symbol, stated=True)
    except UnitError:
        accepted = ", ".join(f"“{name} [{u.symbol}]”" for u in variable.accepted) or f"“{name}”, which has no unit"
        raise FileError(f"The column “{header}” has a unit that is not accepted.", hint=f"Use {accepted}.") from None
