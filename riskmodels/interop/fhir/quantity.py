"""A FHIR Quantity → number and unit, by the code and the UCUM unit together. Nothing is guessed from the size."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field as shown

from riskmodels.errors import UnitError
from riskmodels.interop.fhir.codes import UCUM, Measurement
from riskmodels.interop.fhir.safe_json import tidy
from riskmodels.interop.fhir.types import Json
from riskmodels.units import Unit, find_unit
from riskmodels.vocabulary import Variable

#: remarks in UCUM units, ``mg/g{creat}``: they do not change the unit
_ANNOTATION = re.compile(r"\{[^{}]*\}")
#: further spellings of reports; those of people stand in riskmodels.units
_SPELLINGS = {
    "1/min": "/min",
    "beats/min": "/min",
    "beats/minute": "/min",
    "min-1": "/min",
    "yr": "a",
    "year": "a",
    "hr": "h",
    "hours": "h",
    "kgs": "kg",
    "kg/m^2": "kg/m2",
    "ml/min/1.73 m2": "mL/min/{1.73_m2}",
    "mL/min/1.73 m2": "mL/min/{1.73_m2}",
    "mL/min/1.73m²": "mL/min/{1.73_m2}",
    "mL/min/1.73_m2": "mL/min/{1.73_m2}",
    "mL/min/{1.73m2}": "mL/min/{1.73_m2}",
    "mm Hg": "mm[Hg]",
}


@dataclass(frozen=True)
class Measured:
    """A number and the unit it is in."""

    value: float = shown(repr=False)
    unit: Unit


@dataclass(frozen=True)
class Quantity:
    """A Quantity as reported."""

    value: float | None = shown(repr=False)
    comparator: str
    unit: str
    code: str

    @classmethod
    def of(cls, body: Json) -> Quantity:
        """From its JSON; a unit code counts only where its system is UCUM."""
        value = body.get("value")
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
        code = str(body.get("code") or "") if body.get("system") == UCUM else ""
        return cls(number, str(body.get("comparator") or ""), str(body.get("unit") or "").strip(), code.strip())

    @property
    def text(self) -> str:
        """``< 5 mg/L``"""
        number = "" if self.value is None else f"{self.value:.12g}"
        return tidy(" ".join(part for part in (self.comparator, number, self.unit or self.code) if part), 60)


def read_quantity(body: Json, variable: Variable, measurement: Measurement) -> Measured | str:
    """Number and unit of a Quantity, or why it cannot be used.

    Args:
        body: the Quantity.
        variable: what is measured, with the units it accepts.
        measurement: what the code says, mass or moles.
    """
    quantity = Quantity.of(body)
    if quantity.comparator:
        return "a bound and not a number"
    if quantity.value is None:
        return "it has no number"
    unit = _unit(quantity, variable)
    if isinstance(unit, str):
        return unit
    if not measurement.accepts(unit):
        return f"its code is not for {unit.symbol}: code and unit contradict each other"
    return Measured(quantity.value, unit)


def _unit(quantity: Quantity, variable: Variable) -> Unit | str:
    """The unit by its UCUM code, else by its text; both have to agree where both are understood."""
    by_code, by_text = (_find(text, variable) for text in (quantity.code, quantity.unit))
    if not quantity.code and not quantity.unit:
        return "it has no unit"
    if by_code is not None and by_text is not None and by_code != by_text:
        return f"its unit is told as {tidy(quantity.code, 20)} and as {tidy(quantity.unit, 20)}"
    unit = by_code if quantity.code else by_text
    if unit is None:
        accepted = ", ".join(u.symbol for u in variable.units)
        return f"the unit {tidy(quantity.code or quantity.unit, 30)} is not accepted (accepted: {accepted})"
    return unit


def _find(text: str, variable: Variable) -> Unit | None:
    """The unit of a spelling; None where the variable accepts none of that name."""
    for spelling in filter(None, (text, _SPELLINGS.get(text), _ANNOTATION.sub("", text))):
        with suppress(UnitError):
            return find_unit(variable.units, spelling)
    return None
