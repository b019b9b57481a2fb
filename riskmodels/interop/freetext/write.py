"""A patient's facts → a line of text that reads back as the same facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from riskmodels.interop.fhir.facts import shortest
from riskmodels.units import Unit
from riskmodels.vocabulary import VARIABLES, Kind, Variable


def render(row: Mapping[Any, float], units: Mapping[str, Unit] | None = None) -> str:
    """A row of a PatientFrame as a line: ``age 54 years; sex: female; systolic bp 142 mmHg; diabetes: no``.

    Args:
        row: canonical values by variable; unknown ones are left out.
        units: the unit to write a number in, by variable; canonical where absent.

    Returns:
        One line that :func:`~riskmodels.interop.freetext.read.read` gives the same values for.
    """
    return "; ".join(_fact(v, float(row[v.name]), units or {}) for v in VARIABLES if _known(row, v.name))


def _known(row: Mapping[Any, float], name: str) -> bool:
    return name in row and not np.isnan(row[name])


def _fact(variable: Variable, value: float, units: Mapping[str, Unit]) -> str:
    name = variable.name.replace("_", " ")
    if variable.kind is not Kind.NUMBER:
        return f"{name}: {next(choice.label for choice in variable.choices if choice.code == value)}"
    unit = units.get(variable.name, variable.units[0])
    number = np.format_float_positional(shortest(value, unit), trim="-")
    return f"{name} {number} {unit.symbol}"
