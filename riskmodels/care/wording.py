"""Values in words that stay on their side of a limit: 129.6 mmHg is not called 130 when below 130 is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from riskmodels.units import Unit, from_canonical
from riskmodels.vocabulary import VOCABULARY

Units = Mapping[str, Unit]


def known(patient: pd.Series, name: str) -> float:
    """A value of a patient; NaN where the row lacks it."""
    return float(patient.get(name, float("nan")))


def is_yes(patient: pd.Series, name: str) -> bool:
    """Whether a yes/no input is known to be yes."""
    return known(patient, name) == 1


def value_text(name: str, value: float, limits: tuple[float, ...] = (), units: Units | None = None) -> str:
    """A value with its unit, with as many decimals as keep it on its side of every limit.

    Args:
        name: variable of the vocabulary.
        value: canonical unit.
        limits: canonical unit; each belongs to the values above it.
        units: unit to word a value in, by variable; canonical where absent.
    """
    variable = VOCABULARY[name]
    unit = (units or {}).get(name, variable.units[0])
    for _ in range(3):
        shown = [round(from_canonical(number, unit), unit.decimals) for number in (value, *limits)]
        if all((shown[0] >= end) == (value >= limit) for end, limit in zip(shown[1:], limits, strict=True)):
            break
        unit = replace(unit, step=unit.step / 10)
    return variable.format(value, unit)


def worded(patient: pd.Series, name: str, limits: tuple[float, ...] = (), units: Units | None = None) -> str:
    """Label and value: ``LDL cholesterol 160 mg/dL``."""
    return f"{VOCABULARY[name].label} {value_text(name, known(patient, name), limits, units)}"
